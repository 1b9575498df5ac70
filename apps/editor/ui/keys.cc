#include "apps/editor/ui/keys.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace diorama::editor {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Key::kCount)> kNames = {
    "",    "Tab",    "Left",   "Right",     "Up",    "Down",  "PageUp", "PageDown",    "Home",
    "End", "Insert", "Delete", "Backspace", "Space", "Enter", "Escape", "KeypadEnter", "A",
    "B",   "C",      "D",      "E",         "F",     "G",     "H",      "I",           "J",
    "K",   "L",      "M",      "N",         "O",     "P",     "Q",      "R",           "S",
    "T",   "U",      "V",      "W",         "X",     "Y",     "Z",      "0",           "1",
    "2",   "3",      "4",      "5",         "6",     "7",     "8",      "9",           "F1",
    "F2",  "F3",     "F4",     "F5",        "F6",    "F7",    "F8",     "F9",          "F10",
    "F11", "F12",    "-",      "=",         ",",     ".",     "/",      ";",           "'",
    "[",   "]",      "\\",     "`",         "Ctrl",  "Shift", "Alt",    "Super"};

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

std::string_view key_name(Key key) { return kNames[static_cast<std::size_t>(key)]; }

std::optional<Key> key_from_name(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    if (same_word(kNames[i], name)) return static_cast<Key>(i);
  }
  return std::nullopt;
}

std::string chord_text(const Chord& chord) {
  if (chord.empty()) return "";
  std::string text;
  if (chord.ctrl) text += "Ctrl+";
  if (chord.shift) text += "Shift+";
  if (chord.alt) text += "Alt+";
  return text.append(key_name(chord.key));
}

std::optional<Chord> chord_from_text(std::string_view text) {
  Chord chord;
  while (!text.empty()) {
    const std::size_t plus = text.find('+', 1);
    const std::string_view part = text.substr(0, plus);
    text = plus == std::string_view::npos ? std::string_view{} : text.substr(plus + 1);
    const std::optional<Key> key = key_from_name(part);
    if (!key || !chord.empty()) return std::nullopt;
    if (*key == Key::kCtrl && !text.empty()) {
      chord.ctrl = true;
    } else if (*key == Key::kShift && !text.empty()) {
      chord.shift = true;
    } else if (*key == Key::kAlt && !text.empty()) {
      chord.alt = true;
    } else {
      chord.key = *key;
    }
  }
  return chord;
}

}  // namespace diorama::editor
