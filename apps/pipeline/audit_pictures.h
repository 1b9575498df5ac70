// Whether the stored pictures of an episode are true: ids, depth, normals, parts, masks and layers
// against rays cast at the stored poses, flow against how poses and cameras move the points that
// the rays hit, colour against a fresh rendering. Private to apps/pipeline.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/scene/scene.h"
#include "exporters/labels/state_columns.h"
#include "exporters/shard/clip_reader.h"
#include "renderers/renderer.h"

namespace diorama {

/// Told what is wrong: frame (-1 = all), column, problem, expected, found.
using TellPicture =
    std::function<void(std::int64_t frame, const std::string& column, const std::string& problem,
                       const std::string& expected, const std::string& found)>;

/// The episode at `position` of the dataset, with its scene and its stored states.
struct PictureAudit {
  const ClipReader& reader;
  std::int64_t position = 0;
  const Scene& scene;
  const SceneBinding& binding;
  const std::vector<State>& states;
  Renderer& rays;     ///< Makes all channels.
  Renderer& painter;  ///< Makes colour as the dataset was made.
  const TellPicture& tell;
};

/// Checks all pictures of `view` (its columns end in `suffix`). Fails where nothing can be
/// rendered.
Status audit_pictures(const PictureAudit& audit, std::size_t view, const std::string& suffix);

}  // namespace diorama
