// replay: plans a new dataset from the episodes of another one, which it names as its parent: an
// episode continued with other actions, or episodes rendered again without simulating.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/pipeline/generate.h"
#include "apps/pipeline/stored_dataset.h"
#include "engine/core/status.h"

namespace diorama {

/// What a new dataset has of its own. An empty optional leaves what the parent has.
struct ReplayOptions {
  std::filesystem::path scenes;         ///< As in StoredDataset::open.
  std::optional<std::int64_t> episode;  ///< None = all; must be given to continue.
  std::filesystem::path cameras;  ///< A scenario whose cameras take the place of the dataset's.
  std::vector<std::string> overrides;  ///< "path=value", of cameras alone.
  std::optional<std::vector<std::string>> channels;
  RendererOptions renderer;
  int workers = 0;
};

/// How an episode goes on.
struct Continuation {
  std::int64_t frame = -1;        ///< The last one that stays as it is; -1 = the episode's last.
  std::filesystem::path actions;  ///< See read_action_file; empty = `hold`.
  int hold = 0;                   ///< Frames that keep the action of `frame`.
};

struct ReplayPlan {
  GeneratePlan plan;    ///< For run_generate.
  std::string how;      ///< One sentence for the user: where states come from.
  std::string changes;  ///< Of engine and CPU since the parent was made; "" = none.
};

/// Renders episodes again: states come from the dataset, and so do all columns that are not made
/// from pictures.
Result<ReplayPlan> plan_render(const std::shared_ptr<const StoredDataset>& dataset,
                               const ReplayOptions& options);

/// Continues one episode. The new episode has the parent's rows up to the frame; then the actions
/// lead on. On an engine that restores its state exactly it starts there, on others at the first
/// row, with the stored actions up to the frame.
Result<ReplayPlan> plan_continue(const std::shared_ptr<const StoredDataset>& dataset,
                                 const ReplayOptions& options, const Continuation& continuation);

}  // namespace diorama
