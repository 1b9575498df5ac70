#include "renderers/raycast/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

void meet_plane(const FlatPlane& p, const RayStrip& rays, HitStrip& hits) {
  for (int i = 0; i < rays.count; ++i) {
    const float x = rays.dir_x[i], y = rays.dir_y[i], z = rays.dir_z[i];
    const float fall = p.nx * x + p.ny * y + p.nz * z;
    const float t = p.height / fall;  // Parallel to the plane: no number that is within the range.
    const float a = (p.ax * x + p.ay * y + p.az * z) * t + p.a0;
    const float b = (p.bx * x + p.by * y + p.bz * z) * t + p.b0;
    const bool met = (t >= rays.near_t[i]) & (t <= hits.t[i]) & (std::fabs(a) <= p.half_x) & (std::fabs(b) <= p.half_y);
    hits.t[i] = met ? t : hits.t[i];
    hits.shape[i] = met ? p.shape : hits.shape[i];
    // The two triangles of `tessellate` meet in the diagonal from the lower left.
    hits.triangle[i] = met ? static_cast<int>(b * p.half_x > a * p.half_y) : hits.triangle[i];
    hits.normal_x[i] = met ? p.nx : hits.normal_x[i];
    hits.normal_y[i] = met ? p.ny : hits.normal_y[i];
    hits.normal_z[i] = met ? p.nz : hits.normal_z[i];
    hits.side[i] = met ? (fall < 0.0F ? 1.0F : -1.0F) : hits.side[i];
  }
}

void start(const PlacedScene& scene, const RayStrip& rays, HitStrip& hits) {
  for (int i = 0; i < rays.count; ++i) {
    hits.t[i] = rays.far_t[i];
    hits.shape[i] = -1;
    hits.triangle[i] = 0;
    hits.u[i] = hits.v[i] = 0.0F;
    hits.side[i] = 1.0F;
    hits.normal_x[i] = hits.normal_y[i] = hits.normal_z[i] = 0.0F;
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

void trace(const PlacedScene& scene, const RayStrip& rays, HitStrip& hits) {
  start(scene, rays, hits);
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  alignas(64) RTCRayHit16 packet;
  alignas(64) std::array<int, kPacket> valid;
  for (int first = 0; first < rays.count; first += kPacket) {
    const int count = std::min(kPacket, rays.count - first);
    for (int i = 0; i < kPacket; ++i) {
      const int lane = first + std::min(i, count - 1);
      valid[i] = i < count && rays.near_t[lane] <= hits.t[lane] ? -1 : 0;
      packet.ray.org_x[i] = rays.origin.x;
      packet.ray.org_y[i] = rays.origin.y;
      packet.ray.org_z[i] = rays.origin.z;
      packet.ray.tnear[i] = rays.near_t[lane];
      packet.ray.dir_x[i] = rays.dir_x[lane];
      packet.ray.dir_y[i] = rays.dir_y[lane];
      packet.ray.dir_z[i] = rays.dir_z[lane];
      packet.ray.time[i] = 0.0F;
      packet.ray.tfar[i] = hits.t[lane];
      packet.ray.mask[i] = ~0U;
      packet.ray.id[i] = 0;
      packet.ray.flags[i] = 0;
      packet.hit.geomID[i] = RTC_INVALID_GEOMETRY_ID;
      packet.hit.instID[0][i] = RTC_INVALID_GEOMETRY_ID;
    }
    rtcIntersect16(valid.data(), scene.surfaces(), &context, &packet);
    for (int i = 0; i < count; ++i) {
      if (packet.hit.geomID[i] == RTC_INVALID_GEOMETRY_ID) continue;
      const int lane = first + i;
      if (keep(scene, rays, lane, static_cast<int>(packet.hit.instID[0][i]),
               {packet.hit.Ng_x[i], packet.hit.Ng_y[i], packet.hit.Ng_z[i]}, hits)) {
        keep_triangle(lane, packet.ray.tfar[i], packet.hit.primID[i], packet.hit.u[i], packet.hit.v[i], hits);
      } else {
        pass_back_faces(scene, rays, lane, packet.ray.tfar[i], hits);
      }
    }
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

void trace_shadows(const PlacedScene& scene, ShadowStrip& rays) {
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  alignas(64) RTCRay16 packet;
  alignas(64) std::array<int, kPacket> valid;
  for (int i = 0; i < kPacket; ++i) {
    packet.tnear[i] = 0.0F;
    packet.dir_x[i] = rays.direction.x;
    packet.dir_y[i] = rays.direction.y;
    packet.dir_z[i] = rays.direction.z;
    packet.time[i] = 0.0F;
    packet.mask[i] = ~0U;
    packet.id[i] = 0;
    packet.flags[i] = 0;
  }
  for (int first = 0; first < rays.count; first += kPacket) {
    const int count = std::min(kPacket, rays.count - first);
    int any = 0;
    for (int i = 0; i < kPacket; ++i) {
      const int lane = first + std::min(i, count - 1);
      valid[i] = i < count ? rays.wanted[lane] : 0;
      any |= valid[i];
      packet.org_x[i] = rays.x[lane];
      packet.org_y[i] = rays.y[lane];
      packet.org_z[i] = rays.z[lane];
      packet.tfar[i] = std::numeric_limits<float>::infinity();
    }
    if (any != 0) rtcOccluded16(valid.data(), scene.casters(), &context, &packet);
    for (int i = 0; i < count; ++i) rays.lit[first + i] = valid[i] != 0 && packet.tfar[i] < 0.0F ? 0.0F : 1.0F;
  }
}

}  // namespace diorama::raycast
