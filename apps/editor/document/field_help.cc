#include "apps/editor/document/field_help.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "apps/editor/document/schema_text.h"
#include "engine/core/text.h"

namespace diorama::editor {
namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Reads a schema line by line, as our files are written: one field, brace or comment in each.
void read_comments(const std::string& text, std::map<std::string, std::string>& comments) {
  std::vector<std::string> scopes = {"diorama.schema"};
  std::istringstream lines(text);
  std::string line, above;
  while (std::getline(lines, line)) {
    const std::size_t slashes = line.find("//");
    const std::string comment = slashes == std::string::npos ? "" : trimmed(line.substr(slashes + 2));
    std::istringstream code(line.substr(0, slashes));
    std::vector<std::string> words;
    for (std::string word; code >> word;) words.push_back(word);
    if (words.empty()) {
      above = comment.empty() ? "" : above + (above.empty() ? "" : " ") + comment;
      continue;
    }
    if (words[0] == "message" || words[0] == "enum") {
      scopes.push_back(scopes.back() + "." + words[1]);
    } else if (words[0] == "oneof") {
      scopes.push_back(scopes.back());
    } else if (words[0] == "}") {
      scopes.pop_back();
    }
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      if (words[i + 1] != "=") continue;
      const std::string help = above + (above.empty() || comment.empty() ? "" : " ") + comment;
      if (!help.empty()) comments[scopes.back() + "." + words[i]] = help;
      break;
    }
    above.clear();
  }
}

}  // namespace

std::string field_help(const google::protobuf::FieldDescriptor& field) {
  static const std::map<std::string, std::string> comments = [] {
    std::map<std::string, std::string> read;
    read_comments(distribution_proto_text(), read);
    read_comments(scenario_proto_text(), read);
    return read;
  }();
  const auto found = comments.find(field.full_name());
  return found == comments.end() ? "" : found->second;
}

std::string field_caption(const google::protobuf::FieldDescriptor& descriptor) {
  const std::string& field = descriptor.name();
  static const std::set<std::string> units = {"m",       "kg",   "s",  "deg", "hz",  "px", "lux",
                                              "candela", "nits", "m3", "s2",  "rad", "n"};
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= field.size();) {
    const std::size_t end = std::min(field.find('_', begin), field.size());
    words.push_back(field.substr(begin, end - begin));
    begin = end + 1;
  }
  while (words.size() > 1 && units.contains(words.back())) words.pop_back();
  return join(words, " ");
}

}  // namespace diorama::editor
