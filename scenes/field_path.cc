#include "scenes/field_path.h"

#include "engine/core/check.h"
#include "engine/core/text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

namespace diorama {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

struct Segment {
  std::string name;
  std::optional<std::string> bracket;
};

Result<std::vector<Segment>> split_path(const std::string& path) {
  std::vector<Segment> segments;
  std::size_t at = 0;
  while (true) {
    Segment segment;
    const std::size_t end = path.find_first_of(".[]", at);
    segment.name = path.substr(at, end == std::string::npos ? end : end - at);
    if (segment.name.empty()) {
      return invalid_input("field path '" + path + "': a field name is missing at character " +
                           std::to_string(at + 1) + "; write it like body[ball].mass_kg");
    }
    at = end == std::string::npos ? path.size() : end;
    if (at < path.size() && path[at] == '[') {
      const std::size_t close = path.find(']', at);
      if (close == std::string::npos)
        return invalid_input("field path '" + path + "': a ']' is missing");
      segment.bracket = path.substr(at + 1, close - at - 1);
      at = close + 1;
    }
    segments.push_back(std::move(segment));
    if (at == path.size()) return segments;
    if (path[at] != '.') {
      return invalid_input("field path '" + path + "': expected '.' at character " +
                           std::to_string(at + 1));
    }
    ++at;
  }
}

std::string type_name(const Descriptor& descriptor) {
  return descriptor.full_name().substr(descriptor.file()->package().size() + 1);
}

std::vector<std::string> field_names(const Descriptor& descriptor) {
  std::vector<std::string> names;
  for (int i = 0; i < descriptor.field_count(); ++i) names.push_back(descriptor.field(i)->name());
  return names;
}

std::optional<int> parse_index(const std::string& text) {
  int index = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), index);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || index < 0)
    return std::nullopt;
  return index;
}

Result<int> find_element(const Message& parent, const FieldDescriptor& field,
                         const std::string& key, const std::string& path) {
  const Reflection& reflection = *parent.GetReflection();
  const int size = reflection.FieldSize(parent, &field);
  std::vector<std::string> names;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    for (int i = 0; i < size; ++i) {
      const std::string name = name_of(reflection.GetRepeatedMessage(parent, &field, i));
      if (!name.empty() && name == key) return i;
      if (!name.empty()) names.push_back(name);
    }
  }
  const std::optional<int> index = parse_index(key);
  if (index && *index < size) return *index;
  std::string message = "field path '" + path + "': there is no " + field.name() + "[" + key + "]" +
                        did_you_mean(key, names);
  if (size == 0) {
    message += "; there is no " + field.name() + " at all";
  } else if (index || names.empty()) {
    message += "; indices go from 0 to " + std::to_string(size - 1);
  } else if (names.size() <= 12) {
    message += "; there are " + join(names, ", ");
  }
  return invalid_input(message);
}

const Message& message_at(const Message& parent, const FieldRef::Step& step) {
  const Reflection& reflection = *parent.GetReflection();
  return step.index >= 0 ? reflection.GetRepeatedMessage(parent, step.field, step.index)
                         : reflection.GetMessage(parent, step.field);
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Keeps the first error of a value's text.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string& message) override {
    if (text.empty()) text = message;
  }
  void AddWarning(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
  std::string text;
};

Status wrong_value(const FieldRef& ref, const std::string& text, const std::string& reason = "") {
  return invalid_input(ref.path + ": '" + text + "' is not " + expected_value(ref) +
                       (reason.empty() ? "" : " (" + reason + ")"));
}

/// Parses "<field>: text" or "<field> { text }" into an empty message of the parent's type.
Status parse_field(const FieldRef& ref, const std::string& text, const std::string& shown,
                   Message& into) {
  TextFormat::Parser parser;
  FirstError errors;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(32);
  if (!parser.ParseFromString(text, &into)) return wrong_value(ref, shown, errors.text);
  // The text must not have closed the value and set a neighbour.
  std::vector<const FieldDescriptor*> set;
  into.GetReflection()->ListFields(into, &set);
  for (const FieldDescriptor* field : set) {
    if (field != &ref.field()) return wrong_value(ref, shown);
  }
  return {};
}

