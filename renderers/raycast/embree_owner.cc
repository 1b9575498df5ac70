#include "renderers/raycast/embree_owner.h"

#include <string>

namespace diorama::raycast {
namespace {

const char* error_name(RTCError error) {
  switch (error) {
    case RTC_ERROR_NONE:
      return "none";
    case RTC_ERROR_INVALID_ARGUMENT:
      return "invalid argument";
    case RTC_ERROR_INVALID_OPERATION:
      return "invalid operation";
    case RTC_ERROR_OUT_OF_MEMORY:
      return "out of memory";
    case RTC_ERROR_UNSUPPORTED_CPU:
      return "this CPU lacks SSE2";
    case RTC_ERROR_CANCELLED:
      return "cancelled";
    case RTC_ERROR_UNKNOWN:
      break;
  }
  return "unknown error";
}

}  // namespace

Result<EmbreeDevice> make_embree_device() {
  EmbreeDevice device(rtcNewDevice("threads=1,set_affinity=0"));
  if (!device) {
    return unavailable(std::string("ray caster: Embree makes no device: ") + error_name(rtcGetDeviceError(nullptr)));
  }
  return device;
}

Status embree_status(const EmbreeDevice& device, const char* what) {
  const RTCError error = rtcGetDeviceError(device.get());
  if (error == RTC_ERROR_NONE) return {};
  return failed(std::string("ray caster: ") + what + ": Embree: " + error_name(error));
}

}  // namespace diorama::raycast
