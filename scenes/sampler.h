// Sampler: draws concrete scenes from a scenario.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/rng.h"
#include "engine/core/status.h"
#include "engine/scene/layout.h"
#include "engine/scene/model_import.h"
#include "engine/scene/overlap.h"
#include "engine/scene/scene.h"
#include "engine/scene/trajectory.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// One draw. Depends on (scenario, key) alone.
struct Sample {
  SampleKey key;
  Scene scene;
  EpisodeConfig episode;
  std::vector<std::vector<double>> factors;  ///< Parallel to SceneLayout::factors; values in the fields' own units.
  schema::Scenario resolved;                 ///< The scenario with all `vary` entries applied and removed.
};

/// Thread-safe once created.
class Sampler {
 public:
  /// What the sampler needs of the engines; see overlap.h and model_import.h.
  struct Tools {
    OverlapFactory make_overlap;
    ModelImporter import_model;
  };

  /// Validates the scenario (all errors in one message), loads its assets and model file. Relative paths are looked
  /// up from `base_folder`.
  static Result<std::unique_ptr<Sampler>> create(schema::Scenario scenario,
                                                 const std::filesystem::path& base_folder,
                                                 Tools tools);
  ~Sampler();

  const schema::Scenario& scenario() const;
  const SceneLayout& layout() const;

  /// SHA-256 of every file that scenes are made of (meshes, textures, the model file and what it names), by its path
  /// as the scenario names it, or relative to the scenario's folder.
  std::map<std::string, std::string> files() const;

  /// Draws one episode. Order-free: episode 7 drawn alone equals episode 7 drawn after 0..6. rejected(...) when
  /// placement runs out of tries or authored bodies overlap.
  Result<Sample> sample(SampleKey key) const;

 private:
  struct Impl;
  explicit Sampler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diorama
