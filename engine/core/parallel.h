// OrderedWork: many workers make items out of order, one consumer takes them in order, and nobody runs far ahead.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace diorama {

/// Hands out the tickets 0 .. count-1 in order and gives their results back in order. Thread-safe. At most `window` tickets are
/// out or waiting to be taken, so memory is bounded whatever the consumer's pace.
template <typename T>
class OrderedWork {
 public:
  OrderedWork(std::int64_t count, std::int64_t window) : count_(count), window_(std::max<std::int64_t>(1, window)) {}

  /// For workers: the next ticket, or nothing once all are handed out or `stop` was called. Waits for room.
  std::optional<std::int64_t> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || next_ >= count_ || next_ < taken_ + window_; });
    if (stopped_ || next_ >= count_) return std::nullopt;
    return next_++;
  }

  /// For workers: the result of a ticket. Every ticket handed out must be delivered.
  void deliver(std::int64_t ticket, T result) {
    {
      const std::lock_guard lock(mutex_);
      ready_.emplace(ticket, std::move(result));
    }
    changed_.notify_all();
  }

  /// For the consumer: the result of the lowest ticket not yet taken, or nothing when no more will come.
  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_ >= end() || ready_.contains(taken_); });
    if (taken_ >= end()) return std::nullopt;
    auto node = ready_.extract(taken_);
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    return std::move(node.mapped());
  }

  /// No further tickets are handed out; those that are out still arrive.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::int64_t end() const { return stopped_ ? next_ : count_; }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, T> ready_;
  std::int64_t count_;
  std::int64_t window_;
  std::int64_t next_ = 0;
  std::int64_t taken_ = 0;
  bool stopped_ = false;
};

}  // namespace diorama
