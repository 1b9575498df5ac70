#include "apps/editor/app/script_runner.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "apps/pipeline/picture.h"
#include "engine/core/text.h"

namespace diorama::editor {
namespace {

/// A widget that is not there after this many frames is missing.
constexpr int kMissingFrames = 30;
/// Frames after an input until everything shows its effect.
constexpr int kSettleFrames = 3;
constexpr double kWaitSeconds = 60.0;
/// action_until gives up after so many actions.
constexpr int kMostActions = 10'000;

struct Arity {
  std::size_t least;
  std::size_t most;
  const char* usage;
};

const std::map<std::string, Arity>& verbs() {
  static const std::map<std::string, Arity> table = {
      {"click", {1, 1, "click WIDGET"}},
      {"double_click", {1, 1, "double_click WIDGET"}},
      {"right_click", {1, 1, "right_click WIDGET"}},
      {"hover", {1, 1, "hover WIDGET"}},
      {"drag", {3, 4, "drag WIDGET to WIDGET, or drag WIDGET by DX DY"}},
      {"scroll", {2, 2, "scroll WIDGET LINES"}},
      {"text", {1, 1, "text TEXT"}},
      {"set", {2, 2, "set FIELD TEXT"}},
      {"key", {1, 1, "key CHORD"}},
      {"hold", {1, 1, "hold KEY"}},
      {"release", {1, 1, "release KEY"}},
      {"action", {1, 1, "action ID"}},
      {"action_until", {3, 5, "action_until ID WIDGET = TEXT (see SCRIPTS.md)"}},
      {"expect", {2, 4, "expect WIDGET = TEXT (see SCRIPTS.md)"}},
      {"wait_until", {2, 4, "wait_until WIDGET = TEXT (see SCRIPTS.md)"}},
      {"wait", {1, 1, "wait FRAMES"}},
      {"print", {1, 1, "print WIDGET"}},
      {"measure", {1, 1, "measure SECONDS"}},
      {"screenshot", {1, 1, "screenshot PNG"}},
      {"size", {1, 1, "size WIDTHxHEIGHT"}},
      {"open", {1, 1, "open FILE"}},
      {"drop", {1, 8, "drop FILE..."}},
  };
  return table;
}

/// Words of a line, "quoted" ones with \" and \n; nullopt if a quote is missing. # begins a
/// comment.
std::optional<std::vector<std::string>> split(const std::string& line) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
      ++i;
      continue;
    }
    if (line[i] == '#') break;
    std::string word;
    if (line[i] == '"') {
      for (++i; i < line.size() && line[i] != '"'; ++i) {
        if (line[i] == '\\' && i + 1 < line.size()) {
          ++i;
          word += line[i] == 'n' ? '\n' : line[i];
        } else {
          word += line[i];
        }
      }
      if (i >= line.size()) return std::nullopt;
      ++i;
    } else {
      while (i < line.size() && line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
        word += line[i++];
    }
    words.push_back(std::move(word));
  }
  return words;
}

