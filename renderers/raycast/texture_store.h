// Textures as rays sample them: the same pixels and mip levels as on a device (texture_image.h), bilinear between texels
// and linear between levels, repeated. Private to renderers/raycast. Filling is not thread-safe; sampling is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <glm/glm.hpp>

#include "engine/scene/material.h"

namespace diorama::raycast {

struct MipTexture {
  int size = 0;       ///< Side of level 0, texels.
  int num_faces = 1;
  std::vector<std::vector<std::vector<std::uint8_t>>> levels;  ///< [face][level]: (size, size, 4) sRGB bytes.

  /// Linear colour at `place` ((0, 0) = top left, (1, 1) = one repetition on); dx and dy are the steps of `place` from
  /// pixel to pixel.
  glm::vec3 sample(int face, glm::vec2 place, glm::vec2 dx, glm::vec2 dy) const;

 private:
  glm::vec3 bilinear(int face, int level, glm::vec2 place) const;
};

class TextureStore {
 public:
  /// Pointers hold until the next `trim`.
  const MipTexture* find_or_add(const std::shared_ptr<const Texture>& texture);

  /// Forgets everything if more is held than a run needs at once.
  void trim();

 private:
  std::map<std::weak_ptr<const Texture>, MipTexture, std::owner_less<>> textures_;
  std::size_t num_bytes_ = 0;
};

}  // namespace diorama::raycast
