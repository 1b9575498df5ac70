#include "renderers/vulkan/vk_device.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "engine/core/text.h"

namespace diorama::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";
constexpr int kMaxMessages = 20;

using BaselineFeatures =
    vk::StructureChain<vk::PhysicalDeviceFeatures2, vk::PhysicalDeviceVulkan12Features,
                       vk::PhysicalDeviceVulkan13Features>;

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                          VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* data,
                                          void* messages) {
  static_cast<Messages*>(messages)->add(data->pMessage != nullptr ? data->pMessage : "");
  return VK_FALSE;
}

std::string version_text(std::uint32_t version) {
  return std::to_string(VK_API_VERSION_MAJOR(version)) + "." +
         std::to_string(VK_API_VERSION_MINOR(version)) + "." +
         std::to_string(VK_API_VERSION_PATCH(version));
}

std::string type_text(vk::PhysicalDeviceType type) {
  switch (type) {
    case vk::PhysicalDeviceType::eDiscreteGpu:
      return "discrete GPU";
    case vk::PhysicalDeviceType::eIntegratedGpu:
      return "integrated GPU";
    case vk::PhysicalDeviceType::eVirtualGpu:
      return "virtual GPU";
    case vk::PhysicalDeviceType::eCpu:
      return "CPU";
    default:
      return "other";
  }
}

std::optional<std::uint32_t> graphics_family(const vk::raii::PhysicalDevice& physical) {
  const auto families = physical.getQueueFamilyProperties();
  for (std::uint32_t i = 0; i < families.size(); ++i) {
    if (families[i].queueFlags & vk::QueueFlagBits::eGraphics) return i;
  }
  return std::nullopt;
}

/// One whose queues copy and do nothing else: a device's copy engine.
std::optional<std::uint32_t> transfer_family(const vk::raii::PhysicalDevice& physical) {
  const auto families = physical.getQueueFamilyProperties();
  for (std::uint32_t i = 0; i < families.size(); ++i) {
    const vk::QueueFlags flags = families[i].queueFlags;
    const vk::QueueFlags more = vk::QueueFlagBits::eGraphics | vk::QueueFlagBits::eCompute;
    if ((flags & vk::QueueFlagBits::eTransfer) && !(flags & more)) return i;
  }
  return std::nullopt;
}

/// The baseline of the renderer, and nothing beyond it.
std::vector<std::string> rejection_reasons(const vk::raii::PhysicalDevice& physical,
                                           const vk::PhysicalDeviceProperties& properties) {
  std::vector<std::string> reasons;
  if (properties.apiVersion < VK_API_VERSION_1_3) {
    // The structs that tell the features are those of 1.3: nothing more can be asked.
    reasons.push_back("Vulkan " + version_text(properties.apiVersion) + ", 1.3 is needed");
    return reasons;
  }
  const auto features =
      physical.getFeatures2<vk::PhysicalDeviceFeatures2, vk::PhysicalDeviceVulkan12Features,
                            vk::PhysicalDeviceVulkan13Features>();
  const auto& core = features.get<vk::PhysicalDeviceFeatures2>().features;
  const auto& v12 = features.get<vk::PhysicalDeviceVulkan12Features>();
  const auto& v13 = features.get<vk::PhysicalDeviceVulkan13Features>();
  const auto require = [&](vk::Bool32 present, const char* name) {
    if (!present) reasons.push_back(std::string("no feature ") + name);
  };
  require(core.multiDrawIndirect, "multiDrawIndirect");
  require(core.drawIndirectFirstInstance, "drawIndirectFirstInstance");
  require(v12.scalarBlockLayout, "scalarBlockLayout");
  require(v12.shaderOutputLayer, "shaderOutputLayer");
  require(v13.dynamicRendering, "dynamicRendering");
  require(v13.synchronization2, "synchronization2");
  require(v13.maintenance4, "maintenance4");
  if (!graphics_family(physical)) reasons.emplace_back("no graphics queue");
  return reasons;
}

std::string describe(const std::vector<Candidate>& candidates) {
  std::string text;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    text += "\n  " + std::to_string(i) + ": " + candidate.name + " (" + candidate.type + ", " +
            candidate.driver +
            "): " + (candidate.reasons.empty() ? "usable" : join(candidate.reasons, ", "));
  }
  return text;
}

