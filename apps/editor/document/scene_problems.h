// Problems that show only when the scene is built: bodies in each other, cameras inside of bodies,
// odd masses, files that cannot be used, episodes that are rejected. Takes as long as drawing an
// episode: call it on a worker.
#pragma once

#include <filesystem>
#include <vector>

#include "scenes/sampler.h"
#include "scenes/validate.h"

namespace diorama::editor {

/// In no order. Empty for a scenario in which validate() finds errors: those come first. The plain
/// values of the document are looked at, and whether the episode of `key` can be drawn. Paths are
/// those of elements: "body[ball]", "camera[main]".
std::vector<Diagnostic> scene_problems(const schema::Scenario& scenario,
                                       const std::filesystem::path& base_folder,
                                       const Sampler::Tools& tools, SampleKey key);

}  // namespace diorama::editor
