#include "apps/editor/app/log.h"

#include <chrono>

namespace diorama::editor {
namespace {

constexpr std::size_t kMaxLines = 2000;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Log::Log() : start_ns_(now_ns()) {}

void Log::add(LogLevel level, std::string text, std::string path) {
  const std::scoped_lock lock(mutex_);
  const double time = fixed_clock_ ? 0.0 : static_cast<double>(now_ns() - start_ns_) * 1e-9;
  lines_.push_back({level, time, std::move(text), std::move(path)});
  if (lines_.size() > kMaxLines) lines_.pop_front();
  ++revision_;
}

void Log::add(const Status& status) {
  if (!status.ok()) add(LogLevel::kError, status.message());
}

void Log::clear() {
  const std::scoped_lock lock(mutex_);
  lines_.clear();
  ++revision_;
}

std::vector<LogLine> Log::lines() const {
  const std::scoped_lock lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

std::optional<LogLine> Log::last() const {
  const std::scoped_lock lock(mutex_);
  return lines_.empty() ? std::nullopt : std::optional(lines_.back());
}

std::uint64_t Log::revision() const {
  const std::scoped_lock lock(mutex_);
  return revision_;
}

}  // namespace diorama::editor
