// Keys and chords by name, independent of window system and ImGui version.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace diorama::editor {

/// Physical keys as a US keyboard labels them. Left and right modifiers are one.
enum class Key {
  kNone,
  kTab,
  kLeft,
  kRight,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kInsert,
  kDelete,
  kBackspace,
  kSpace,
  kEnter,
  kEscape,
  kKeypadEnter,
  kA,
  kB,
  kC,
  kD,
  kE,
  kF,
  kG,
  kH,
  kI,
  kJ,
  kK,
  kL,
  kM,
  kN,
  kO,
  kP,
  kQ,
  kR,
  kS,
  kT,
  kU,
  kV,
  kW,
  kX,
  kY,
  kZ,
  k0,
  k1,
  k2,
  k3,
  k4,
  k5,
  k6,
  k7,
  k8,
  k9,
  kF1,
  kF2,
  kF3,
  kF4,
  kF5,
  kF6,
  kF7,
  kF8,
  kF9,
  kF10,
  kF11,
  kF12,
  kMinus,
  kEqual,
  kComma,
  kPeriod,
  kSlash,
  kSemicolon,
  kApostrophe,
  kLeftBracket,
  kRightBracket,
  kBackslash,
  kGrave,
  kCtrl,
  kShift,
  kAlt,
  kSuper,
  kCount,
};

/// "A", "F5", "Space", "Ctrl".
std::string_view key_name(Key key);
std::optional<Key> key_from_name(std::string_view name);

/// A key with modifiers.
struct Chord {
  Key key = Key::kNone;
  bool ctrl = false;
  bool shift = false;
  bool alt = false;

  bool empty() const { return key == Key::kNone; }
  bool operator==(const Chord&) const = default;
};

/// "Ctrl+Shift+S"; "" for none.
std::string chord_text(const Chord& chord);
/// The reverse; case does not matter. nullopt if a part is unknown; "" is the empty chord.
std::optional<Chord> chord_from_text(std::string_view text);

}  // namespace diorama::editor
