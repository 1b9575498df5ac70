// Where ImGui 1.86 and its successors differ: keys and the input that a frame starts with. Nothing
// else asks for the version.
#pragma once

#include "apps/editor/ui/keys.h"

namespace diorama::editor::compat {

/// Once per context.
void map_keys();

void feed_key(Key key, bool down);
/// Pixels; off screen means that the pointer is away.
void feed_pointer(float x, float y);
void feed_button(int button, bool down);
void feed_wheel(float dx, float dy);
void feed_character(unsigned codepoint);

/// After NewFrame: a double click ends with its second press, so that two quick ones are two. In a
/// text field three presses select the line.
void end_double_clicks();
bool key_down(Key key);
/// Went down in this frame, or repeats if asked for.
bool key_pressed(Key key, bool repeat = false);

}  // namespace diorama::editor::compat