/// To whoever runs the script, at once: a pipe may be read while the script goes on.
void tell(const std::string& line) {
  (void)std::fwrite(line.data(), 1, line.size(), stdout);
  (void)std::fflush(stdout);
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

template <typename T>
bool parse(const std::string& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<std::unique_ptr<ScriptRunner>> ScriptRunner::load(const std::string& path, Editor& editor) {
  std::ifstream in(path);
  if (!in) return invalid_input("cannot read the script " + path);
  std::unique_ptr<ScriptRunner> runner(new ScriptRunner(path, editor));
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    auto words = split(line);
    if (!words) return invalid_input(fmt::format("{}:{}: a quote is missing", path, number));
    if (words->empty()) continue;
    Command command{number, std::move(*words)};
    DIORAMA_RETURN_IF_ERROR(runner->check(command));
    if (command.words[0] == "set") {
      // A click opens the field, some frames later it takes keys.
      const std::string text = command.words[2];
      command.words = {"click", command.words[1]};
      runner->commands_.push_back(command);
      runner->commands_.push_back({number, {"key", "Ctrl+A"}});
      runner->commands_.push_back({number, {"text", text}});
      runner->commands_.push_back({number, {"key", "Enter"}});
      continue;
    }
    runner->commands_.push_back(std::move(command));
  }
  return runner;
}

Status ScriptRunner::check(const Command& command) const {
  const std::string& verb = command.words[0];
  const auto found = verbs().find(verb);
  if (found == verbs().end()) {
    std::vector<std::string> names;
    for (const auto& [name, arity] : verbs()) names.push_back(name);
    return invalid_input(fmt::format("{}:{}: unknown verb '{}'{}; known are {}", path_,
                                     command.line, verb, did_you_mean(verb, names),
                                     join(names, ", ")));
  }
  const std::size_t count = command.words.size() - 1;
  if (count < found->second.least || count > found->second.most) {
    return invalid_input(fmt::format("{}:{}: {}", path_, command.line, found->second.usage));
  }
  return {};
}

Status ScriptRunner::before_frame() {
  waiting_ = false;
  while (true) {
    if (!editor_.host().input().empty()) return {};
    if (settle_ > 0) {
      --settle_;
      editor_.host().keep_drawing(1);
      return {};
    }
    if (at_ == commands_.size()) return {};
    const Command& command = commands_[at_];
    const Result<Step> step = execute(command.words);
    if (!step.ok()) {
      return Status(step.status().code(),
                    fmt::format("{}:{}: {}", path_, command.line, step.status().message()));
    }
    editor_.host().keep_drawing(1);
    if (*step == Step::kAgain) {
      ++tries_;
      return {};
    }
    ++at_;
    tries_ = 0;
    if (!editor_.host().input().empty()) settle_ = kSettleFrames;
  }
}

Result<ScriptRunner::Step> ScriptRunner::locate(const std::string& reference, Point& point) {
  std::string name = reference;
  float fx = 0.5F, fy = 0.5F;
  if (const std::size_t at = reference.rfind('@'); at != std::string::npos) {
    const std::size_t comma = reference.find(',', at);
    if (comma == std::string::npos || !parse(reference.substr(at + 1, comma - at - 1), fx) ||
        !parse(reference.substr(comma + 1), fy)) {
      return invalid_input("'" + reference +
                           "': a place within a widget is written WIDGET@0.5,0.25");
    }
    name = reference.substr(0, at);
  }
  const WidgetRecord* record = editor_.host().registry().find(name);
  if (record == nullptr) {
    if (tries_ < kMissingFrames) return Step::kAgain;
    return failed("no widget '" + name + "'" +
                  did_you_mean(name, editor_.host().registry().names()));
  }
  if (!record->visible) {
    scrolling_ = kSettleFrames;
    editor_.host().registry().reveal(name);
    if (tries_ < kMissingFrames) return Step::kAgain;
    return failed("widget '" + name + "' is out of sight and cannot be scrolled to");
  }
  if (scrolling_ > 0) {
    --scrolling_;
    return Step::kAgain;
  }
  point = {record->left + fx * (record->right - record->left),
           record->top + fy * (record->bottom - record->top)};
  return Step::kDone;
}

void ScriptRunner::press_chord(const Chord& chord) {
  InputQueue& input = editor_.host().input();
  if (chord.ctrl) input.key(Key::kCtrl, true);
  if (chord.shift) input.key(Key::kShift, true);
  if (chord.alt) input.key(Key::kAlt, true);
  input.key(chord.key, true);
  input.key(chord.key, false);
  if (chord.alt) input.key(Key::kAlt, false);
  if (chord.shift) input.key(Key::kShift, false);
  if (chord.ctrl) input.key(Key::kCtrl, false);
}

Result<ScriptRunner::Step> ScriptRunner::point(const std::vector<std::string>& words) {
  Point at;
  DIORAMA_ASSIGN_OR_RETURN(const Step step, locate(words[1], at));
  if (step == Step::kAgain) return step;
  const std::string name = words[1].substr(0, words[1].rfind('@'));
  const WidgetRecord* record = editor_.host().registry().find(name);
  const bool click = words[0] != "hover" && words[0] != "scroll";
  if (click && record != nullptr && !record->disabled.empty()) {
    return failed("widget '" + name + "' is off: " + record->disabled);
  }
  InputQueue& input = editor_.host().input();
  input.move(at.x, at.y);
  const int button = words[0] == "right_click" ? 1 : 0;
  const int presses = words[0] == "double_click" ? 2 : click ? 1 : 0;
  for (int i = 0; i < presses; ++i) {
    input.button(button, true);
    input.button(button, false);
  }
  if (words[0] == "scroll") {
    float lines = 0.0F;
    if (!parse(words[2], lines))
      return invalid_input("'" + words[2] + "' is not a number of lines");
    input.wheel(0.0F, lines);
  }
  return Step::kDone;
}

Result<ScriptRunner::Step> ScriptRunner::drag(const std::vector<std::string>& words) {
  Point from, to;
  DIORAMA_ASSIGN_OR_RETURN(const Step first, locate(words[1], from));
  if (first == Step::kAgain) return first;
  if (words[2] == "to" && words.size() == 4) {
    DIORAMA_ASSIGN_OR_RETURN(const Step second, locate(words[3], to));
    if (second == Step::kAgain) return second;
  } else if (words[2] == "by" && words.size() == 5 && parse(words[3], to.x) &&
             parse(words[4], to.y)) {
    to = {from.x + to.x, from.y + to.y};
  } else {
    return invalid_input(verbs().at("drag").usage);
  }
  InputQueue& input = editor_.host().input();
  input.move(from.x, from.y);
  input.button(0, true);
  // Wheels of nothing keep moves apart: each is a frame of its own, as of a hand.
  constexpr int kMoves = 8;
  for (int i = 1; i <= kMoves; ++i) {
    const float part = static_cast<float>(i) / kMoves;
    input.move(from.x + part * (to.x - from.x), from.y + part * (to.y - from.y));
    input.wheel(0.0F, 0.0F);
  }
  input.button(0, false);
  return Step::kDone;
}

std::string ScriptRunner::unmet(const std::vector<std::string>& e) {
  std::string actual;
  std::size_t next = 1;
  if (e[0] == "title") {
    actual = editor_.title();
  } else if (e[0] == "field" && e.size() > 2) {
    const Result<std::string> text = editor_.field_text(e[1]);
    if (!text.ok()) return text.status().message();
    actual = *text;
    next = 2;
  } else if (e[0] == "action" && e.size() > 2) {
    const Action* action = editor_.actions().find(e[1]);
    if (action == nullptr) return "there is no action '" + e[1] + "'";
    const bool enabled = ActionTable::disabled_reason(*action).empty();
    return (e[2] == "enabled") == enabled ? ""
           : enabled                      ? "it is enabled"
                                          : "it is off: " + ActionTable::disabled_reason(*action);
  } else {
    const WidgetRecord* record = editor_.host().registry().find(e[0]);
    const std::string& relation = e[1];
    if (relation == "missing")
      return record == nullptr ? "" : "it is there, showing '" + record->text + "'";
    if (record == nullptr)
      return "there is no such widget" + did_you_mean(e[0], editor_.host().registry().names());
    if (relation == "exists") return "";
    if (relation == "enabled")
      return record->disabled.empty() ? "" : "it is off: " + record->disabled;
    if (relation == "disabled") return record->disabled.empty() ? "it is on" : "";
    actual = record->text;
  }
  if (e.size() != next + 2)
    return "the line is not understood; write WIDGET = TEXT or WIDGET contains TEXT";
  const std::string& relation = e[next];
  const std::string& wanted = e[next + 1];
  if (relation == "=") return actual == wanted ? "" : "it is '" + actual + "'";
  if (relation == "!=") return actual != wanted ? "" : "it is";
  if (relation == "contains")
    return actual.find(wanted) != std::string::npos ? "" : "it is '" + actual + "'";
  return "'" + relation +
         "' is no relation; =, !=, contains, exists, missing, enabled and disabled are";
}

Result<ScriptRunner::Step> ScriptRunner::wait_until(const std::vector<std::string>& words) {
  const auto now = std::chrono::steady_clock::now();
  if (tries_ == 0) wait_start_ = now;
  const std::string problem = unmet({words.begin() + 1, words.end()});
  if (problem.empty()) return Step::kDone;
  if (std::chrono::duration<double>(now - wait_start_).count() > kWaitSeconds) {
    return failed(fmt::format("waited {:.0f} s for '{}', but {}", kWaitSeconds,
                              join(std::vector<std::string>(words.begin() + 1, words.end()), " "),
                              problem));
  }
  waiting_ = true;
  return Step::kAgain;
}

Result<ScriptRunner::Step> ScriptRunner::action_until(const std::vector<std::string>& words) {
  const std::vector<std::string> expectation(words.begin() + 2, words.end());
  const std::string problem = unmet(expectation);
  if (problem.empty()) {
    settle_ = kSettleFrames;
    return Step::kDone;
  }
  if (tries_ >= kMostActions) {
    return failed(fmt::format("did {} {} times for '{}', but {}", words[1], kMostActions,
                              join(expectation, " "), problem));
  }
  DIORAMA_RETURN_IF_ERROR(editor_.actions().run(words[1]));
  return Step::kAgain;
}

Result<ScriptRunner::Step> ScriptRunner::print(const std::vector<std::string>& words) {
  Point at;
  DIORAMA_ASSIGN_OR_RETURN(const Step step, locate(words[1], at));
  if (step == Step::kAgain) return step;
  const WidgetRecord& record = *editor_.host().registry().find(words[1]);
  tell(fmt::format("{}\t{:.0f} {:.0f} {:.0f} {:.0f}\t{}\n", words[1], record.left, record.top,
                   record.right, record.bottom, record.text));
  return Step::kDone;
}

Result<ScriptRunner::Step> ScriptRunner::measure(const std::vector<std::string>& words) {
  const auto previews = [this] {
    const auto last = editor_.context().workspace.previews().latest("viewport");
    return last == nullptr ? 0 : last->sequence;
  };
  const auto now = std::chrono::steady_clock::now();
  if (tries_ == 0) {
    if (!parse(words[1], measured_s_) || measured_s_ <= 0.0)
      return invalid_input("'" + words[1] + "' is not a number of seconds");
    wait_start_ = now;
    cpu_start_s_ = cpu_seconds();
    previews_start_ = previews();
  }
  const double wall_s = std::chrono::duration<double>(now - wait_start_).count();
  if (wall_s < measured_s_) return Step::kAgain;
  const double cpu_s = cpu_seconds() - cpu_start_s_;
  const double scenes = static_cast<double>(previews() - previews_start_);
  tell(
      fmt::format("measured {:.2f} s: {:.1f} frames/s, {:.1f} pictures of scenes/s, {:.1f} ms CPU "
                  "per frame, {:.2f} cores busy\n",
                  wall_s, tries_ / wall_s, scenes / wall_s, 1e3 * cpu_s / tries_, cpu_s / wall_s));
  return Step::kDone;
}

Result<ScriptRunner::Step> ScriptRunner::execute(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  InputQueue& input = editor_.host().input();
  if (verb == "click" || verb == "double_click" || verb == "right_click" || verb == "hover" ||
      verb == "scroll")
    return point(words);
  if (verb == "drag") return drag(words);
  if (verb == "wait_until") return wait_until(words);
  if (verb == "action_until") return action_until(words);
  if (verb == "print") return print(words);
  if (verb == "measure") return measure(words);
  if (verb == "expect") {
    const std::vector<std::string> expectation(words.begin() + 1, words.end());
    const std::string problem = unmet(expectation);
    if (problem.empty()) return Step::kDone;
    return failed("expected '" + join(expectation, " ") + "', but " + problem);
  }
  if (verb == "text") {
    input.text(words[1]);
  } else if (verb == "key") {
    const auto chord = chord_from_text(words[1]);
    if (!chord || chord->empty())
      return invalid_input("'" + words[1] + "' is no chord, such as Ctrl+Shift+S or F5");
    press_chord(*chord);
  } else if (verb == "hold" || verb == "release") {
    const auto key = key_from_name(words[1]);
    if (!key) return invalid_input("'" + words[1] + "' is no key, such as Shift or W");
    input.key(*key, verb == "hold");
  } else if (verb == "action") {
    DIORAMA_RETURN_IF_ERROR(editor_.actions().run(words[1]));
    settle_ = kSettleFrames;
  } else if (verb == "wait") {
    int frames = 0;
    if (!parse(words[1], frames) || frames < 1)
      return invalid_input("'" + words[1] + "' is not a number of frames");
    settle_ = frames;
  } else if (verb == "screenshot") {
    DIORAMA_ASSIGN_OR_RETURN(const ImageU8 picture, editor_.host().picture());
    DIORAMA_RETURN_IF_ERROR(write_png(words[1], picture));
  } else if (verb == "size") {
    const std::size_t x = words[1].find('x');
    if (x == std::string::npos || !parse(words[1].substr(0, x), width_px_) ||
        !parse(words[1].substr(x + 1), height_px_) || std::min(width_px_, height_px_) < 64 ||
        std::max(width_px_, height_px_) > 8192) {
      return invalid_input("'" + words[1] + "' is no size, such as 1280x800");
    }
    settle_ = kSettleFrames;
  } else if (verb == "open") {
    DIORAMA_RETURN_IF_ERROR(editor_.open(words[1]));
    settle_ = kSettleFrames;
  } else if (verb == "drop") {
    editor_.drop({words.begin() + 1, words.end()});
    settle_ = kSettleFrames;
  }
  return Step::kDone;
}

}  // namespace diorama::editor
