#include "renderers/vulkan/shaders.h"

namespace diorama::vulkan {
namespace {

constexpr std::uint32_t kPlainVertex[] = {
#include "gbuffer_plain.vert.inc"
};
constexpr std::uint32_t kPlainFragment[] = {
#include "gbuffer_plain.frag.inc"
};
constexpr std::uint32_t kImageVertex[] = {
#include "gbuffer_image.vert.inc"
};
constexpr std::uint32_t kImageFragment[] = {
#include "gbuffer_image.frag.inc"
};
constexpr std::uint32_t kCubeVertex[] = {
#include "gbuffer_cube.vert.inc"
};
constexpr std::uint32_t kCubeFragment[] = {
#include "gbuffer_cube.frag.inc"
};
constexpr std::uint32_t kGeometryVertex[] = {
#include "gbuffer_geometry.vert.inc"
};
constexpr std::uint32_t kGeometryFragment[] = {
#include "gbuffer_geometry.frag.inc"
};
constexpr std::uint32_t kShadeVertex[] = {
#include "shade.vert.inc"
};
constexpr std::uint32_t kShadeFragment[] = {
#include "shade.frag.inc"
};
constexpr std::uint32_t kShadowVertex[] = {
#include "shadow.vert.inc"
};

}  // namespace

Spirv surface_vertex_shader(SurfaceKind kind) {
  switch (kind) {
    case SurfaceKind::kPlain:
      return kPlainVertex;
    case SurfaceKind::kImage:
      return kImageVertex;
    case SurfaceKind::kCube:
      return kCubeVertex;
    case SurfaceKind::kGeometryOnly:
      break;
  }
  return kGeometryVertex;
}

Spirv surface_fragment_shader(SurfaceKind kind) {
  switch (kind) {
    case SurfaceKind::kPlain:
      return kPlainFragment;
    case SurfaceKind::kImage:
      return kImageFragment;
    case SurfaceKind::kCube:
      return kCubeFragment;
    case SurfaceKind::kGeometryOnly:
      break;
  }
  return kGeometryFragment;
}

Spirv shade_vertex_shader() { return kShadeVertex; }
Spirv shade_fragment_shader() { return kShadeFragment; }
Spirv shadow_vertex_shader() { return kShadowVertex; }

}  // namespace diorama::vulkan
