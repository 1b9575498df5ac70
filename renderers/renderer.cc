#include "renderers/renderer.h"

namespace diorama {

Status check_channels(const Renderer& renderer, ChannelSet wanted) {
  const ChannelSet missing = wanted & ~renderer.channels();
  if (missing == 0) return {};
  return invalid_input("channels: the renderer does not make " + channel_names(missing) + "; it makes " +
                       channel_names(renderer.channels()));
}

}  // namespace diorama
