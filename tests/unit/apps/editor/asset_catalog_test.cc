#include "apps/editor/session/asset_catalog.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "apps/pipeline/picture.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/session_fixture.h"

namespace diorama::editor {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
constexpr auto kLong = 60s;

constexpr const char* kTetrahedron = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
constexpr const char* kModel = R"(<mujoco><worldbody><geom type="plane" size="1 1 .1"/>
  <body pos="0 0 1"><freejoint/><geom type="sphere" size=".2" rgba="1 0 0 1"/></body></worldbody></mujoco>)";

RendererOptions checked() {
  RendererOptions options;
  options.validation = true;
  return options;
}

void fill(const fs::path& folder) {
  fs::create_directory(folder / "more");
  std::ofstream(folder / "tetra.OBJ") << kTetrahedron;
  std::ofstream(folder / "broken.obj") << "no mesh";
  std::ofstream(folder / "robot.xml") << kModel;
  std::ofstream(folder / "ball.textproto") << kBallScenario;
  std::ofstream(folder / "notes.txt") << "nothing to see";
  std::ofstream(folder / ".hidden.obj") << kTetrahedron;
  ImageU8 image(40, 80, 3);
  for (auto& value : image.pixels) value = 200;
  REQUIRE(write_png(folder / "wood.png", image).ok());
}

/// How many colours a picture has, up to a few.
bool shows_something(const ImageU8& picture) {
  return std::any_of(picture.pixels.begin(), picture.pixels.end(),
                     [&](std::uint8_t value) { return value != picture.pixels[0]; });
}

TEST_CASE("a folder lists what the engine reads, with a picture of each file") {
  const TempDir folder;
  fill(folder.path());
  AssetCatalog catalog(checked(), 64);
  catalog.show(folder.path());
  const auto listing = catalog.listing();
  REQUIRE_MESSAGE(listing->status.ok(), listing->status.message());
  std::vector<std::string> names;
  for (const AssetEntry& entry : listing->entries) names.push_back(entry.name());
  CHECK(names == std::vector<std::string>{"more", "ball.textproto", "broken.obj", "robot.xml", "tetra.OBJ", "wood.png"});
  for (const AssetEntry& entry : listing->entries) CHECK(!catalog.thumbnail(entry));
  REQUIRE(catalog.wait_idle(kLong));
  for (const AssetEntry& entry : listing->entries) {
    CAPTURE(entry.name());
    const auto thumbnail = catalog.thumbnail(entry);
    REQUIRE(thumbnail);
    if (entry.kind == AssetKind::kFolder) continue;
    if (entry.name() == "broken.obj") {
      CHECK(thumbnail->status.code() == Code::kInvalidInput);
      continue;
    }
    CHECK_MESSAGE(thumbnail->status.ok(), thumbnail->status.message());
    CHECK(std::max(thumbnail->picture.width_px, thumbnail->picture.height_px) == 64);
    CHECK(!thumbnail->facts.empty());
    if (entry.kind != AssetKind::kTexture) CHECK(shows_something(thumbnail->picture));
  }
  CHECK(catalog.thumbnail(listing->entries[4])->facts == "4 triangles, 1 x 1 x 1 m");
  CHECK(catalog.thumbnail(listing->entries[5])->facts == "80 x 40 px");
  CHECK(catalog.thumbnail(listing->entries[5])->picture.at(3, 3, 1) == 200);
  catalog.show(folder.path() / "missing");
  CHECK(catalog.listing()->status.code() == Code::kInvalidInput);
}

template <typename Condition>
bool comes_true(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + kLong;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

TEST_CASE("files that appear, change, are replaced or go are noticed, in the folder and where the document looks") {
  const TempDir folder;
  const TempDir elsewhere;
  fill(folder.path());
  const fs::path used = elsewhere.path() / "used.obj";
  std::ofstream(used) << kTetrahedron;
  AssetCatalog catalog(checked(), 32);
  catalog.show(folder.path());
  catalog.watch({used});
  const AssetEntry tetra = catalog.listing()->entries[4];
  CHECK(!catalog.thumbnail(tetra));
  REQUIRE(catalog.wait_idle(kLong));

  std::ofstream(folder.path() / "new.obj") << kTetrahedron;
  CHECK(comes_true([&] { return catalog.listing()->entries.size() == 7; }));
  fs::remove(folder.path() / "new.obj");
  CHECK(comes_true([&] { return catalog.listing()->entries.size() == 6; }));

  std::ofstream(elsewhere.path() / "unused.obj") << "x";
  std::ofstream(elsewhere.path() / "used.tmp") << kTetrahedron;
  fs::rename(elsewhere.path() / "used.tmp", used);
  std::ofstream(folder.path() / "tetra.OBJ") << kTetrahedron << "v 0 0 2\nf 2 3 5\n";
  std::set<fs::path> changes;
  CHECK(comes_true([&] {
    for (const fs::path& path : catalog.take_changes()) changes.insert(path);
    return changes.contains(used) && changes.contains(folder.path() / "tetra.OBJ");
  }));
  CHECK(!changes.contains(elsewhere.path() / "unused.obj"));
  std::shared_ptr<const AssetThumbnail> again;
  CHECK(comes_true([&] {
    again = catalog.thumbnail(tetra);
    return again != nullptr && again->facts.starts_with("5 triangles");
  }));
}

TEST_CASE("a scenario's files are found wherever it names them") {
  SimRequest request = request_of(std::string(kBallScenario) + R"(
    material { name: "m" texture { file: "t.png" } }
    body { name: "b" shape { mesh { file: "../b.obj" } } }
    group { name: "g" count: 1 item { body { shape { mesh { file: "i.obj" } } } material { texture { file: "u.png" } } } }
    vary { path: "body[b].shape[0].mesh.file" distribution { choice { option { value: "c.obj" } option { value: "\"d.obj\"" } } } })");
  std::vector<std::string> names;
  for (const fs::path& path : files_of(request.scenario, "/base/x")) names.push_back(path.string());
  CHECK(names == std::vector<std::string>{"/base/b.obj", "/base/x/c.obj", "/base/x/d.obj", "/base/x/i.obj", "/base/x/t.png",
                                          "/base/x/u.png"});
}

}  // namespace
}  // namespace diorama::editor