Status set_real(Message& parent, const FieldRef& ref, double value) {
  const FieldDescriptor& field = ref.field();
  const Reflection& reflection = *parent.GetReflection();
  const int index = ref.steps.back().index;
  if (!std::isfinite(value)) return wrong_value(ref, format_number(value), "it must be finite");
  const bool whole = field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE;
  if (whole && value != std::nearbyint(value)) return wrong_value(ref, format_number(value));
  const auto out_of = [&](double low, double high) {
    return wrong_value(ref, format_number(value),
                       "it must be between " + format_number(low) + " and " + format_number(high));
  };
  // The largest bounds are the largest doubles that convert without overflow.
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (index >= 0) {
        reflection.SetRepeatedDouble(&parent, &field, index, value);
      } else {
        reflection.SetDouble(&parent, &field, value);
      }
      return {};
    case FieldDescriptor::CPPTYPE_INT32: {
      constexpr double kLow = std::numeric_limits<std::int32_t>::min();
      constexpr double kHigh = std::numeric_limits<std::int32_t>::max();
      if (value < kLow || value > kHigh) return out_of(kLow, kHigh);
      reflection.SetInt32(&parent, &field, static_cast<std::int32_t>(value));
      return {};
    }
    case FieldDescriptor::CPPTYPE_INT64:
      if (std::abs(value) > 0x1p53) return out_of(-0x1p53, 0x1p53);
      reflection.SetInt64(&parent, &field, static_cast<std::int64_t>(value));
      return {};
    case FieldDescriptor::CPPTYPE_UINT64:
      if (value < 0 || value > 0x1p53) return out_of(0, 0x1p53);
      reflection.SetUInt64(&parent, &field, static_cast<std::uint64_t>(value));
      return {};
    default:
      return wrong_value(ref, format_number(value));
  }
}

template <typename T>
std::optional<T> parse_number(const std::string& text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  T value{};
  const auto result = std::from_chars(begin, end, value);
  if (begin == end || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

Status set_number_text(Message& parent, const FieldRef& ref, const std::string& text) {
  const FieldDescriptor& field = ref.field();
  // Whole numbers of 64 bits are read as such: a double would round them.
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
    const auto value = parse_number<std::uint64_t>(text);
    if (!value) return wrong_value(ref, text);
    parent.GetReflection()->SetUInt64(&parent, &field, *value);
    return {};
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    const auto value = parse_number<std::int64_t>(text);
    if (!value) return wrong_value(ref, text);
    parent.GetReflection()->SetInt64(&parent, &field, *value);
    return {};
  }
  const auto value = parse_number<double>(text);
  if (!value) return wrong_value(ref, text);
  return set_real(parent, ref, *value);
}

bool is_quoted(const std::string& text) {
  return text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
         text.back() == text.front();
}

}  // namespace

const FieldDescriptor* FieldRef::holder() const {
  return steps.size() < 2 ? nullptr : steps[steps.size() - 2].field;
}

FieldKind field_kind(const FieldRef& ref) {
  const FieldDescriptor& field = ref.field();
  if (field.is_repeated() && ref.steps.back().index < 0) return FieldKind::kRepeated;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return FieldKind::kReal;
    case FieldDescriptor::CPPTYPE_BOOL:
      return FieldKind::kBool;
    case FieldDescriptor::CPPTYPE_ENUM:
      return FieldKind::kEnum;
    case FieldDescriptor::CPPTYPE_STRING:
      return FieldKind::kString;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FieldKind::kMessage;
    default:
      return FieldKind::kInteger;
  }
}

bool is_numeric(FieldKind kind) { return kind == FieldKind::kReal || kind == FieldKind::kInteger; }

std::string expected_value(const FieldRef& ref) {
  const FieldDescriptor& field = ref.field();
  switch (field_kind(ref)) {
    case FieldKind::kReal:
      return "a number";
    case FieldKind::kInteger:
      return "a whole number";
    case FieldKind::kBool:
      return "true or false";
    case FieldKind::kString:
      return "a text";
    case FieldKind::kRepeated:
      return "a list of " + field.name();
    case FieldKind::kMessage:
      return "fields of " + type_name(*field.message_type()) + " (" +
             join(field_names(*field.message_type()), ", ") + ")";
    case FieldKind::kEnum: {
      std::vector<std::string> names;
      for (int i = 0; i < field.enum_type()->value_count(); ++i)
        names.push_back(field.enum_type()->value(i)->name());
      return "one of " + join(names, ", ");
    }
  }
  return "";
}

