// Graphics pipelines for dynamic rendering, from a short description. The Device must outlive them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "renderers/vulkan/vk_device.h"

namespace diorama::vulkan {

struct PipelineConfig {
  std::span<const std::uint32_t> vertex;
  std::span<const std::uint32_t> fragment;  ///< Empty = depth only.
  std::vector<vk::VertexInputBindingDescription> bindings;
  std::vector<vk::VertexInputAttributeDescription> attributes;
  std::vector<vk::Format> color_formats;
  vk::Format depth_format = vk::Format::eUndefined;
  vk::CompareOp depth_compare = vk::CompareOp::eGreater;
  bool depth_write = true;
  bool logic_or = false;  ///< Combines what is drawn with what is there by OR; wants Device::logic_op.
  bool alpha_blend = false;  ///< Straight alpha over what is there; else colours replace.
  std::vector<std::uint32_t> specialization;  ///< Bits of the fragment shader's constants from 0 on.
};

/// Viewport, scissor and cull mode are dynamic; counter-clockwise in the picture is the front.
vk::raii::Pipeline make_pipeline(const Device& device, const vk::raii::PipelineLayout& layout,
                                 const PipelineConfig& config);

}  // namespace diorama::vulkan
