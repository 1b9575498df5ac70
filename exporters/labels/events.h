// Events: what begins or ends in a row, from who touches whom and who is seen. Pure functions.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace diorama {

/// Bits of the column `event`. All compare a row with the one before it: the first row of an episode has none but the last.
enum EventBit : std::int32_t {
  kContactBegins = 1,  ///< A pair of objects touches that did not in the row before (whose first row has no contacts).
  kContactEnds = 2,    ///< A pair that touched in the row before does not.
  kEntersView = 4,     ///< Some view shows an object that it did not show in the row before.
  kLeavesView = 8,     ///< Some view does not show an object that it showed in the row before.
  kIntervention = 16,  ///< From this row on the actions are those that someone gave to continue the episode.
};
inline constexpr std::int32_t kAllEventBits = 31;

/// What one row holds.
struct RowEvidence {
  std::set<std::pair<int, int>> touching;  ///< Pairs of object indices.
  std::vector<std::uint8_t> seen;          ///< (views, objects) 1 = some pixel shows it; the same size in all rows.
};

/// (T): the bits of contacts and views.
std::vector<std::int32_t> events_of(std::span<const RowEvidence> rows);

}  // namespace diorama
