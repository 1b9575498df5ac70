#include "exporters/labels/events.h"

#include <algorithm>
#include <cstddef>

namespace diorama {

std::vector<std::int32_t> events_of(std::span<const RowEvidence> rows) {
  std::vector<std::int32_t> events(rows.size(), 0);
  for (std::size_t t = 1; t < rows.size(); ++t) {
    const RowEvidence& before = rows[t - 1];
    const RowEvidence& now = rows[t];
    const auto has_other = [](const auto& some, const auto& others) {
      return !std::includes(others.begin(), others.end(), some.begin(), some.end());
    };
    if (has_other(now.touching, before.touching)) events[t] |= kContactBegins;
    if (has_other(before.touching, now.touching)) events[t] |= kContactEnds;
    for (std::size_t i = 0; i < std::min(now.seen.size(), before.seen.size()); ++i) {
      if (now.seen[i] > before.seen[i]) events[t] |= kEntersView;
      if (now.seen[i] < before.seen[i]) events[t] |= kLeavesView;
    }
  }
  return events;
}

}  // namespace diorama
