#include "apps/editor/command/workbench.h"

#include "apps/editor/command/stack_script.h"
#include "scenes/text_roles.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <utility>

namespace diorama::editor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Paths of all fields that name a relative file.
void collect_files(const Message& message, const std::string& prefix,
                   std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const int size =
          field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
      for (int i = 0; i < size; ++i) {
        const Message& inner = field->is_repeated()
                                   ? message.GetReflection()->GetRepeatedMessage(message, field, i)
                                   : message.GetReflection()->GetMessage(message, field);
        collect_files(
            inner,
            prefix + (field->is_repeated() ? element_path(message, *field, i) : field->name()) +
                ".",
            files);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated() &&
               text_role(*field) == TextRole::kFile) {
      const std::string name = message.GetReflection()->GetString(message, field);
      if (!name.empty() && std::filesystem::path(name).is_relative())
        files.emplace_back(prefix + field->name(), name);
    }
  }
}

}  // namespace

Workbench::Workbench(std::filesystem::path journal_folder)
    : journal_folder_(std::move(journal_folder)), stack_(document_), journal_(journal_folder_) {
  stack_.set_observer(
      [this](const StackEvent& event) { journal_.append(event, document_, stack_); });
}

void Workbench::take(Document document) {
  journal_.remove();
  document_ = std::move(document);
  stack_.clear();
  recording_ = false;
}

void Workbench::new_document() { take(Document()); }

Status Workbench::open(const std::filesystem::path& file) {
  DIORAMA_ASSIGN_OR_RETURN(Document document, Document::open(file));
  take(std::move(document));
  return {};
}

Status Workbench::open_text(const std::string& text) {
  DIORAMA_ASSIGN_OR_RETURN(Document document, Document::from_text(text));
  take(std::move(document));
  journal_.restart(document_, 0);
  return {};
}

Status Workbench::save() {
  DIORAMA_RETURN_IF_ERROR(document_.save());
  journal_.remove();
  return {};
}

Status Workbench::save_as(const std::filesystem::path& file) {
  const std::filesystem::path folder =
      std::filesystem::absolute(file).lexically_normal().parent_path();
  std::vector<std::pair<std::string, std::string>> files;
  if (folder != document_.base_folder()) collect_files(document_.scenario(), "", files);
  stack_.begin_group("Save as " + file.filename().string());
  Status status;
  for (const auto& [path, name] : files) {
    const std::filesystem::path same =
        (document_.base_folder() / name).lexically_normal().lexically_relative(folder);
    if (status.ok()) status = stack_.apply(SetField{path, same.generic_string()});
  }
  if (status.ok()) status = document_.save_as(file);
  if (!status.ok()) {
    stack_.cancel_group();
    return status;
  }
  stack_.end_group();
  journal_.remove();
  return {};
}

std::vector<Recovery> Workbench::recoveries() const { return list_recoveries(journal_folder_); }

Status Workbench::recover(const std::filesystem::path& journal, int* left_out) {
  DIORAMA_ASSIGN_OR_RETURN(const JournalContent content, read_journal(journal));
  const auto saved = read_whole_file(content.file);
  DIORAMA_ASSIGN_OR_RETURN(
      Document document, Document::from_text(content.text, content.file, saved.ok() ? *saved : ""));
  take(std::move(document));
  journal_.restart(document_, 0);
  std::size_t done = 0;
  while (done < content.events.size() && replay(content.events[done], stack_).ok()) ++done;
  // The editor died within a group: what was done of it is one step.
  while (stack_.in_group()) stack_.end_group();
  if (left_out != nullptr) *left_out = static_cast<int>(content.events.size() - done);
  // The old journal goes only when the new one stands.
  if (journal_.status().ok() && !journal_folder_.empty()) return discard(journal);
  return {};
}

Status Workbench::discard(const std::filesystem::path& journal) const {
  std::error_code error;
  std::filesystem::remove(journal, error);
  if (error) return output_error(journal.string() + ": cannot be removed: " + error.message());
  return {};
}

void Workbench::start_macro() {
  recording_ = true;
  macro_begin_ = stack_.position();
}

std::string Workbench::stop_macro() {
  recording_ = false;
  std::vector<Command> commands;
  for (std::size_t i = macro_begin_; i < stack_.position(); ++i) {
    commands.insert(commands.end(), stack_.commands(i).begin(), stack_.commands(i).end());
  }
  return macro_text(commands);
}

Status Workbench::play_macro(const std::string& text) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<Command> commands, macro_from_text(text));
  return apply_all("Play a macro of " + std::to_string(commands.size()) + " commands", commands);
}

}  // namespace diorama::editor
