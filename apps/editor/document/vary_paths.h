// Which fields are drawn at random. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "schemas/scenario.pb.h"

namespace diorama::editor {

/// One entry of `vary`, of the scenario or of an item of a group.
struct VaryEntry {
  std::string path;                    ///< Of the entry: "vary[3]", "group[toys].item[0].vary[1]".
  std::string root;                    ///< What its paths start from: "" or "group[toys].item[0]".
  const schema::Vary* vary = nullptr;  ///< Of the scenario that was asked about.
};
/// All entries in the order of the file, those of groups last.
std::vector<VaryEntry> vary_entries(const schema::Scenario& scenario);

/// Whether the field, or something in it, is drawn at random. `path` starts at the scenario.
bool varies(const schema::Scenario& scenario, const std::string& path);

}  // namespace diorama::editor
