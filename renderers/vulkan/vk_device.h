// Instance, choice of the physical device, logical device and messages of the validation layer.
// Headless. A Device is owned by one renderer and outlives everything made from it. Not
// thread-safe, but Messages.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/core/status.h"

#define VULKAN_HPP_NO_STRUCT_CONSTRUCTORS
#include <vulkan/vulkan_raii.hpp>

namespace diorama::vulkan {

/// What the validation layer said, first messages first. Thread-safe.
class Messages {
 public:
  void add(const std::string& text);
  /// All messages so far, "" if none.
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
  int count_ = 0;
};

struct Instance {
  vk::raii::Context context;
  std::unique_ptr<Messages> messages;  ///< Outlives the messenger, which points to it.
  vk::raii::Instance instance{nullptr};
  vk::raii::DebugUtilsMessengerEXT messenger{nullptr};
};

/// What a program needs beyond drawing: a window's surface and swapchain. Names of extensions.
struct DeviceExtras {
  std::vector<const char*> instance_extensions;
  std::vector<const char*> device_extensions;
};

/// unavailable if there is no loader, no driver or (with `validation`) no validation layer.
Result<std::unique_ptr<Instance>> make_instance(bool validation, const DeviceExtras& extras = {});

/// A physical device and why it cannot be used (`reasons` empty = it can). Best first.
struct Candidate {
  vk::raii::PhysicalDevice physical{nullptr};
  std::string name;
  std::string type;
  std::string driver;
  std::string api_version;
  bool is_cpu = false;
  std::vector<std::string> reasons;
};

/// In the loader's order; the index in this list is what a user may name.
std::vector<Candidate> list_candidates(const Instance& instance);

/// The first usable one of the best type: discrete, integrated, virtual GPU, CPU; -1 if none.
int best_candidate(const std::vector<Candidate>& candidates);

struct Device {
  std::unique_ptr<Instance> instance;
  Candidate candidate;
  std::uint32_t queue_family = 0;
  vk::raii::Device device{nullptr};
  vk::raii::Queue queue{nullptr};
  /// A queue for copies alone, beside the other one; null if the device has none.
  vk::raii::Queue transfer_queue{nullptr};
  std::uint32_t transfer_family = 0;
  bool has_transfer_queue = false;
  vk::PhysicalDeviceMemoryProperties memory;
  vk::PhysicalDeviceLimits limits;
  bool draws_on_one_thread = false;   ///< Lavapipe with LP_NUM_THREADS of 0 or 1, as for one of several workers.
  bool logic_op = false;              ///< Beyond the baseline: amodal masks need it.
  std::uint64_t allocated_bytes = 0;  ///< By Buffer and Image.
};

/// `wanted`: index, part of a name, or "" for the best. unavailable names every candidate with its
/// reasons. `stand_in_transfers`: a device without a transfer queue takes its only queue for one.
Result<std::unique_ptr<Device>> make_device(const std::string& wanted, bool validation,
                                            const DeviceExtras& extras = {}, bool stand_in_transfers = false);

/// The Status of the exception that is being handled; call it in a catch block.
Status status_of_exception(const std::string& what);

}  // namespace diorama::vulkan
