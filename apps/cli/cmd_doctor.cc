// diorama doctor: what this machine has, and why something will not do.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/pipeline/backends.h"
#include "apps/pipeline/generate.h"
#include "renderers/raycast/raycast_renderer.h"
#include "renderers/vulkan/vulkan_renderer.h"

namespace diorama::cli {
namespace {

int run(bool json) {
  const Result<std::vector<VulkanCandidate>> devices = list_vulkan_devices();
  bool usable = false;
  nlohmann::json device_list = nlohmann::json::array();
  if (devices.ok()) {
    for (const VulkanCandidate& d : *devices) {
      usable = usable || d.usable;
      device_list.push_back({{"name", d.name}, {"type", d.type}, {"driver", d.driver}, {"api_version", d.api_version},
                             {"usable", d.usable}, {"chosen", d.chosen}, {"reasons", d.reasons}});
    }
  }
  if (json) {
    const nlohmann::json object = {{"schema", "diorama.doctor.1"},
                                   {"version", DIORAMA_VERSION},
                                   {"mujoco", capabilities_of(PhysicsBackend::kMujoco).version},
                                   {"bullet", capabilities_of(PhysicsBackend::kBullet).version},
                                   {"embree", embree_version()},
                                   {"cpu_family", cpu_family()},
                                   {"cores", std::thread::hardware_concurrency()},
                                   {"vulkan_error", devices.ok() ? "" : devices.status().message()},
                                   {"vulkan_devices", device_list}};
    fmt::print("{}\n", object.dump());
    return usable ? kDone : kNoDevice;
  }
  fmt::print("diorama {}\n  MuJoCo {}\n  Bullet {}\n  Embree {} (--renderer raycast, needs no driver)\n  CPU {}, {} cores\n\nVulkan devices:\n", DIORAMA_VERSION,
             capabilities_of(PhysicsBackend::kMujoco).version, capabilities_of(PhysicsBackend::kBullet).version,
             embree_version(), cpu_family(), std::thread::hardware_concurrency());
  if (!devices.ok()) {
    fmt::print("  none: {}\n", devices.status().message());
    return kNoDevice;
  }
  for (std::size_t i = 0; i < devices->size(); ++i) {
    const VulkanCandidate& d = (*devices)[i];
    fmt::print("  {} {}: {}, {}, Vulkan {}: {}\n", i, d.name, d.type, d.driver, d.api_version,
               d.chosen ? "usable, chosen" : d.usable ? "usable" : "not usable");
    for (const std::string& reason : d.reasons) fmt::print("      {}\n", reason);
  }
  if (devices->empty()) fmt::print("  none: install a driver, e.g. the package mesa-vulkan-drivers\n");
  return usable ? kDone : kNoDevice;
}

}  // namespace

Command doctor_command() {
  return {"doctor", "Show engines and Vulkan devices, and why one will not do",
          "  diorama doctor\n"
          "  diorama doctor --json\n"
          "  VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json diorama doctor",
          [](const Options& options) {
            const auto json = std::make_shared<bool>(false);
            options.flag("--json", *json, "One JSON object on stdout");
            return [json] { return run(*json); };
          }};
}

}  // namespace diorama::cli
