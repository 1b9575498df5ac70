#include "renderers/levels/levels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <embree3/rtcore.h>
#include <meshoptimizer.h>

#include "renderers/tessellate.h"

namespace diorama {
namespace {

using Triangles = std::vector<std::array<std::uint32_t, 3>>;

constexpr std::size_t kLeastTriangles = 2000;  // With fewer, levels cost more than they save.
constexpr std::size_t kFewestTriangles = 64;
constexpr double kLeastGain = 0.75;  // Triangles of a level against the one before.
constexpr float kMaxError = 0.05F;   // Of the surface's extent: it is not to be recognised then.
constexpr std::size_t kMaxSamples = 4096;

/// Positions within a cube of side 1, and its side in metres: single precision is enough then.
struct UnitSurface {
  std::vector<glm::vec3> positions;
  std::vector<glm::vec2> texcoords;  ///< Empty if they follow from the positions.
  double extent_m = 0.0;
  float extent_per_texcoord = 0.0F;  ///< What a step of 1 across the texture is on the surface, on average.
};

UnitSurface unit_surface(const Mesh& mesh, bool own_texcoords) {
  UnitSurface unit;
  dvec3 lower(std::numeric_limits<double>::max()), upper(std::numeric_limits<double>::lowest());
  for (const dvec3& p : mesh.positions) {
    lower = glm::min(lower, p);
    upper = glm::max(upper, p);
  }
  unit.extent_m = std::max({upper.x - lower.x, upper.y - lower.y, upper.z - lower.z, 1e-9});
  for (const dvec3& p : mesh.positions) unit.positions.emplace_back((p - lower) / unit.extent_m);
  if (!own_texcoords) return unit;
  for (const dvec2& t : mesh.texcoords) unit.texcoords.emplace_back(t);
  double area = 0.0, texture_area = 0.0;
  for (const auto& [a, b, c] : mesh.triangles) {
    area += glm::length(glm::cross(dvec3(unit.positions[b] - unit.positions[a]), dvec3(unit.positions[c] - unit.positions[a])));
    const dvec2 u = mesh.texcoords[b] - mesh.texcoords[a], v = mesh.texcoords[c] - mesh.texcoords[a];
    texture_area += std::abs(u.x * v.y - u.y * v.x);
  }
  if (texture_area > 0.0) unit.extent_per_texcoord = static_cast<float>(std::sqrt(area / texture_area));
  return unit;
}

/// Barycentric weights of b and c at the point of a triangle that is nearest to p: by the Voronoi regions of its corners
/// and edges (Ericson, Real-Time Collision Detection, 2005, 5.1.5).
glm::vec2 nearest_on_triangle(const glm::vec3& p, const glm::vec3& a, const glm::vec3& b, const glm::vec3& c) {
  const glm::vec3 ab = b - a, ac = c - a;
  const float d1 = glm::dot(ab, p - a), d2 = glm::dot(ac, p - a);
  if (d1 <= 0.0F && d2 <= 0.0F) return {0.0F, 0.0F};
  const float d3 = glm::dot(ab, p - b), d4 = glm::dot(ac, p - b);
  if (d3 >= 0.0F && d4 <= d3) return {1.0F, 0.0F};
  const float d5 = glm::dot(ab, p - c), d6 = glm::dot(ac, p - c);
  if (d6 >= 0.0F && d5 <= d6) return {0.0F, 1.0F};
  const float vc = d1 * d4 - d3 * d2;
  if (vc <= 0.0F && d1 >= 0.0F && d3 <= 0.0F) return {d1 / (d1 - d3), 0.0F};
  const float vb = d5 * d2 - d1 * d6;
  if (vb <= 0.0F && d2 >= 0.0F && d6 <= 0.0F) return {0.0F, d2 / (d2 - d6)};
  const float va = d3 * d6 - d5 * d4;
  if (va <= 0.0F && d4 >= d3 && d5 >= d6) {
    const float w = (d4 - d3) / ((d4 - d3) + (d5 - d6));
    return {1.0F - w, w};
  }
  const float sum = va + vb + vc;
  return sum > 0.0F ? glm::vec2(vb, vc) / sum : glm::vec2(0.0F);
}

/// One query: how far a vertex must go to lie on the triangles, texture and all.
struct NearestPlace {
  const UnitSurface* unit;
  const Triangles* triangles;
  std::size_t vertex;
  float distance;
};

bool try_triangle(RTCPointQueryFunctionArguments* arguments) {
  auto& place = *static_cast<NearestPlace*>(arguments->userPtr);
  const UnitSurface& unit = *place.unit;
  const auto& [a, b, c] = (*place.triangles)[arguments->primID];
  const glm::vec3& p = unit.positions[place.vertex];
  const glm::vec2 w = nearest_on_triangle(p, unit.positions[a], unit.positions[b], unit.positions[c]);
  const float w_a = 1.0F - w.x - w.y;
  float distance = glm::length(unit.positions[a] * w_a + unit.positions[b] * w.x + unit.positions[c] * w.y - p);
  if (!unit.texcoords.empty()) {
    const glm::vec2 shown = unit.texcoords[a] * w_a + unit.texcoords[b] * w.x + unit.texcoords[c] * w.y;
    distance = std::max(distance, unit.extent_per_texcoord * glm::length(shown - unit.texcoords[place.vertex]));
  }
  if (distance >= place.distance) return false;
  place.distance = distance;
  arguments->query->radius = distance;
  return true;
}

struct EmbreeRelease {
  void operator()(RTCDevice device) const { rtcReleaseDevice(device); }
  void operator()(RTCScene scene) const { rtcReleaseScene(scene); }
  void operator()(RTCGeometry geometry) const { rtcReleaseGeometry(geometry); }
};

/// The largest distance of a vertex of the surface from the triangles, in units of the extent; infinite if it cannot be
/// told.
double measure(const UnitSurface& unit, const Triangles& triangles) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  const std::unique_ptr<RTCDeviceTy, EmbreeRelease> device(rtcNewDevice("threads=1,set_affinity=0"));
  if (!device) return kUnknown;
  const std::unique_ptr<RTCGeometryTy, EmbreeRelease> geometry(rtcNewGeometry(device.get(), RTC_GEOMETRY_TYPE_TRIANGLE));
  void* const vertices = rtcSetNewGeometryBuffer(geometry.get(), RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                                                 sizeof(glm::vec3), unit.positions.size());
  void* const indices = rtcSetNewGeometryBuffer(geometry.get(), RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
                                                sizeof(Triangles::value_type), triangles.size());
  if (vertices == nullptr || indices == nullptr) return kUnknown;
  std::copy(unit.positions.begin(), unit.positions.end(), static_cast<glm::vec3*>(vertices));
  std::copy(triangles.begin(), triangles.end(), static_cast<Triangles::value_type*>(indices));
  rtcCommitGeometry(geometry.get());
  const std::unique_ptr<RTCSceneTy, EmbreeRelease> scene(rtcNewScene(device.get()));
  rtcAttachGeometry(scene.get(), geometry.get());
  rtcCommitScene(scene.get());
  if (rtcGetDeviceError(device.get()) != RTC_ERROR_NONE) return kUnknown;

