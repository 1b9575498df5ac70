// Vulkan 1.3 behind Renderer, headless: no window, no surface.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "renderers/renderer.h"

namespace diorama {

struct VulkanOptions {
  std::string device;  ///< Part of a device's name, or its index in `list_vulkan_devices`; "" = the
                       ///< best one.
  bool validation =
      false;  ///< Validation layers with synchronization validation; a message makes wait() fail.
  bool stand_in_transfers = false;  ///< Copies go the way of devices with a transfer queue on all others, too: for tests.
};

/// unavailable(...) with the reason for each candidate if no device will do.
/// Its submit() takes scenes with at most 8 lights and object indices below 65535. Planes throw no
/// shadow; shadows reach as far as the bodies lie within 25 m of their middle.
Result<std::unique_ptr<Renderer>> make_vulkan_renderer(const VulkanOptions& options);

/// Bytes of device memory (host-visible or not) that a renderer of make_vulkan_renderer holds now.
std::uint64_t vulkan_memory_bytes(const Renderer& renderer);

/// One physical device as `doctor` shows it.
struct VulkanCandidate {
  std::string name;
  std::string type;  ///< "discrete GPU", "integrated GPU", "CPU" ...
  std::string driver;
  std::string api_version;
  bool usable = false;
  bool chosen = false;  ///< The one that "" picks.
  std::vector<std::string>
      reasons;  ///< Why it cannot be used: each missing feature, limit or version.
};

/// Fails only if there is no Vulkan loader or instance.
Result<std::vector<VulkanCandidate>> list_vulkan_devices();

}  // namespace diorama
