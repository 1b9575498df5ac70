#include "apps/editor/document/layout_text.h"

#include "schemas/scenario.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <vector>

namespace diorama::editor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// The fields that are set, in the order in which the schema declares them.
std::vector<const FieldDescriptor*> set_fields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::sort(fields.begin(), fields.end(), [](const FieldDescriptor* a, const FieldDescriptor* b) {
    return a->index() < b->index();
  });
  return fields;
}

/// Lists of words are written "[RGB, DEPTH]"; texts and messages one by one.
bool is_written_as_list(const FieldDescriptor& field) {
  return field.is_repeated() && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE &&
         field.cpp_type() != FieldDescriptor::CPPTYPE_STRING;
}

/// Calls `visit(field, index)` for each field and each element that is written on its own.
template <typename Visit>
void for_each_field(const Message& message, const Visit& visit) {
  for (const FieldDescriptor* field : set_fields(message)) {
    if (!field->is_repeated() || is_written_as_list(*field)) {
      visit(*field, -1);
      continue;
    }
    for (int k = 0; k < message.GetReflection()->FieldSize(message, field); ++k) visit(*field, k);
  }
}

std::string scalar_text(const Message& parent, const FieldDescriptor& field, int index) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintFieldValueToString(parent, &field, index, &text);
  return text;
}

const Message& message_of(const Message& parent, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *parent.GetReflection();
  return index >= 0 ? reflection.GetRepeatedMessage(parent, &field, index)
                    : reflection.GetMessage(parent, &field);
}

std::string one_line(const Message& message) {
  std::string text = "{";
  for_each_field(message, [&](const FieldDescriptor& field, int index) {
    const std::string value = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
                                  ? one_line(message_of(message, field, index))
                                  : value_text(message, field, index, 0);
    text += " " + join_field(field, value);
  });
  return text == "{" ? "{}" : text + " }";
}

}  // namespace

std::string quoted_text(const std::string& text) {
  schema::Scenario holder;
  holder.set_name(text);
  return value_text(holder, *schema::Scenario::descriptor()->FindFieldByName("name"), -1, 0);
}

std::string join_field(const FieldDescriptor& field, const std::string& value) {
  return field.name() + (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ? " " : ": ") + value;
}

std::string value_text(const Message& parent, const FieldDescriptor& field, int index,
                       std::size_t indent) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    if (!field.is_repeated() || index >= 0) return scalar_text(parent, field, index);
    std::string text;
    for (int k = 0; k < parent.GetReflection()->FieldSize(parent, &field); ++k) {
      text += (k == 0 ? "" : ", ") + scalar_text(parent, field, k);
    }
    return "[" + text + "]";
  }
  const Message& message = message_of(parent, field, index);
  std::string line = one_line(message);
  if (indent + field.name().size() + 1 + line.size() <= kLineWidth) return line;
  std::string text = "{\n";
  for_each_field(message, [&](const FieldDescriptor& inner, int k) {
    text += std::string(indent + 2, ' ') + field_with_value(message, inner, k, indent + 2) + "\n";
  });
  return text + std::string(indent, ' ') + "}";
}

std::string field_with_value(const Message& parent, const FieldDescriptor& field, int index,
                             std::size_t indent) {
  if (field.is_repeated() && index < 0 && !is_written_as_list(field)) {
    std::string text;
    for (int k = 0; k < parent.GetReflection()->FieldSize(parent, &field); ++k) {
      text += (k == 0 ? "" : " ") + field_with_value(parent, field, k, indent);
    }
    return text;
  }
  return join_field(field, value_text(parent, field, index, indent));
}

std::string message_text(const Message& message) {
  std::string text;
  for_each_field(message, [&](const FieldDescriptor& field, int index) {
    text += field_with_value(message, field, index, 0) + "\n";
  });
  return text;
}

}  // namespace diorama::editor
