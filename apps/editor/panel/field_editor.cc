#include "apps/editor/panel/field_editor.h"

#include <algorithm>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "apps/editor/document/field_help.h"
#include "apps/editor/document/layout_text.h"
#include "apps/editor/document/vary_paths.h"
#include "engine/core/text.h"
#include "scenes/field_rules.h"

namespace diorama::editor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kDigits = 6;  // 60000 lx shall not become 6e+04.

FieldRef child_of(const FieldRef& ref, const FieldDescriptor& field) {
  FieldRef child = ref;
  child.steps.push_back({&field, -1});
  child.path += "." + field.name();
  return child;
}

bool is_absent(const Message& root, const FieldRef& ref) {
  const Message& parent = parent_of(root, ref);
  return ref.field().has_presence() && !parent.GetReflection()->HasField(parent, &ref.field());
}

}  // namespace

void FieldEditor::draw(PanelContext& c, const std::string& path,
                       const std::vector<std::string>& left_out) {
  const auto ref = resolve_field(c.document.scenario(), path);
  if (!ref.ok() || ref->field().message_type() == nullptr) return;
  const Descriptor& type = *ref->field().message_type();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool wanted = std::find(left_out.begin(), left_out.end(), field.name()) == left_out.end();
    if (wanted && !field.is_repeated()) draw_field(c, child_of(*ref, field), field.name());
  }
}

void FieldEditor::draw_field(PanelContext& c, const FieldRef& ref, const std::string& name) {
  const FieldDescriptor& field = ref.field();
  // Of a choice only the alternative that is there.
  if (field.real_containing_oneof() != nullptr && is_absent(c.document.scenario(), ref)) return;
  switch (field_kind(ref)) {
    case FieldKind::kReal:
    case FieldKind::kInteger:
      return draw_number(c, ref, name);
    case FieldKind::kBool: {
      c.ui.caption(field_caption(field));
      bool value = field_number(c.document.scenario(), ref).value_or(0.0) != 0.0;
      if (c.ui.checkbox(Widget(name).text("").varied(varies(c.document.scenario(), ref.path)),
                        value)) {
        c.workspace.emit(SetField{ref.path, value ? "true" : "false"});
      }
      return;
    }
    case FieldKind::kEnum:
      return draw_words(c, ref, name);
    case FieldKind::kString: {
      c.ui.caption(field_caption(field));
      std::string value = field_text(c.document.scenario(), ref);
      if (c.ui.text_field(Widget(name).varied(varies(c.document.scenario(), ref.path)), value)
              .committed) {
        const std::string element = ref.path.substr(0, ref.path.rfind('.'));
        if (field.name() == "name") {
          c.workspace.emit(Rename{element, value});
        } else {
          c.workspace.emit(SetField{ref.path, quoted_text(value)});
        }
      }
      return;
    }
    case FieldKind::kMessage:
      if (field.message_type() == schema::Color::descriptor()) return draw_color(c, ref, name);
      if (field.message_type() == schema::Vec3::descriptor()) return draw_vector(c, ref, name);
      return draw_message(c, ref, name);
    case FieldKind::kRepeated:
      return;
  }
}

void FieldEditor::random_button(PanelContext& c, const FieldRef& ref, const std::string& name) {
  if (random_ == Random::kNot) return;
  const bool random = varies(c.document.scenario(), ref.path);
  c.ui.same_line(0.5F);
  const Widget widget =
      Widget(name + " random")
          .tip(random ? "Drawn in each episode; make it fixed" : "Draw it anew in each episode");
  if (!c.ui.icon_button(widget, icon::kRandom, random)) return;
  if (random) {
    c.workspace.emit(MakeFixed{ref.path});
  } else {
    c.workspace.emit(MakeRandom{ref.path, "", ""});
  }
}

void FieldEditor::set_width(const PanelContext& c) const {
  const float button = random_ == Random::kOffered ? c.ui.theme().row + c.ui.step() : 0.0F;
  ImGui::SetNextItemWidth(std::max(10.0F, c.ui.space_left().x - button));
}

