#include "engine/scene/collada_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace diorama {

Status check_collada_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return invalid_input(path.string() + ": cannot be read; check its permissions");
  for (std::size_t at = 0; (at = text.find("<p", at)) != std::string::npos;) {
    at += 2;
    // Other elements begin with a p, too.
    if (at < text.size() && std::string(" \t\r\n>").find(text[at]) == std::string::npos) continue;
    const std::size_t begin = text.find('>', at);
    if (begin == std::string::npos) break;
    if (text[begin - 1] == '/') continue;
    const std::size_t end = std::min(text.find('<', begin), text.size());
    const std::size_t bad = text.find_first_not_of("+-0123456789 \t\r\n", begin + 1);
    if (bad >= end) continue;
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    return invalid_input(path.string() + ":" + std::to_string(line) + ": <p> holds something that is not a whole number");
  }
  return {};
}

}  // namespace diorama
