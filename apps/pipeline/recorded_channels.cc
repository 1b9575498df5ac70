#include "apps/pipeline/recorded_channels.h"

#include <algorithm>

#include "engine/core/check.h"
#include "engine/core/text.h"

namespace diorama {
namespace {

/// The schema calls each channel by its name in capitals.
Channel channel_of(int value) {
  const std::optional<Channel> channel =
      find_channel(to_lower(schema::Record::Channel_Name(static_cast<schema::Record::Channel>(value))));
  DIORAMA_CHECK(channel.has_value());
  return *channel;
}

}  // namespace

Result<ChannelSet> named_channels(const std::vector<std::string>& names) {
  ChannelSet set = channel_bit(Channel::kColor);
  for (const std::string& name : names) {
    if (name == "all") {
      set = kAllChannels;
      continue;
    }
    const std::optional<Channel> found = find_channel(name);
    if (!found) {
      std::vector<std::string> known;
      for (const ChannelInfo& info : all_channels()) known.emplace_back(info.name);
      known.emplace_back("all");
      return invalid_input("unknown channel '" + name + "'" + did_you_mean(name, known) + "; known: " + join(known, ", "));
    }
    set |= channel_bit(*found);
  }
  return set;
}

Result<ViewChannels> recorded_channels(const schema::Scenario& scenario,
                                       const std::optional<std::vector<std::string>>& names) {
  ViewChannels channels;
  if (names) {
    DIORAMA_ASSIGN_OR_RETURN(const ChannelSet set, named_channels(*names));
    channels.assign(static_cast<std::size_t>(scenario.camera_size()), set);
    return channels;
  }
  for (const schema::Camera& camera : scenario.camera()) {
    const auto& own = camera.channel_size() > 0 ? camera.channel() : scenario.record().channel();
    ChannelSet set = own.empty() ? kDefaultChannels : channel_bit(Channel::kColor);
    for (const int value : own) set |= channel_bit(channel_of(value));
    channels.push_back(set);
  }
  return channels;
}

ChannelSet union_of(const ViewChannels& channels) {
  ChannelSet all = 0;
  for (const ChannelSet set : channels) all |= set;
  return all;
}

}  // namespace diorama
