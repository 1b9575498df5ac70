#include "exporters/shard/format_page.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace diorama {
namespace {

TEST_CASE("schemas/SHARD_FORMAT.md is what the list of columns prints") {
  const char* path = "schemas/SHARD_FORMAT.md";  // tests run in the source folder
  const std::string page = shard_format_page();
  if (std::getenv("DIORAMA_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << page;
  }
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), "run this test with DIORAMA_UPDATE=1 to write ", path);
  std::stringstream text;
  text << file.rdbuf();
  CHECK_MESSAGE(text.str() == page, path, " is out of date: run this test with DIORAMA_UPDATE=1");
}

}  // namespace
}  // namespace diorama
