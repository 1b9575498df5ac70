// The library scenarios as the benches use them. Free functions, thread-safe.
#pragma once

#include <filesystem>

#include "engine/core/status.h"

namespace diorama {

/// The text of scenes/library/clutter.textproto, which names no other file.
const char* clutter_text();

/// Writes the scenario into `folder`, with `num_frames` rows per episode and square pictures of
/// `size_px` from four cameras: its own and mirrored ones. Returns the scenario's path.
Result<std::filesystem::path> write_clutter(const std::filesystem::path& folder, int size_px,
                                            int num_frames);

/// The text of scenes/library/pushing.textproto.
const char* pushing_text();

/// The same from `pushing`: two actuated joints, and without the bodies whose meshes are other files.
Result<std::filesystem::path> write_pushing(const std::filesystem::path& folder, int size_px,
                                            int num_frames);

/// The texts of apps/bench/varied.textproto and of the mesh that it names.
const char* varied_text();
const char* wedge_text();

/// Writes both: a scenario of tiny episodes in which sizes, mesh scales, colours and textures vary.
Result<std::filesystem::path> write_varied(const std::filesystem::path& folder);

}  // namespace diorama
