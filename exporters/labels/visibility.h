// Labels that follow from a picture of object ids. Pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "engine/core/status.h"

namespace diorama {

/// Pixels per object: counts[k] of id k + 1. failed(...) on an id beyond counts.size().
Status count_visible_pixels(std::span<const std::uint16_t> ids, std::span<std::int32_t> counts);

}  // namespace diorama
