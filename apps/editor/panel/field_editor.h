// FieldEditor: a row for each field of an element, by the schema and its table of rules, so that a
// new field appears without a change here. What is dragged is kept apart and becomes one command
// when it is let go. UI thread only.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "apps/editor/app/panel_context.h"
#include "scenes/field_path.h"

namespace diorama::editor {

class FieldEditor {
 public:
  enum class Random {
    kOffered,
    kNot
  };  ///< Whether numbers and colours have a button that makes them random.
  explicit FieldEditor(Random random = Random::kOffered) : random_(random) {}

  /// Rows for the fields of the message at `path`, but those named in `left_out`. Messages that are
  /// absent get a button that makes them. Widgets are called as their path behind `path`:
  /// "base_color", "texture/repeat_x".
  void draw(PanelContext& c, const std::string& path,
            const std::vector<std::string>& left_out = {});

 private:
  void draw_field(PanelContext& c, const FieldRef& ref, const std::string& name);
  void draw_number(PanelContext& c, const FieldRef& ref, const std::string& name);
  void draw_color(PanelContext& c, const FieldRef& ref, const std::string& name);
  void draw_vector(PanelContext& c, const FieldRef& ref, const std::string& name);
  void draw_words(PanelContext& c, const FieldRef& ref, const std::string& name);
  void draw_message(PanelContext& c, const FieldRef& ref, const std::string& name);
  void set_width(const PanelContext& c) const;
  void random_button(PanelContext& c, const FieldRef& ref, const std::string& name);

  Random random_;
  // The field that is being dragged, and what it would become.
  std::string active_;
  double number_ = 0.0;
  std::array<float, 3> color_{};
};

}  // namespace diorama::editor
