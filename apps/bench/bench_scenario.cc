#include "apps/bench/bench_scenario.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "scenes/scenario_io.h"

namespace diorama {
namespace {

constexpr int kMaxCameras = 4;

Status write_text(const std::filesystem::path& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (error || !file)
    return output_error("cannot write " + path.string() +
                        ": is there room in the temporary folder?");
  return {};
}

/// Sets what a bench asks for and writes the scenario into `folder` under `name`.
Result<std::filesystem::path> write_scenario(schema::Scenario scenario, const std::filesystem::path& folder,
                                             const char* name, int size_px, int num_frames) {
  scenario.mutable_episode()->set_frames(num_frames);
  while (scenario.camera_size() > kMaxCameras) scenario.mutable_camera()->RemoveLast();
  for (schema::Camera& camera : *scenario.mutable_camera()) {
    camera.set_width_px(size_px);
    camera.set_height_px(size_px);
  }
  const std::filesystem::path path = folder / name;
  DIORAMA_RETURN_IF_ERROR(write_text(path, scenario_text(scenario)));
  return path;
}

bool has_mesh(const schema::Body& body) {
  return std::any_of(body.shape().begin(), body.shape().end(), [](const schema::Shape& s) { return s.has_mesh(); });
}

}  // namespace

Result<std::filesystem::path> write_clutter(const std::filesystem::path& folder, int size_px,
                                            int num_frames) {
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario,
                           parse_scenario(clutter_text(), "clutter.textproto"));
  while (scenario.camera_size() < kMaxCameras) {
    schema::Camera& camera = *scenario.add_camera();
    camera = scenario.camera(0);
    camera.set_name("bench" + std::to_string(scenario.camera_size()));
    schema::Vec3& eye = *camera.mutable_fixed()->mutable_position_m();
    eye.set_x(-eye.x());
  }
  return write_scenario(std::move(scenario), folder, "clutter.textproto", size_px, num_frames);
}

Result<std::filesystem::path> write_pushing(const std::filesystem::path& folder, int size_px,
                                            int num_frames) {
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario,
                           parse_scenario(pushing_text(), "pushing.textproto"));
  auto& bodies = *scenario.mutable_body();
  bodies.erase(std::remove_if(bodies.begin(), bodies.end(), has_mesh), bodies.end());
  return write_scenario(std::move(scenario), folder, "pushing.textproto", size_px, num_frames);
}

Result<std::filesystem::path> write_varied(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "varied.textproto";
  DIORAMA_RETURN_IF_ERROR(write_text(path, varied_text()));
  DIORAMA_RETURN_IF_ERROR(write_text(folder / "wedge.obj", wedge_text()));
  return path;
}

}  // namespace diorama
