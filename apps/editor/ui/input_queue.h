// Input in the order in which it happened, given to ImGui a frame at a time: at most one change of
// a button or key per frame, so that no click or tap between two frames is lost. Window and scripts
// fill it; UI thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "apps/editor/ui/keys.h"

namespace diorama::editor {

class InputQueue {
 public:
  /// Pixels of the frame.
  void move(float x, float y);
  /// 0 left, 1 right, 2 middle.
  void button(int button, bool down);
  void wheel(float dx, float dy);
  void key(Key key, bool down);
  void character(std::uint32_t codepoint);
  /// UTF-8, one character event each.
  void text(std::string_view utf8);
  /// The window lost the focus: everything that is down goes up.
  void release_all();

  bool empty() const { return events_.empty(); }

  /// Typed text waits for so many frames: a field that is only about to open shall get it.
  void hold_text(int frames) { text_held_ = frames; }

  /// Gives what belongs to the next frame to the current ImGui context. True if there was anything.
  bool feed_frame();

 private:
  enum class Type { kMove, kButton, kWheel, kKey, kCharacter };
  struct Event {
    Type type = Type::kMove;
    float x = 0.0F;
    float y = 0.0F;
    int code = 0;  ///< Button, key or code point.
    bool down = false;
  };
  std::deque<Event> events_;
  int text_held_ = 0;  // Frames.
  bool buttons_down_[3] = {};
  bool keys_down_[static_cast<int>(Key::kCount)] = {};
};

}  // namespace diorama::editor
