#include "apps/editor/panel/visible_scene.h"

#include <algorithm>

#include "apps/editor/panel/scene_paths.h"

namespace diorama::editor {
namespace {

bool names(const HiddenElements& hidden, const char* list, const std::string& name) {
  return hidden.contains(std::string(list) + "[" + name + "]");
}

}  // namespace

std::shared_ptr<const Scene> VisibleScene::of(const Document& document,
                                              const HiddenElements& hidden,
                                              const std::shared_ptr<const SimScene>& sim) {
  if (made_of_ == sim && hidden_revision_ == hidden.revision()) return scene_;
  made_of_ = sim;
  hidden_revision_ = hidden.revision();
  hidden_bodies_.clear();
  scene_ = {sim, &sim->scene()};
  if (hidden.empty()) return scene_;
  auto copy = std::make_shared<Scene>(sim->scene());
  for (const std::string& path : hidden.paths()) {
    for (const BodyId body : bodies_of_path(document, *copy, path))
      hidden_bodies_.insert(body.index);
  }
  for (Shape& shape : copy->shapes) {
    if (hidden_bodies_.contains(shape.body.index)) shape.visible = shape.collides = false;
  }
  std::erase_if(copy->cameras,
                [&](const Camera& camera) { return names(hidden, "camera", camera.name); });
  for (Light& light : copy->lights) {
    if (names(hidden, "light", light.name)) light.illuminance_lux = light.intensity_candela = 0.0;
  }
  scene_ = std::move(copy);
  return scene_;
}

}  // namespace diorama::editor
