#include "exporters/labels/visibility.h"

#include <algorithm>
#include <string>

namespace diorama {

Status count_visible_pixels(std::span<const std::uint16_t> ids, std::span<std::int32_t> counts) {
  std::fill(counts.begin(), counts.end(), 0);
  for (const std::uint16_t id : ids) {
    if (id == 0) continue;
    if (id > counts.size()) {
      return failed("a picture shows object id " + std::to_string(id) + ", but the dataset has " +
                    std::to_string(counts.size()) + " object slots");
    }
    ++counts[id - 1];
  }
  return {};
}

}  // namespace diorama
