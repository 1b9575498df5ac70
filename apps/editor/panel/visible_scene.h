// The scene as the viewport draws it: without what the user has hidden. UI thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "apps/editor/app/hidden_elements.h"
#include "apps/editor/document/document.h"
#include "apps/editor/session/sim_scene.h"

namespace diorama::editor {

class VisibleScene {
 public:
  /// A scene with the same bodies, of which the hidden ones are not drawn; hidden cameras are left
  /// out, hidden lights are dark. The scene itself if nothing is hidden. The same pointer while
  /// nothing changes.
  std::shared_ptr<const Scene> of(const Document& document, const HiddenElements& hidden,
                                  const std::shared_ptr<const SimScene>& sim);
  /// Indices of the bodies that are hidden in it.
  const std::set<int>& hidden_bodies() const { return hidden_bodies_; }

 private:
  std::shared_ptr<const SimScene> made_of_;
  std::uint64_t hidden_revision_ = 0;
  std::shared_ptr<const Scene> scene_;
  std::set<int> hidden_bodies_;
};

}  // namespace diorama::editor
