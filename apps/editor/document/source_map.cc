#include "apps/editor/document/source_map.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace diorama::editor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// Recursive descent over protobuf text. After a problem it stands still.
class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}

  Result<SourceNode> read(const Descriptor& type) {
    SourceNode root;
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    root.begin = root.value_begin = at_;
    fields(type, '\0', root);
    root.value_end = root.end = text_.size();
    if (problem_.empty()) return root;
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    return invalid_input("line " + std::to_string(line) + ": " + problem_);
  }

 private:
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  bool done() const { return at_ >= text_.size() || !problem_.empty(); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else {
        return;
      }
    }
  }

  static bool is_word(char c) {
    return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '_' || c == '.' || c == '+' ||
           c == '-';
  }

  void string_literal() {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return fail("a text does not end");
    ++at_;
  }

  /// A scalar: a word, a signed word, or texts side by side. Sets the end of its value.
  void scalar(SourceNode& node) {
    node.value_begin = at_;
    if (peek() == '"' || peek() == '\'') {
      while (!done() && (peek() == '"' || peek() == '\'')) {
        string_literal();
        node.value_end = at_;
        skip();
      }
      at_ = node.value_end;
      return;
    }
    if (peek() == '-') {
      ++at_;
      skip();
    }
    const std::size_t word = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == word) fail("a value is missing");
    node.value_end = at_;
  }

  void value(SourceNode& node) {
    if (peek() != '{' && peek() != '<') return scalar(node);
    node.value_begin = at_;
    const char close = peek() == '{' ? '}' : '>';
    ++at_;
    if (!node.is_message()) return fail(node.field->name() + " holds no fields");
    if (++depth_ > kMaxDepth) return fail("the fields are nested too deeply");
    fields(*node.field->message_type(), close, node);
    --depth_;
    if (peek() != close) return fail("a closing brace is missing");
    node.value_end = ++at_;
  }

  void separator(SourceNode& node) {
    node.end = node.value_end;
    const std::size_t before = at_;
    skip();
    if (peek() == ',' || peek() == ';') {
      node.end = ++at_;
    } else {
      at_ = before;
    }
  }

  void fields(const Descriptor& type, char close, SourceNode& parent) {
    std::map<const FieldDescriptor*, int> counts;
    while (true) {
      skip();
      if (done() || peek() == close) return;
      SourceNode node;
      node.begin = at_;
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
      const std::string name = text_.substr(node.begin, at_ - node.begin);
      node.field = type.FindFieldByName(name);
      if (node.field == nullptr) return fail("'" + name + "' is no field of " + type.name());
      skip();
      if (peek() == ':') ++at_;
      skip();
      if (peek() == '[' && node.field->is_repeated()) {
        list(node, counts[node.field], parent);
      } else {
        value(node);
        separator(node);
        if (node.field->is_repeated()) node.index = counts[node.field]++;
        parent.children.push_back(std::move(node));
      }
      if (!problem_.empty()) return;
    }
  }

  void list(const SourceNode& head, int& count, SourceNode& parent) {
    const std::size_t first = parent.children.size();
    ++at_;
    for (skip(); !done() && peek() != ']'; skip()) {
      SourceNode node;
      node.field = head.field;
      node.in_list = true;
      node.index = count++;
      node.begin = at_;
      value(node);
      node.end = node.value_end;
      parent.children.push_back(std::move(node));
      skip();
      if (peek() == ',') ++at_;
    }
    if (peek() != ']') return fail("a ']' is missing");
    SourceNode whole;
    whole.value_end = ++at_;
    separator(whole);
    for (std::size_t i = first; i < parent.children.size(); ++i) {
      parent.children[i].list_begin = head.begin;
      parent.children[i].list_end = whole.end;
    }
  }

  static constexpr int kMaxDepth = 64;
  const std::string& text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string problem_;
};

}  // namespace

bool SourceNode::is_message() const {
  return field == nullptr || field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

std::vector<const SourceNode*> SourceNode::children_of(const FieldDescriptor& of) const {
  std::vector<const SourceNode*> found;
  for (const SourceNode& node : children) {
    if (node.field == &of) found.push_back(&node);
  }
  return found;
}

const SourceNode* SourceNode::child(const FieldDescriptor& of, int child_index) const {
  for (const SourceNode& node : children) {
    if (node.field == &of && node.index == child_index) return &node;
  }
  return nullptr;
}

Result<SourceNode> map_source(const std::string& text, const Descriptor& type) {
  return Reader(text).read(type);
}

std::vector<const SourceNode*> nodes_along(const SourceNode& root, const FieldRef& ref) {
  std::vector<const SourceNode*> nodes;
  const SourceNode* node = &root;
  for (const FieldRef::Step& step : ref.steps) {
    node = node->child(*step.field, step.index);
    if (node == nullptr) break;
    nodes.push_back(node);
  }
  return nodes;
}

}  // namespace diorama::editor
