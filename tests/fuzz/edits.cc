#include "tests/fuzz/edits.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

namespace diorama::fuzz {

using nlohmann::json;

namespace {

void collect(json& value, std::vector<json*>& places) {
  for (json& child : value) {
    places.push_back(&child);
    if (child.is_structured()) collect(child, places);
  }
}

json strange_value(Choices& choices) {
  switch (choices.byte() % 16) {
    case 0:
      return nullptr;
    case 1:
      return json::array();
    case 2:
      return json::object();
    case 3:
      return true;
    case 4:
      return "";
    case 5:
      return "../../../etc/passwd";
    case 6:
      return std::string(choices.number(2), 'x');
    case 7:
      return -1;
    case 8:
      return std::numeric_limits<std::int64_t>::max() - choices.byte();
    case 9:
      return std::numeric_limits<std::int64_t>::min();
    case 10:
      return std::uint64_t{1} << choices.byte() % 64;
    case 11:
      return 1e308;
    case 12:
      return choices.number(4);
    case 13:
      return "shards/000001.h5";
    case 14:
      return json::array({choices.byte(), choices.byte(), choices.byte()});
    default:
      return choices.byte();
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void edit_json(json& root, Choices& choices) {
  std::vector<json*> places;
  collect(root, places);
  if (places.empty()) return;
  json& place = *places[choices.below(places.size())];
  switch (choices.byte() % 6) {
    case 0:
      if (place.is_array() && !place.empty())
        place.erase(choices.below(place.size()));
      else if (place.is_object() && !place.empty())
        place.erase(
            std::next(place.begin(), static_cast<std::ptrdiff_t>(choices.below(place.size()))));
      return;
    case 1:
      if (place.is_array() && !place.empty())
        place.push_back(json(place[choices.below(place.size())]));
      return;
    case 2: {
      json other = *places[choices.below(places.size())];
      place = std::move(other);
      return;
    }
    case 3:
      if (place.is_number_integer())
        place = place.get<std::int64_t>() + static_cast<std::int8_t>(choices.byte());
      return;
    default:
      place = strange_value(choices);
  }
}

void edit_bytes(std::string& bytes, Choices& choices) {
  switch (choices.byte() % 4) {
    case 0:
      bytes.resize(std::min<std::size_t>(choices.number(3), 2 * bytes.size() + 16));
      return;
    case 1:
      if (!bytes.empty()) {
        std::size_t at = choices.below(bytes.size());
        for (int n = choices.byte() % 32; n >= 0 && at < bytes.size(); --n)
          bytes[at++] = static_cast<char>(choices.byte());
      }
      return;
    default:
      if (!bytes.empty()) bytes[choices.below(bytes.size())] = static_cast<char>(choices.byte());
  }
}

}  // namespace diorama::fuzz
