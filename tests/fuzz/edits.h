// Edits of sound texts and bytes that the bytes of a fuzz target's input choose, so that nearly
// every input gets past the first checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace diorama::fuzz {

/// The bytes of an input as numbers; zeros once they are used up.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool any() const { return left_ > 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8U | byte();
    return value;
  }
  /// Below `count`, which is not 0.
  std::size_t below(std::size_t count) { return number(count > 256 ? 3 : 1) % count; }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

/// Changes, removes or doubles one value somewhere in the tree.
void edit_json(nlohmann::json& root, Choices& choices);

/// Cuts, lengthens or changes the bytes.
void edit_bytes(std::string& bytes, Choices& choices);

}  // namespace diorama::fuzz
