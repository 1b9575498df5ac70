// The widgets that panels are made of. Each has a name that never changes, from which come its
// ImGui identity and its place in the registry ("Panel/Widget"), and carries its tooltip and the
// reason why it is off. UI thread only.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <imgui.h>

#include "apps/editor/ui/icons.h"
#include "apps/editor/ui/ui_host.h"

namespace diorama::editor {

/// Name, shown text, help and state of one widget: Widget("Play").text("Pause").tip("Stop the
/// clock").
class Widget {
 public:
  Widget(std::string_view name)
      : name_(name), text_(name) {}  // NOLINT(google-explicit-constructor): ui.button("Apply")
  Widget(const char* name)
      : Widget(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)
  Widget(const std::string& name)
      : Widget(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)

  /// What is shown; the name if not given. May change from frame to frame.
  Widget& text(std::string_view text) {
    text_ = text;
    return *this;
  }
  Widget& tip(std::string_view tip) {
    tip_ = tip;
    return *this;
  }
  /// Off, and why; "" = on.
  Widget& off(std::string_view reason) {
    off_ = reason;
    return *this;
  }
  /// Marks a value that is drawn at random in each episode.
  Widget& varied(bool varied = true) {
    varied_ = varied;
    return *this;
  }
  /// Not set by the author: what it shows is the default, in grey.
  Widget& unset(bool unset = true) {
    unset_ = unset;
    return *this;
  }
  /// Several selected things differ in it.
  Widget& mixed(bool mixed = true) {
    mixed_ = mixed;
    return *this;
  }

  const std::string& name() const { return name_; }
  const std::string& shown() const { return text_; }
  const std::string& tip() const { return tip_; }
  const std::string& off() const { return off_; }
  bool is_varied() const { return varied_; }
  bool is_unset() const { return unset_; }
  bool is_mixed() const { return mixed_; }

 private:
  std::string name_, text_, tip_, off_;
  bool varied_ = false;
  bool unset_ = false;
  bool mixed_ = false;
};

/// What a user did to a value: `changed` while it moves, `committed` once when the gesture ends
/// (one undo step).
struct Edit {
  bool changed = false;
  bool committed = false;
  explicit operator bool() const { return changed || committed; }
};

/// How a number field behaves.
struct NumberStyle {
  std::string unit = {};  ///< Shown in grey behind the number.
  double lower = -1e300;
  double upper = 1e300;
  double step = 0.0;  ///< Per pixel of a drag; 0 = by the size of the value.
  bool whole = false;
  int digits = 4;           ///< Significant digits shown.
  std::string absent = {};  ///< Shown in place of the number while it is not set; "" = the number.
  bool slider = false;      ///< A bar from lower to upper.
};

class Ui {
 public:
  explicit Ui(UiHost& host) : host_(host) {}

  UiHost& host() { return host_; }
  const Theme& theme() const { return host_.theme(); }
  const Fonts& fonts() const { return host_.fonts(); }
  TextureStore& textures() { return host_.textures(); }
  const char* icon(const Icon& icon) const { return icon_text(host_.fonts(), icon); }
  /// Glyph and text; only text without an icon font, or for something without an icon.
  std::string with_icon(const Icon& icon, std::string_view text) const;

  // Names. A scope is a panel, a dialog, or a row of a list; names of widgets in it are
  // "Scope/Inner/Widget".
  void push(std::string_view scope);
  void pop();
  const std::string& scope() const { return scope_; }

  // Text.
  void text(std::string_view text);
  void wrapped(std::string_view text);
  void dim(std::string_view text);
  void heading(std::string_view text);
  void mono(std::string_view text);
  void colored(const ImVec4& color, std::string_view text);
  /// A line with a caption and a value that scripts can read.
  void value(const Widget& widget, std::string_view value, std::string_view unit = "");
  /// What an empty panel says: a sentence in the middle of the free space.
  void empty_note(std::string_view text);
  /// Caption in the left column; the next widget follows to the right of it and fills the line.
  void caption(std::string_view text, std::string_view tip = "");
  /// A caption on a line of its own.
  void caption_line(std::string_view text, std::string_view tip = "");
  /// What caption() leaves for the widget to the right of it, px.
  float room_beside_caption() const;

