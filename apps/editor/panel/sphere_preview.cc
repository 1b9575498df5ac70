#include "apps/editor/panel/sphere_preview.h"

#include <chrono>
#include <filesystem>
#include <utility>

#include "scenes/scenario_io.h"

namespace diorama::editor {
namespace {

Result<std::shared_ptr<const SimScene>> build(const std::string& text,
                                              const std::filesystem::path& base_folder) {
  SimRequest request;
  DIORAMA_ASSIGN_OR_RETURN(request.scenario, parse_scenario(text, "the preview"));
  request.base_folder = base_folder;
  return build_sim_scene(request);
}

}  // namespace

void SpherePreview::draw(PanelContext& c, const Widget& widget, const std::string& scenario_text,
                         float size) {
  using namespace std::chrono_literals;
  const bool idle = !building_.valid() || building_.wait_for(0s) == std::future_status::ready;
  const auto pixels = static_cast<int>(size);
  if (building_.valid() && idle) {
    auto built = building_.get();
    problem_ = built.ok() ? "" : built.status().message();
    scene_ = built.ok() ? *built : nullptr;
    shown_size_ = 0;
  }
  if (idle && wanted_ != scenario_text) {
    wanted_ = scenario_text;
    building_ = std::async(std::launch::async,
                           [scenario_text, folder = c.document.base_folder(), wake = c.wake] {
                             auto built = build(scenario_text, folder);
                             if (wake) wake();
                             return built;
                           });
  }
  if (building_.valid()) c.ui.host().keep_drawing();
  if (scene_ && shown_size_ != pixels) {
    shown_size_ = pixels;
    PreviewRequest request;
    request.scene = std::shared_ptr<const Scene>(scene_, &scene_->scene());
    request.state = std::shared_ptr<const State>(scene_, &scene_->initial);
    request.camera = CameraId(0);
    request.width_px = request.height_px = pixels;
    c.workspace.previews().request(slot_, request);
  }
  const auto picture = c.workspace.previews().latest(slot_);
  const Texture* texture = nullptr;
  if (picture && picture->status.ok()) {
    texture = c.ui.textures().find(slot_, picture->sequence);
    if (texture == nullptr)
      texture = c.ui.textures().set(slot_, picture->sequence, picture->picture);
  }
  Widget shown = widget;
  if (!problem_.empty()) shown.tip(problem_);
  c.ui.picture(shown, texture, {size, size});
}

}  // namespace diorama::editor
