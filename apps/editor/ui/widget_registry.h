// Every widget of the last frame by its name "Panel/Widget": where it is, what it shows, whether
// and why it is off. Scripts find widgets here, help pages read the texts. UI thread only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::editor {

struct WidgetRecord {
  float left = 0.0F, top = 0.0F, right = 0.0F,
        bottom = 0.0F;   ///< Pixels, cut to what its window shows.
  bool visible = false;  ///< Some of it is inside its window.
  std::string text;      ///< What it shows: a label, a value with its unit, "on" or "off".
  std::string disabled;  ///< Why it cannot be used; "" = it can.
};

class WidgetRegistry {
 public:
  /// Forgets the frame before; what is recorded from now on is found after `end_frame`.
  void begin_frame() { next_.clear(); }
  void record(const std::string& name, WidgetRecord record) { next_[name] = std::move(record); }
  void end_frame() { current_.swap(next_); }

  /// Null if the last frame had no such widget.
  const WidgetRecord* find(const std::string& name) const;
  /// All names of the last frame, sorted.
  std::vector<std::string> names() const;

  /// The widget is to be scrolled into view as soon as it is drawn.
  void reveal(const std::string& name) { wanted_ = name; }
  bool wants(const std::string& name) const { return wanted_ == name; }
  void revealed() { wanted_.clear(); }

 private:
  std::map<std::string, WidgetRecord, std::less<>> current_, next_;
  std::string wanted_;
};

}  // namespace diorama::editor