std::string name_of(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("name");
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "";
  return message.GetReflection()->GetString(message, field);
}

std::string element_path(const Message& parent, const FieldDescriptor& field, int index) {
  std::string key;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Reflection& reflection = *parent.GetReflection();
    key = name_of(reflection.GetRepeatedMessage(parent, &field, index));
    if (key.find(']') != std::string::npos) key.clear();
    for (int i = 0; i < index && !key.empty(); ++i) {
      if (name_of(reflection.GetRepeatedMessage(parent, &field, i)) == key) key.clear();
    }
  }
  if (key.empty()) key = std::to_string(index);
  return field.name() + "[" + key + "]";
}

Result<FieldRef> resolve_field(const Message& root, const std::string& path) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<Segment> segments, split_path(path));
  FieldRef ref;
  const Message* message = &root;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const Segment& segment = segments[s];
    const bool last = s + 1 == segments.size();
    const Descriptor& descriptor = *message->GetDescriptor();
    const FieldDescriptor* field = descriptor.FindFieldByName(segment.name);
    if (field == nullptr) {
      const std::vector<std::string> names = field_names(descriptor);
      return invalid_input("field path '" + path + "': " + type_name(descriptor) +
                           " has no field '" + segment.name + "'" +
                           did_you_mean(segment.name, names) + "; it has " + join(names, ", "));
    }
    FieldRef::Step step{field, -1};
    std::string shown = field->name();
    if (field->is_repeated() && segment.bracket) {
      DIORAMA_ASSIGN_OR_RETURN(step.index, find_element(*message, *field, *segment.bracket, path));
      shown = element_path(*message, *field, step.index);
    } else if (segment.bracket) {
      return invalid_input("field path '" + path + "': " + segment.name +
                           " is not a list, so it takes no [" + *segment.bracket + "]");
    } else if (field->is_repeated() && !last) {
      return invalid_input("field path '" + path + "': " + segment.name +
                           " is a list; say which element, by name or index, e.g. " + segment.name +
                           "[0]");
    }
    ref.steps.push_back(step);
    ref.path += (ref.path.empty() ? "" : ".") + shown;
    if (last) break;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return invalid_input("field path '" + path + "': " + segment.name + " is " +
                           expected_value(ref) + " and has no field '" + segments[s + 1].name +
                           "'");
    }
    if (const auto* oneof = field->real_containing_oneof()) {
      const FieldDescriptor* present =
          message->GetReflection()->GetOneofFieldDescriptor(*message, oneof);
      if (present != nullptr && present != field) {
        return invalid_input("field path '" + path + "': the " + oneof->name() + " of " +
                             type_name(descriptor) + " is '" + present->name() + "' here, not '" +
                             field->name() + "'");
      }
    }
    message = &message_at(*message, step);
  }
  return ref;
}

Message& mutable_parent(Message& root, const FieldRef& ref) {
  Message* message = &root;
  for (std::size_t s = 0; s + 1 < ref.steps.size(); ++s) {
    const FieldRef::Step& step = ref.steps[s];
    const Reflection& reflection = *message->GetReflection();
    message = step.index >= 0 ? reflection.MutableRepeatedMessage(message, step.field, step.index)
                              : reflection.MutableMessage(message, step.field);
  }
  return *message;
}

const Message& parent_of(const Message& root, const FieldRef& ref) {
  const Message* message = &root;
  for (std::size_t s = 0; s + 1 < ref.steps.size(); ++s)
    message = &message_at(*message, ref.steps[s]);
  return *message;
}

std::string field_text(const Message& root, const FieldRef& ref) {
  const Message& parent = parent_of(root, ref);
  const Reflection& reflection = *parent.GetReflection();
  const FieldDescriptor& field = ref.field();
  const int index = ref.steps.back().index;
  const FieldKind kind = field_kind(ref);
  if (kind == FieldKind::kString) {
    return index >= 0 ? reflection.GetRepeatedString(parent, &field, index)
                      : reflection.GetString(parent, &field);
  }
  if (kind == FieldKind::kRepeated) {
    std::string text;
    const int size = reflection.FieldSize(parent, &field);
    for (int i = 0; i < size; ++i) {
      FieldRef element = ref;
      element.steps.back().index = i;
      text += (i == 0 ? "" : ", ") + field_text(root, element);
    }
    return "[" + text + "]";
  }
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintFieldValueToString(parent, &field, index, &text);
  text = trimmed(text);
  return kind == FieldKind::kMessage ? (text.empty() ? "{}" : "{ " + text + " }") : text;
}

