#include "engine/physics/contact_log.h"

#include <algorithm>
#include <tuple>

#include "engine/core/check.h"

namespace diorama {

ContactLog::Sum& ContactLog::sum_of(BodyId a, BodyId b) {
  const std::uint64_t pair =
      (static_cast<std::uint64_t>(a.index) << 32) | static_cast<std::uint32_t>(b.index);
  if (pair != last_pair_) {
    const auto [entry, is_new] = index_.try_emplace(pair, sums_.size());
    if (is_new) {
      sums_.emplace_back();
      sums_.back().a = a;
      sums_.back().b = b;
    }
    last_pair_ = pair;
    last_place_ = entry->second;
  }
  return sums_[last_place_];
}

void ContactLog::add(BodyId a, BodyId b, const dvec3& point_world, const dvec3& normal_a_to_b,
                     const dvec3& impulse_on_b, double gap_m) {
  DIORAMA_DCHECK(a.valid() && b.valid() && a != b);
  const double weight = glm::length(impulse_on_b);
  if (weight == 0.0 && gap_m > 0.0) return;
  const bool swap = b < a;
  const dvec3 normal = swap ? -normal_a_to_b : normal_a_to_b;
  Sum& sum = swap ? sum_of(b, a) : sum_of(a, b);
  if (!sum.touched) {
    const BodyId first = sum.a, second = sum.b;
    sum = Sum{};
    sum.a = first;
    sum.b = second;
    sum.touched = true;
    sum.min_gap_m = gap_m;
    sum.first_point = point_world;
    sum.first_normal = normal;
    touched_.push_back(last_place_);
  }
  sum.weighted_point += weight * point_world;
  sum.weighted_normal += weight * normal;
  sum.impulse += swap ? -impulse_on_b : impulse_on_b;
  sum.weight += weight;
  sum.min_gap_m = std::min(sum.min_gap_m, gap_m);
}

void ContactLog::flush(double frame_period_s, std::vector<Contact>& contacts) {
  DIORAMA_CHECK(frame_period_s > 0.0);
  std::sort(touched_.begin(), touched_.end(), [this](std::size_t left, std::size_t right) {
    const Sum &l = sums_[left], &r = sums_[right];
    return std::tie(l.a, l.b) < std::tie(r.a, r.b);
  });
  contacts.clear();
  contacts.reserve(touched_.size());
  for (const std::size_t place : touched_) {
    Sum& sum = sums_[place];
    Contact& contact = contacts.emplace_back();
    contact.a = sum.a;
    contact.b = sum.b;
    // A pair that overlaps without any impulse (deeply asleep solver rows) is placed by its first point.
    contact.point_world = sum.weight > 0.0 ? sum.weighted_point / sum.weight : sum.first_point;
    const double length = glm::length(sum.weighted_normal);
    // Opposite normals can cancel (a body caught in a slit of the other): then the first one stands.
    contact.normal_world =
        length > 1e-6 * sum.weight && length > 0.0 ? sum.weighted_normal / length : sum.first_normal;
    contact.force_world_n = sum.impulse / frame_period_s;
    contact.min_gap_m = sum.min_gap_m;
    sum.touched = false;
  }
  touched_.clear();
}

}  // namespace diorama
