#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "engine/core/hash.h"
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

TEST_CASE("vertices are shared by the triangles that agree in them, and split at creases and seams") {
  const TempDir folder;
  const auto positions = [&](const char* name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path) << text;
    AssetLibrary library;
    const auto mesh = library.mesh(path, 1.0);
    REQUIRE_MESSAGE(mesh.ok(), mesh.status().message());
    CHECK((*mesh)->normals.size() == (*mesh)->positions.size());
    return (*mesh)->positions.size();
  };
  const std::string square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n";
  CHECK(positions("flat.obj", square + "f 1 2 3\nf 1 3 4\n") == 4);
  CHECK(positions("tetra.obj", kTetrahedron) == 12);  // Sharp everywhere.
  const std::string corners = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvt 0.5 0\n";
  CHECK(positions("mapped.obj", square + corners + "f 1/1 2/2 3/3\nf 1/1 3/3 4/4\n") == 4);
  CHECK(positions("seam.obj", square + corners + "f 1/1 2/2 3/3\nf 1/5 3/3 4/4\n") == 5);
}

TEST_CASE("every file that is read is listed with its SHA-256, also one that a mesh file names") {
  const TempDir folder;
  std::ofstream(folder.path() / "tetra.obj") << "mtllib colours.mtl\n" << kTetrahedron;
  std::ofstream(folder.path() / "colours.mtl") << "newmtl red\nKd 1 0 0\n";
  AssetLibrary library;
  REQUIRE(library.mesh(folder.path() / "tetra.obj", 1.0).ok());
  const auto files = library.files();
  REQUIRE(files.size() == 2);
  for (const char* name : {"tetra.obj", "colours.mtl"}) {
    const std::string path = (folder.path() / name).string();
    REQUIRE(files.contains(path));
    CHECK(files.at(path) == *sha256_file(path));
  }
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

TEST_CASE("a PLY file is read, and one that is cut off anywhere is refused and crashes nothing") {
  const TempDir folder;
  AssetLibrary library;
  const auto put = [&](const std::string& name, const std::string& content) {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return library.mesh(path, 1.0);
  };
  const std::string elements =
      " 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
      "element face 4\nproperty list uchar int vertex_indices\nend_header\n";
  const float corners[4][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  const int faces[4][3] = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  std::string binary = "ply\nformat binary_little_endian" + elements;
  std::string ascii = "ply\nformat ascii" + elements;
  binary.append(reinterpret_cast<const char*>(corners), sizeof corners);
  for (const auto& c : corners) ascii += std::to_string(c[0]) + " " + std::to_string(c[1]) + " " + std::to_string(c[2]) + "\n";
  for (const auto& f : faces) {
    binary += '\3';
    binary.append(reinterpret_cast<const char*>(f), sizeof f);
    ascii += "3 " + std::to_string(f[0]) + " " + std::to_string(f[1]) + " " + std::to_string(f[2]) + "\n";
  }
  for (const auto& [name, text] : {std::pair{"b", binary}, std::pair{"a", ascii}}) {
    const auto whole = put(std::string(name) + ".ply", text);
    REQUIRE_MESSAGE(whole.ok(), whole.status().message());
    CHECK((*whole)->triangles.size() == 4);
    // The last line break of text is no loss, nor is part of its last number's digits seen to be.
    for (std::size_t size = 0; size + 2 < text.size(); ++size) {
      CAPTURE(size);
      const auto cut = put(name + std::to_string(size) + ".ply", text.substr(0, size));
      REQUIRE_FALSE(cut.ok());
      CHECK(cut.status().code() == Code::kInvalidInput);
    }
  }
  std::string wrong = binary;
  wrong[binary.size() - 4] = '\5';  // of the vertices 0 to 3
  CHECK(put("wrong_binary.ply", wrong).status().message().find("face 3 of the PLY file names vertex 5") != std::string::npos);
  wrong = ascii;
  wrong[ascii.size() - 2] = '7';
  CHECK(put("wrong_text.ply", wrong).status().message().find("names vertex 7") != std::string::npos);
  binary[binary.size() - 13] = '\xff';  // a face of 255 corners
  CHECK(put("long.ply", binary).status().message().find("cut off") != std::string::npos);
}

TEST_CASE("a COLLADA file is read, and one with a letter among its indices is refused with the line") {
  const TempDir folder;
  AssetLibrary library;
  const auto put = [&](const std::string& name, const std::string& indices) {
    const auto path = folder.path() / name;
    std::ofstream(path) << R"(<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1"><asset><up_axis>Z_UP</up_axis></asset>
      <library_geometries><geometry id="g"><mesh><source id="s"><float_array id="a" count="12">0 0 0 1 0 0 0 1 0 0 0 1</float_array>
      <technique_common><accessor source="#a" count="4" stride="3"><param name="X" type="float"/><param name="Y" type="float"/>
      <param name="Z" type="float"/></accessor></technique_common></source><vertices id="v"><input semantic="POSITION" source="#s"/></vertices>
      <triangles count="4"><input semantic="VERTEX" source="#v" offset="0"/>
      <p>)" << indices << R"(</p></triangles></mesh></geometry></library_geometries><library_visual_scenes><visual_scene id="w"><node>
      <instance_geometry url="#g"/></node></visual_scene></library_visual_scenes><scene><instance_visual_scene url="#w"/></scene></COLLADA>)";
    return library.mesh(path, 1.0);
  };
  const auto whole = put("whole.dae", "0 2 1 0 1 3 0 3 2\n1 2 3");
  REQUIRE_MESSAGE(whole.ok(), whole.status().message());
  CHECK((*whole)->triangles.size() == 4);
  const auto wrong = put("wrong.dae", "0 2 1 0 1 3 0 3 2\n1 a 3");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.status().message().find("wrong.dae:7: <p>") != std::string::npos);
}

}  // namespace
}  // namespace diorama
