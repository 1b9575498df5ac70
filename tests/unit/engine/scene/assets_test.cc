#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "engine/scene/assets.h"
#include "engine/scene/shape.h"
#include "tests/support/temp_dir.h"

namespace diorama {
namespace {

constexpr const char* kTetrahedron =
    "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\n"
    "f 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";

TEST_CASE("an OBJ file becomes a closed mesh with normals, scaled, and is loaded once") {
  const TempDir folder;
  const auto path = folder.path() / "tetra.obj";
  std::ofstream(path) << kTetrahedron;
  AssetLibrary library;
  const auto mesh = library.mesh(path, 2.0);
  REQUIRE(mesh.ok());
  Shape shape;
  shape.type = ShapeType::kMesh;
  CHECK(shape_volume(shape, mesh->get()) == doctest::Approx(8.0 / 6.0));
  CHECK((*mesh)->normals.size() == (*mesh)->positions.size());
  CHECK((*mesh)->sha256.size() == 64);
  const auto again = library.mesh(path, 2.0);
  CHECK(again->get() == mesh->get());
  CHECK(library.mesh(path, 1.0)->get() != mesh->get());
}

TEST_CASE("unreadable meshes and pictures say which file and why") {
  const TempDir folder;
  AssetLibrary library;
  const auto expect = [&](const std::string& name, const char* content, const char* reason) {
    const auto path = folder.path() / name;
    if (content != nullptr) std::ofstream(path) << content;
    const Status status = name.ends_with(".png") ? library.texture(path).status() : library.mesh(path, 1.0).status();
    CHECK(status.code() == Code::kInvalidInput);
    CHECK(status.message().find(name) != std::string::npos);
    CHECK_MESSAGE(status.message().find(reason) != std::string::npos, status.message());
  };
  expect("missing.obj", nullptr, "no such");
  expect("garbage.stl", "not a mesh at all", "");
  expect("points.obj", "v 0 0 0\nv 1 0 0\n", "");
  expect("broken.png", "\x89PNG but no more", "PNG or JPEG");
  expect("missing.png", nullptr, "no such");
}

}  // namespace
}  // namespace diorama
