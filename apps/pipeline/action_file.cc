#include "apps/pipeline/action_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/core/text.h"
#include "exporters/shard/output_file.h"

namespace diorama {
namespace {

/// A table as a file has it.
struct Table {
  std::size_t rows = 0;
  std::size_t width = 0;
  std::vector<double> values;
};

/// What stands behind `'key':` between `open` and the next `close`.
std::optional<std::string_view> entry_of(std::string_view header, const std::string& key, char open,
                                         char close) {
  const std::size_t name = header.find("'" + key + "':");
  if (name == std::string_view::npos) return std::nullopt;
  const std::size_t begin = header.find_first_not_of(' ', name + key.size() + 3);
  if (begin == std::string_view::npos || header[begin] != open) return std::nullopt;
  const std::size_t end = header.find(close, begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return header.substr(begin + 1, end - begin - 1);
}

/// Takes a whole number of up to nine digits off the front of `text`, and spaces and a comma behind
/// it.
std::optional<std::size_t> take_side(std::string_view& text) {
  constexpr std::size_t kMostDigits = 9;
  std::size_t side = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  const auto digits = static_cast<std::size_t>(rest - text.data());
  if (error != std::errc() || digits > kMostDigits) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of(", ", digits), text.size()));
  return side;
}

/// NumPy's format: magic, version, length of the header, the header as a Python dictionary, then
/// the values.
Result<Table> read_npy(std::string_view text) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  if (text.size() < 12 || !text.starts_with(kMagic)) return invalid_input("it is no .npy file");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[i]));
  };
  const bool old = byte(6) == 1;
  const std::size_t begin = old ? 10 : 12;
  const std::size_t length =
      byte(8) + (byte(9) << 8U) + (old ? 0 : (byte(10) << 16U) + (byte(11) << 24U));
  if (length > text.size() - begin || length > 4096)
    return invalid_input("it is cut off in its header");
  const std::string_view header = text.substr(begin, length);
  const auto type = entry_of(header, "descr", '\'', '\'');
  const auto shape = entry_of(header, "shape", '(', ')');
  if (!type || !shape) return invalid_input("its header is " + std::string(header));
  std::string_view sides = *shape;
  const auto rows = take_side(sides);
  const auto width = take_side(sides);
  if (!rows || !width || !sides.empty()) {
    return invalid_input("it has the shape (" + std::string(*shape) + ")");
  }
  if (header.find("'fortran_order': False") == std::string_view::npos) {
    return invalid_input("it is in Fortran order: save numpy.ascontiguousarray(actions)");
  }
  const std::size_t item = *type == "<f8" ? 8 : *type == "<f4" ? 4 : 0;
  if (item == 0) {
    return invalid_input("its type is '" + std::string(*type) +
                         "': save actions.astype(numpy.float32)");
  }
  Table table{*rows, *width, {}};
  const std::string_view data = text.substr(begin + length);
  if (data.size() != table.rows * table.width * item) {
    return invalid_input("it holds " + std::to_string(data.size()) +
                         " bytes where its shape wants " +
                         std::to_string(table.rows * table.width * item));
  }
  for (std::size_t i = 0; i < table.rows * table.width; ++i) {
    float single = 0.0F;
    double value = 0.0;
    std::memcpy(item == 4 ? static_cast<void*>(&single) : static_cast<void*>(&value),
                data.data() + i * item, item);
    table.values.push_back(item == 4 ? static_cast<double>(single) : value);
  }
  return table;
}

Result<Table> read_csv(std::string_view text) {
  Table table;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    std::size_t width = 0;
    for (std::size_t at = line.find_first_not_of(", \t\r");
         at != std::string_view::npos && line[at] != '#';
         at = line.find_first_not_of(", \t\r", at)) {
      const std::string_view word = line.substr(at, line.find_first_of(", \t\r", at) - at);
      double value = 0.0;
      const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (error != std::errc() || rest != word.data() + word.size()) {
        return invalid_input("line " + std::to_string(line_number) + ": '" + std::string(word) +
                             "' is no number");
      }
      table.values.push_back(value);
      ++width;
      at += word.size();
    }
    if (width == 0) continue;
    if (table.rows > 0 && width != table.width) {
      return invalid_input("line " + std::to_string(line_number) + " has " + std::to_string(width) +
                           " numbers, the lines before " + std::to_string(table.width));
    }
    table.width = width;
    ++table.rows;
  }
  return table;
}

}  // namespace

Result<std::vector<Action>> read_action_file(const std::filesystem::path& path,
                                             const std::vector<std::string>& actuators) {
  const std::string extension = path.extension();
  if (extension != ".npy" && extension != ".csv")
    return invalid_input(path.string() + ": actions are .npy or .csv files");
  const Result<std::string> text = read_text_file(path);
  if (!text.ok()) return invalid_input(text.status().message());
  const Result<Table> table = extension == ".npy" ? read_npy(*text) : read_csv(*text);
  if (!table.ok()) return table.status().with_context(path.string());
  if (table->rows == 0 || table->width != actuators.size()) {
    return invalid_input(
        path.string() + " has actions of shape (" + std::to_string(table->rows) + ", " +
        std::to_string(table->width) + "), but this dataset wants (steps, " +
        std::to_string(actuators.size()) + ")" +
        (actuators.empty()
             ? ": it has no actuators; use --hold STEPS"
             : " with at least one step, for the actuators " + join(actuators, ", ")));
  }
  std::vector<Action> actions;
  for (std::size_t row = 0; row < table->rows; ++row) {
    const auto first = table->values.begin() + static_cast<std::ptrdiff_t>(row * table->width);
    actions.emplace_back(first, first + static_cast<std::ptrdiff_t>(table->width));
    for (std::size_t k = 0; k < actuators.size(); ++k) {
      const double value = actions.back()[k];
      if (std::fabs(value) <= 1.0) continue;
      return invalid_input(path.string() + ": step " + std::to_string(row) + ", actuator '" +
                           actuators[k] + "': " + format_number(value) + " is not in [-1, 1]");
    }
  }
  return actions;
}

}  // namespace diorama
