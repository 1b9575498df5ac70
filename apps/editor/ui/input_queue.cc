#include "apps/editor/ui/input_queue.h"

#include "apps/editor/ui/imgui_compat.h"

namespace diorama::editor {

void InputQueue::move(float x, float y) {
  // Only the last of several moves in a row matters.
  if (!events_.empty() && events_.back().type == Type::kMove) events_.pop_back();
  events_.push_back({.type = Type::kMove, .x = x, .y = y});
}

void InputQueue::button(int button, bool down) {
  if (button < 0 || button > 2) return;
  buttons_down_[button] = down;
  events_.push_back({.type = Type::kButton, .code = button, .down = down});
}

void InputQueue::wheel(float dx, float dy) {
  events_.push_back({.type = Type::kWheel, .x = dx, .y = dy});
}

void InputQueue::key(Key key, bool down) {
  if (key == Key::kNone) return;
  keys_down_[static_cast<int>(key)] = down;
  events_.push_back({.type = Type::kKey, .code = static_cast<int>(key), .down = down});
}

void InputQueue::character(std::uint32_t codepoint) {
  events_.push_back({.type = Type::kCharacter, .code = static_cast<int>(codepoint)});
}

void InputQueue::text(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t codepoint = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (int k = 1; k < length && i + k < utf8.size(); ++k) {
      codepoint = codepoint << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    character(codepoint);
    i += length;
  }
}

void InputQueue::release_all() {
  for (int i = 0; i < 3; ++i) {
    if (buttons_down_[i]) button(i, false);
  }
  for (int i = 0; i < static_cast<int>(Key::kCount); ++i) {
    if (keys_down_[i]) key(static_cast<Key>(i), false);
  }
}

bool InputQueue::feed_frame() {
  bool fed = false, moved = false, wheeled = false, typed = false;
  std::uint32_t buttons = 0;
  bool any_key = false, pressed = false;
  bool keys[static_cast<int>(Key::kCount)] = {};
  const bool text_waits = text_held_ > 0;
  if (text_waits) --text_held_;
  for (; !events_.empty(); events_.pop_front(), fed = true) {
    const Event& event = events_.front();
    switch (event.type) {
      case Type::kMove:
        // What was clicked was clicked where the pointer was.
        if (buttons != 0 || wheeled) return fed;
        compat::feed_pointer(event.x, event.y);
        moved = true;
        break;
      case Type::kButton:
        // A widget must be hovered for a frame before it takes a click.
        if ((buttons >> event.code & 1U) != 0 || wheeled || any_key || moved) return fed;
        compat::feed_button(event.code, event.down);
        buttons |= 1U << event.code;
        break;
      case Type::kWheel:
        if (wheeled || moved || buttons != 0) return fed;
        compat::feed_wheel(event.x, event.y);
        wheeled = true;
        break;
      case Type::kKey:
        if (keys[event.code] || buttons != 0 || typed) return fed;
        // Ctrl that goes up behind Q was down when Q was pressed.
        if (event.code >= static_cast<int>(Key::kCtrl) && pressed) return fed;
        compat::feed_key(static_cast<Key>(event.code), event.down);
        keys[event.code] = any_key = true;
        pressed = pressed || event.down;
        break;
      case Type::kCharacter:
        if (buttons != 0 || text_waits) return fed;
        compat::feed_character(static_cast<unsigned>(event.code));
        typed = true;
        break;
    }
  }
  return fed;
}

}  // namespace diorama::editor