  // Buttons and choices.
  bool button(const Widget& widget);
  bool primary_button(const Widget& widget);
  /// Square, with an icon only; its text goes into the tooltip. `on` draws it as switched on.
  bool icon_button(const Widget& widget, const Icon& icon, bool on = false);
  bool checkbox(const Widget& widget, bool& value);
  bool selectable(const Widget& widget, bool selected, bool span_columns = false);
  bool choice(const Widget& widget, int& index, std::span<const std::string> items);
  /// Buttons side by side of which one is on.
  bool segmented(const Widget& widget, int& index, std::span<const std::string> items);
  bool menu_item(const Widget& widget, std::string_view shortcut = "", bool checked = false);
  bool begin_menu(const Widget& widget);
  void end_menu() { ImGui::EndMenu(); }
  /// A line with an arrow that opens; buttons may stand on it. If open, draw what is below, then call tree_pop.
  bool tree(const Widget& widget, bool selected, bool leaf, bool open_at_first = true);
  void tree_pop() { ImGui::TreePop(); }
  /// A titled part of a panel that folds.
  bool section(const Widget& widget, bool open_at_first = true);

  // Values.
  Edit number(const Widget& widget, double& value, const NumberStyle& style = {});
  Edit integer(const Widget& widget, std::int64_t& value, NumberStyle style = {});
  /// Committed by Enter or by leaving the field; Escape restores.
  Edit text_field(const Widget& widget, std::string& value, std::string_view hint = "");
  /// Changes with every key: filters and searches.
  bool search_field(const Widget& widget, std::string& value, std::string_view hint = "Filter");
  /// sRGB, 0 to 1.
  Edit color(const Widget& widget, std::array<float, 3>& rgb);

  // Pictures and own drawing.
  /// Draws `texture` (null = an empty frame) in `size` pixels; true if clicked.
  bool picture(const Widget& widget, const Texture* texture, ImVec2 size);
  /// Reserves an area that takes the mouse: viewports, plots, histograms. True while hovered.
  bool area(const Widget& widget, ImVec2 size);
  void progress(const Widget& widget, double fraction, std::string_view text);

  // Layout.
  void same_line(float gap_steps = 1.5F) { ImGui::SameLine(0.0F, gap_steps * theme().step); }
  void gap(float steps = 2.0F) { ImGui::Dummy({0.0F, steps * theme().step}); }
  void separator() { ImGui::Separator(); }
  float step() const { return theme().step; }
  ImVec2 space_left() const { return ImGui::GetContentRegionAvail(); }

  /// Registers the last ImGui item under the widget's name, with its tooltip: for what the wrappers
  /// do not cover.
  void record_last(const Widget& widget, std::string_view shown);
  /// Gives the keyboard to the widget that is drawn next.
  void focus_next() { ImGui::SetKeyboardFocusHere(); }
  /// Gives the keyboard to the named text or number field when it is drawn next.
  void focus(const std::string& full_name) { focus_ = full_name; }

 private:
  std::string label(const Widget& widget) const;
  std::string full_name(const Widget& widget) const;
  float caption_end() const;
  void tip_of_last(std::string_view tip);
  void before(const Widget& widget);
  void after(const Widget& widget, std::string_view shown);
  bool tree_node(const Widget& widget, ImGuiTreeNodeFlags flags);

  UiHost& host_;
  std::string scope_;
  std::vector<std::size_t> scope_lengths_;
  std::string focus_;
  // The one field that is being typed into, or dragged.
  ImGuiID edited_ = 0;
  std::string edit_text_;
  bool edit_fresh_ = false;
  std::string edit_problem_;
  ImGuiID dragged_ = 0;
  double drag_start_ = 0.0;
};

}  // namespace diorama::editor
