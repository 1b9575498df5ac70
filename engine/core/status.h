// Status and Result: how every public function of diorama reports an expected failure. Values; thread-safe as values are.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "engine/core/check.h"

namespace diorama {

/// Why something failed. Each code maps to one exit code of the command line (`apps/cli`).
enum class Code {
  kOk,
  kFailed,        ///< It went wrong at run time.
  kInvalidInput,  ///< A file, field, value, engine or channel that the user gave cannot be used.
  kOutput,        ///< The output exists, does not match, cannot be written or has no room.
  kUnavailable,   ///< No usable device or display.
  kRejected,      ///< This episode must not enter the dataset; others may. The message is its reason.
  kCancelled,     ///< Stopped on request.
};

/// The outcome of a function without a value. A message says what, where (file:line or object path), which
/// value and what to do about it.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  /// The same failure with "context: " in front of its message; ok stays ok.
  Status with_context(const std::string& context) const {
    return ok() ? *this : Status(code_, context + ": " + message_);
  }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

inline Status failed(std::string message) { return {Code::kFailed, std::move(message)}; }
inline Status invalid_input(std::string message) { return {Code::kInvalidInput, std::move(message)}; }
inline Status output_error(std::string message) { return {Code::kOutput, std::move(message)}; }
inline Status unavailable(std::string message) { return {Code::kUnavailable, std::move(message)}; }
inline Status rejected(std::string message) { return {Code::kRejected, std::move(message)}; }
inline Status cancelled(std::string message) { return {Code::kCancelled, std::move(message)}; }

/// A value or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor): `return value;`
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor): `return failed(..);`
    DIORAMA_CHECK(!status_.ok());
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& value() & {
    DIORAMA_CHECK(ok());
    return *value_;
  }
  const T& value() const& {
    DIORAMA_CHECK(ok());
    return *value_;
  }
  T&& value() && {
    DIORAMA_CHECK(ok());
    return std::move(*value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace diorama

/// Returns the Status of `expression` from the enclosing function if it failed.
#define DIORAMA_RETURN_IF_ERROR(expression)                 \
  do {                                                      \
    ::diorama::Status diorama_status_ = (expression);       \
    if (!diorama_status_.ok()) return diorama_status_;      \
  } while (false)

#define DIORAMA_CONCAT_INNER_(a, b) a##b
#define DIORAMA_CONCAT_(a, b) DIORAMA_CONCAT_INNER_(a, b)

/// DIORAMA_ASSIGN_OR_RETURN(auto x, f()): x = *f(), or returns f's Status from the enclosing function.
#define DIORAMA_ASSIGN_OR_RETURN(target, expression) \
  DIORAMA_ASSIGN_OR_RETURN_(DIORAMA_CONCAT_(diorama_result_, __LINE__), target, expression)
#define DIORAMA_ASSIGN_OR_RETURN_(result, target, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) return result.status();                   \
  target = std::move(result).value()