std::optional<double> field_number(const Message& root, const FieldRef& ref) {
  const Message& parent = parent_of(root, ref);
  const Reflection& reflection = *parent.GetReflection();
  const FieldDescriptor& field = ref.field();
  if (field.is_repeated()) return std::nullopt;  // No repeated numbers in the schema.
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.GetDouble(parent, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(parent, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(reflection.GetInt64(parent, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(reflection.GetUInt64(parent, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(parent, &field) ? 1.0 : 0.0;
    default:
      return std::nullopt;
  }
}

Status set_field_number(Message& root, const FieldRef& ref, double value) {
  if (!is_numeric(field_kind(ref))) return wrong_value(ref, format_number(value));
  return set_real(mutable_parent(root, ref), ref, value);
}

Status set_field_text(Message& root, const FieldRef& ref, const std::string& authored) {
  const std::string text = trimmed(authored);
  const FieldDescriptor& field = ref.field();
  const int index = ref.steps.back().index;
  const FieldKind kind = field_kind(ref);
  if (is_numeric(kind)) return set_number_text(mutable_parent(root, ref), ref, text);

  // Everything else goes through protobuf's own reader, into a message beside the real one.
  std::string code;
  if (kind == FieldKind::kMessage) {
    const bool braces = text.size() >= 2 && text.front() == '{' && text.back() == '}';
    code = field.name() + " { " + (braces ? text.substr(1, text.size() - 2) : text) + "\n}";
  } else if (kind == FieldKind::kRepeated) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return invalid_input(ref.path + " is a list; set one element's field, e.g. " + ref.path +
                           "[0]....");
    }
    code = field.name() + ": " + (!text.empty() && text.front() == '[' ? text : "[" + text + "]");
  } else if (kind == FieldKind::kString) {
    if (!is_quoted(text)) {
      Message& parent = mutable_parent(root, ref);
      if (index >= 0) {
        parent.GetReflection()->SetRepeatedString(&parent, &field, index, text);
      } else {
        parent.GetReflection()->SetString(&parent, &field, text);
      }
      return {};
    }
    code = field.name() + ": " + text;
  } else {
    const bool word = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return (std::isalnum(c) != 0) || c == '_';
    });
    if (!word) return wrong_value(ref, text);
    if (kind == FieldKind::kEnum && field.enum_type()->FindValueByName(text) == nullptr) {
      std::vector<std::string> names;
      for (int i = 0; i < field.enum_type()->value_count(); ++i)
        names.push_back(field.enum_type()->value(i)->name());
      return invalid_input(ref.path + ": '" + text + "' is not " + expected_value(ref) +
                           did_you_mean(text, names));
    }
    code = field.name() + ": " + text;
  }

  Message& parent = mutable_parent(root, ref);
  const std::unique_ptr<Message> parsed(parent.New());
  DIORAMA_RETURN_IF_ERROR(parse_field(ref, code, text, *parsed));
  const Reflection& reflection = *parent.GetReflection();
  if (index >= 0) {
    if (reflection.FieldSize(*parsed, &field) != 1) return wrong_value(ref, text);
    switch (kind) {
      case FieldKind::kMessage:
        reflection.MutableRepeatedMessage(&parent, &field, index)
            ->CopyFrom(reflection.GetRepeatedMessage(*parsed, &field, 0));
        break;
      case FieldKind::kEnum:
        reflection.SetRepeatedEnum(&parent, &field, index,
                                   reflection.GetRepeatedEnum(*parsed, &field, 0));
        break;
      case FieldKind::kString:
        reflection.SetRepeatedString(&parent, &field, index,
                                     reflection.GetRepeatedString(*parsed, &field, 0));
        break;
      default:
        return wrong_value(ref, text);
    }
    return {};
  }
  reflection.ClearField(&parent, &field);
  if (kind == FieldKind::kMessage) {
    reflection.MutableMessage(&parent, &field)->CopyFrom(reflection.GetMessage(*parsed, &field));
  } else {
    parent.MergeFrom(*parsed);  // Holds this field alone; a value equal to the default leaves it
                                // cleared, which is right.
  }
  return {};
}

}  // namespace diorama
