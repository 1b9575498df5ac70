#include "engine/physics/contact_log.h"

#include <algorithm>
#include <tuple>

#include "engine/core/check.h"

namespace diorama {

namespace {

// Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, 6.4): the upper bits are
// well mixed.
std::size_t hash_of(std::uint64_t pair) { return (pair * 0x9E3779B97F4A7C15ull) >> 32; }

}  // namespace

void ContactLog::grow() {
  std::vector<Slot> old(std::max<std::size_t>(64, 2 * slots_.size()));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.pair == Slot{}.pair) continue;
    std::size_t at = hash_of(slot.pair) & mask;
    while (slots_[at].pair != Slot{}.pair) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::size_t ContactLog::place_of(std::uint64_t pair) {
  if (2 * sums_.size() >= slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash_of(pair) & mask;
  while (slots_[at].pair != pair) {
    if (slots_[at].pair == Slot{}.pair) {
      slots_[at] = {pair, sums_.size()};
      sums_.emplace_back();
      break;
    }
    at = (at + 1) & mask;
  }
  return slots_[at].place;
}

ContactLog::Sum& ContactLog::sum_of(BodyId a, BodyId b) {
  const std::uint64_t pair =
      (static_cast<std::uint64_t>(a.index) << 32) | static_cast<std::uint32_t>(b.index);
  if (pair != last_pair_) {
    last_place_ = place_of(pair);
    last_pair_ = pair;
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
    sum = Sum{};
    sum.a = swap ? b : a;
    sum.b = swap ? a : b;
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
    // A pair that overlaps without any impulse (its solver rows were idle) is placed by its first
    // point.
    contact.point_world = sum.weight > 0.0 ? sum.weighted_point / sum.weight : sum.first_point;
    const double length = glm::length(sum.weighted_normal);
    // Opposite normals can cancel (a body caught in a slit of the other): then the first one
    // stands.
    contact.normal_world = length > 1e-6 * sum.weight && length > 0.0 ? sum.weighted_normal / length
                                                                      : sum.first_normal;
    contact.force_world_n = sum.impulse / frame_period_s;
    contact.min_gap_m = sum.min_gap_m;
    sum.touched = false;
  }
  touched_.clear();
}

}  // namespace diorama
