#include "engine/scene/ply_file.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace diorama {
namespace {

enum class Format { kNone, kAscii, kLittleEndian, kBigEndian };

struct Property {
  std::size_t value_bytes = 0;
  std::size_t count_bytes = 0;  ///< Of a list's length; 0 = no list.
  bool is_index = false;        ///< Its values are numbers of vertices.
};

struct Element {
  std::string name;
  std::uint64_t count = 0;
  std::vector<Property> properties;
};

struct Header {
  Format format = Format::kNone;
  std::vector<Element> elements;
  std::size_t size_bytes = 0;
  std::uint64_t num_vertices = 0;
};

std::size_t bytes_of(const std::string& type) {
  if (type == "char" || type == "uchar" || type == "int8" || type == "uint8") return 1;
  if (type == "short" || type == "ushort" || type == "int16" || type == "uint16") return 2;
  if (type == "int" || type == "uint" || type == "float" || type == "int32" || type == "uint32" || type == "float32") return 4;
  if (type == "double" || type == "float64") return 8;
  return 0;
}

Status broken(const std::string& line) { return invalid_input("the PLY header's line '" + line + "' is not understood"); }

Status read_property(std::istringstream& words, const std::string& line, Header& header) {
  std::string type;
  Property property;
  words >> type;
  if (type == "list") {
    std::string count_type;
    words >> count_type >> type;
    property.count_bytes = bytes_of(count_type);
    if (property.count_bytes == 0 || property.count_bytes == 8) return broken(line);
  }
  property.value_bytes = bytes_of(type);
  std::string name;
  words >> name;
  property.is_index = property.count_bytes > 0 && (name == "vertex_indices" || name == "vertex_index");
  if (property.value_bytes == 0 || header.elements.empty()) return broken(line);
  header.elements.back().properties.push_back(property);
  return {};
}

Result<Header> read_header(const std::string& text) {
  Header header;
  if (text.compare(0, 3, "ply") != 0) return invalid_input("does not begin with 'ply'");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    std::string line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    at = end + 1;
    std::istringstream words(line);
    std::string keyword;
    words >> keyword;
    if (keyword == "end_header") {
      header.size_bytes = at;
      if (header.format == Format::kNone) return invalid_input("the PLY header names no format");
      return header;
    }
    if (keyword == "format") {
      std::string format;
      words >> format;
      if (format == "ascii") header.format = Format::kAscii;
      if (format == "binary_little_endian") header.format = Format::kLittleEndian;
      if (format == "binary_big_endian") header.format = Format::kBigEndian;
      if (header.format == Format::kNone) return broken(line);
    } else if (keyword == "element") {
      Element element;
      std::string count;
      words >> element.name >> count;
      if (count.empty() || count.size() > 10 || count.find_first_not_of("0123456789") != std::string::npos) return broken(line);
      element.count = std::stoull(count);
      if (element.name == "vertex") header.num_vertices = element.count;
      header.elements.push_back(std::move(element));
    } else if (keyword == "property") {
      DIORAMA_RETURN_IF_ERROR(read_property(words, line, header));
    }
  }
  return invalid_input("the PLY header has no end_header line");
}

Status cut_off(const Element& element, std::uint64_t number) {
  return invalid_input("the PLY file ends within " + element.name + " " + std::to_string(number) + " of " +
                       std::to_string(element.count) + "; it is damaged or cut off");
}

Status no_such_vertex(const Element& element, std::uint64_t number, const std::string& vertex, const Header& header) {
  return invalid_input(element.name + " " + std::to_string(number) + " of the PLY file names vertex " + vertex + ", but there are " +
                       std::to_string(header.num_vertices));
}

std::uint64_t whole_number(const char* bytes, std::size_t count, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[big_endian ? i : count - 1 - i]);
  }
  return value;
}

Status check_binary(const std::string& text, const Header& header) {
  const bool big_endian = header.format == Format::kBigEndian;
  std::size_t at = header.size_bytes;
  for (const Element& element : header.elements) {
    for (std::uint64_t k = 0; k < element.count; ++k) {
      for (const Property& property : element.properties) {
        std::uint64_t values = 1;
        if (property.count_bytes > 0) {
          if (text.size() - at < property.count_bytes) return cut_off(element, k);
          values = whole_number(text.data() + at, property.count_bytes, big_endian);
          at += property.count_bytes;
        }
        if ((text.size() - at) / property.value_bytes < values) return cut_off(element, k);
        for (std::uint64_t v = 0; property.is_index && v < values; ++v) {
          const std::uint64_t vertex = whole_number(text.data() + at + v * property.value_bytes, property.value_bytes, big_endian);
          if (vertex >= header.num_vertices) return no_such_vertex(element, k, std::to_string(vertex), header);
        }
        at += values * property.value_bytes;
      }
      if (element.properties.empty()) break;
    }
  }
  return {};
}

Status check_ascii(const std::string& text, const Header& header) {
  std::istringstream words(text.substr(header.size_bytes));
  std::string word;
  for (const Element& element : header.elements) {
    for (std::uint64_t k = 0; k < element.count && !element.properties.empty(); ++k) {
      for (const Property& property : element.properties) {
        std::uint64_t values = 1;
        if (property.count_bytes > 0) {
          if (!(words >> word)) return cut_off(element, k);
          if (word.size() > 10 || word.find_first_not_of("0123456789") != std::string::npos) {
            return invalid_input("'" + word + "' in " + element.name + " " + std::to_string(k) +
                                 " of the PLY file is not a list's length");
          }
          values = std::stoull(word);
        }
        for (std::uint64_t v = 0; v < values; ++v) {
          if (!(words >> word)) return cut_off(element, k);
          if (!property.is_index) continue;
          const bool digits = word.size() <= 10 && word.find_first_not_of("0123456789") == std::string::npos;
          if (!digits || std::stoull(word) >= header.num_vertices) return no_such_vertex(element, k, word, header);
        }
      }
    }
  }
  return {};
}

}  // namespace

Status check_ply_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return invalid_input(path.string() + ": cannot be read; check its permissions");
  Result<Header> header = read_header(text);
  if (!header.ok()) return header.status().with_context(path.string());
  const Status status = header->format == Format::kAscii ? check_ascii(text, *header) : check_binary(text, *header);
  return status.with_context(path.string());
}

}  // namespace diorama
