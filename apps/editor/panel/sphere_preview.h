// A ball that shows what a material or a light looks like, drawn by the engine's renderer off the
// UI thread. UI thread only.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include "apps/editor/app/panel_context.h"
#include "apps/editor/session/sim_scene.h"

namespace diorama::editor {

class SpherePreview {
 public:
  /// `slot` names the picture; each preview has its own.
  explicit SpherePreview(std::string slot) : slot_(std::move(slot)) {}

  /// Draws the main camera of a small scenario, `size` pixels to both sides. A text seen before
  /// costs nothing.
  void draw(PanelContext& c, const Widget& widget, const std::string& scenario_text, float size);

 private:
  std::string slot_;
  std::string wanted_;  // The text that is shown or being built.
  int shown_size_ = 0;
  std::string problem_;
  std::future<Result<std::shared_ptr<const SimScene>>> building_;
  std::shared_ptr<const SimScene> scene_;
};

}  // namespace diorama::editor
