#include "engine/scene/layout.h"

#include <algorithm>

namespace diorama {

int class_id(const SceneLayout& layout, const std::string& class_name) {
  const auto found = std::find(layout.class_names.begin(), layout.class_names.end(), class_name);
  if (class_name.empty() || found == layout.class_names.end()) return 0;
  return static_cast<int>(found - layout.class_names.begin()) + 1;
}

}  // namespace diorama
