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
constexpr std::uint32_t kPlainNormalFragment[] = {
#include "gbuffer_plain_normal.frag.inc"
};
constexpr std::uint32_t kImageNormalFragment[] = {
#include "gbuffer_image_normal.frag.inc"
};
constexpr std::uint32_t kCubeNormalFragment[] = {
#include "gbuffer_cube_normal.frag.inc"
};
constexpr std::uint32_t kGeometryNormalVertex[] = {
#include "gbuffer_geometry_normal.vert.inc"
};
constexpr std::uint32_t kGeometryNormalFragment[] = {
#include "gbuffer_geometry_normal.frag.inc"
};
constexpr std::uint32_t kAmodalFragment[] = {
#include "amodal.frag.inc"
};
constexpr std::uint32_t kLayerFragment[] = {
#include "layer.frag.inc"
};

}  // namespace

Spirv surface_vertex_shader(SurfaceKind kind, bool normals) {
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
  return normals ? Spirv(kGeometryNormalVertex) : Spirv(kGeometryVertex);
}

Spirv surface_fragment_shader(SurfaceKind kind, bool normals) {
  switch (kind) {
    case SurfaceKind::kPlain:
      return normals ? Spirv(kPlainNormalFragment) : Spirv(kPlainFragment);
    case SurfaceKind::kImage:
      return normals ? Spirv(kImageNormalFragment) : Spirv(kImageFragment);
    case SurfaceKind::kCube:
      return normals ? Spirv(kCubeNormalFragment) : Spirv(kCubeFragment);
    case SurfaceKind::kGeometryOnly:
      break;
  }
  return normals ? Spirv(kGeometryNormalFragment) : Spirv(kGeometryFragment);
}

Spirv shade_vertex_shader() { return kShadeVertex; }
Spirv shade_fragment_shader() { return kShadeFragment; }
Spirv shadow_vertex_shader() { return kShadowVertex; }
Spirv amodal_fragment_shader() { return kAmodalFragment; }
Spirv layer_fragment_shader() { return kLayerFragment; }

}  // namespace diorama::vulkan
