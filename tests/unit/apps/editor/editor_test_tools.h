// What several tests of the editor's document share.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "apps/editor/command/command_stack.h"
#include "apps/editor/document/document.h"
#include "scenes/scenario_io.h"

namespace diorama::editor::editor_test {

inline const std::filesystem::path kLibrary = "scenes/library";

inline std::vector<std::filesystem::path> library_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kLibrary))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline Document opened(const std::filesystem::path& path) {
  auto document = Document::open(path);
  REQUIRE_MESSAGE(document.ok(), document.status().message());
  return *std::move(document);
}

inline Document document_of(const std::string& text) {
  auto document = Document::from_text(text);
  REQUIRE_MESSAGE(document.ok(), document.status().message());
  return *std::move(document);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Applies a command that must succeed.
inline void done(CommandStack& stack, const Command& command) {
  const Status status = stack.apply(command);
  REQUIRE_MESSAGE(status.ok(), describe(command) << ": " << status.message());
}

/// The text after one command, which must succeed and be undone exactly.
inline std::string after(const std::string& text, const Command& command) {
  Document document = document_of(text);
  CommandStack stack(document);
  done(stack, command);
  std::string result = document.text();
  if (stack.can_undo()) stack.undo();
  CHECK(document.text() == text);
  return result;
}

/// Why a command cannot be done; the document must be as before.
inline std::string refusal(const std::string& text, const Command& command) {
  Document document = document_of(text);
  CommandStack stack(document);
  const Status status = stack.apply(command);
  CHECK_MESSAGE(!status.ok(), describe(command));
  CHECK(document.text() == text);
  CHECK_FALSE(stack.can_undo());
  return status.message();
}

}  // namespace diorama::editor::editor_test
