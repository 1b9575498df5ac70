// How MuJoCo's errors and warnings reach us. MuJoCo reports both through process-wide hooks and would otherwise
// end the process (errors) or write MUJOCO_LOG.TXT (warnings). Private to engine/physics/mujoco.
#pragma once

#include <stdexcept>
#include <string>

namespace diorama::mujoco {

/// An error of MuJoCo, or a warning under ThrowWarnings. Thrown through MuJoCo's C frames, which is sound because
/// the platform ABIs (x86-64, AArch64) carry unwind tables for C. What MuJoCo was working on must not be used again.
class MujocoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sets the hooks once per process. Call before any other MuJoCo function. Thread-safe.
void install_error_hooks();

/// While alive, warnings on this thread throw MujocoError (outside of such a scope they are dropped: MuJoCo also
/// counts them in mjData). A step is thus left before MuJoCo would reset an unstable state. Scopes do not nest.
class ThrowWarnings {
 public:
  ThrowWarnings();
  ~ThrowWarnings();
  ThrowWarnings(const ThrowWarnings&) = delete;
  ThrowWarnings& operator=(const ThrowWarnings&) = delete;
};

/// Remembers the first warning on this thread while alive. Scopes do not nest, also not with ThrowWarnings.
class KeepWarning {
 public:
  KeepWarning();
  ~KeepWarning();
  KeepWarning(const KeepWarning&) = delete;
  KeepWarning& operator=(const KeepWarning&) = delete;

  const std::string& text() const { return text_; }  ///< "" = none.

 private:
  std::string text_;
};

/// MuJoCo's text on one line, without blanks around it.
std::string one_line(const std::string& text);

}  // namespace diorama::mujoco
