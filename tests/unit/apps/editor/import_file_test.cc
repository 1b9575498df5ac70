// Files that are taken into the document.
#include "apps/editor/app/import_file.h"

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

namespace fs = std::filesystem;

const std::string kEmpty = "name: \"empty\"\n";

/// A closed tetrahedron from 0 to 1 in each direction, moved by (0, 0, z).
std::string tetrahedron(double z) {
  const std::string low = std::to_string(z);
  return "v 0 0 " + low + "\nv 1 0 " + low + "\nv 0 1 " + low + "\nv 0 0 " + std::to_string(z + 1) +
         "\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
}

fs::path written(const TempDir& folder, const std::string& name, const std::string& text) {
  const fs::path path = folder.path() / name;
  std::ofstream(path) << text;
  return path;
}

/// The document after the file was taken in.
Document with(const std::string& text, const fs::path& file,
              const std::optional<SurfacePoint>& on = {}) {
  Document document = editor_test::document_of(text);
  CommandStack stack(document);
  const auto commands = import_file(document, file, on);
  REQUIRE_MESSAGE(commands.ok(), commands.status().message());
  const Status done = stack.apply_all("import", *commands);
  REQUIRE_MESSAGE(done.ok(), done.message());
  return document;
}

std::string refused(const std::string& text, const fs::path& file) {
  const auto commands = import_file(editor_test::document_of(text), file);
  CHECK(commands.status().code() == Code::kInvalidInput);
  return commands.status().message();
}

TEST_CASE("a mesh becomes a body that rests on the ground, whatever its origin is") {
  const TempDir folder;
  const fs::path file = written(folder, "rock.obj", tetrahedron(-3.0));
  const Document document = with(kEmpty, file);
  REQUIRE(document.scenario().body_size() == 1);
  const schema::Body& body = document.scenario().body(0);
  CHECK(body.name() == "rock");
  CHECK(body.shape(0).mesh().file() == file_as_named(document, file));
  CHECK(body.position_m().z() == doctest::Approx(3.0));
  // A second one has a name and a place of its own.
  const Document second = with(document.text(), file);
  CHECK(second.scenario().body(1).name() == "rock_2");
  CHECK(second.scenario().body(1).position_m().DebugString() != body.position_m().DebugString());
}

TEST_CASE("a mesh that is put on a surface touches it with its box") {
  const TempDir folder;
  const fs::path file = written(folder, "rock.obj", tetrahedron(0.0));
  const auto position = [&](const SurfacePoint& on) {
    const Document document = with(kEmpty, file, on);
    const schema::Vec3& at = document.scenario().body(0).position_m();
    return dvec3(at.x(), at.y(), at.z());
  };
  CHECK(position({{2, 3, 0.5}, {0, 0, 1}}) == dvec3(2, 3, 0.5));
  CHECK(position({{2, 3, 0.5}, {0, 0, -1}}) == dvec3(2, 3, -0.5));  // under a ceiling
  CHECK(position({{2, 3, 0.5}, {-1, 0, 0}}) == dvec3(1, 3, 0.5));   // before a wall
  const double s = std::sqrt(0.5);
  const dvec3 slope = position({{0, 0, 0}, {-s, 0, s}});
  // Its corner (1, 0, 0) is the nearest to the plane x = z.
  CHECK(glm::dot(slope + dvec3(1, 0, 0), dvec3(-s, 0, s)) == doctest::Approx(0.0).epsilon(1e-5));
}

TEST_CASE("a model becomes what the scene is built on, once") {
  const TempDir folder;
  const fs::path file = written(
      folder, "robot.xml",
      R"(<mujoco><worldbody><body pos="0 0 1"><freejoint/><geom size=".1"/></body></worldbody></mujoco>)");
  const Document document = with(kEmpty, file);
  CHECK(document.scenario().model().file() == file_as_named(document, file));
  CHECK(refused(document.text(), file).find("set model.file to exchange it") != std::string::npos);
}

TEST_CASE("what cannot be read, and URDF, is refused with the reason") {
  const TempDir folder;
  CHECK(refused(kEmpty, folder.path() / "none.obj").find("there is no such file") !=
        std::string::npos);
  CHECK(refused(kEmpty, written(folder, "broken.obj", "no mesh")).find("broken.obj") !=
        std::string::npos);
  CHECK(refused(kEmpty, written(folder, "broken.xml", "<mujoco><worldbody><geom/>"))
            .find("broken.xml") != std::string::npos);
  CHECK(refused(kEmpty, written(folder, "broken.png", "no picture")).find("broken.png") !=
        std::string::npos);
  CHECK(refused(kEmpty, written(folder, "arm.urdf", "<robot/>")).find("MJCF") != std::string::npos);
  CHECK(refused(kEmpty, written(folder, "arm.xml", "<robot name=\"a\"><link name=\"b\"/></robot>"))
            .find("URDF") != std::string::npos);
  CHECK(refused(kEmpty, written(folder, "notes.txt", "x")).find(".obj") != std::string::npos);
}

}  // namespace
}  // namespace diorama::editor
