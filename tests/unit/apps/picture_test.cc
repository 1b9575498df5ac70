#include "apps/pipeline/picture.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/temp_dir.h"

namespace diorama {
namespace {

int brightness(const ImageU8& image, int column) {
  return image.at(0, column, 0) + image.at(0, column, 1) + image.at(0, column, 2);
}

TEST_CASE("nearer is brighter, and nothing hit is black") {
  const std::vector<float> depth = {1.0F, 2.0F, 5.0F, 9.0F, 30.0F};
  const ImageU8 image = colorize_depth(depth, 1, 5, 0.02, 30.0);
  for (int c = 0; c + 1 < 5; ++c) CHECK(brightness(image, c) > brightness(image, c + 1));
  CHECK(brightness(image, 4) == 0);
}

TEST_CASE("a picture without any surface or with one depth everywhere has colours, not garbage") {
  const std::vector<float> empty(4, 30.0F);
  CHECK(brightness(colorize_depth(empty, 2, 2, 0.02, 30.0), 0) == 0);
  const std::vector<float> flat(4, 3.0F);
  CHECK(brightness(colorize_depth(flat, 2, 2, 0.02, 30.0), 0) > 0);
}

TEST_CASE("forty ids have forty colours, and the background is black") {
  std::vector<std::uint16_t> ids;
  for (std::uint16_t i = 0; i <= 40; ++i) ids.push_back(i);
  const ImageU8 image = colorize_ids(ids, 1, static_cast<int>(ids.size()));
  std::set<std::array<std::uint8_t, 3>> colors;
  for (int c = 0; c <= 40; ++c) colors.insert({image.at(0, c, 0), image.at(0, c, 1), image.at(0, c, 2)});
  CHECK(colors.size() == 41);
  CHECK(brightness(image, 0) == 0);
}

TEST_CASE("pasting and text stay inside the picture") {
  ImageU8 target(8, 8, 3);
  ImageU8 white(4, 4, 3);
  for (auto& value : white.pixels) value = 255;
  paste(white, 6, 6, target);
  CHECK(target.at(7, 7, 2) == 255);
  CHECK(target.at(5, 5, 0) == 0);
  draw_text("a long caption that does not fit", 2, 2, 3, 200, target);
  CHECK(text_width_px("mm", 2) == 2 * text_width_px("mm", 1));
}

TEST_CASE("a picture lands whole or not at all") {
  const TempDir folder;
  const ImageU8 image(3, 5, 3);
  const auto path = folder.path() / "picture.png";
  REQUIRE(write_png(path, image).ok());
  CHECK(std::filesystem::file_size(path) > 60);
  const Status missing = write_png(folder.path() / "none" / "picture.png", image);
  CHECK(missing.code() == Code::kOutput);
  CHECK(missing.message().find("none/picture.png") != std::string::npos);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

}  // namespace
}  // namespace diorama
