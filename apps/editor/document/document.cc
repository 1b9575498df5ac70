#include "apps/editor/document/document.h"

#include "engine/core/check.h"
#include "scenes/scenario_io.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

namespace diorama::editor {
namespace {

constexpr const char* kNewText = "name: \"untitled\"\n";

std::uint64_t next_revision() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

/// The node of an element and the nodes above it.
const SourceNode* node_at(const SourceNode& root, const FieldRef& ref) {
  const auto nodes = nodes_along(root, ref);
  return nodes.size() == ref.steps.size() ? nodes.back() : nullptr;
}

/// Path of the node that begins at `offset`, with elements by their index.
std::optional<std::string> path_at(const SourceNode& node, std::size_t offset) {
  for (const SourceNode& child : node.children) {
    if (offset < child.begin || offset >= child.end) continue;
    std::string step = child.field->name();
    if (child.index >= 0) step += "[" + std::to_string(child.index) + "]";
    if (child.begin == offset) return step;
    const auto inner = path_at(child, offset);
    return inner ? std::optional(step + "." + *inner) : std::nullopt;
  }
  return std::nullopt;
}

/// The path as resolve_field() writes it, or "".
std::string canonical(const schema::Scenario& scenario, const std::string& path) {
  const auto ref = resolve_field(scenario, path);
  return ref.ok() ? ref->path : "";
}

/// Where `offset` lies after the splices; nothing if it was removed.
std::optional<std::size_t> moved(std::size_t offset, const std::vector<TextEdit>& edits) {
  std::ptrdiff_t shift = 0;
  for (const TextEdit& edit : edits) {
    if (edit.begin <= offset && offset < edit.end) return std::nullopt;
    if (edit.end <= offset) {
      shift += static_cast<std::ptrdiff_t>(edit.text.size()) -
               static_cast<std::ptrdiff_t>(edit.end - edit.begin);
    }
  }
  return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(offset) + shift);
}

}  // namespace

Document::Document() {
  DIORAMA_CHECK(set_text(kNewText).ok());
  saved_text_ = text_;
}

Result<Document> Document::open(const std::filesystem::path& file) {
  // read_scenario knows all that may be wrong with a file; the text is read beside it.
  auto checked = read_scenario(file);
  if (!checked.ok()) return checked.status();
  DIORAMA_ASSIGN_OR_RETURN(std::string text, read_whole_file(file));
  return from_text(text, file, text);
}

Result<Document> Document::from_text(const std::string& text, const std::filesystem::path& file,
                                     std::string saved) {
  Document document;
  const std::string name = file.empty() ? "the scenario" : file.string();
  auto scenario = parse_scenario(text, name);
  if (!scenario.ok()) return scenario.status();
  auto source = map_source(text, *schema::Scenario::descriptor());
  if (!source.ok()) return source.status().with_context(name);
  std::string plain = without_message_lists(text, *source);
  DIORAMA_RETURN_IF_ERROR(document.set_text(plain).with_context(name));
  document.file_text_ = saved;
  document.saved_text_ = saved == text ? std::move(plain) : std::move(saved);
  if (!file.empty()) document.file_ = std::filesystem::absolute(file).lexically_normal();
  return document;
}

std::filesystem::path Document::base_folder() const {
  return file_.empty() ? std::filesystem::current_path() : file_.parent_path();
}

std::string Document::title() const {
  return file_.empty() ? "untitled" : file_.filename().string();
}

bool Document::changed_on_disk() const {
  if (file_.empty()) return false;
  const auto present = read_whole_file(file_);
  return !present.ok() || *present != file_text_;
}

bool Document::is_selected(const std::string& path) const {
  return std::find(selection_.begin(), selection_.end(), path) != selection_.end();
}

void Document::select(const Selection& paths) {
  Selection selection;
  for (const std::string& path : paths) {
    std::string known = canonical(scenario_, path);
    if (!known.empty() && std::find(selection.begin(), selection.end(), known) == selection.end()) {
      selection.push_back(std::move(known));
    }
  }
  selection_ = std::move(selection);
}

void Document::toggle_selected(const std::string& path) {
  const std::string known = canonical(scenario_, path);
  if (known.empty()) return;
  if (std::erase(selection_, known) == 0) selection_.push_back(known);
}

const std::vector<Diagnostic>& Document::problems() const {
  if (problems_revision_ != revision_) {
    problems_ = validate(scenario_, base_folder());
    problems_revision_ = revision_;
  }
  return problems_;
}

Status Document::save() {
  if (file_.empty()) return invalid_input("the document has no file yet; save it under a name");
  return save_as(file_);
}

Status Document::save_as(const std::filesystem::path& file) {
  if (file.empty()) return invalid_input("no file is named");
  DIORAMA_RETURN_IF_ERROR(write_whole_file(file, text_));
  const std::filesystem::path known = std::filesystem::absolute(file).lexically_normal();
  if (known != file_) recheck();
  file_ = known;
  saved_text_ = file_text_ = text_;
  return {};
}

Result<std::vector<Splice>> Document::apply(std::vector<TextEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  // From the last to the first, so that each offset holds when its turn comes.
  std::vector<Splice> splices;
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    splices.push_back(
        {edit->begin, text_.substr(edit->begin, edit->end - edit->begin), edit->text});
  }
  std::vector<std::optional<std::size_t>> places;
  for (const std::string& path : selection_) {
    const auto ref = resolve_field(scenario_, path);
    const SourceNode* node = ref.ok() ? node_at(source_, *ref) : nullptr;
    places.push_back(node == nullptr ? std::nullopt : moved(node->begin, edits));
  }
  DIORAMA_RETURN_IF_ERROR(set_text(with_edits(text_, edits)));
  Selection selection;
  for (std::size_t i = 0; i < places.size(); ++i) {
    // What is not written before or after (a singular message with its defaults) stays selected by
    // its path.
    const auto path = places[i] ? path_at(source_, *places[i]) : std::nullopt;
    if (path) selection.push_back(*path);
    if (!path && !selection_[i].ends_with(']')) selection.push_back(selection_[i]);
  }
  select(selection);
  return splices;
}

void Document::redo(const std::vector<Splice>& splices) {
  std::string text = text_;
  for (const Splice& splice : splices) {
    DIORAMA_CHECK(text.compare(splice.at, splice.removed.size(), splice.removed) == 0);
    text.replace(splice.at, splice.removed.size(), splice.inserted);
  }
  DIORAMA_CHECK(set_text(std::move(text)).ok());
}

void Document::undo(const std::vector<Splice>& splices) {
  std::string text = text_;
  for (auto splice = splices.rbegin(); splice != splices.rend(); ++splice) {
    DIORAMA_CHECK(text.compare(splice->at, splice->inserted.size(), splice->inserted) == 0);
    text.replace(splice->at, splice->inserted.size(), splice->removed);
  }
  DIORAMA_CHECK(set_text(std::move(text)).ok());
}

Status Document::set_text(std::string text) {
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario, parse_scenario(text, "the scenario"));
  DIORAMA_ASSIGN_OR_RETURN(SourceNode source, map_source(text, *schema::Scenario::descriptor()));
  text_ = std::move(text);
  scenario_ = std::move(scenario);
  source_ = std::move(source);
  revision_ = next_revision();
  return {};
}

Splice difference(const std::string& before, const std::string& after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  return {head, before.substr(head, before.size() - head - tail),
          after.substr(head, after.size() - head - tail)};
}

}  // namespace diorama::editor
