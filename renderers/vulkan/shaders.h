// The compiled shaders, embedded as SPIR-V words. Constant; thread-safe.
#pragma once

#include <cstdint>
#include <span>

namespace diorama::vulkan {

using Spirv = std::span<const std::uint32_t>;

/// What a surface pipeline looks up per pixel. Values index the pipelines of GbufferPass.
enum class SurfaceKind { kPlain = 0, kImage = 1, kCube = 2, kGeometryOnly = 3 };
inline constexpr int kNumSurfaceKinds = 4;

Spirv surface_vertex_shader(SurfaceKind kind, bool normals);
Spirv surface_fragment_shader(SurfaceKind kind, bool normals);
Spirv shade_vertex_shader();
Spirv shade_fragment_shader();
Spirv shadow_vertex_shader();
Spirv amodal_fragment_shader();
Spirv layer_fragment_shader();

}  // namespace diorama::vulkan
