// ScratchFolder: a folder of its own under the system's temporary one, removed at the end with all
// that is in it.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "engine/core/status.h"

namespace diorama {

class ScratchFolder {
 public:
  /// output_error(...) if the temporary folder (TMPDIR, else /tmp) cannot be written.
  static Result<std::unique_ptr<ScratchFolder>> make();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace diorama
