// Rename: references to the name follow, by the table of scenes/text_roles.h.
#include "apps/editor/command/plan.h"
#include "apps/editor/document/layout_text.h"
#include "scenes/text_roles.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <map>
#include <memory>
#include <utility>

namespace diorama::editor::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// An option that cannot be read is a problem of the document, told elsewhere.
class Silent : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

/// Old names to new ones, by the role of the fields that refer to them.
using Renames = std::map<std::pair<TextRole, std::string>, std::string>;

/// The new name of what a text refers to, or null.
const std::string* new_name(const Renames& renames, TextRole role, const std::string& text) {
  const auto found = renames.find({role, text});
  return found == renames.end() ? nullptr : &found->second;
}

std::string get_text(const Message& message, const FieldDescriptor& field, int index) {
  return index >= 0 ? message.GetReflection()->GetRepeatedString(message, &field, index)
                    : message.GetReflection()->GetString(message, &field);
}

/// Changes all references below `message`; true if there were any.
bool rename_in(Message& message, const Renames& renames) {
  bool found = false;
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < size; ++i) {
        Message& inner = field->is_repeated()
                             ? *reflection.MutableRepeatedMessage(&message, field, i)
                             : *reflection.MutableMessage(&message, field);
        found = rename_in(inner, renames) || found;
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      if (const std::string* name =
              new_name(renames, text_role(*field), get_text(message, *field, -1))) {
        reflection.SetString(&message, field, *name);
        found = true;
      }
    }
  }
  return found;
}

/// An option of a choice, written for `field`, with the new names; the same text if it refers to
/// none.
std::string renamed_option(const FieldRef& field, const std::string& option,
                           const Renames& renames) {
  if (field.field().cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const bool in_quotes = option.size() >= 2 &&
                           (option.front() == '"' || option.front() == '\'') &&
                           option.back() == option.front();
    const std::string* name = new_name(renames, text_role(field.field()),
                                       in_quotes ? option.substr(1, option.size() - 2) : option);
    return name == nullptr ? option : in_quotes ? quoted_text(*name) : *name;
  }
  if (field.field().cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return option;
  const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(
      field.field().message_type());
  const std::unique_ptr<Message> value(prototype->New());
  const std::size_t brace = option.find_first_not_of(" \t\n");
  const bool in_braces = brace != std::string::npos && option[brace] == '{' &&
                         option.find_last_of('}') != std::string::npos;
  const std::string fields =
      in_braces ? option.substr(brace + 1, option.find_last_of('}') - brace - 1) : option;
  google::protobuf::TextFormat::Parser parser;
  Silent silent;
  parser.RecordErrorsTo(&silent);
  if (!parser.ParseFromString(fields, value.get()) || !rename_in(*value, renames)) return option;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(*value, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return in_braces ? "{ " + text + " }" : text;
}

/// Edits of all references in the text of `message`. `root` is what the paths of `vary` entries
/// start from.
void rename_references(const SourceNode& node, const Message& message, const Message& root,
                       const Renames& renames, std::vector<TextEdit>& edits) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_item = message.GetDescriptor() == schema::Group::Item::descriptor();
  if (message.GetDescriptor() == schema::Vary::descriptor()) {
    const auto& vary = static_cast<const schema::Vary&>(message);
    const auto ref = vary.path_size() > 0 ? resolve_field(root, vary.path(0))
                                          : Result<FieldRef>(invalid_input("no path"));
    if (!ref.ok()) return;
    const auto& distribution = *schema::Vary::descriptor()->FindFieldByName("distribution");
    const auto& choice = *schema::Distribution::descriptor()->FindFieldByName("choice");
    const auto& option = *schema::Choice::descriptor()->FindFieldByName("option");
    const auto& value = *schema::Choice::Option::descriptor()->FindFieldByName("value");
    for (int i = 0; i < vary.distribution().choice().option_size(); ++i) {
      const std::string& text = vary.distribution().choice().option(i).value();
      const std::string renamed = renamed_option(*ref, text, renames);
      if (renamed == text) continue;
      const auto nodes = nodes_along(
          node, FieldRef{{{&distribution, -1}, {&choice, -1}, {&option, i}, {&value, -1}}, ""});
      if (nodes.size() == 4) edits.push_back(replace_value(*nodes.back(), quoted_text(renamed)));
    }
    return;
  }
  for (const SourceNode& child : node.children) {
    if (child.is_message()) {
      const Message& inner = child.index >= 0
                                 ? reflection.GetRepeatedMessage(message, child.field, child.index)
                                 : reflection.GetMessage(message, child.field);
      rename_references(child, inner, is_item ? message : root, renames, edits);
    } else if (child.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string text = get_text(message, *child.field, child.index);
      if (const std::string* name = new_name(renames, text_role(*child.field), text)) {
        edits.push_back(replace_value(child, quoted_text(*name)));
      }
    }
  }
}

/// What changes its name together with the element.
Renames renames_of(const schema::Scenario& scenario, const FieldRef& ref, const std::string& before,
                   const std::string& after) {
  Renames renames;
  const Descriptor* type = ref.field().message_type();
  // Bodies and materials of a catalogue take their names from the group.
  const bool authored = ref.steps[0].field->message_type() != schema::Group::descriptor();
  if (type == schema::Material::descriptor() && authored && !before.empty())
    renames[{TextRole::kMaterial, before}] = after;
  if (type == schema::Body::descriptor() && authored) {
    if (!before.empty()) renames[{TextRole::kBody, before}] = after;
    const schema::Body& body = scenario.body(ref.steps[0].index);
    for (int k = 0; k < body.joint_size(); ++k) {
      if (!body.joint(k).name().empty()) continue;
      const std::string number = "/joint" + std::to_string(k);
      renames[{TextRole::kJoint, before + number}] = after + number;
    }
  }
  if (type == schema::Joint::descriptor() && authored) {
    const std::string made =
        scenario.body(ref.steps[0].index).name() + "/joint" + std::to_string(ref.steps[1].index);
    renames[{TextRole::kJoint, before.empty() ? made : before}] = after;
  }
  return renames;
}

}  // namespace

