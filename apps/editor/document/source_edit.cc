#include "apps/editor/document/source_edit.h"

#include "apps/editor/document/layout_text.h"
#include "engine/core/check.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

namespace diorama::editor {
namespace {

using google::protobuf::FieldDescriptor;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::size_t line_begin(const std::string& text, std::size_t at) {
  const std::size_t feed = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  return feed == std::string::npos ? 0 : feed + 1;
}
/// Offset of the line feed, or of the text's end.
std::size_t line_end(const std::string& text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

/// Only blanks between the line's beginning and `at`.
bool begins_line(const std::string& text, std::size_t at) {
  const std::size_t begin = line_begin(text, at);
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                     text.begin() + static_cast<std::ptrdiff_t>(at), is_blank);
}

std::size_t skip_blanks(const std::string& text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// Behind the comment that stands on the same line, else `at`.
std::size_t behind_comment(const std::string& text, std::size_t at) {
  const std::size_t next = skip_blanks(text, at);
  if (next >= text.size() || text[next] != '#') return at;
  std::size_t end = line_end(text, next);
  if (end > at && text[end - 1] == '\r') --end;
  return end;
}

bool ends_line(const std::string& text, std::size_t at) {
  const std::size_t next = skip_blanks(text, behind_comment(text, at));
  return next >= text.size() || text[next] == '\n';
}

/// Begin of the comment lines directly above the line at `begin`, not before `floor`.
std::size_t comment_lines_begin(const std::string& text, std::size_t begin, std::size_t floor) {
  while (begin > floor) {
    const std::size_t above = line_begin(text, begin - 1);
    if (above < floor) break;
    const std::size_t first = skip_blanks(text, above);
    if (first >= text.size() || text[first] != '#') break;
    begin = above;
  }
  return begin;
}

/// The span of a node that has its lines for itself, with its comments and without the last line
/// feed.
struct Block {
  bool alone = false;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where the comments of `node` may begin: behind what stands before it.
std::size_t floor_of(const std::string& text, const SourceNode& parent, const SourceNode& node) {
  std::size_t floor = parent.field == nullptr ? parent.value_begin : parent.value_begin + 1;
  const SourceNode* previous = nullptr;
  for (const SourceNode& other : parent.children) {
    if (other.end <= node.begin) previous = &other;
  }
  if (previous != nullptr)
    floor = behind_comment(text, previous->in_list ? previous->list_end : previous->end);
  // The head of the file is not the first field's.
  if (parent.field == nullptr && previous == nullptr) floor = line_begin(text, node.begin);
  return floor;
}

Block block_of(const std::string& text, const SourceNode& parent, const SourceNode& node) {
  Block block{false, node.begin, node.end};
  if (!begins_line(text, node.begin) || !ends_line(text, node.end)) return block;
  const std::size_t floor = floor_of(text, parent, node);
  block.alone = true;
  block.begin = std::max(comment_lines_begin(text, line_begin(text, node.begin), floor), floor);
  block.end = behind_comment(text, node.end);
  return block;
}

std::string line_feed(const std::string& text) {
  return text.find("\r\n") != std::string::npos ? "\r\n" : "\n";
}

}  // namespace

std::string with_edits(const std::string& text, std::vector<TextEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::string changed;
  std::size_t at = 0;
  for (const TextEdit& edit : edits) {
    DIORAMA_CHECK(edit.begin >= at && edit.end >= edit.begin && edit.end <= text.size());
    changed.append(text, at, edit.begin - at);
    changed += edit.text;
    at = edit.end;
  }
  return changed.append(text, at);
}

TextEdit replace_value(const SourceNode& node, std::string value) {
  return {node.value_begin, node.value_end, std::move(value)};
}

std::size_t indent_at(const std::string& text, std::size_t offset) {
  const std::size_t begin = line_begin(text, offset);
  return skip_blanks(text, begin) - begin;
}

TextEdit remove_node(const std::string& text, const SourceNode& parent, const SourceNode& node) {
  const Block block = block_of(text, parent, node);
  if (block.alone) {
    const std::size_t end = line_end(text, block.end);
    // The whole lines; at the very end of the text the line feed in front instead of the one
    // behind.
    if (end < text.size()) return {block.begin, end + 1, ""};
    return {block.begin, end, ""};
  }
  if (!begins_line(text, node.begin)) {
    std::size_t begin = node.begin;
    while (begin > 0 && is_blank(text[begin - 1])) --begin;
    return {begin, node.end, ""};
  }
  if (node.end == parent.children.back().end) {
    // The parent's closing brace follows: it moves up to what stood before, unless that is a
    // comment.
    const std::size_t before = floor_of(text, parent, node);
    const bool only_blanks = text.find_first_not_of(" \t\r\n", before) == node.begin;
    const bool comment =
        text.substr(line_begin(text, before), before - line_begin(text, before)).find('#') !=
        std::string::npos;
    if (parent.field != nullptr && only_blanks && !comment) return {before, node.end, ""};
  }
  // Others follow on its line: they take its place. Comment lines above stay, for they may be about
  // all of them.
  std::size_t end = skip_blanks(text, node.end);
  if (end < text.size() && text[end] == '#') end = node.end;
  return {node.begin, end, ""};
}

InsertPlace place_of(const std::string& text, const SourceNode& parent,
                     const FieldDescriptor& field, int index, std::size_t length, bool one_line) {
  const std::string feed = line_feed(text);
  const bool at_top = parent.field == nullptr;
  // Its neighbour: the element before it, else the last field that the schema has before it.
  const SourceNode* before = nullptr;
  const SourceNode* first_of_field = nullptr;
  for (const SourceNode& other : parent.children) {
    if (other.field == &field && index >= 0) {
      if (other.index == index - 1) before = &other;
      if (other.index == 0) first_of_field = &other;
    }
  }
  if (before == nullptr && first_of_field == nullptr) {
    for (const SourceNode& other : parent.children) {
      if (other.field->index() <= field.index()) before = &other;
    }
    if (before == nullptr && !parent.children.empty()) first_of_field = &parent.children.front();
  }

  InsertPlace place;
  if (before != nullptr) {
    const std::size_t end = before->in_list ? before->list_end : before->end;
    const bool own_line = begins_line(text, before->in_list ? before->list_begin : before->begin);
    const std::size_t indent =
        at_top     ? 0
        : own_line ? indent_at(text, before->in_list ? before->list_begin : before->begin)
                   : indent_at(text, parent.begin) + 2;
    const std::size_t behind = behind_comment(text, end);
    const std::size_t width = line_end(text, end) - line_begin(text, end);
    // Among others on a line, if there is room.
    if (!at_top && !own_line && one_line && behind == end && width + 1 + length <= kLineWidth) {
      return {end, " ", "", indent_at(text, end)};
    }
    place.at = behind;
    place.before = feed;
    if (at_top && before->field != &field && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      place.before += feed;  // A new kind of thing begins a paragraph.
    }
    place.before += std::string(indent, ' ');
    place.indent = indent;
    // What followed on the line must not come to stand behind a field that ends a paragraph of its
    // own.
    if (at_top && !ends_line(text, end)) place.after = feed;
    return place;
  }
  if (first_of_field != nullptr) {
    const SourceNode& next = *first_of_field;
    const std::size_t next_begin = next.in_list ? next.list_begin : next.begin;
    if (!begins_line(text, next_begin)) {
      return {next_begin, "", one_line && !at_top ? " " : feed, indent_at(text, next_begin)};
    }
    const Block block = block_of(text, parent, next);
    place.indent = indent_at(text, next_begin);
    place.at = block.alone ? block.begin : line_begin(text, next_begin);
    place.before = std::string(place.indent, ' ');
    place.after = feed;
    return place;
  }
  if (at_top) {
    place.at = text.size();
    place.before =
        text.empty() || text.back() == '\n' || text.size() == parent.value_begin ? "" : feed;
    place.after = feed;
    return place;
  }
  // An empty message; a comment in it keeps its line.
  const std::size_t close = parent.value_end - 1;
  const std::string inside = text.substr(parent.value_begin + 1, close - parent.value_begin - 1);
  place.at = close;
  place.indent = indent_at(text, parent.begin);
  if (inside.find('\n') == std::string::npos) {
    place.before = inside.empty() ? " " : "";
    place.after = " ";
    return place;
  }
  place.before = (begins_line(text, close) ? "" : feed) + std::string(2, ' ');
  place.after = feed + std::string(place.indent, ' ');
  place.indent += 2;
  return place;
}

std::vector<TextEdit> move_node(const std::string& text, const SourceNode& parent,
                                const FieldDescriptor& field, int from, int to) {
  const auto nodes = parent.children_of(field);
  const int low = std::min(from, to);
  const int high = std::max(from, to);
  std::vector<Block> blocks;
  for (int i = low; i <= high; ++i)
    blocks.push_back(block_of(text, parent, *nodes[static_cast<std::size_t>(i)]));
  const bool alone =
      std::all_of(blocks.begin(), blocks.end(), [](const Block& b) { return b.alone; });
  const auto span = [&](int i) -> std::pair<std::size_t, std::size_t> {
    const Block& block = blocks[static_cast<std::size_t>(i - low)];
    if (alone) return {block.begin, block.end};
    const SourceNode& node = *nodes[static_cast<std::size_t>(i)];
    return {node.begin, node.value_end};
  };
  std::vector<TextEdit> edits;
  for (int i = low; i <= high; ++i) {
    // The element that comes to stand in slot i.
    const int source = i == to ? from : from < to ? i + 1 : i - 1;
    const auto [begin, end] = span(i);
    const auto [source_begin, source_end] = span(source);
    edits.push_back({begin, end, text.substr(source_begin, source_end - source_begin)});
  }
  return edits;
}

std::string node_text(const std::string& text, const SourceNode& parent, const SourceNode& node) {
  const Block block = block_of(text, parent, node);
  return text.substr(block.begin, block.end - block.begin);
}

namespace {

/// Keeps white space and comments, drops the signs of a list.
std::string without_signs(const std::string& text) {
  std::string kept;
  bool comment = false;
  for (const char c : text) {
    if (c == '#') comment = true;
    if (c == '\n') comment = false;
    if (comment || (c != '[' && c != ']' && c != ',' && c != ';' && c != ':')) kept += c;
  }
  return kept;
}

void collect_lists(const std::string& text, const SourceNode& parent,
                   std::vector<TextEdit>& edits) {
  for (std::size_t i = 0; i < parent.children.size(); ++i) {
    const SourceNode& node = parent.children[i];
    if (!node.is_message()) continue;
    collect_lists(text, node, edits);
    if (!node.in_list) continue;
    if (node.index == 0 || parent.children[i - 1].list_begin != node.list_begin) {
      edits.push_back({node.list_begin, node.begin,
                       without_signs(text.substr(node.list_begin, node.begin - node.list_begin))});
    }
    const bool last =
        i + 1 == parent.children.size() || parent.children[i + 1].list_begin != node.list_begin;
    const std::size_t end = last ? node.list_end : parent.children[i + 1].begin;
    edits.push_back({node.end, end,
                     without_signs(text.substr(node.end, end - node.end)) +
                         (last ? "" : node.field->name() + " ")});
  }
}

}  // namespace

std::string without_message_lists(const std::string& text, const SourceNode& root) {
  std::vector<TextEdit> edits;
  collect_lists(text, root, edits);
  return with_edits(text, std::move(edits));
}

}  // namespace diorama::editor