Result<int> choose(const std::vector<Candidate>& candidates, const std::string& wanted) {
  if (wanted.empty()) {
    const int best = best_candidate(candidates);
    if (best < 0) {
      return unavailable("no Vulkan device can be used:" + describe(candidates) +
                         "\ninstall a driver, for the CPU: package mesa-vulkan-drivers");
    }
    return best;
  }
  int index = -1;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
  const bool is_number = error == std::errc() && end == wanted.data() + wanted.size();
  if (!is_number) {
    index = -1;
    for (std::size_t i = 0; i < candidates.size() && index < 0; ++i) {
      if (contains_ignoring_case(candidates[i].name, wanted)) index = static_cast<int>(i);
    }
  }
  if (index < 0 || index >= static_cast<int>(candidates.size())) {
    return unavailable("no Vulkan device '" + wanted +
                       "'; name one by index or part of its name:" + describe(candidates));
  }
  if (!candidates[index].reasons.empty()) {
    return unavailable("Vulkan device '" + wanted + "' cannot be used:" + describe(candidates));
  }
  return index;
}

}  // namespace

void Messages::add(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  if (count_++ < kMaxMessages) text_ += (text_.empty() ? "" : "\n") + text;
}

std::string Messages::text() const {
  const std::scoped_lock lock(mutex_);
  return text_;
}

Status status_of_exception(const std::string& what) {
  try {
    throw;
  } catch (const vk::DeviceLostError&) {
    return failed(
        what + ": the Vulkan device was lost; start again, with a smaller batch or another device");
  } catch (const vk::OutOfDeviceMemoryError&) {
    return failed(what + ": out of device memory; use smaller pictures or smaller batches");
  } catch (const vk::OutOfHostMemoryError&) {
    return failed(what + ": out of host memory; use smaller pictures or smaller batches");
  } catch (const std::exception& error) {
    return failed(what + ": " + error.what());
  }
}

Result<std::unique_ptr<Instance>> make_instance(bool validation, const DeviceExtras& extras) {
  try {
    // The context loads libvulkan.so.1 itself, so that a machine without it gets a message, not a
    // linker's error.
    auto made = std::make_unique<Instance>();
    made->messages = std::make_unique<Messages>();
    const vk::ApplicationInfo application{.pApplicationName = "diorama",
                                          .apiVersion = VK_API_VERSION_1_3};
    std::vector<const char*> layers, extensions = extras.instance_extensions;
    const vk::DebugUtilsMessengerCreateInfoEXT messenger{
        .messageSeverity = vk::DebugUtilsMessageSeverityFlagBitsEXT::eWarning |
                           vk::DebugUtilsMessageSeverityFlagBitsEXT::eError,
        .messageType = vk::DebugUtilsMessageTypeFlagBitsEXT::eValidation |
                       vk::DebugUtilsMessageTypeFlagBitsEXT::ePerformance,
        .pfnUserCallback = on_message,
        .pUserData = made->messages.get()};
    const std::array<vk::ValidationFeatureEnableEXT, 1> enabled{
        vk::ValidationFeatureEnableEXT::eSynchronizationValidation};
    const vk::ValidationFeaturesEXT checks{.pNext = &messenger,
                                           .enabledValidationFeatureCount = enabled.size(),
                                           .pEnabledValidationFeatures = enabled.data()};
    if (validation) {
      const auto present = made->context.enumerateInstanceLayerProperties();
      const bool found = std::any_of(present.begin(), present.end(), [](const auto& layer) {
        return std::strcmp(layer.layerName, kValidationLayer) == 0;
      });
      if (!found) {
        return unavailable(std::string("the Vulkan layer ") + kValidationLayer +
                           " is not installed; install package vulkan-validationlayers");
      }
      layers.push_back(kValidationLayer);
      extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    }
    made->instance = vk::raii::Instance(
        made->context, vk::InstanceCreateInfo{
                           .pNext = validation ? &checks : nullptr,
                           .pApplicationInfo = &application,
                           .enabledLayerCount = static_cast<std::uint32_t>(layers.size()),
                           .ppEnabledLayerNames = layers.data(),
                           .enabledExtensionCount = static_cast<std::uint32_t>(extensions.size()),
                           .ppEnabledExtensionNames = extensions.data()});
    if (validation) made->messenger = made->instance.createDebugUtilsMessengerEXT(messenger);
    return made;
  } catch (const vk::IncompatibleDriverError&) {
    return unavailable(
        "no Vulkan driver is installed; install one, for the CPU: package mesa-vulkan-drivers");
  } catch (const std::exception& error) {
    return unavailable(
        std::string("cannot load Vulkan: ") + error.what() +
        "; install packages libvulkan1 and a driver, for the CPU: mesa-vulkan-drivers");
  }
}

