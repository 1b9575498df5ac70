#include "renderers/raycast/surface.h"

#include <algorithm>
#include <cmath>

#include "renderers/lighting.h"

namespace diorama::raycast {
namespace {

glm::vec3 interpolate(const std::vector<glm::vec3>& values, const std::array<std::uint32_t, 3>& triangle, float u, float v) {
  return values[triangle[0]] * (1.0F - u - v) + values[triangle[1]] * u + values[triangle[2]] * v;
}

/// Face of a cube and (s, t, m) on it: table "Selection of cube map images" of the Vulkan specification.
struct CubePlace {
  int face;
  glm::vec3 stm;
};
glm::vec3 face_coordinates(int face, const glm::vec3& d) {
  switch (face) {
    case 0:
      return {-d.z, -d.y, d.x};
    case 1:
      return {d.z, -d.y, -d.x};
    case 2:
      return {d.x, d.z, d.y};
    case 3:
      return {d.x, -d.z, -d.y};
    case 4:
      return {d.x, -d.y, d.z};
    default:
      return {-d.x, -d.y, -d.z};
  }
}
CubePlace cube_place(const glm::vec3& d) {
  const glm::vec3 a = glm::abs(d);
  int face = 0;
  if (a.x >= a.y && a.x >= a.z) {
    face = d.x >= 0.0F ? 0 : 1;
  } else if (a.y >= a.z) {
    face = d.y >= 0.0F ? 2 : 3;
  } else {
    face = d.z >= 0.0F ? 4 : 5;
  }
  return {face, face_coordinates(face, d)};
}

glm::vec3 cube_color(const MipTexture& texture, const glm::vec3& d, const glm::vec3& step_x, const glm::vec3& step_y) {
  const auto [face, stm] = cube_place(d);
  const float inverse = 1.0F / std::max(stm.z, 1e-12F);
  const glm::vec2 st = glm::vec2(stm) * inverse;
  const auto step = [&, face = face](const glm::vec3& s) {
    const glm::vec3 c = face_coordinates(face, s);
    return 0.5F * inverse * (glm::vec2(c) - st * c.z);
  };
  // Half a texel from the border, so that filtering does not wrap to the face's other side.
  const float half_texel = 0.5F / static_cast<float>(texture.size);
  const glm::vec2 place = glm::clamp(0.5F * st + 0.5F, glm::vec2(half_texel), glm::vec2(1.0F - half_texel));
  return texture.sample(texture.num_faces == 6 ? face : 0, place, step(step_x), step(step_y));
}

}  // namespace

void SurfaceTable::set_mapping(const Scene& scene, const Shape& shape, const Texture& texture, Looks& looks) {
  const Material& material = scene.materials[static_cast<std::size_t>(shape.material.index)];
  const Bounds bounds = looks.mesh != nullptr ? looks.mesh->bounds : shape_bounds(shape, nullptr);
  const dvec3 extent = glm::max(bounds.upper - bounds.lower, dvec3(1e-9));
  if (texture.type == Texture::Type::kCube || material.mapping == TextureMapping::kCube) {
    const dvec3 scale = 2.0 / extent;
    looks.map = MapKind::kCube;
    looks.scale = glm::vec3(scale);
    looks.offset = glm::vec3(-0.5 * (bounds.lower + bounds.upper) * scale);
    return;
  }
  const dvec2 repeat = material.texture_repeat;
  if (material.mapping == TextureMapping::kMesh && looks.mesh != nullptr && looks.mesh->has_texcoords) {
    looks.map = MapKind::kOwn;
  } else if (material.mapping == TextureMapping::kUniform) {
    looks.map = MapKind::kPlanar;
    looks.scale = glm::vec3(repeat.x, -repeat.y, 0.0);
  } else {
    looks.map = MapKind::kPlanar;
    const dvec2 scale = repeat / dvec2(extent);
    looks.scale = glm::vec3(scale.x, -scale.y, 0.0);
    looks.offset = glm::vec3(-bounds.lower.x * scale.x, bounds.upper.y * scale.y, 0.0);
  }
}

void SurfaceTable::load(const Scene& scene, const ShapeTable& shapes, bool materials) {
  scene_ = &scene;
  textures_.trim();
  looks_.assign(scene.shapes.size(), {});
  const double exposure = exposure_of(scene);
  for (std::size_t i = 0; i < scene.shapes.size(); ++i) {
    const Shape& shape = scene.shapes[i];
    Looks& looks = looks_[i];
    looks.mesh = shapes.entries()[i].surface;
    if (!materials || !shapes.entries()[i].drawn) continue;
    const Material& material = scene.materials[static_cast<std::size_t>(shape.material.index)];
    looks.color = glm::vec3(material.base_color_linear);
    looks.roughness = static_cast<float>(std::clamp(material.roughness, kLeastRoughness, 1.0));
    looks.metallic = static_cast<float>(material.metallic);
    looks.emission = static_cast<float>(material.emission_nits * exposure);
    if (!material.texture.valid()) continue;
    const auto& texture = scene.textures[static_cast<std::size_t>(material.texture.index)];
    looks.texture = textures_.find_or_add(texture);
    set_mapping(scene, shape, *texture, looks);
  }
}

void SurfaceTable::find_normals(const PlacedScene& placed, const HitStrip& hits, int count, SurfaceStrip& surface) const {
  for (int i = 0; i < count; ++i) {
    glm::vec3 normal(0.0F, 0.0F, 1.0F);
    if (hits.shape[i] >= 0) {
      const SolidMesh* const mesh = looks_[static_cast<std::size_t>(hits.shape[i])].mesh;
      if (mesh == nullptr) {
        normal = glm::vec3(hits.normal_x[i], hits.normal_y[i], hits.normal_z[i]) * hits.side[i];
      } else {
        const auto& triangle = (*placed.triangles(hits.shape[i]))[static_cast<std::size_t>(hits.triangle[i])];
        normal = placed.rotation(hits.shape[i]) * (interpolate(mesh->normals, triangle, hits.u[i], hits.v[i]) * hits.side[i]);
      }
    }
    surface.normal_x[i] = normal.x;
    surface.normal_y[i] = normal.y;
    surface.normal_z[i] = normal.z;
  }
}

glm::vec3 SurfaceTable::texture_color(const Looks& looks, const PlacedScene& placed, const RayStrip& rays,
                                      const HitStrip& hits, int lane, const PixelSteps& steps) {
  const glm::vec3 direction(rays.dir_x[lane], rays.dir_y[lane], rays.dir_z[lane]);
  const glm::vec3 normal(hits.normal_x[lane], hits.normal_y[lane], hits.normal_z[lane]);
  const float t = hits.t[lane];
  const glm::mat3& rotation = placed.rotation(hits.shape[lane]);
  // Where the neighbouring pixels' rays meet the plane of the surface.
  const auto step_in_shape = [&](const glm::vec3& turn) {
    const glm::vec3 step = t * (turn - direction * (glm::dot(normal, turn) / glm::dot(normal, direction)));
    return step * rotation;  // Times the transpose.
  };
  const glm::vec3 step_x = step_in_shape(steps.right), step_y = step_in_shape(steps.down);
  if (looks.map == MapKind::kOwn) {
    const auto& triangle = (*placed.triangles(hits.shape[lane]))[static_cast<std::size_t>(hits.triangle[lane])];
    const glm::vec3 edge_u = looks.mesh->positions[triangle[1]] - looks.mesh->positions[triangle[0]];
    const glm::vec3 edge_v = looks.mesh->positions[triangle[2]] - looks.mesh->positions[triangle[0]];
    const glm::vec3 across = glm::cross(edge_u, edge_v);
    const float scale = 1.0F / std::max(glm::dot(across, across), 1e-30F);
    const glm::vec2 corner = looks.mesh->texcoords[triangle[0]];
    const glm::vec2 along_u = looks.mesh->texcoords[triangle[1]] - corner;
    const glm::vec2 along_v = looks.mesh->texcoords[triangle[2]] - corner;
    const auto step = [&](const glm::vec3& s) {
      return (along_u * glm::dot(glm::cross(s, edge_v), across) + along_v * glm::dot(glm::cross(edge_u, s), across)) * scale;
    };
    return looks.texture->sample(0, corner + along_u * hits.u[lane] + along_v * hits.v[lane], step(step_x), step(step_y));
  }
  glm::vec3 point(0.0F);
  if (looks.mesh != nullptr) {
    const auto& triangle = (*placed.triangles(hits.shape[lane]))[static_cast<std::size_t>(hits.triangle[lane])];
    point = interpolate(looks.mesh->positions, triangle, hits.u[lane], hits.v[lane]);
  } else {
    for (const PlacedPlane& plane : placed.planes()) {
      if (plane.shape != hits.shape[lane]) continue;
      const dvec3 from_origin = dvec3(rays.origin) + dvec3(direction) * static_cast<double>(t) - plane.origin;
      point = {glm::dot(from_origin, plane.axis_x), glm::dot(from_origin, plane.axis_y), 0.0};
    }
  }
  const glm::vec3 place = point * looks.scale + looks.offset;
  if (looks.map == MapKind::kCube) return cube_color(*looks.texture, place, step_x * looks.scale, step_y * looks.scale);
  return looks.texture->sample(0, glm::vec2(place), glm::vec2(step_x * looks.scale), glm::vec2(step_y * looks.scale));
}

void SurfaceTable::find_colors(const PlacedScene& placed, const RayStrip& rays, const HitStrip& hits, const PixelSteps& steps,
                               SurfaceStrip& surface) const {
  static constexpr Looks kNothing;
  for (int i = 0; i < rays.count; ++i) {
    const Looks& looks = hits.shape[i] >= 0 ? looks_[static_cast<std::size_t>(hits.shape[i])] : kNothing;
    glm::vec3 color = looks.color;
    if (looks.texture != nullptr) color *= texture_color(looks, placed, rays, hits, i, steps);
    surface.red[i] = color.x;
    surface.green[i] = color.y;
    surface.blue[i] = color.z;
    surface.roughness[i] = looks.roughness;
    surface.metallic[i] = looks.metallic;
    surface.emission[i] = looks.emission;
  }
}

}  // namespace diorama::raycast
