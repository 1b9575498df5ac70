// Owners of Embree's objects. Private to renderers/raycast. Releasing is thread-safe in Embree.
#pragma once

#include <memory>

#include <embree3/rtcore.h>

#include "engine/core/status.h"

namespace diorama::raycast {

struct EmbreeRelease {
  void operator()(RTCDevice device) const { rtcReleaseDevice(device); }
  void operator()(RTCScene scene) const { rtcReleaseScene(scene); }
  void operator()(RTCGeometry geometry) const { rtcReleaseGeometry(geometry); }
};
using EmbreeDevice = std::unique_ptr<RTCDeviceTy, EmbreeRelease>;
using EmbreeScene = std::unique_ptr<RTCSceneTy, EmbreeRelease>;
using EmbreeGeometry = std::unique_ptr<RTCGeometryTy, EmbreeRelease>;

/// A device that builds on the calling thread alone.
Result<EmbreeDevice> make_embree_device();

/// What went wrong on this thread since the last call, if anything.
Status embree_status(const EmbreeDevice& device, const char* what);

}  // namespace diorama::raycast