std::vector<Candidate> list_candidates(const Instance& instance) {
  std::vector<Candidate> candidates;
  for (vk::raii::PhysicalDevice& physical : vk::raii::PhysicalDevices(instance.instance)) {
    const vk::PhysicalDeviceProperties properties = physical.getProperties();
    Candidate candidate;
    candidate.name = properties.deviceName.data();
    candidate.type = type_text(properties.deviceType);
    candidate.is_cpu = properties.deviceType == vk::PhysicalDeviceType::eCpu;
    candidate.api_version = version_text(properties.apiVersion);
    candidate.driver = version_text(properties.driverVersion);
    if (properties.apiVersion >= VK_API_VERSION_1_2) {
      const auto chain =
          physical
              .getProperties2<vk::PhysicalDeviceProperties2, vk::PhysicalDeviceDriverProperties>();
      const auto& driver = chain.get<vk::PhysicalDeviceDriverProperties>();
      candidate.driver = std::string(driver.driverName.data()) + " " + driver.driverInfo.data();
    }
    candidate.reasons = rejection_reasons(physical, properties);
    candidate.physical = std::move(physical);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

int best_candidate(const std::vector<Candidate>& candidates) {
  for (const char* type : {"discrete GPU", "integrated GPU", "virtual GPU", "CPU", "other"}) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].type == type && candidates[i].reasons.empty()) return static_cast<int>(i);
    }
  }
  return -1;
}

namespace {

/// A software driver allocates what a batch needs anew for each: memory that goes back to the kernel in between costs it
/// a page fault for every 4 KiB. Kept instead, up to a bound.
void keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kMiB = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  mallopt(M_TRIM_THRESHOLD, 256 * kMiB);
#endif
}

}  // namespace

Result<std::unique_ptr<Device>> make_device(const std::string& wanted, bool validation,
                                            const DeviceExtras& extras, bool stand_in_transfers) {
  DIORAMA_ASSIGN_OR_RETURN(auto instance, make_instance(validation, extras));
  try {
    std::vector<Candidate> candidates = list_candidates(*instance);
    DIORAMA_ASSIGN_OR_RETURN(const int index, choose(candidates, wanted));
    auto made = std::make_unique<Device>();
    made->instance = std::move(instance);
    made->candidate = std::move(candidates[index]);
    if (made->candidate.is_cpu) {
      keep_freed_memory();
      const char* threads = std::getenv("LP_NUM_THREADS");  // NOLINT(concurrency-mt-unsafe): no one sets it by then
      made->draws_on_one_thread = threads != nullptr && std::atoi(threads) <= 1;
    }
    const vk::raii::PhysicalDevice& physical = made->candidate.physical;
    made->queue_family = *graphics_family(physical);
    made->memory = physical.getMemoryProperties();
    made->limits = physical.getProperties().limits;

    BaselineFeatures features;
    made->logic_op = physical.getFeatures().logicOp == VK_TRUE;
    features.get<vk::PhysicalDeviceFeatures2>().features.logicOp = made->logic_op;
    features.get<vk::PhysicalDeviceFeatures2>().features.multiDrawIndirect = true;
    features.get<vk::PhysicalDeviceFeatures2>().features.drawIndirectFirstInstance = true;
    features.get<vk::PhysicalDeviceVulkan12Features>().scalarBlockLayout = true;
    features.get<vk::PhysicalDeviceVulkan12Features>().shaderOutputLayer = true;
    features.get<vk::PhysicalDeviceVulkan13Features>().dynamicRendering = true;
    features.get<vk::PhysicalDeviceVulkan13Features>().synchronization2 = true;
    features.get<vk::PhysicalDeviceVulkan13Features>().maintenance4 = true;
    const float priority = 1.0F;
    std::vector<vk::DeviceQueueCreateInfo> queues{
        {.queueFamilyIndex = made->queue_family, .queueCount = 1, .pQueuePriorities = &priority}};
    const std::optional<std::uint32_t> transfers = transfer_family(physical);
    made->has_transfer_queue = transfers.has_value() || stand_in_transfers;
    made->transfer_family = transfers.value_or(made->queue_family);
    if (transfers) {
      queues.push_back({.queueFamilyIndex = *transfers, .queueCount = 1, .pQueuePriorities = &priority});
    }
    made->device = vk::raii::Device(
        physical, vk::DeviceCreateInfo{.pNext = &features.get<vk::PhysicalDeviceFeatures2>(),
                                       .queueCreateInfoCount = static_cast<std::uint32_t>(queues.size()),
                                       .pQueueCreateInfos = queues.data(),
                                       .enabledExtensionCount = static_cast<std::uint32_t>(
                                           extras.device_extensions.size()),
                                       .ppEnabledExtensionNames = extras.device_extensions.data()});
    made->queue = made->device.getQueue(made->queue_family, 0);
    if (made->has_transfer_queue) made->transfer_queue = made->device.getQueue(made->transfer_family, 0);
    return made;
  } catch (...) {
    const Status status = status_of_exception("cannot open a Vulkan device");
    return unavailable(status.message());
  }
}

}  // namespace diorama::vulkan
