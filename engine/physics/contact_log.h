// ContactLog: gathers contact points over the substeps of a frame into one Contact per pair of
// bodies. Not thread-safe. Adding a point costs O(1) and allocates only when a pair touches for the
// first time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/scene/state.h"

namespace diorama {

class ContactLog {
 public:
  /// One contact point of one substep between bodies a and b (either order, a != b).
  /// `normal_a_to_b` unit, world; `impulse_on_b` in N s, world; `gap_m` negative = penetration.
  /// Points without impulse and with a positive gap are margin only: they are not contacts and are
  /// ignored.
  void add(BodyId a, BodyId b, const dvec3& point_world, const dvec3& normal_a_to_b,
           const dvec3& impulse_on_b, double gap_m);

  /// The pairs of the frame sorted by (a, b), with impulses turned into mean forces over
  /// `frame_period_s`; empties the log.
  void flush(double frame_period_s, std::vector<Contact>& contacts);

 private:
  struct Sum {
    BodyId a, b;
    bool touched = false;  // in this frame
    dvec3 weighted_point{0.0};
    dvec3 weighted_normal{0.0};
    dvec3 impulse{0.0};
    double weight = 0.0;  // summed |impulse|, N s
    double min_gap_m = 0.0;
    dvec3 first_point{0.0};
    dvec3 first_normal{0.0};
  };
  /// One place of the hash table.
  struct Slot {
    std::uint64_t pair = ~std::uint64_t{0};  // all ones: free, as no body index is
    std::size_t place = 0;
  };
  Sum& sum_of(BodyId a, BodyId b);
  std::size_t place_of(std::uint64_t pair);  // adds the pair if it is new
  void grow();

  // Pairs keep their place once they have touched, so that a warm log never allocates.
  std::vector<Sum> sums_;
  std::vector<std::size_t> touched_;  // places of this frame, in the order of first touch
  std::vector<Slot>
      slots_;  // pair -> place in sums_: linear probing, a power of two, at most half full
  std::uint64_t last_pair_ = ~std::uint64_t{0};  // points of one manifold follow each other
  std::size_t last_place_ = 0;
};

}  // namespace diorama
