#include "renderers/raycast/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "renderers/wide.h"

namespace diorama::raycast {
namespace {

constexpr int kPacket = 16;
/// Back faces of closed shapes that one ray may pass: only a camera inside of bodies meets any.
constexpr int kMaxPassed = 4096;

/// A plane as the rays of a strip see it.
struct FlatPlane {
  int shape;
  float nx, ny, nz;
  float height;  ///< t of a ray = height / dot(n, direction).
  float ax, ay, az, a0;  ///< Place along the plane's x from a point relative to the rays' origin; likewise b for y.
  float bx, by, bz, b0;
  float half_x, half_y;
};

FlatPlane flatten(const PlacedPlane& plane, const glm::vec3& origin) {
  const dvec3 toward = plane.origin - dvec3(origin);
  const auto to_float = [](double value) { return static_cast<float>(value); };
  return {plane.shape,
          to_float(plane.normal.x), to_float(plane.normal.y), to_float(plane.normal.z),
          to_float(glm::dot(plane.normal, toward)),
          to_float(plane.axis_x.x), to_float(plane.axis_x.y), to_float(plane.axis_x.z),
          to_float(-glm::dot(plane.axis_x, toward)),
          to_float(plane.axis_y.x), to_float(plane.axis_y.y), to_float(plane.axis_y.z),
          to_float(-glm::dot(plane.axis_y, toward)),
          to_float(plane.half_extent.x), to_float(plane.half_extent.y)};
}

DIORAMA_WIDE void meet_plane(const FlatPlane& p, const RayStrip& rays, HitStrip& hits) {
  const float *const dir_x = rays.dir_x.data(), *const dir_y = rays.dir_y.data(), *const dir_z = rays.dir_z.data();
  const float* const near_t = rays.near_t.data();
  float *const hit_t = hits.t.data(), *const side = hits.side.data();
  float *const normal_x = hits.normal_x.data(), *const normal_y = hits.normal_y.data(), *const normal_z = hits.normal_z.data();
  int *const shape = hits.shape.data(), *const triangle = hits.triangle.data();
  const int count = rays.count;
  DIORAMA_INDEPENDENT
  for (int i = 0; i < count; ++i) {
    const float x = dir_x[i], y = dir_y[i], z = dir_z[i];
    const float fall = p.nx * x + p.ny * y + p.nz * z;
    const float t = p.height / fall;  // Parallel to the plane: no number that is within the range.
    const float a = (p.ax * x + p.ay * y + p.az * z) * t + p.a0;
    const float b = (p.bx * x + p.by * y + p.bz * z) * t + p.b0;
    // Of ints, as jumps would keep the loop from being vectorised.
    const int in_range = static_cast<int>(t >= near_t[i]) & static_cast<int>(t <= hit_t[i]);
    const int in_borders = static_cast<int>(std::fabs(a) <= p.half_x) & static_cast<int>(std::fabs(b) <= p.half_y);
    const bool met = (in_range & in_borders) != 0;
    hit_t[i] = met ? t : hit_t[i];
    shape[i] = met ? p.shape : shape[i];
    // The two triangles of `tessellate` meet in the diagonal from the lower left.
    triangle[i] = met ? (b * p.half_x > a * p.half_y ? 1 : 0) : triangle[i];
    normal_x[i] = met ? p.nx : normal_x[i];
    normal_y[i] = met ? p.ny : normal_y[i];
    normal_z[i] = met ? p.nz : normal_z[i];
    side[i] = met ? (fall < 0.0F ? 1.0F : -1.0F) : side[i];
  }
}

void start(const PlacedScene& scene, const RayStrip& rays, HitStrip& hits) {
  const int count = rays.count;
  std::copy_n(rays.far_t.begin(), count, hits.t.begin());
  std::fill_n(hits.shape.begin(), count, -1);
  std::fill_n(hits.triangle.begin(), count, 0);
  std::fill_n(hits.side.begin(), count, 1.0F);
  for (Lanes<float>* lanes : {&hits.u, &hits.v, &hits.normal_x, &hits.normal_y, &hits.normal_z}) {
    std::fill_n(lanes->begin(), count, 0.0F);
  }
  for (const PlacedPlane& plane : scene.planes()) meet_plane(flatten(plane, rays.origin), rays, hits);
}

RTCRayHit make_ray(const RayStrip& rays, int lane, float near_t, float far_t) {
  RTCRayHit query{};
  query.ray.org_x = rays.origin.x;
  query.ray.org_y = rays.origin.y;
  query.ray.org_z = rays.origin.z;
  query.ray.dir_x = rays.dir_x[lane];
  query.ray.dir_y = rays.dir_y[lane];
  query.ray.dir_z = rays.dir_z[lane];
  query.ray.tnear = near_t;
  query.ray.tfar = far_t;
  query.ray.mask = ~0U;
  query.hit.geomID = RTC_INVALID_GEOMETRY_ID;
  query.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
  return query;
}

/// Writes a hit down; false if it is a back face that is not seen.
bool keep(const PlacedScene& scene, const RayStrip& rays, int lane, int shape, const glm::vec3& normal_shape, HitStrip& hits) {
  const glm::vec3 normal = scene.rotation(shape) * normal_shape;
  const bool front = normal.x * rays.dir_x[lane] + normal.y * rays.dir_y[lane] + normal.z * rays.dir_z[lane] < 0.0F;
  if (!front && scene.closed(shape)) return false;
  hits.shape[lane] = shape;
  hits.normal_x[lane] = normal.x;
  hits.normal_y[lane] = normal.y;
  hits.normal_z[lane] = normal.z;
  hits.side[lane] = front ? 1.0F : -1.0F;
  return true;
}

void keep_triangle(int lane, float t, unsigned triangle, float u, float v, HitStrip& hits) {
  hits.t[lane] = t;
  hits.triangle[lane] = static_cast<int>(triangle);
  hits.u[lane] = u;
  hits.v[lane] = v;
}

/// Goes on behind back faces that are not seen, one ray at a time.
void pass_back_faces(const PlacedScene& scene, const RayStrip& rays, int lane, float behind_t, HitStrip& hits) {
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  for (int passed = 0; passed < kMaxPassed; ++passed) {
    RTCRayHit query =
        make_ray(rays, lane, std::nextafter(behind_t, std::numeric_limits<float>::infinity()), hits.t[lane]);
    if (!(query.ray.tnear <= query.ray.tfar)) return;
    rtcIntersect1(scene.surfaces(), &context, &query);
    if (query.hit.geomID == RTC_INVALID_GEOMETRY_ID) return;
    if (keep(scene, rays, lane, static_cast<int>(query.hit.instID[0]), {query.hit.Ng_x, query.hit.Ng_y, query.hit.Ng_z}, hits)) {
      keep_triangle(lane, query.ray.tfar, query.hit.primID, query.hit.u, query.hit.v, hits);
      return;
    }
    behind_t = query.ray.tfar;
  }
}

/// Packets of kColumns pixels of every row.
template <int kColumns>
void trace_packets(const PlacedScene& scene, std::span<const RayStrip> rays, std::span<HitStrip> hits) {
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  alignas(64) RTCRayHit16 packet{};
  alignas(64) std::array<int, kPacket> valid{};
  std::fill_n(packet.ray.org_x, kPacket, rays[0].origin.x);
  std::fill_n(packet.ray.org_y, kPacket, rays[0].origin.y);
  std::fill_n(packet.ray.org_z, kPacket, rays[0].origin.z);
  std::fill_n(packet.ray.mask, kPacket, ~0U);
  const int num_rows = static_cast<int>(rays.size());
  for (int first = 0; first < rays[0].count; first += kColumns) {
    const int columns = std::min(kColumns, rays[0].count - first);
    for (int row = 0; row < num_rows; ++row) {
      const RayStrip& from = rays[static_cast<std::size_t>(row)];
      const int to = row * kColumns;
      // The lanes beyond the last ray hold something old, but are not valid.
      std::copy_n(&from.near_t[first], kColumns, packet.ray.tnear + to);
      std::copy_n(&from.dir_x[first], kColumns, packet.ray.dir_x + to);
      std::copy_n(&from.dir_y[first], kColumns, packet.ray.dir_y + to);
      std::copy_n(&from.dir_z[first], kColumns, packet.ray.dir_z + to);
      std::copy_n(&hits[static_cast<std::size_t>(row)].t[first], kColumns, packet.ray.tfar + to);
      for (int i = 0; i < kColumns; ++i) {
        valid[to + i] = i < columns && packet.ray.tnear[to + i] <= packet.ray.tfar[to + i] ? -1 : 0;
      }
    }
    std::fill_n(packet.hit.geomID, kPacket, RTC_INVALID_GEOMETRY_ID);
    std::fill_n(packet.hit.instID[0], kPacket, RTC_INVALID_GEOMETRY_ID);
    rtcIntersect16(valid.data(), scene.surfaces(), &context, &packet);
    for (int i = 0; i < num_rows * kColumns; ++i) {
      if (packet.hit.geomID[i] == RTC_INVALID_GEOMETRY_ID) continue;
      const auto row = static_cast<std::size_t>(i / kColumns);
      const int lane = first + i % kColumns;
      if (keep(scene, rays[row], lane, static_cast<int>(packet.hit.instID[0][i]),
               {packet.hit.Ng_x[i], packet.hit.Ng_y[i], packet.hit.Ng_z[i]}, hits[row])) {
        keep_triangle(lane, packet.ray.tfar[i], packet.hit.primID[i], packet.hit.u[i], packet.hit.v[i], hits[row]);
      } else {
        pass_back_faces(scene, rays[row], lane, packet.ray.tfar[i], hits[row]);
      }
    }
  }
}

/// Collects all crossings of one ray: every hit is noted and refused, so that Embree goes on.
struct Collector {
  RTCIntersectContext context;  // First: Embree hands back a pointer to it.
  const PlacedScene* scene;
  std::vector<RayCrossing>* crossings;
};

void collect(const RTCFilterFunctionNArguments* arguments) {
  auto* const collector = reinterpret_cast<Collector*>(arguments->context);
  const unsigned n = arguments->N;
  for (unsigned i = 0; i < n; ++i) {
    if (arguments->valid[i] == 0) continue;
    arguments->valid[i] = 0;
    const auto shape = static_cast<int>(RTCHitN_instID(arguments->hit, n, i, 0));
    if (collector->scene->closed(shape)) {
      // Both in the shape's frame.
      const float facing = RTCHitN_Ng_x(arguments->hit, n, i) * RTCRayN_dir_x(arguments->ray, n, i) +
                           RTCHitN_Ng_y(arguments->hit, n, i) * RTCRayN_dir_y(arguments->ray, n, i) +
                           RTCHitN_Ng_z(arguments->hit, n, i) * RTCRayN_dir_z(arguments->ray, n, i);
      if (facing >= 0.0F) continue;
    }
    collector->crossings->push_back({RTCRayN_tfar(arguments->ray, n, i), shape});
  }
}

}  // namespace

void trace(const PlacedScene& scene, std::span<const RayStrip> rays, std::span<HitStrip> hits) {
  for (std::size_t row = 0; row < rays.size(); ++row) start(scene, rays[row], hits[row]);
  if (rays.size() == 1) {
    trace_packets<kPacket>(scene, rays, hits);
  } else {
    trace_packets<kPacket / kBandStrips>(scene, rays, hits);
  }
}

void trace_all(const PlacedScene& scene, const RayStrip& rays, int lane, std::vector<RayCrossing>& crossings) {
  crossings.clear();
  if (!(rays.near_t[lane] <= rays.far_t[lane])) return;
  const glm::vec3 direction(rays.dir_x[lane], rays.dir_y[lane], rays.dir_z[lane]);
  for (const PlacedPlane& plane : scene.planes()) {
    const FlatPlane p = flatten(plane, rays.origin);
    const float t = p.height / (p.nx * direction.x + p.ny * direction.y + p.nz * direction.z);
    const float a = (p.ax * direction.x + p.ay * direction.y + p.az * direction.z) * t + p.a0;
    const float b = (p.bx * direction.x + p.by * direction.y + p.bz * direction.z) * t + p.b0;
    if (t >= rays.near_t[lane] && t <= rays.far_t[lane] && std::fabs(a) <= p.half_x && std::fabs(b) <= p.half_y) {
      crossings.push_back({t, p.shape});
    }
  }
  Collector collector{};
  rtcInitIntersectContext(&collector.context);
  collector.context.filter = &collect;
  collector.scene = &scene;
  collector.crossings = &crossings;
  RTCRayHit query = make_ray(rays, lane, rays.near_t[lane], rays.far_t[lane]);
  rtcIntersect1(scene.surfaces(), &collector.context, &query);
  std::sort(crossings.begin(), crossings.end(), [](const RayCrossing& a, const RayCrossing& b) {
    return a.t != b.t ? a.t < b.t : a.shape < b.shape;
  });
}

void trace_shadows(const PlacedScene& scene, std::span<ShadowStrip> rays) {
  constexpr int kColumns = kPacket / kBandStrips;
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  alignas(64) RTCRay16 packet{};
  alignas(64) std::array<int, kPacket> valid{};
  std::fill_n(packet.dir_x, kPacket, rays[0].direction.x);
  std::fill_n(packet.dir_y, kPacket, rays[0].direction.y);
  std::fill_n(packet.dir_z, kPacket, rays[0].direction.z);
  std::fill_n(packet.mask, kPacket, ~0U);
  const int num_rows = static_cast<int>(rays.size());
  for (int first = 0; first < rays[0].count; first += kColumns) {
    const int columns = std::min(kColumns, rays[0].count - first);
    int any = 0;
    for (int row = 0; row < num_rows; ++row) {
      ShadowStrip& strip = rays[static_cast<std::size_t>(row)];
      std::fill_n(&strip.lit[first], kColumns, 1.0F);
      for (int i = 0; i < columns; ++i) any |= strip.wanted[first + i];
    }
    if (any == 0) continue;
    for (int row = 0; row < num_rows; ++row) {
      const ShadowStrip& strip = rays[static_cast<std::size_t>(row)];
      const int to = row * kColumns;
      std::copy_n(&strip.x[first], kColumns, packet.org_x + to);
      std::copy_n(&strip.y[first], kColumns, packet.org_y + to);
      std::copy_n(&strip.z[first], kColumns, packet.org_z + to);
      for (int i = 0; i < kColumns; ++i) valid[to + i] = i < columns ? strip.wanted[first + i] : 0;
    }
    std::fill_n(packet.tfar, kPacket, std::numeric_limits<float>::infinity());
    rtcOccluded16(valid.data(), scene.casters(), &context, &packet);
    for (int row = 0; row < num_rows; ++row) {
      float* const lit = &rays[static_cast<std::size_t>(row)].lit[first];
      for (int i = 0; i < kColumns; ++i) lit[i] = packet.tfar[row * kColumns + i] < 0.0F ? 0.0F : 1.0F;
    }
  }
}

ShadowCover::ShadowCover(const PlacedScene& scene, const glm::vec3& toward) {
  axis_u_ = glm::normalize(glm::cross(toward, std::fabs(toward.x) < 0.7F ? glm::vec3(1, 0, 0) : glm::vec3(0, 1, 0)));
  axis_v_ = glm::cross(toward, axis_u_);
  covered_.assign(std::size_t{kCells} * kCells, 0);
  const std::vector<PlacedSphere>& spheres = scene.caster_spheres();
  if (spheres.empty()) return;
  float low_u = std::numeric_limits<float>::max(), low_v = low_u, high_u = -low_u, high_v = -low_u;
  for (const PlacedSphere& sphere : spheres) {
    const float u = glm::dot(axis_u_, sphere.center), v = glm::dot(axis_v_, sphere.center);
    low_u = std::min(low_u, u - sphere.radius);
    high_u = std::max(high_u, u + sphere.radius);
    low_v = std::min(low_v, v - sphere.radius);
    high_v = std::max(high_v, v + sphere.radius);
  }
  // One free cell on each side: rays beyond the grid are taken to its border.
  const float size = std::max({high_u - low_u, high_v - low_v, 1e-6F});
  per_cell_ = static_cast<float>(kCells - 2) / (size * 1.001F);
  first_u_ = low_u - 1.0F / per_cell_;
  first_v_ = low_v - 1.0F / per_cell_;
  for (const PlacedSphere& sphere : spheres) {
    const float u = (glm::dot(axis_u_, sphere.center) - first_u_) * per_cell_;
    const float v = (glm::dot(axis_v_, sphere.center) - first_v_) * per_cell_;
    const float reach = sphere.radius * per_cell_ + 0.01F;  // A hundredth for rounding.
    for (int y = std::max(static_cast<int>(v - reach), 1); y <= std::min(static_cast<int>(v + reach), kCells - 2); ++y) {
      for (int x = std::max(static_cast<int>(u - reach), 1); x <= std::min(static_cast<int>(u + reach), kCells - 2); ++x) {
        covered_[static_cast<std::size_t>(y) * kCells + static_cast<std::size_t>(x)] = -1;
      }
    }
  }
}

void ShadowCover::narrow(ShadowStrip& rays) const {
  const std::int32_t* const covered = covered_.data();
  constexpr auto kLast = static_cast<float>(kCells - 1);
  for (int i = 0; i < rays.count; ++i) {
    const float u = (axis_u_.x * rays.x[i] + axis_u_.y * rays.y[i] + axis_u_.z * rays.z[i] - first_u_) * per_cell_;
    const float v = (axis_v_.x * rays.x[i] + axis_v_.y * rays.y[i] + axis_v_.z * rays.z[i] - first_v_) * per_cell_;
    const int x = static_cast<int>(std::clamp(u, 0.0F, kLast));
    const int y = static_cast<int>(std::clamp(v, 0.0F, kLast));
    rays.wanted[i] &= covered[y * kCells + x];
  }
}

}  // namespace diorama::raycast
