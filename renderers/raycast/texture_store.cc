#include "renderers/raycast/texture_store.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "renderers/texture_image.h"

namespace diorama::raycast {
namespace {

constexpr std::size_t kMaxKeptBytes = std::size_t{512} << 20;

const std::array<float, 256>& decode_table() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(linear_from_srgb(static_cast<double>(i) / 255.0));
    }
    return values;
  }();
  return table;
}

}  // namespace

glm::vec3 MipTexture::bilinear(int face, int level, glm::vec2 place) const {
  const int side = size >> level;
  const glm::vec2 texel = (place - glm::floor(place)) * static_cast<float>(side) - 0.5F;
  const glm::vec2 low = glm::floor(texel);
  const glm::vec2 weight = texel - low;
  const std::uint8_t* const pixels = levels[static_cast<std::size_t>(face)][static_cast<std::size_t>(level)].data();
  const int x0 = static_cast<int>(low.x) & (side - 1), y0 = static_cast<int>(low.y) & (side - 1);
  const int x1 = (x0 + 1) & (side - 1), y1 = (y0 + 1) & (side - 1);
  const auto& decode = decode_table();
  const auto at = [&](int x, int y) {
    const std::uint8_t* const p = pixels + 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
                                                static_cast<std::size_t>(x));
    return glm::vec3(decode[p[0]], decode[p[1]], decode[p[2]]);
  };
  return glm::mix(glm::mix(at(x0, y0), at(x1, y0), weight.x), glm::mix(at(x0, y1), at(x1, y1), weight.x), weight.y);
}

glm::vec3 MipTexture::sample(int face, glm::vec2 place, glm::vec2 dx, glm::vec2 dy) const {
  const float rho = std::sqrt(std::max(glm::dot(dx, dx), glm::dot(dy, dy))) * static_cast<float>(size);
  const int last = static_cast<int>(levels[static_cast<std::size_t>(face)].size()) - 1;
  const float lod = rho > 1.0F ? std::min(std::log2(rho), static_cast<float>(last)) : 0.0F;
  const int level = static_cast<int>(lod);
  const float weight = lod - static_cast<float>(level);
  const glm::vec3 fine = bilinear(face, level, place);
  return weight > 0.0F ? glm::mix(fine, bilinear(face, std::min(level + 1, last), place), weight) : fine;
}

const MipTexture* TextureStore::find_or_add(const std::shared_ptr<const Texture>& texture) {
  const auto found = textures_.find(texture);
  if (found != textures_.end()) return &found->second;
  const int page = page_of(*texture);
  MipTexture made;
  made.size = kPageSizes[static_cast<std::size_t>(page)];
  made.num_faces = num_faces(*texture);
  for (int face = 0; face < made.num_faces; ++face) {
    made.levels.push_back(mip_chain(*texture, face, page));
    for (const auto& level : made.levels.back()) num_bytes_ += level.size();
  }
  return &textures_.emplace(texture, std::move(made)).first->second;
}

void TextureStore::trim() {
  if (num_bytes_ <= kMaxKeptBytes) return;
  textures_.clear();
  num_bytes_ = 0;
}

}  // namespace diorama::raycast
