#include "renderers/vulkan/vk_pipeline.h"

#include <array>

namespace diorama::vulkan {
namespace {

vk::raii::ShaderModule make_module(const Device& device, std::span<const std::uint32_t> words) {
  return device.device.createShaderModule({.codeSize = words.size_bytes(), .pCode = words.data()});
}

}  // namespace

vk::raii::Pipeline make_pipeline(const Device& device, const vk::raii::PipelineLayout& layout,
                                 const PipelineConfig& config) {
  const vk::raii::ShaderModule vertex = make_module(device, config.vertex);
  vk::raii::ShaderModule fragment{nullptr};
  std::vector<vk::SpecializationMapEntry> entries;
  for (std::uint32_t i = 0; i < config.specialization.size(); ++i) {
    entries.push_back({.constantID = i, .offset = 4 * i, .size = 4});
  }
  const vk::SpecializationInfo specialization{
      .mapEntryCount = static_cast<std::uint32_t>(entries.size()),
      .pMapEntries = entries.data(),
      .dataSize = entries.size() * 4,
      .pData = config.specialization.data()};
  std::vector<vk::PipelineShaderStageCreateInfo> stages{
      {.stage = vk::ShaderStageFlagBits::eVertex, .module = *vertex, .pName = "main"}};
  if (!config.fragment.empty()) {
    fragment = make_module(device, config.fragment);
    stages.push_back({.stage = vk::ShaderStageFlagBits::eFragment,
                      .module = *fragment,
                      .pName = "main",
                      .pSpecializationInfo = &specialization});
  }
  const vk::PipelineVertexInputStateCreateInfo vertex_input{
      .vertexBindingDescriptionCount = static_cast<std::uint32_t>(config.bindings.size()),
      .pVertexBindingDescriptions = config.bindings.data(),
      .vertexAttributeDescriptionCount = static_cast<std::uint32_t>(config.attributes.size()),
      .pVertexAttributeDescriptions = config.attributes.data()};
  const vk::PipelineInputAssemblyStateCreateInfo assembly{.topology =
                                                              vk::PrimitiveTopology::eTriangleList};
  const vk::PipelineViewportStateCreateInfo viewport{.viewportCount = 1, .scissorCount = 1};
  const vk::PipelineRasterizationStateCreateInfo raster{
      .polygonMode = vk::PolygonMode::eFill,
      .frontFace = vk::FrontFace::eCounterClockwise,
      .lineWidth = 1.0F};
  const vk::PipelineMultisampleStateCreateInfo multisample{.rasterizationSamples =
                                                               vk::SampleCountFlagBits::e1};
  const vk::PipelineDepthStencilStateCreateInfo depth{.depthTestEnable =
                                                          config.depth_format != vk::Format::eUndefined,
                                                      .depthWriteEnable = config.depth_write,
                                                      .depthCompareOp = config.depth_compare};
  std::vector<vk::PipelineColorBlendAttachmentState> blends;
  for (std::size_t i = 0; i < config.color_formats.size(); ++i) {
    using Bit = vk::ColorComponentFlagBits;
    blends.push_back({.blendEnable = config.alpha_blend,
                      .srcColorBlendFactor = vk::BlendFactor::eSrcAlpha,
                      .dstColorBlendFactor = vk::BlendFactor::eOneMinusSrcAlpha,
                      .srcAlphaBlendFactor = vk::BlendFactor::eOne,
                      .dstAlphaBlendFactor = vk::BlendFactor::eOneMinusSrcAlpha,
                      .colorWriteMask = Bit::eR | Bit::eG | Bit::eB | Bit::eA});
  }
  const vk::PipelineColorBlendStateCreateInfo blend{
      .logicOpEnable = config.logic_or,
      .logicOp = vk::LogicOp::eOr,
      .attachmentCount = static_cast<std::uint32_t>(blends.size()),
      .pAttachments = blends.data()};
  const std::array<vk::DynamicState, 3> dynamic{
      vk::DynamicState::eViewport, vk::DynamicState::eScissor, vk::DynamicState::eCullMode};
  const vk::PipelineDynamicStateCreateInfo dynamics{.dynamicStateCount = dynamic.size(),
                                                    .pDynamicStates = dynamic.data()};
  const vk::PipelineRenderingCreateInfo rendering{
      .colorAttachmentCount = static_cast<std::uint32_t>(config.color_formats.size()),
      .pColorAttachmentFormats = config.color_formats.data(),
      .depthAttachmentFormat = config.depth_format};
  return device.device.createGraphicsPipeline(
      nullptr,
      vk::GraphicsPipelineCreateInfo{.pNext = &rendering,
                                     .stageCount = static_cast<std::uint32_t>(stages.size()),
                                     .pStages = stages.data(),
                                     .pVertexInputState = &vertex_input,
                                     .pInputAssemblyState = &assembly,
                                     .pViewportState = &viewport,
                                     .pRasterizationState = &raster,
                                     .pMultisampleState = &multisample,
                                     .pDepthStencilState = &depth,
                                     .pColorBlendState = &blend,
                                     .pDynamicState = &dynamics,
                                     .layout = *layout});
}

}  // namespace diorama::vulkan