Result<Plan> plan_command(const Rename& command, const Document& document) {
  const schema::Scenario& scenario = document.scenario();
  DIORAMA_ASSIGN_OR_RETURN(const FieldRef ref, resolve_field(scenario, command.path));
  const Descriptor* type = ref.field().message_type();
  const FieldDescriptor* name_field = type == nullptr ? nullptr : type->FindFieldByName("name");
  if (ref.steps.back().index < 0 || name_field == nullptr)
    return invalid_input(ref.path + " has no name");
  if (command.name.empty())
    return invalid_input(ref.path +
                         ": give it a name; it is what the rest of the file calls it by");
  if (command.name.find(']') != std::string::npos) {
    return invalid_input("'" + command.name +
                         "': a name with ']' cannot be written in a field path");
  }
  const Message& holder = parent_of(scenario, ref);
  const Reflection& reflection = *holder.GetReflection();
  const std::string before =
      name_of(reflection.GetRepeatedMessage(holder, &ref.field(), ref.steps.back().index));
  if (command.name == before) return Plan{};
  bool first_of_its_name = true;
  for (int i = 0; i < reflection.FieldSize(holder, &ref.field()); ++i) {
    const std::string name = name_of(reflection.GetRepeatedMessage(holder, &ref.field(), i));
    if (name == command.name)
      return invalid_input("there is a " + ref.field().name() + " '" + name +
                           "' already; choose another name");
    if (i < ref.steps.back().index && name == before) first_of_its_name = false;
  }

  FieldRef name_ref = ref;
  name_ref.steps.push_back({name_field, -1});
  schema::Scenario changed = scenario;
  Message& element = mutable_parent(changed, name_ref);
  element.GetReflection()->SetString(&element, name_field, command.name);
  Plan plan{write_field(document, name_ref, changed), {}};
  for (TextEdit& edit : follow_paths(document, changed, {})) plan.edits.push_back(std::move(edit));
  // Of two with the same name, references mean the first.
  if (first_of_its_name) {
    rename_references(document.source(), scenario, scenario,
                      renames_of(scenario, ref, before, command.name), plan.edits);
  }
  return plan;
}

}  // namespace diorama::editor::internal
