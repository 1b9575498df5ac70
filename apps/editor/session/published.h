// Published: the newest value of a worker, for readers that must not wait. Thread-safe: the lock is
// held for the copy of one pointer.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace diorama::editor {

template <typename T>
class Published {
 public:
  Published() = default;
  explicit Published(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  void set(std::shared_ptr<const T> value) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(value);
    }
    // The old value dies here, outside the lock.
  }
  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace diorama::editor
