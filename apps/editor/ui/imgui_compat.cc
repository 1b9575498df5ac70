#include "apps/editor/ui/imgui_compat.h"

#include <array>
#include <utility>

#include <imgui.h>

namespace diorama::editor::compat {
namespace {

#if IMGUI_VERSION_NUM >= 18700

ImGuiKey imgui_key(Key key) {
  if (key >= Key::kA && key <= Key::kZ)
    return static_cast<ImGuiKey>(ImGuiKey_A + (static_cast<int>(key) - static_cast<int>(Key::kA)));
  if (key >= Key::k0 && key <= Key::k9)
    return static_cast<ImGuiKey>(ImGuiKey_0 + (static_cast<int>(key) - static_cast<int>(Key::k0)));
  if (key >= Key::kF1 && key <= Key::kF12)
    return static_cast<ImGuiKey>(ImGuiKey_F1 +
                                 (static_cast<int>(key) - static_cast<int>(Key::kF1)));
  switch (key) {
    case Key::kTab:
      return ImGuiKey_Tab;
    case Key::kLeft:
      return ImGuiKey_LeftArrow;
    case Key::kRight:
      return ImGuiKey_RightArrow;
    case Key::kUp:
      return ImGuiKey_UpArrow;
    case Key::kDown:
      return ImGuiKey_DownArrow;
    case Key::kPageUp:
      return ImGuiKey_PageUp;
    case Key::kPageDown:
      return ImGuiKey_PageDown;
    case Key::kHome:
      return ImGuiKey_Home;
    case Key::kEnd:
      return ImGuiKey_End;
    case Key::kInsert:
      return ImGuiKey_Insert;
    case Key::kDelete:
      return ImGuiKey_Delete;
    case Key::kBackspace:
      return ImGuiKey_Backspace;
    case Key::kSpace:
      return ImGuiKey_Space;
    case Key::kEnter:
      return ImGuiKey_Enter;
    case Key::kEscape:
      return ImGuiKey_Escape;
    case Key::kKeypadEnter:
      return ImGuiKey_KeypadEnter;
    case Key::kMinus:
      return ImGuiKey_Minus;
    case Key::kEqual:
      return ImGuiKey_Equal;
    case Key::kComma:
      return ImGuiKey_Comma;
    case Key::kPeriod:
      return ImGuiKey_Period;
    case Key::kSlash:
      return ImGuiKey_Slash;
    case Key::kSemicolon:
      return ImGuiKey_Semicolon;
    case Key::kApostrophe:
      return ImGuiKey_Apostrophe;
    case Key::kLeftBracket:
      return ImGuiKey_LeftBracket;
    case Key::kRightBracket:
      return ImGuiKey_RightBracket;
    case Key::kBackslash:
      return ImGuiKey_Backslash;
    case Key::kGrave:
      return ImGuiKey_GraveAccent;
    case Key::kCtrl:
      return ImGuiKey_LeftCtrl;
    case Key::kShift:
      return ImGuiKey_LeftShift;
    case Key::kAlt:
      return ImGuiKey_LeftAlt;
    case Key::kSuper:
      return ImGuiKey_LeftSuper;
    default:
      return ImGuiKey_None;
  }
}

#endif

}  // namespace

void end_double_clicks() {
  constexpr double kLongAgo = -1e9;
  ImGuiIO& io = ImGui::GetIO();
  for (int i = 0; i < 3; ++i) {
    if (io.MouseClickedCount[i] == 2 && !io.WantTextInput) io.MouseClickedTime[i] = kLongAgo;
  }
}

#if IMGUI_VERSION_NUM >= 18700

void map_keys() { ImGui::GetIO().ConfigInputTrickleEventQueue = false; }

void feed_key(Key key, bool down) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(imgui_key(key), down);
  if (key == Key::kCtrl) io.AddKeyEvent(ImGuiMod_Ctrl, down);
  if (key == Key::kShift) io.AddKeyEvent(ImGuiMod_Shift, down);
  if (key == Key::kAlt) io.AddKeyEvent(ImGuiMod_Alt, down);
  if (key == Key::kSuper) io.AddKeyEvent(ImGuiMod_Super, down);
}

void feed_pointer(float x, float y) { ImGui::GetIO().AddMousePosEvent(x, y); }
void feed_button(int button, bool down) { ImGui::GetIO().AddMouseButtonEvent(button, down); }
void feed_wheel(float dx, float dy) { ImGui::GetIO().AddMouseWheelEvent(dx, dy); }
void feed_character(unsigned codepoint) { ImGui::GetIO().AddInputCharacter(codepoint); }
bool key_down(Key key) { return ImGui::IsKeyDown(imgui_key(key)); }
bool key_pressed(Key key, bool repeat) { return ImGui::IsKeyPressed(imgui_key(key), repeat); }

#else

void map_keys() {
  constexpr std::array<std::pair<ImGuiKey_, Key>, 22> kMapped = {{
      {ImGuiKey_Tab, Key::kTab},
      {ImGuiKey_LeftArrow, Key::kLeft},
      {ImGuiKey_RightArrow, Key::kRight},
      {ImGuiKey_UpArrow, Key::kUp},
      {ImGuiKey_DownArrow, Key::kDown},
      {ImGuiKey_PageUp, Key::kPageUp},
      {ImGuiKey_PageDown, Key::kPageDown},
      {ImGuiKey_Home, Key::kHome},
      {ImGuiKey_End, Key::kEnd},
      {ImGuiKey_Insert, Key::kInsert},
      {ImGuiKey_Delete, Key::kDelete},
      {ImGuiKey_Backspace, Key::kBackspace},
      {ImGuiKey_Space, Key::kSpace},
      {ImGuiKey_Enter, Key::kEnter},
      {ImGuiKey_Escape, Key::kEscape},
      {ImGuiKey_KeyPadEnter, Key::kKeypadEnter},
      {ImGuiKey_A, Key::kA},
      {ImGuiKey_C, Key::kC},
      {ImGuiKey_V, Key::kV},
      {ImGuiKey_X, Key::kX},
      {ImGuiKey_Y, Key::kY},
      {ImGuiKey_Z, Key::kZ},
  }};
  for (const auto& [theirs, ours] : kMapped) ImGui::GetIO().KeyMap[theirs] = static_cast<int>(ours);
}

void feed_key(Key key, bool down) {
  ImGuiIO& io = ImGui::GetIO();
  io.KeysDown[static_cast<int>(key)] = down;
  if (key == Key::kCtrl) io.KeyCtrl = down;
  if (key == Key::kShift) io.KeyShift = down;
  if (key == Key::kAlt) io.KeyAlt = down;
  if (key == Key::kSuper) io.KeySuper = down;
}

void feed_pointer(float x, float y) { ImGui::GetIO().MousePos = {x, y}; }
void feed_button(int button, bool down) { ImGui::GetIO().MouseDown[button] = down; }

void feed_wheel(float dx, float dy) {
  ImGui::GetIO().MouseWheelH += dx;
  ImGui::GetIO().MouseWheel += dy;
}

void feed_character(unsigned codepoint) { ImGui::GetIO().AddInputCharacter(codepoint); }
bool key_down(Key key) { return ImGui::GetIO().KeysDown[static_cast<int>(key)]; }
bool key_pressed(Key key, bool repeat) {
  return ImGui::IsKeyPressed(static_cast<int>(key), repeat);
}

#endif

}  // namespace diorama::editor::compat
