#include "apps/bench/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace diorama {

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error)
    return output_error("no temporary folder (" + error.message() +
                        "): set TMPDIR to one that exists");
  std::string name = (parent / "diorama-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return output_error("cannot make a folder in " + parent.string() + " (" + std::strerror(errno) +
                        "): set TMPDIR to a folder that can be written");
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(name));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace diorama
