// The view presets that come with the editor.
#pragma once

#include <string>
#include <vector>

namespace diorama::editor {

struct Preset {
  std::string name;
  std::string help;
  std::string layout;  ///< Text of a Layout. Names of panels that are not there are left out.
};

const std::vector<Preset>& presets();

}  // namespace diorama::editor
