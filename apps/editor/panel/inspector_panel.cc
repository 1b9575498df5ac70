// Inspector: all fields of what is selected, by reflection over the schema: units and ranges from
// the table of rules, help from the schema's comments. With several selected, an edit goes to all
// of them.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "apps/editor/document/field_help.h"
#include "apps/editor/document/vary_paths.h"
#include "apps/editor/panel/built_values.h"
#include "apps/editor/panel/panels.h"
#include "engine/core/text.h"
#include "scenes/field_path.h"
#include "scenes/field_rules.h"

namespace diorama::editor {
namespace {

namespace pb = google::protobuf;

/// Few numbers that belong together and stand in one line: a vector, angles, a quaternion.
bool is_compact(const pb::Descriptor& message) {
  if (message.field_count() < 2 || message.field_count() > 4) return false;
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    if (field.is_repeated() || field.cpp_type() != pb::FieldDescriptor::CPPTYPE_DOUBLE ||
        field.real_containing_oneof() != nullptr)
      return false;
  }
  return message.name() == "Vec3" || message.name() == "Euler" || message.name() == "Quaternion";
}

double number_of(const pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return r.GetInt32(message, &field);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(r.GetInt64(message, &field));
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(r.GetUInt64(message, &field));
    default:
      return r.GetDouble(message, &field);
  }
}

std::string number_text(double value, const pb::FieldDescriptor& field) {
  return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE ? format_number(value)
                                                                 : fmt::format("{:.0f}", value);
}

class InspectorPanel : public Panel {
 public:
  std::string name() const override { return "Inspector"; }
  std::string help() const override {
    return "The fields of what is selected. Numbers are dragged, or clicked and typed, as "
           "expressions such as 2*pi or 30 deg. The "
           "dice makes a field random.";
  }

  void draw(PanelContext& c) override {
    const Selection& selection = c.document.selection();
    if (selection.empty()) {
      c.ui.empty_note("Nothing is selected. Click something in the viewport or in the tree.");
      return;
    }
    const pb::Message* message = message_at(c, selection.back());
    if (message == nullptr) {
      draw_absent(c, selection.back());
      return;
    }
    paths_.clear();
    for (const std::string& path : selection) {
      const pb::Message* other = message_at(c, path);
      if (other != nullptr && other->GetDescriptor() == message->GetDescriptor())
        paths_.push_back(path);
    }
    c.ui.heading(paths_.size() > 1 ? fmt::format("{} elements", paths_.size()) : selection.back());
    c.ui.record_last("Title", selection.back());
    c.ui.gap(1);
    draw_message(c, *message, "", nullptr);
    for (const auto& edit : std::exchange(edits_, {})) edit();
  }

 private:
  const pb::Message* message_at(PanelContext& c, const std::string& path) const {
    const schema::Scenario& scenario = c.document.scenario();
    const auto ref = resolve_field(scenario, path);
    if (!ref.ok() || field_kind(*ref) != FieldKind::kMessage) return nullptr;
    const pb::Message& parent = parent_of(scenario, *ref);
    const FieldRef::Step& last = ref->steps.back();
    const pb::Reflection& r = *parent.GetReflection();
    if (last.field->is_repeated()) return &r.GetRepeatedMessage(parent, last.field, last.index);
    return &r.GetMessage(parent, last.field);
  }

  void draw_absent(PanelContext& c, const std::string& path) {
    c.ui.empty_note("'" + path + "' has no fields to show.");
  }

  /// Gives all selected elements the value.
  void set(PanelContext& c, const std::string& suffix, const std::string& value, bool done) {
    std::vector<Command> commands;
    for (const std::string& path : paths_) commands.emplace_back(SetField{path + suffix, value});
    edits_.emplace_back([&c, title = "Set " + paths_.back() + suffix,
                         commands = std::move(commands),
                         gesture = fmt::format("inspector {} {}", suffix, gesture_)] {
      c.workspace.emit_all(title, commands, gesture);
    });
    if (done) ++gesture_;
  }
  template <typename Kind>
  void for_all(PanelContext& c, const std::string& title, const std::string& suffix) {
    std::vector<Command> commands;
    for (const std::string& path : paths_) {
      Kind command{};
      command.path = path + suffix;
      commands.emplace_back(command);
    }
    edits_.emplace_back(
        [&c, whole = title + " " + paths_.back() + suffix, commands = std::move(commands)] {
          c.workspace.emit_all(whole, commands);
        });
  }

