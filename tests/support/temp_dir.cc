#include "tests/support/temp_dir.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "engine/core/check.h"

namespace diorama {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "diorama_test_XXXXXX").string();
  DIORAMA_CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace diorama