void FieldEditor::draw_number(PanelContext& c, const FieldRef& ref, const std::string& name) {
  const schema::Scenario& scenario = c.document.scenario();
  const FieldRule& rule = field_rule(ref.field(), ref.holder());
  const bool absent = is_absent(scenario, ref);
  double value =
      absent ? rule.default_value.value_or(0.0) : field_number(scenario, ref).value_or(0.0);
  if (active_ == ref.path) value = number_;
  c.ui.caption(field_caption(ref.field()),
               rule.range_text() + (absent ? "; not set, this is the default" : ""));
  const NumberStyle style{.unit = rule.unit,
                          .lower = rule.lower,
                          .upper = rule.upper,
                          .whole = field_kind(ref) == FieldKind::kInteger,
                          .digits = kDigits,
                          .slider = rule.upper - rule.lower <= 1.0};
  set_width(c);
  const Edit edit = c.ui.number(
      Widget(name).tip(rule.range_text()).unset(absent).varied(varies(scenario, ref.path)), value,
      style);
  if (edit.committed) {
    active_.clear();
    c.workspace.emit(SetField{ref.path, format_number(value)});
  } else if (edit.changed) {
    active_ = ref.path;
    number_ = value;
  }
  random_button(c, ref, name);
}

void FieldEditor::draw_color(PanelContext& c, const FieldRef& ref, const std::string& name) {
  const Message& parent = parent_of(c.document.scenario(), ref);
  c.ui.caption(field_caption(ref.field()));
  const bool absent = is_absent(c.document.scenario(), ref);
  const auto& color =
      static_cast<const schema::Color&>(parent.GetReflection()->GetMessage(parent, &ref.field()));
  std::array<float, 3> rgb = {static_cast<float>(color.r()), static_cast<float>(color.g()),
                              static_cast<float>(color.b())};
  if (absent) {
    const auto otherwise = vector_default(ref.field(), parent, c.document.scenario().has_model());
    for (std::size_t i = 0; otherwise && i < 3; ++i) rgb[i] = static_cast<float>((*otherwise)[i]);
  }
  if (active_ == ref.path) rgb = color_;
  set_width(c);
  const Edit edit = c.ui.color(Widget(name)
                                   .tip(absent ? "Not set: the default" : "")
                                   .unset(absent)
                                   .varied(varies(c.document.scenario(), ref.path)),
                               rgb);
  if (edit.changed) {
    active_ = ref.path;
    color_ = rgb;
  }
  if (edit.committed) {
    active_.clear();
    c.workspace.emit(
        SetField{ref.path, fmt::format("r: {:.3g} g: {:.3g} b: {:.3g}", rgb[0], rgb[1], rgb[2])});
  }
  random_button(c, ref, name);
}

void FieldEditor::draw_vector(PanelContext& c, const FieldRef& ref, const std::string& name) {
  const Descriptor& type = *ref.field().message_type();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldRef part = child_of(ref, *type.field(i));
    const FieldRule& rule = field_rule(part.field(), part.holder());
    double value = field_number(c.document.scenario(), part).value_or(0.0);
    if (active_ == part.path) value = number_;
    c.ui.caption(
        i == 0 ? field_caption(ref.field()) + " " + part.field().name() : "  " + part.field().name(),
        rule.range_text());
    set_width(c);
    const std::string part_name = name + "/" + part.field().name();
    const Edit edit = c.ui.number(
        Widget(part_name).varied(varies(c.document.scenario(), part.path)), value,
        {.unit = rule.unit, .lower = rule.lower, .upper = rule.upper, .digits = kDigits});
    if (edit.committed) {
      active_.clear();
      c.workspace.emit(SetField{part.path, format_number(value)});
    } else if (edit.changed) {
      active_ = part.path;
      number_ = value;
    }
    random_button(c, part, part_name);
  }
}

void FieldEditor::draw_words(PanelContext& c, const FieldRef& ref, const std::string& name) {
  const auto& words = *ref.field().enum_type();
  std::vector<std::string> items;
  int index = 0;
  const std::string present = field_text(c.document.scenario(), ref);
  for (int i = 0; i < words.value_count(); ++i) {
    items.push_back(words.value(i)->name());
    if (items.back() == present) index = i;
  }
  c.ui.caption(field_caption(ref.field()));
  if (c.ui.choice(Widget(name).varied(varies(c.document.scenario(), ref.path)), index, items)) {
    c.workspace.emit(SetField{ref.path, items[static_cast<std::size_t>(index)]});
  }
}

void FieldEditor::draw_message(PanelContext& c, const FieldRef& ref, const std::string& name) {
  if (is_absent(c.document.scenario(), ref)) {
    c.ui.caption(field_caption(ref.field()));
    if (c.ui.button(Widget(name).text("Add").tip("It has its default now")))
      c.workspace.emit(SetField{ref.path, "{}"});
    return;
  }
  if (!c.ui.section(Widget(name).text(field_caption(ref.field())))) return;
  const Descriptor& type = *ref.field().message_type();
  for (int i = 0; i < type.field_count(); ++i) {
    if (!type.field(i)->is_repeated())
      draw_field(c, child_of(ref, *type.field(i)), name + "/" + type.field(i)->name());
  }
}

}  // namespace diorama::editor