  bool is_mixed(PanelContext& c, const std::string& suffix) const {
    if (paths_.size() < 2) return false;
    std::string first;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const auto ref = resolve_field(c.document.scenario(), paths_[i] + suffix);
      const std::string text = ref.ok() ? field_text(c.document.scenario(), *ref) : "\n";
      if (i == 0) first = text;
      if (text != first) return true;
    }
    return false;
  }

  void draw_message(PanelContext& c, const pb::Message& message, const std::string& suffix,
                    const pb::FieldDescriptor* holder) {
    const pb::Descriptor& type = *message.GetDescriptor();
    const pb::OneofDescriptor* drawn = nullptr;
    for (int i = 0; i < type.field_count(); ++i) {
      const pb::FieldDescriptor& field = *type.field(i);
      if (const pb::OneofDescriptor* oneof = field.real_containing_oneof()) {
        if (oneof != drawn) draw_oneof(c, message, *oneof, suffix);
        drawn = oneof;
        continue;
      }
      draw_field(c, message, field, suffix + "." + field.name(), holder);
    }
  }

  void draw_oneof(PanelContext& c, const pb::Message& message, const pb::OneofDescriptor& oneof,
                  const std::string& suffix) {
    const pb::FieldDescriptor* active =
        message.GetReflection()->GetOneofFieldDescriptor(message, &oneof);
    std::vector<std::string> kinds;
    int index = -1;
    for (int i = 0; i < oneof.field_count(); ++i) {
      if (oneof.field(i) == active) index = i;
      kinds.push_back(field_caption(*oneof.field(i)));
    }
    c.ui.caption(oneof.name());
    if (c.ui.choice(Widget((suffix + "." + oneof.name()).substr(1)), index, kinds)) {
      const pb::FieldDescriptor& chosen = *oneof.field(index);
      set(c, suffix + "." + chosen.name(),
          chosen.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE ? "{ }" : "\"\"", true);
      return;
    }
    if (active == nullptr) return;
    const bool one_line = active->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE ||
                          is_compact(*active->message_type());
    if (one_line) {
      draw_field(c, message, *active, suffix + "." + active->name(), nullptr);
    } else {
      draw_message(c, message.GetReflection()->GetMessage(message, active),
                   suffix + "." + active->name(), active);
    }
  }

  void draw_field(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                  const std::string& suffix, const pb::FieldDescriptor* holder) {
    if (field.is_repeated()) {
      draw_list(c, message, field, suffix);
      return;
    }
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      draw_part(c, message, field, suffix);
      return;
    }
    c.ui.caption(field_caption(field), field_help(field));
    const float buttons = 2.6F * ImGui::GetFrameHeight();
    ImGui::SetNextItemWidth(-buttons);
    const bool mixed = is_mixed(c, suffix);
    switch (field.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING:
        draw_string(c, message, field, suffix, mixed);
        break;
      case pb::FieldDescriptor::CPPTYPE_BOOL: {
        bool value = message.GetReflection()->GetBool(message, &field);
        if (c.ui.checkbox(Widget(suffix.substr(1)).text("").tip(field_help(field)).mixed(mixed),
                          value))
          set(c, suffix, value ? "true" : "false", true);
        break;
      }
      case pb::FieldDescriptor::CPPTYPE_ENUM: {
        std::vector<std::string> words;
        for (int i = 0; i < field.enum_type()->value_count(); ++i)
          words.push_back(field.enum_type()->value(i)->name());
        int index = message.GetReflection()->GetEnum(message, &field)->index();
        const bool present = message.GetReflection()->HasField(message, &field);
        if (c.ui.choice(
                Widget(suffix.substr(1)).tip(field_help(field)).mixed(mixed).unset(!present), index,
                words))
          set(c, suffix, words[index], true);
        break;
      }
      default:
        draw_number(c, message, field, suffix, holder, mixed);
        break;
    }
    draw_buttons(c, message, field, suffix);
  }

  void draw_number(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                   const std::string& suffix, const pb::FieldDescriptor* holder, bool mixed) {
    const FieldRule& rule = field_rule(field, holder);
    const bool present = message.GetReflection()->HasField(message, &field);
    const std::optional<double> otherwise = number_default(field, message);
    double value =
        present ? number_of(message, field) : otherwise.value_or(number_of(message, field));
    std::string tip = field_help(field) + "\n" + rule.range_text();
    std::string absent;
    if (!present && field.has_presence() && !otherwise) {
      // It follows from other fields: the scene that was built says what it came to.
      const auto built = built_number(c, paths_.back() + suffix);
      tip += "\nNot set: follows from other fields";
      if (built) value = *built;
      if (!built) absent = "auto";
    } else if (!present) {
      tip += "\nNot set: the default";
    }
    const Edit edit =
        c.ui.number(Widget(suffix.substr(1))
                        .tip(tip)
                        .mixed(mixed)
                        .unset(!present)
                        .varied(varies(c.document.scenario(), paths_.back() + suffix)),
                    value,
                    {.unit = rule.unit,
                     .lower = rule.lower,
                     .upper = rule.upper,
                     .whole = field.cpp_type() != pb::FieldDescriptor::CPPTYPE_DOUBLE,
                     .absent = absent});
    if (edit.changed) set(c, suffix, number_text(value, field), false);
    if (edit.committed) ++gesture_;
  }

  /// A component of a vector. While the vector is not set, all three are its default, in grey, and
  /// changing one sets all.
  void draw_component(PanelContext& c, const pb::Message& message, const pb::Message& part,
                      const pb::FieldDescriptor& field, int index, const std::string& suffix) {
    const pb::FieldDescriptor& component = *field.message_type()->field(index);
    const FieldRule& rule = field_rule(component, &field);
    const std::string name = suffix + "." + component.name();
    const bool present = message.GetReflection()->HasField(message, &field);
    std::optional<std::array<double, 3>> otherwise;
    if (!present) otherwise = vector_default(field, message, c.document.scenario().has_model());
    double value = number_of(part, component);
    std::string absent;
    if (!present && field.message_type() == schema::Vec3::descriptor()) {
      if (!otherwise) otherwise = built_vector(c, paths_.back() + suffix);
      if (otherwise) value = (*otherwise)[static_cast<std::size_t>(index)];
      if (!otherwise) absent = "auto";
    }
    const Edit edit = c.ui.number(
        Widget(name.substr(1))
            .tip(field_help(component) + "\n" + rule.range_text() +
                 (present ? "" : "\nNot set: the default"))
            .mixed(is_mixed(c, name))
            .unset(!present)
            .varied(varies(c.document.scenario(), paths_.back() + name)),
        value, {.unit = rule.unit, .lower = rule.lower, .upper = rule.upper, .absent = absent});
    if (edit.changed && otherwise && *otherwise != std::array<double, 3>{}) {
      (*otherwise)[static_cast<std::size_t>(index)] = value;
      set(c, suffix,
          fmt::format("{{ x: {} y: {} z: {} }}", format_number((*otherwise)[0]),
                      format_number((*otherwise)[1]), format_number((*otherwise)[2])),
          false);
    } else if (edit.changed) {
      set(c, name, number_text(value, component), false);
    }
    if (edit.committed) ++gesture_;
  }

  void draw_string(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                   const std::string& suffix, bool mixed) {
    std::string value = message.GetReflection()->GetString(message, &field);
    const std::vector<std::string> names = names_for(c.document.scenario(), field);
    const Widget widget = Widget(suffix.substr(1)).tip(field_help(field)).mixed(mixed);
    if (!names.empty()) {
      int index = static_cast<int>(std::find(names.begin(), names.end(), value) - names.begin());
      if (c.ui.choice(widget, index, names)) set(c, suffix, "\"" + names[index] + "\"", true);
      return;
    }
    if (!c.ui.text_field(widget, value).committed) return;
    if (suffix == ".name" && paths_.size() == 1) {
      edits_.emplace_back(
          [&c, rename = Rename{paths_.back(), value}] { c.workspace.emit(rename); });
      return;
    }
    std::string quoted = "\"";
    for (const char letter : value) {
      if (letter == '"' || letter == '\\') quoted += '\\';
      quoted += letter;
    }
    set(c, suffix, quoted + "\"", true);
  }

  /// What a field that refers to another element may say, "" first; empty for other texts.
  static std::vector<std::string> names_for(const schema::Scenario& scenario,
                                            const pb::FieldDescriptor& field) {
    std::vector<std::string> names = {""};
    if (field.name() == "material") {
      for (const schema::Material& material : scenario.material()) names.push_back(material.name());
    } else if (field.name() == "parent" || field.name() == "body") {
      for (const schema::Body& body : scenario.body()) names.push_back(body.name());
    } else if (field.name() == "joint") {
      for (const schema::Body& body : scenario.body()) {
        for (const schema::Joint& joint : body.joint()) names.push_back(joint.name());
      }
    }
    // Models bring bodies of their own: then the name is typed.
    if (names.size() < 2 || (scenario.has_model() && field.name() != "material")) return {};
    return names;
  }

  /// The dice and the way back to the default.
  void draw_buttons(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                    const std::string& suffix) {
    c.ui.push(suffix.substr(1));
    const bool number = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE ||
                        field.cpp_type() == pb::FieldDescriptor::CPPTYPE_INT32 ||
                        (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE);
    const std::string& path = paths_.back();
    const bool can_vary = number && !path.starts_with("dataset") && !path.starts_with("record");
    if (can_vary) {
      const bool varied = varies(c.document.scenario(), path + suffix);
      c.ui.same_line(0.5F);
      if (c.ui.icon_button(
              Widget("Random").tip(varied ? "Drawn at random; click to make it fixed"
                                          : "Make it random: another value in each episode"),
              icon::kRandom, varied)) {
        if (varied) {
          for_all<MakeFixed>(c, "Make fixed", suffix);
        } else {
          for_all<MakeRandom>(c, "Make random", suffix);
        }
      }
    }
    if (message.GetReflection()->HasField(message, &field) && field.name() != "name") {
      c.ui.same_line(0.5F);
      if (c.ui.icon_button(Widget("Reset").tip("Back to the default"), icon::kUndo))
        for_all<ClearField>(c, "Reset", suffix);
    }
    c.ui.pop();
  }

  void draw_part(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                 const std::string& suffix) {
    const pb::Message& part = message.GetReflection()->GetMessage(message, &field);
    if (is_compact(*field.message_type())) {
      draw_vector(c, message, part, field, suffix);
    } else if (field.message_type()->name() == "Color") {
      draw_color(c, message, part, field, suffix);
    } else {
      ImGui::PushID(suffix.c_str());
      const bool open = c.ui.section(
          Widget(suffix.substr(1) + " part").text(field_caption(field)).tip(field_help(field)));
      ImGui::PopID();
      if (!open) return;
      draw_message(c, part, suffix, &field);
    }
  }

  void draw_vector(PanelContext& c, const pb::Message& message, const pb::Message& part,
                   const pb::FieldDescriptor& field, const std::string& suffix) {
    const int count = field.message_type()->field_count();
    const float buttons = 2.6F * ImGui::GetFrameHeight();
    // In a narrow panel the numbers have a line of their own.
    const float wanted = static_cast<float>(count) * 18.0F * c.ui.step() + buttons;
    const bool narrow = c.ui.room_beside_caption() < wanted;
    if (narrow) {
      c.ui.caption_line(field_caption(field), field_help(field));
      ImGui::Indent(2.0F * c.ui.step());
    } else {
      c.ui.caption(field_caption(field), field_help(field));
    }
    const float width = std::max(
        (ImGui::GetContentRegionAvail().x - buttons) / static_cast<float>(count) - c.ui.step(),
        8.0F);
    for (int i = 0; i < count; ++i) {
      if (i > 0) c.ui.same_line(0.5F);
      ImGui::SetNextItemWidth(width);
      draw_component(c, message, part, field, i, suffix);
    }
    draw_buttons(c, message, field, suffix);
    if (narrow) ImGui::Unindent(2.0F * c.ui.step());
  }

  void draw_color(PanelContext& c, const pb::Message& message, const pb::Message& part,
                  const pb::FieldDescriptor& field, const std::string& suffix) {
    c.ui.caption(field_caption(field), field_help(field));
    std::array<float, 3> rgb{};
    const bool present = message.GetReflection()->HasField(message, &field);
    const auto otherwise = vector_default(field, message, c.document.scenario().has_model());
    for (int i = 0; i < 3; ++i) {
      const auto k = static_cast<std::size_t>(i);
      rgb[k] = static_cast<float>(present     ? number_of(part, *part.GetDescriptor()->field(i))
                                  : otherwise ? (*otherwise)[k]
                                              : 0.0);
    }
    ImGui::SetNextItemWidth(-2.6F * ImGui::GetFrameHeight());
    const std::string tip = field_help(field) + (present ? "" : "\nNot set: the default");
    const Edit edit = c.ui.color(Widget(suffix.substr(1)).tip(tip).unset(!present), rgb);
    if (edit.changed)
      set(c, suffix, fmt::format("{{ r: {:.4g} g: {:.4g} b: {:.4g} }}", rgb[0], rgb[1], rgb[2]),
          false);
    if (edit.committed) ++gesture_;
    draw_buttons(c, message, field, suffix);
  }

  void draw_list(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                 const std::string& suffix) {
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) {
      draw_enum_list(c, message, field, suffix);
      return;
    }
    // What varies has a panel of its own.
    if (field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE || field.name() == "vary") return;
    const int count = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < count; ++i) {
      const std::string element = fmt::format("{}[{}]", suffix, i);
      const pb::Message& part = message.GetReflection()->GetRepeatedMessage(message, &field, i);
      const std::string name = name_of(part);
      ImGui::PushID(element.c_str());
      const bool open = c.ui.section(
          Widget(element.substr(1) + " part")
              .text(name.empty() ? fmt::format("{} {}", field_caption(field), i) : name)
              .tip(field_help(field)));
      ImGui::PopID();
      if (!open) continue;
      draw_message(c, part, element, nullptr);
      if (c.ui.button(
              Widget(element.substr(1) + "/Remove").text("Remove " + field_caption(field)))) {
        for_all<RemoveElement>(c, "Remove", element);
        return;
      }
    }
  }

  void draw_enum_list(PanelContext& c, const pb::Message& message, const pb::FieldDescriptor& field,
                      const std::string& suffix) {
    std::set<std::string> chosen;
    const int count = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < count; ++i)
      chosen.insert(message.GetReflection()->GetRepeatedEnum(message, &field, i)->name());
    c.ui.dim(field_caption(field));
    for (int i = 1; i < field.enum_type()->value_count(); ++i) {
      const std::string& word = field.enum_type()->value(i)->name();
      bool on = chosen.contains(word);
      if (!c.ui.checkbox(Widget(suffix.substr(1) + "/" + word).text(word), on)) continue;
      if (on) {
        chosen.insert(word);
      } else {
        chosen.erase(word);
      }
      std::vector<std::string> words;
      for (int k = 1; k < field.enum_type()->value_count(); ++k) {
        if (chosen.contains(field.enum_type()->value(k)->name()))
          words.push_back(field.enum_type()->value(k)->name());
      }
      if (words.empty()) {
        for_all<ClearField>(c, "Reset", suffix);
      } else {
        set(c, suffix, "[" + join(words, ", ") + "]", true);
      }
      return;
    }
  }

  Selection paths_;
  int gesture_ = 0;
  // Done after drawing: they change the messages that are being drawn.
  std::vector<std::function<void()>> edits_;
};

}  // namespace

std::unique_ptr<Panel> make_inspector_panel() { return std::make_unique<InspectorPanel>(); }

}  // namespace diorama::editor
