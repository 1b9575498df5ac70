// Pixels of a texture as every renderer filters them: stretched to the size of a page, with mip levels. Functions of
// values; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/scene/material.h"

namespace diorama {

/// Width and height of the layers of each page; vulkan/shaders/gbuffer.frag knows them too.
inline constexpr std::array<int, 5> kPageSizes{64, 256, 512, 1024, 2048};
inline constexpr int kNumPages = static_cast<int>(kPageSizes.size());

int num_faces(const Texture& texture);
/// Levels from the page's size down to 1x1.
int num_mips(int page);
/// The smallest page that loses no detail; the largest if none does.
int page_of(const Texture& texture);

/// One face, row 0 at the top, stretched to the page's square (texture coordinates do not care) and
/// halved level by level, filtered in linear light. [level] holds (size, size, 4) sRGB bytes.
std::vector<std::vector<std::uint8_t>> mip_chain(const Texture& texture, int face, int page);

}  // namespace diorama
