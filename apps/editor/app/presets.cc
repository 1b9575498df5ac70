#include "apps/editor/app/presets.h"

namespace diorama::editor {

const std::vector<Preset>& presets() {
  static const std::vector<Preset> table = {
      {"Author", "Build a scene: tree, viewport and properties",
       R"((row 0.2 (col 0.55 (tabs "Scene") (tabs "Assets" "Materials" "Lights")) (row 0.73 (col 0.62 (tabs "Viewport")
          (col 0.52 (tabs "Transport") (tabs "Problems" "Log"))) (tabs "Inspector" "Randomise"))))"},
      {"Simulate", "Run it: viewport, cameras and plots",
       R"((row 0.68 (col 0.58 (tabs "Viewport") (col 0.42 (tabs "Transport") (tabs "Plots" "Problems" "Log")))
          (col 0.6 (tabs "Cameras") (tabs "Inspector" "Scene"))))"},
      {"Randomise", "See the spread: distributions, sampled scenes and seeds",
       R"((row 0.3 (col 0.6 (tabs "Randomise") (tabs "Inspector" "Scene")) (col 0.72 (tabs "Samples" "Seeds" "Viewport") (tabs "Problems" "Log"))))"},
      {"Dataset", "Generate and look at the data",
       R"((row 0.28 (tabs "Generate") (col 0.8 (tabs "Dataset" "Seeds") (tabs "Log" "Problems"))))"},
  };
  return table;
}

}  // namespace diorama::editor
