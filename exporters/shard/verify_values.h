// What the values of an episode must satisfy by the meaning of their columns alone. Private to exporters/shard.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exporters/shard/clip_reader.h"
#include "exporters/shard/verify.h"

namespace diorama {

/// Facts of the manifest that values are checked against.
struct DatasetFacts {
  double frame_rate_hz = 0.0;
  std::int64_t num_objects = 0;
  bool has_actuators = false;
  std::map<std::string, double> far_m;  ///< By view; "" is the main view.
};

/// The part of a column's name that says what it holds: "pixels" of "pixels.side", "variation" of "variation.mass".
std::string base_name(const std::string& column);
/// Whether the values of columns of this base name are checked by a rule of their own.
bool has_value_rule(const std::string& base);

/// Checks every column of the episode at `position`. What cannot be read is a finding.
void verify_episode(const ClipReader& reader, const DatasetFacts& facts, std::int64_t position, Findings& findings);

}  // namespace diorama
