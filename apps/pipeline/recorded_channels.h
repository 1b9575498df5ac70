// What is recorded of each view: from the scenario, or from the names that a user gives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/status.h"
#include "exporters/shard/columns.h"
#include "schemas/scenario.pb.h"

namespace diorama {

/// Those channels and colour; "all" is every one. invalid_input names an unknown one.
Result<ChannelSet> named_channels(const std::vector<std::string>& names);

/// By `names` if there are any (for all views alike), else each camera's own channels, else the scenario's. Always with
/// colour. Views are the scenario's cameras, in order. invalid_input names an unknown channel.
Result<ViewChannels> recorded_channels(const schema::Scenario& scenario,
                                       const std::optional<std::vector<std::string>>& names);

/// All channels that some view has.
ChannelSet union_of(const ViewChannels& channels);

}  // namespace diorama
