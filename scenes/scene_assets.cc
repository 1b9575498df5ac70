#include "scenes/scene_assets.h"

#include "scenes/field_rules.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace diorama {
namespace {

constexpr std::size_t kMaxKept = 64;
constexpr int kPatternPx = 128;

std::array<double, 3> color_or_default(bool given, const schema::Color& color,
                                       const schema::Texture& texture, int field_number) {
  if (given) return {color.r(), color.g(), color.b()};
  return *vector_default(*texture.GetDescriptor()->FindFieldByNumber(field_number), texture,
                         /*on_model=*/false);
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255.0));
}

/// Share of color_b at a pixel.
double share_of_b(schema::Texture::Pattern pattern, int row, int column) {
  const bool right = column >= kPatternPx / 2;
  const bool low = row >= kPatternPx / 2;
  switch (pattern) {
    case schema::Texture::CHECKER:
      return right != low ? 1.0 : 0.0;
    case schema::Texture::GRADIENT:
      return static_cast<double>(row) / (kPatternPx - 1);
    case schema::Texture::STRIPES:
      return right ? 1.0 : 0.0;
    default:
      return 0.0;
  }
}

std::shared_ptr<const Texture> make_pattern(schema::Texture::Pattern pattern,
                                            const std::array<double, 6>& colors) {
  auto texture = std::make_shared<Texture>();
  texture->name = schema::Texture::Pattern_Name(pattern);
  texture->width_px = kPatternPx;
  texture->height_px = kPatternPx;
  texture->rgba.reserve(std::size_t{kPatternPx} * kPatternPx * 4);
  for (int row = 0; row < kPatternPx; ++row) {
    for (int column = 0; column < kPatternPx; ++column) {
      const double b = share_of_b(pattern, row, column);
      for (std::size_t c = 0; c < 3; ++c)
        texture->rgba.push_back(to_byte(colors[c] * (1.0 - b) + colors[c + 3] * b));
      texture->rgba.push_back(255);
    }
  }
  return texture;
}

}  // namespace

Result<std::shared_ptr<const Mesh>> SceneAssets::mesh(const schema::Shape::Mesh& mesh) {
  DIORAMA_ASSIGN_OR_RETURN(std::shared_ptr<const Mesh> whole,
                           library_.mesh(base_folder_ / mesh.file(), 1.0));
  const double scale = mesh.has_scale() ? mesh.scale() : 1.0;
  if (scale == 1.0) return whole;
  const std::lock_guard lock(mutex_);
  const auto key = std::pair{whole.get(), scale};
  if (const auto found = scaled_.find(key); found != scaled_.end()) return found->second;
  auto scaled = std::make_shared<Mesh>(*whole);
  for (dvec3& position : scaled->positions) position *= scale;
  std::shared_ptr<const Mesh> result = std::move(scaled);
  if (scaled_.size() < kMaxKept) scaled_.emplace(key, result);
  return result;
}

Result<std::shared_ptr<const Texture>> SceneAssets::texture(const schema::Texture& texture) {
  if (!texture.file().empty()) return library_.texture(base_folder_ / texture.file());
  const auto a = color_or_default(texture.has_color_a(), texture.color_a(), texture,
                                  schema::Texture::kColorAFieldNumber);
  const auto b = color_or_default(texture.has_color_b(), texture.color_b(), texture,
                                  schema::Texture::kColorBFieldNumber);
  const PatternKey key{texture.pattern(), {a[0], a[1], a[2], b[0], b[1], b[2]}};
  const std::lock_guard lock(mutex_);
  if (const auto found = patterns_.find(key); found != patterns_.end()) return found->second;
  std::shared_ptr<const Texture> result = make_pattern(texture.pattern(), key.second);
  if (patterns_.size() < kMaxKept) patterns_.emplace(key, result);
  return result;
}

std::map<std::string, std::string> SceneAssets::files() const {
  std::map<std::string, std::string> named;
  const std::string folder = base_folder_.string() + "/";
  for (const auto& [path, sha256] : library_.files()) {
    const bool relative = !base_folder_.empty() && path.starts_with(folder);
    named[relative ? path.substr(folder.size()) : path] = sha256;
  }
  return named;
}

}  // namespace diorama
