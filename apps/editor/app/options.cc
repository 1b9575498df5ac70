#include "apps/editor/app/options.h"

#include <charconv>
#include <cstdio>
#include <functional>

#include "engine/core/text.h"

namespace diorama::editor {
namespace {

struct Option {
  std::string name;
  std::string value;  ///< What --help calls its value; "" = a flag.
  std::string help;
  /// Takes the value; what is wrong with it, or "".
  std::function<std::string(Options&, const std::string&)> take;
};

template <typename T>
bool parse_number(const std::string& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string take_size(Options& options, const std::string& text) {
  const std::size_t x = text.find('x');
  int width = 0, height = 0;
  if (x == std::string::npos || !parse_number(text.substr(0, x), width) ||
      !parse_number(text.substr(x + 1), height) || width < 320 || height < 240 || width > 8192 ||
      height > 8192) {
    return "must be WIDTHxHEIGHT in pixels from 320x240 to 8192x8192";
  }
  options.width_px = width;
  options.height_px = height;
  return "";
}

std::string take_text(std::string& target, const std::string& text) {
  target = text;
  return text.empty() ? "must not be empty" : "";
}

const std::vector<Option>& options_table() {
  static const std::vector<Option> table = {
      {"--headless", "", "Draw without a window; needs no display",
       [](Options& o, const std::string&) {
         o.headless = true;
         return "";
       }},
      {"--screenshot", "PNG", "Write a picture of the last frame, then end",
       [](Options& o, const std::string& v) { return take_text(o.screenshot, v); }},
      {"--script", "FILE", "Do what a script says, then end (apps/editor/SCRIPTS.md)",
       [](Options& o, const std::string& v) { return take_text(o.script, v); }},
      {"--size", "WxH", "Size of the window or picture, px (default: 1280x800)", take_size},
      {"--preset", "NAME", "View preset to start with",
       [](Options& o, const std::string& v) { return take_text(o.preset, v); }},
      {"--theme", "NAME", "dark or light (default: the setting)",
       [](Options& o, const std::string& v) -> std::string {
         o.theme = v;
         return v == "dark" || v == "light" ? "" : "must be dark or light";
       }},
      {"--font-scale", "X", "Size of all text, 0.75 to 3 (default: the setting)",
       [](Options& o, const std::string& v) -> std::string {
         return parse_number(v, o.font_scale) && o.font_scale >= 0.75 && o.font_scale <= 3.0
                    ? ""
                    : "must be a number from 0.75 to 3";
       }},
      {"--device", "NAME", "Vulkan device: index or part of its name",
       [](Options& o, const std::string& v) { return take_text(o.device, v); }},
      {"--test-mode", "", "Fixed clock, built-in font, default settings that are not saved",
       [](Options& o, const std::string&) {
         o.test_mode = true;
         return "";
       }},
      {"--version", "", "Print the version",
       [](Options& o, const std::string&) {
         o.version = true;
         return "";
       }},
      {"--help", "", "Print this",
       [](Options& o, const std::string&) {
         o.help = true;
         return "";
       }},
  };
  return table;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  bool only_files = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!only_files && argument == "--") {
      only_files = true;
      continue;
    }
    if (only_files || !argument.starts_with('-') || argument == "-") {
      if (!options.file.empty())
        return invalid_input("'" + argument + "': only one file can be opened at the start");
      if (argument.empty()) return invalid_input("the name of the file is empty");
      options.file = argument;
      continue;
    }
    const std::string name = argument == "-h" ? "--help" : argument.substr(0, argument.find('='));
    const Option* option = nullptr;
    std::vector<std::string> names;
    for (const Option& known : options_table()) {
      names.push_back(known.name);
      if (known.name == name) option = &known;
    }
    if (option == nullptr)
      return invalid_input("unknown option '" + name + "'" + did_you_mean(name, names));
    std::string value;
    const std::size_t equal = argument.find('=');
    if (!option->value.empty()) {
      if (equal != std::string::npos) {
        value = argument.substr(equal + 1);
      } else if (i + 1 < arguments.size()) {
        value = arguments[++i];
      } else {
        return invalid_input(name + " needs a value: " + name + " " + option->value);
      }
    } else if (equal != std::string::npos) {
      return invalid_input(name + " takes no value");
    }
    if (const std::string problem = option->take(options, value); !problem.empty()) {
      return invalid_input(name + " '" + value + "' " + problem);
    }
  }
  if (options.headless && options.screenshot.empty() && options.script.empty() && !options.help &&
      !options.version) {
    return invalid_input("--headless needs something to do: --screenshot PNG or --script FILE");
  }
  return options;
}

std::string help_text() {
  std::string text =
      "diorama-editor: author a scenario, see its spread, generate and look at the data\n\n"
      "Usage: diorama-editor [FILE] [OPTIONS]\n\n"
      "FILE is a scenario (.textproto), a dataset folder, or a model (MJCF), mesh or picture that a new\n"
      "scenario begins with.\n\nOptions:\n";
  for (const Option& option : options_table()) {
    std::string left = "  " + option.name + (option.value.empty() ? "" : " " + option.value);
    left.resize(std::max<std::size_t>(left.size() + 2, 24), ' ');
    text += left + option.help + "\n";
  }
  return text +
         "\nExamples:\n"
         "  diorama-editor scenes/library/clutter.textproto\n"
         "  diorama-editor scenes/library/clutter.textproto --headless --screenshot editor.png\n"
         "  diorama-editor --headless --test-mode --script tests/e2e/panels.uiscript\n\n"
         "Exit codes: 0 done, 1 failed or an expectation was not met, 2 usage, 3 unreadable file or no scene, "
         "4 cannot write,\n"
         "5 no usable device or display\n";
}

void tell_user(const Status& status) {
  if (status.ok()) return;
  const std::string line = "diorama-editor: " + status.message() + "\n";
  (void)std::fwrite(line.data(), 1, line.size(), stderr);
}

int exit_code(const Status& status) {
  switch (status.code()) {
    case Code::kOk:
      return kDone;
    case Code::kInvalidInput:
      return kBadInput;
    case Code::kOutput:
      return kBadOutput;
    case Code::kUnavailable:
      return kNoDevice;
    default:
      return kFailedExit;
  }
}

}  // namespace diorama::editor
