#include "renderers/raycast/pictures.h"

namespace diorama::raycast {

void Pictures::prepare(ChannelSet channels, int views, int height_px, int width_px, int planes) {
  num_views = views;
  height = height_px;
  width = width_px;
  amodal_planes = planes;
  const auto room = [&](Channel channel, auto& values) {
    const ChannelInfo& info = channel_info(channel);
    const int of_channel = info.planes > 0 ? info.planes : planes;
    const std::size_t each = pixels() * static_cast<std::size_t>(of_channel) * static_cast<std::size_t>(info.components);
    values.resize(has_channel(channels, channel) ? each * static_cast<std::size_t>(views) : 0);
  };
  room(Channel::kColor, color);
  room(Channel::kDepth, depth);
  room(Channel::kInstance, instance);
  room(Channel::kPart, part);
  room(Channel::kClass, class_id);
  room(Channel::kNormal, normal);
  room(Channel::kFlow, flow);
  room(Channel::kFlowBackward, flow_backward);
  room(Channel::kFlowValid, flow_valid);
  room(Channel::kSceneFlow, scene_flow);
  room(Channel::kObjectCoordinates, object_coordinates);
  room(Channel::kAmodal, amodal);
  room(Channel::kDepthLayers, depth_layers);
  room(Channel::kInstanceLayers, instance_layers);
}

RenderedViews Pictures::views() const {
  RenderedViews result(num_views, height, width);
  result.set<Channel::kColor>(color);
  result.set<Channel::kDepth>(depth);
  result.set<Channel::kInstance>(instance);
  result.set<Channel::kPart>(part);
  result.set<Channel::kClass>(class_id);
  result.set<Channel::kNormal>(normal);
  result.set<Channel::kFlow>(flow);
  result.set<Channel::kFlowBackward>(flow_backward);
  result.set<Channel::kFlowValid>(flow_valid);
  result.set<Channel::kSceneFlow>(scene_flow);
  result.set<Channel::kObjectCoordinates>(object_coordinates);
  result.set<Channel::kAmodal>(amodal);
  result.set<Channel::kDepthLayers>(depth_layers);
  result.set<Channel::kInstanceLayers>(instance_layers);
  return result;
}

}  // namespace diorama::raycast
