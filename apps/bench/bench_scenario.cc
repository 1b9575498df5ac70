#include "apps/bench/bench_scenario.h"

#include <fstream>
#include <string>
#include <system_error>

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

}  // namespace

Result<std::filesystem::path> write_clutter(const std::filesystem::path& folder, int size_px,
                                            int num_frames) {
  DIORAMA_ASSIGN_OR_RETURN(schema::Scenario scenario,
                           parse_scenario(clutter_text(), "clutter.textproto"));
  scenario.mutable_episode()->set_frames(num_frames);
  while (scenario.camera_size() > kMaxCameras) scenario.mutable_camera()->RemoveLast();
  for (schema::Camera& camera : *scenario.mutable_camera()) {
    camera.set_width_px(size_px);
    camera.set_height_px(size_px);
  }
  const std::filesystem::path path = folder / "clutter.textproto";
  DIORAMA_RETURN_IF_ERROR(write_text(path, scenario_text(scenario)));
  return path;
}

}  // namespace diorama
