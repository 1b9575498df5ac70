// Checks of our own invariants. User input never reaches a check: it gets a Status.
#pragma once

#include <sstream>
#include <string>

namespace diorama::internal {

/// Prints `what` with its place on stderr and aborts.
[[noreturn]] void check_failed(const char* file, int line, const std::string& what);

template <typename A, typename B>
std::string describe_operands(const char* expression, const A& a, const B& b) {
  std::ostringstream text;
  text << expression << " (" << a << " against " << b << ")";
  return text.str();
}

}  // namespace diorama::internal

/// Always on: aborts with file and line when `condition` is false.
#define DIORAMA_CHECK(condition) \
  ((condition) ? (void)0 : ::diorama::internal::check_failed(__FILE__, __LINE__, #condition))

/// Always on: aborts and prints both operands when they differ.
#define DIORAMA_CHECK_EQ(a, b)                                       \
  (((a) == (b)) ? (void)0                                            \
                : ::diorama::internal::check_failed(__FILE__, __LINE__, \
                      ::diorama::internal::describe_operands(#a " == " #b, (a), (b))))

#ifdef NDEBUG
#define DIORAMA_DCHECK(condition) ((void)0)
#else
/// On in debug builds only.
#define DIORAMA_DCHECK(condition) DIORAMA_CHECK(condition)
#endif
