#include "engine/physics/mujoco/mjcf_appearance.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "engine/physics/mujoco/mjcf_import.h"

namespace diorama::mujoco {
namespace {

// At the default exposure (EV100 14) a white surface under 60000 lx is just below full white.
constexpr double kDirectionalLux = 50000.0;  // of a directional light with diffuse 1
constexpr double kSpotLux = 25000.0;         // of a spot with diffuse 1, at what it lights
constexpr double kSubstituteSunLux = 30000.0;
constexpr double kEmissionNits = 15000.0;    // of emission 1
constexpr double kMinSpotDistance = 0.1;     // m, from a light to what it lights
constexpr float kDefaultGray = 0.5f;         // geom rgba that MuJoCo takes for "not given"

std::uint8_t channel(const mjtByte* pixel, int channels, int c) {
  if (channels >= 3) return c < channels ? pixel[c] : 255;
  if (c == 3) return channels == 2 ? pixel[1] : 255;
  return pixel[0];
}

std::vector<std::uint8_t> rgba_of(const mjtByte* pixels, std::size_t count, int channels) {
  std::vector<std::uint8_t> rgba(count * 4);
  for (std::size_t i = 0; i < count; ++i) {
    for (int c = 0; c < 4; ++c) rgba[4 * i + c] = channel(pixels + i * channels, channels, c);
  }
  return rgba;
}

// Mean linear colour of some rows of a texture, over the middle half of its columns.
dvec3 mean_colour(const Texture& texture, int first_row, int num_rows) {
  dvec3 sum(0.0);
  const int first = texture.width_px / 4;
  const int end = std::max(first + 1, texture.width_px - first);
  for (int y = first_row; y < first_row + num_rows; ++y) {
    for (int x = first; x < end; ++x) {
      const std::uint8_t* p = &texture.rgba[4 * (static_cast<std::size_t>(y) * texture.width_px + x)];
      sum += linear_from_srgb(dvec3(p[0], p[1], p[2]) / 255.0);
    }
  }
  return sum / static_cast<double>(num_rows * (end - first));
}

// The middles of the upper and lower faces, and of the four side faces.
Sky sky_of(const Texture& skybox, Sky sky) {
  constexpr int kUp = 2;
  constexpr int kDown = 3;
  const int face = skybox.width_px;
  const int rows = std::max(1, face / 2);
  sky.zenith_linear = mean_colour(skybox, kUp * face + face / 4, rows);
  sky.ground_linear = mean_colour(skybox, kDown * face + face / 4, rows);
  dvec3 sides(0.0);
  for (const int side : {0, 1, 4, 5}) sides += mean_colour(skybox, side * face + face / 2, 1);
  sky.horizon_linear = sides / 4.0;
  return sky;
}

// Perceptual GGX roughness with the same highlight width as Blinn-Phong's exponent 128 * shininess; a surface
// without specular strength is rough whatever its exponent.
double roughness_of(double specular, double shininess) {
  constexpr double kMatte = 0.9;
  const double alpha = std::sqrt(2.0 / (128.0 * shininess + 2.0));
  const double shiny = std::clamp(std::sqrt(alpha), 0.03, kMatte);
  return kMatte + std::clamp(specular, 0.0, 1.0) * (shiny - kMatte);
}

dvec3 colour_at(const float* values, int index) {
  return {values[3 * index], values[3 * index + 1], values[3 * index + 2]};
}

// MuJoCo averages the normals of the faces that share a vertex (all of them in an STL file): around a sharp edge
// that shades faces as if they looked elsewhere, up to shadow on what the light does not reach.
bool has_blurred_edges(const Mesh& mesh) {
  constexpr double kLeastCosine = 0.6;  // a cube's corner has 0.577
  for (const auto& [a, b, c] : mesh.triangles) {
    const dvec3 face = glm::cross(mesh.positions[b] - mesh.positions[a], mesh.positions[c] - mesh.positions[a]);
    const double least = kLeastCosine * glm::length(face);
    for (const std::uint32_t v : {a, b, c}) {
      if (glm::dot(mesh.normals[v], face) < least) return true;
    }
  }
  return false;
}

}  // namespace

void import_textures(const mjModel* m, Scene& scene) {
  bool has_sky = false;
  for (int t = 0; t < m->ntex; ++t) {
    auto texture = std::make_shared<Texture>();
    texture->name = object_name(m, mjOBJ_TEXTURE, t, "texture");
    texture->width_px = m->tex_width[t];
    texture->height_px = m->tex_height[t];
    const std::size_t count = static_cast<std::size_t>(texture->width_px) * texture->height_px;
    texture->rgba = rgba_of(texture_bytes(m) + m->tex_adr[t], count, texture_channels(m, t));
    if (m->tex_type[t] != mjTEXTURE_2D) {
      texture->type = Texture::Type::kCube;
      if (texture->height_px == texture->width_px) {  // one image for all six faces
        const std::vector<std::uint8_t> face = texture->rgba;
        for (int i = 1; i < 6; ++i) texture->rgba.insert(texture->rgba.end(), face.begin(), face.end());
        texture->height_px *= 6;
      }
    }
    if (m->tex_type[t] == mjTEXTURE_SKYBOX && !has_sky) {
      scene.sky = sky_of(*texture, scene.sky);
      has_sky = true;
    }
    scene.textures.push_back(std::move(texture));
  }
}

void import_meshes(const mjModel* m, Scene& scene) {
  for (int i = 0; i < m->nmesh; ++i) {
    auto mesh = std::make_shared<Mesh>();
    mesh->name = object_name(m, mjOBJ_MESH, i, "mesh");
    const bool textured = m->mesh_texcoordadr[i] >= 0;
    std::map<MeshCorner, std::uint32_t> vertices;
    for (int f = 0; f < m->mesh_facenum[i]; ++f) {
      std::array<std::uint32_t, 3> triangle{};
      for (int k = 0; k < 3; ++k) {
        const MeshCorner corner = mesh_corner(m, i, f, k);
        const auto [place, added] = vertices.try_emplace(corner, static_cast<std::uint32_t>(mesh->positions.size()));
        triangle[k] = place->second;
        if (!added) continue;
        mesh->positions.push_back(colour_at(m->mesh_vert, corner.vertex));
        const dvec3 normal = colour_at(m->mesh_normal, corner.normal);
        const double length = glm::length(normal);
        mesh->normals.push_back(length > 0.0 ? normal / length : dvec3(0, 0, 1));
        if (textured) {
          mesh->texcoords.emplace_back(m->mesh_texcoord[2 * corner.texcoord], m->mesh_texcoord[2 * corner.texcoord + 1]);
        }
      }
      mesh->triangles.push_back(triangle);
    }
    scene.meshes.push_back(has_blurred_edges(*mesh) ? std::make_shared<Mesh>(with_normals(*mesh)) : mesh);
  }
}

std::array<float, 4> MaterialTable::rgba_of_geom(int geom) const {
  const float* own = m_->geom_rgba + 4 * geom;
  const int material = m_->geom_matid[geom];
  const bool is_default = own[0] == kDefaultGray && own[1] == kDefaultGray && own[2] == kDefaultGray && own[3] == 1.0f;
  const float* rgba = material >= 0 && is_default ? m_->mat_rgba + 4 * material : own;
  return {rgba[0], rgba[1], rgba[2], rgba[3]};
}

MaterialId MaterialTable::of_geom(int geom) {
  const int id = m_->geom_matid[geom];
  const std::array<float, 4> rgba = rgba_of_geom(geom);
  const mjtNum* friction = m_->geom_friction + 3 * geom;
  const bool is_mesh = m_->geom_type[geom] == mjGEOM_MESH;
  const bool is_endless = m_->geom_type[geom] == mjGEOM_PLANE &&
                          (m_->geom_size[3 * geom] <= 0.0 || m_->geom_size[3 * geom + 1] <= 0.0);
  std::vector<double> key{static_cast<double>(id), friction[0], friction[1], friction[2],
                          static_cast<double>(is_mesh), static_cast<double>(is_endless)};
  key.insert(key.end(), rgba.begin(), rgba.end());
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;

  Material material;
  material.name = id >= 0 ? object_name(m_, mjOBJ_MATERIAL, id, "material")
                          : object_name(m_, mjOBJ_GEOM, geom, "geom") + "_material";
  material.base_color_linear = linear_from_srgb(glm::clamp(dvec3(rgba[0], rgba[1], rgba[2]), 0.0, 1.0));
  material.friction = friction[0];
  material.torsional_friction_m = friction[1];
  material.rolling_friction_m = friction[2];
  if (id >= 0) {
    material.roughness = roughness_of(m_->mat_specular[id], m_->mat_shininess[id]);
    material.emission_nits = kEmissionNits * m_->mat_emission[id];
    const int texture = material_texture(m_, id);
    if (texture >= 0) {
      material.texture = TextureId(texture);
      const dvec2 repeat(m_->mat_texrepeat[2 * id], m_->mat_texrepeat[2 * id + 1]);
      material.texture_repeat = repeat;
      if (m_->tex_type[texture] != mjTEXTURE_2D) {
        material.mapping = TextureMapping::kCube;
      } else if (m_->mat_texuniform[id] || is_endless) {
        material.mapping = TextureMapping::kUniform;
        material.texture_repeat = 0.5 * repeat;  // MuJoCo counts per two units of length
      } else {
        material.mapping = is_mesh ? TextureMapping::kMesh : TextureMapping::kPlanar;
      }
    }
  }
  scene_.materials.push_back(std::move(material));
  const MaterialId made(scene_.materials.size() - 1);
  known_.emplace(std::move(key), made);
  return made;
}

void import_lights(const mjModel* m, Scene& scene) {
  const std::vector<Pose> world_from_node = initial_node_poses(scene);
  const dvec3 center(m->stat.center[0], m->stat.center[1], m->stat.center[2]);
  bool has_sun = false;
  for (int l = 0; l < m->nlight; ++l) {
    const LightKind kind = light_kind(m, l);
    if (!m->light_active[l] || kind == LightKind::kOther) continue;
    Light light;
    light.name = object_name(m, mjOBJ_LIGHT, l, "light");
    const dvec3 diffuse = glm::max(colour_at(m->light_diffuse, l), dvec3(0.0));
    const double strength = std::max({diffuse.x, diffuse.y, diffuse.z});
    if (strength > 0.0) light.color_linear = diffuse / strength;
    light.casts_shadow = m->light_castshadow[l] != 0;

    const BodyId body(m->light_bodyid[l]);
    const BodyId target(m->light_targetbodyid[l]);
    switch (m->light_mode[l]) {
      case mjCAMLIGHT_TRACK:
      case mjCAMLIGHT_TRACKCOM:
        light.target = body;
        light.tracks_target = true;
        break;
      case mjCAMLIGHT_TARGETBODY:
      case mjCAMLIGHT_TARGETBODYCOM:
        light.target = target;
        break;
      default:
        break;
    }
    Node node;
    node.name = light.name;
    node.parent = scene.bodies[body.index].node;
    const dvec3 direction = vector_at(m->light_dir, l);
    const double length = glm::length(direction);
    node.parent_from_node = {vector_at(m->light_pos, l),
                             rotation_from_z(length > 0.0 ? direction / length : dvec3(0, 0, -1))};
    const dvec3 place = world_from_node[node.parent.index].transform_point(node.parent_from_node.position);
    light.node = NodeId(scene.nodes.size());
    scene.nodes.push_back(std::move(node));

    if (kind == LightKind::kDirectional) {
      light.type = LightType::kSun;
      light.illuminance_lux = kDirectionalLux * strength;
      has_sun = true;
    } else {
      // MuJoCo's lights do not fade with distance unless told to: give the strength at what the light is for.
      const dvec3 lit = light.target.valid() ? world_from_node[scene.bodies[light.target.index].node.index].position : center;
      const double distance = std::max(glm::length(lit - place), kMinSpotDistance);
      light.intensity_candela = kSpotLux * strength * distance * distance;
      const double cutoff_rad = m->light_cutoff[l] * std::numbers::pi / 180.0;
      const bool is_point = kind == LightKind::kPoint || cutoff_rad >= std::numbers::pi / 2.0;
      light.type = is_point ? LightType::kPoint : LightType::kSpot;
      light.cutoff_rad = cutoff_rad;
    }
    scene.lights.push_back(std::move(light));
  }
  if (has_sun) return;
  Node node;
  node.name = "substitute_sun";
  node.parent_from_node.rotation = rotation_from_z(glm::normalize(dvec3(0.4, 0.5, -1.0)));
  Light sun;
  sun.name = node.name;
  sun.node = NodeId(scene.nodes.size());
  sun.type = LightType::kSun;
  sun.illuminance_lux = kSubstituteSunLux;
  scene.nodes.push_back(std::move(node));
  scene.lights.push_back(std::move(sun));
}

}  // namespace diorama::mujoco
