// Contact sheets: one picture that shows an episode: a row for each view and channel and a column for each moment,
// or for a single moment a row for each view and a column for each channel. Many channels of one view and moment are wrapped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/pipeline/animation.h"
#include "apps/pipeline/backends.h"
#include "engine/core/image.h"
#include "engine/core/status.h"
#include "exporters/shard/dataset_reader.h"

namespace diorama {

struct ContactSheetOptions {
  int num_frames = 6;          ///< Moments, evenly spread over the episode.
  int cell_height_px = 160;    ///< Pictures are scaled down to this height.
  ChannelSet channels = kDefaultChannels;  ///< Shown, of a dataset those that it has.
  std::vector<std::string> views;  ///< Shown, in the scene's order; empty = all. invalid_input names one that is not there.
};

/// Draws, simulates and renders episode `key` of a scenario without writing any data.
Result<ImageU8> scenario_contact_sheet(const Sampler& sampler, PhysicsBackend physics, Renderer& renderer,
                                       SampleKey key, const ContactSheetOptions& options);

/// The same from a dataset or shard on disk; `position` counts the episodes that are there, from 0.
Result<ImageU8> dataset_contact_sheet(const DatasetReader& dataset, std::int64_t position,
                                      const ContactSheetOptions& options);

/// One picture per moment: a row for each view and a column for each channel.
Result<Animation> scenario_animation(const Sampler& sampler, PhysicsBackend physics, Renderer& renderer,
                                     SampleKey key, const ContactSheetOptions& options);
Result<Animation> dataset_animation(const DatasetReader& dataset, std::int64_t position,
                                    const ContactSheetOptions& options);

}  // namespace diorama
