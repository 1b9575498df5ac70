// Random commands on every scenario of the library: whatever is done can be undone and done again,
// byte by byte, written down and replayed.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "engine/core/rng.h"
#include "engine/core/text.h"
#include "scenes/field_path.h"
#include "scenes/text_roles.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

using namespace editor_test;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kCommands = 10000;

/// Paths of a scenario, by what can be done to them.
struct Places {
  std::vector<std::string> fields;    ///< Everything that can be set, present or not.
  std::vector<std::string> elements;  ///< Elements of lists of messages.
  std::vector<std::string> lists;     ///< Lists of messages with an element.
};

void collect(const Message& message, const std::string& prefix, Places& places) {
  const auto& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field.is_repeated()) {
      places.fields.push_back(prefix + field.name());
      if (is_message && message.GetReflection()->HasField(message, &field)) {
        collect(message.GetReflection()->GetMessage(message, &field), prefix + field.name() + ".",
                places);
      }
      continue;
    }
    const int size = message.GetReflection()->FieldSize(message, &field);
    if (!is_message) places.fields.push_back(prefix + field.name());
    if (is_message && size > 0) places.lists.push_back(prefix + field.name());
    for (int k = 0; k < size; ++k) {
      const std::string element = prefix + element_path(message, field, k);
      if (!is_message) continue;
      places.elements.push_back(element);
      collect(message.GetReflection()->GetRepeatedMessage(message, &field, k), element + ".",
              places);
    }
  }
}

template <typename T>
const T& any_of(const std::vector<T>& from, RandomStream& stream) {
  return from[static_cast<std::size_t>(
      stream.integer(0, static_cast<std::int64_t>(from.size()) - 1))];
}

std::string random_value(const schema::Scenario& scenario, const std::string& path,
                         RandomStream& stream) {
  const auto ref = resolve_field(scenario, path);
  if (!ref.ok()) return "1";
  switch (field_kind(*ref)) {
    case FieldKind::kReal:
      return format_number(stream.uniform(-2.0, 5.0));
    case FieldKind::kInteger:
      return std::to_string(stream.integer(0, 40));
    case FieldKind::kBool:
      return stream.uniform() < 0.5 ? "true" : "false";
    case FieldKind::kEnum: {
      const auto& words = *ref->field().enum_type();
      return words.value(static_cast<int>(stream.integer(0, words.value_count() - 1)))->name();
    }
    case FieldKind::kString: {
      static const std::vector<std::string> kTexts = {
          "red", "a b", "line\nfeed", "say \"hi\"", "# no comment", "caf\xC3\xA9", "}"};
      return any_of(kTexts, stream);
    }
    case FieldKind::kMessage:
      return stream.uniform() < 0.5 ? "{}" : field_text(scenario, *ref);
    case FieldKind::kRepeated:
      return field_text(scenario, *ref);
  }
  return "";
}

Command random_command(const Document& document, RandomStream& stream) {
  Places places;
  collect(document.scenario(), "", places);
  const schema::Scenario& scenario = document.scenario();
  const std::string& field = any_of(places.fields, stream);
  const double kind = stream.uniform();
  // A scenario that has grown shrinks again.
  const bool many = places.elements.size() > 120;
  if (kind < 0.35 || places.elements.empty())
    return SetField{field, random_value(scenario, field, stream)};
  if (kind < 0.43) return ClearField{field};
  const std::string& element = any_of(places.elements, stream);
  if (kind < (many ? 0.47 : 0.58)) {
    const auto ref = resolve_field(scenario, element);
    FieldRef list = *ref;
    list.steps.back().index = -1;
    std::string value = field_text(scenario, *ref);
    if (stream.uniform() < 0.3)
      value = "# a comment\n" + value.substr(1, value.size() - 2) + " # another";
    const std::string path = element.substr(0, element.rfind('['));
    return InsertElement{path, static_cast<int>(stream.integer(-1, 4)), value};
  }
  if (kind < 0.70) return RemoveElement{element};
  if (kind < 0.80) return MoveElement{element, static_cast<int>(stream.integer(0, 4))};
  if (kind < 0.88) return Rename{element, "n" + std::to_string(stream.integer(0, 300))};
  if (kind < 0.96) return MakeRandom{field, "", ""};
  return MakeFixed{field};
}

TEST_CASE("10,000 random commands undo to the text of the file and redo to the last text") {
  const int per_file = kCommands / static_cast<int>(library_files().size()) + 1;
  int all_done = 0;
  for (const auto& file : library_files()) {
    CAPTURE(file.string());
    Document document = opened(file);
    const std::string first = document.text();
    CommandStack stack(document);
    std::vector<StackEvent> events;
    stack.set_observer([&](const StackEvent& event) { events.push_back(event); });
    RandomStream stream({7, 0}, "editor/" + file.filename().string());
    int done_here = 0;
    int refused = 0;
    for (int i = 0; i < per_file; ++i) {
      const double what = stream.uniform();
      if (what < 0.04) {
        stack.undo();
        continue;
      }
      if (what < 0.06) {
        stack.redo();
        continue;
      }
      const bool group = what < 0.10;
      if (group) stack.begin_group("group");
      const int count = group ? static_cast<int>(stream.integer(1, 4)) : 1;
      for (int k = 0; k < count; ++k) {
        const Command command = random_command(document, stream);
        const auto read_back = command_from_text(command_text(command));
        REQUIRE(read_back.ok());
        CHECK(command_text(*read_back) == command_text(command));
        const std::string before = document.text();
        const Status status = stack.apply(command, what > 0.9 ? "gesture" : "");
        if (!status.ok()) {
          ++refused;
          REQUIRE(document.text() == before);
          REQUIRE_FALSE(status.message().empty());
        } else {
          ++done_here;
        }
      }
      if (group && what < 0.075) {
        stack.cancel_group();
      } else if (group) {
        stack.end_group();
      }
    }
    all_done += done_here;
    CHECK(done_here > refused);
    const std::string last = document.text();
    // The text means what the document says it means.
    CHECK(scenario_text(*parse_scenario(last, "last")) == scenario_text(document.scenario()));
    const std::size_t steps = stack.position();
    while (stack.undo()) {
    }
    REQUIRE(document.text() == first);
    CHECK_FALSE(document.dirty());
    stack.go_to(steps);
    REQUIRE(document.text() == last);

    // What was written down does the same to a fresh document.
    Document other = opened(file);
    CommandStack replay(other);
    for (const StackEvent& event : events) {
      switch (event.kind) {
        case StackEvent::Kind::kCommand:
          REQUIRE(
              replay.apply(*command_from_text(command_text(event.command)), event.gesture).ok());
          break;
        case StackEvent::Kind::kBegin:
          replay.begin_group(event.title, event.gesture);
          break;
        case StackEvent::Kind::kEnd:
          replay.end_group();
          break;
        case StackEvent::Kind::kCancel:
          replay.cancel_group();
          break;
        case StackEvent::Kind::kUndo:
          replay.undo();
          break;
        case StackEvent::Kind::kRedo:
          replay.redo();
          break;
      }
    }
    CHECK(other.text() == last);
  }
  CHECK(all_done > kCommands / 2);
}

}  // namespace
}  // namespace diorama::editor