  std::vector<bool> kept(unit.positions.size(), false);
  for (const auto& triangle : triangles) {
    for (const std::uint32_t vertex : triangle) kept[vertex] = true;
  }
  const std::size_t stride = std::max<std::size_t>(1, unit.positions.size() / kMaxSamples);
  double largest = 0.0;
  for (std::size_t vertex = 0; vertex < unit.positions.size(); vertex += stride) {
    if (kept[vertex]) continue;
    const glm::vec3& p = unit.positions[vertex];
    NearestPlace place{&unit, &triangles, vertex, 1.0F};
    RTCPointQuery query{p.x, p.y, p.z, 0.0F, 1.0F};
    RTCPointQueryContext context;
    rtcInitPointQueryContext(&context);
    rtcPointQuery(scene.get(), &query, &context, &try_triangle, &place);
    largest = std::max(largest, static_cast<double>(place.distance));
  }
  return largest;
}

std::vector<MeshLevel> mesh_levels(const Mesh& surface, bool own_texcoords) {
  std::vector<MeshLevel> levels;
  const UnitSurface unit = unit_surface(surface, own_texcoords);
  const bool whole = !has_border(surface);
  const Triangles* finer = &surface.triangles;
  double error = 0.0;
  while (finer->size() / 2 >= kFewestTriangles) {
    MeshLevel level;
    level.triangles.resize(finer->size());
    float estimate = 0.0F;
    const std::size_t indices = meshopt_simplify(
        level.triangles.front().data(), finer->front().data(), 3 * finer->size(), &unit.positions.front().x,
        unit.positions.size(), sizeof(glm::vec3), 3 * (finer->size() / 2), kMaxError, 0, &estimate);
    level.triangles.resize(indices / 3);
    if (static_cast<double>(level.triangles.size()) > kLeastGain * static_cast<double>(finer->size())) break;
    if (whole) {
      Mesh coarser;
      coarser.positions = surface.positions;
      coarser.triangles = level.triangles;
      if (has_border(coarser)) break;
    }
    error = std::max({error, measure(unit, level.triangles), static_cast<double>(estimate)});
    if (!(error < static_cast<double>(kMaxError))) break;
    level.error_m = error * unit.extent_m;
    // Neighbours one after the other: devices keep the vertices that they transformed last.
    meshopt_optimizeVertexCache(level.triangles.front().data(), level.triangles.front().data(), 3 * level.triangles.size(),
                                unit.positions.size());
    levels.push_back(std::move(level));
    finer = &levels.back().triangles;
  }
  return levels;
}

}  // namespace

std::vector<MeshLevel> make_levels(const Shape& shape, const Mesh* mesh, const Mesh& surface) {
  if (shape.type != ShapeType::kMesh || surface.triangles.size() < kLeastTriangles) return {};
  return mesh_levels(surface, mesh->texcoords.size() == mesh->positions.size());
}

int choose_level(std::span<const double> errors_m, const Bounds& bounds, const Camera& camera, const Pose& camera_from_shape) {
  if (errors_m.empty()) return 0;
  const dvec3 middle = camera_from_shape.transform_point(0.5 * (bounds.lower + bounds.upper));
  const double nearest_m = middle.z - 0.5 * glm::length(bounds.upper - bounds.lower);
  if (!(nearest_m > camera.near_m)) return 0;
  // A step d at depth z moves the picture by f d / z at most in its middle; toward the corners steps along the axis
  // count as well.
  const Intrinsics& k = camera.intrinsics;
  const double x = std::max(k.cx_px + 0.5, k.width_px - 0.5 - k.cx_px) / k.fx_px;
  const double y = std::max(k.cy_px + 0.5, k.height_px - 0.5 - k.cy_px) / k.fy_px;
  const double px_per_m = std::max(k.fx_px, k.fy_px) * std::sqrt(1.0 + x * x + y * y) / nearest_m;
  int level = 0;
  for (std::size_t i = 0; i < errors_m.size() && errors_m[i] * px_per_m <= kMaxLevelErrorPx; ++i) level = static_cast<int>(i) + 1;
  return level;
}

}  // namespace diorama
