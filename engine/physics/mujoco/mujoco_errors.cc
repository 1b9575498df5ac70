#include "engine/physics/mujoco/mujoco_errors.h"

#include "engine/physics/mujoco/mujoco_compat.h"

#include <mutex>

namespace diorama::mujoco {
namespace {

thread_local bool throw_warnings = false;
thread_local std::string* kept_warning = nullptr;

void on_error(const char* message) { throw MujocoError(message); }

void on_warning(const char* message) {
  if (throw_warnings) throw MujocoError(message);
  if (kept_warning && kept_warning->empty()) *kept_warning = message;
}

}  // namespace

void install_error_hooks() {
  static std::once_flag once;
  std::call_once(once, [] {
    mju_user_error = on_error;
    mju_user_warning = on_warning;
  });
}

ThrowWarnings::ThrowWarnings() { throw_warnings = true; }
ThrowWarnings::~ThrowWarnings() { throw_warnings = false; }

KeepWarning::KeepWarning() { kept_warning = &text_; }
KeepWarning::~KeepWarning() { kept_warning = nullptr; }

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace diorama::mujoco
