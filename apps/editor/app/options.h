// The command line of diorama-editor.
#pragma once

#include <string>
#include <vector>

#include "engine/core/status.h"

namespace diorama::editor {

/// The exit codes of the command line, as far as the editor has them.
enum Exit : int {
  kDone = 0,
  kFailedExit = 1,  ///< It went wrong, or an expectation of a script was not met.
  kUsage = 2,
  kBadInput = 3,   ///< A file cannot be read.
  kBadOutput = 4,  ///< A file cannot be written.
  kNoDevice = 5,   ///< No Vulkan device, or no display.
};

struct Options {
  std::string file;  ///< Scenario, model or dataset to open; "" = an empty document.
  bool headless = false;
  std::string screenshot;  ///< PNG of the last frame.
  std::string script;
  int width_px = 1280;
  int height_px = 800;
  std::string device;
  std::string preset;       ///< View preset; "" = the one of last time.
  std::string theme;        ///< "dark", "light", "" = the setting.
  double font_scale = 0.0;  ///< 0 = the setting.
  bool test_mode = false;
  bool help = false;
  bool version = false;
};

/// invalid_input says what is wrong, with the nearest known option.
Result<Options> parse_options(const std::vector<std::string>& arguments);

std::string help_text();

int exit_code(const Status& status);

/// A line on stderr, if it is not ok, that the program's name begins.
void tell_user(const Status& status);

}  // namespace diorama::editor
