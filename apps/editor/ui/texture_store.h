// Pictures that the user interface shows: fonts, previews, thumbnails. Panels give pixels under a
// key of their choice; the same key and revision again costs nothing. UI thread only.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/core/image.h"

namespace diorama::editor {

/// How a picture looks when it is drawn larger than it is: ids and depth keep their pixels.
enum class Magnify { kSmooth, kPixels };

/// One picture. Its address is ImGui's texture id and stays the same while its pixels change.
struct Texture {
  int width_px = 0;
  int height_px = 0;
  std::uint64_t revision = 0;
};

class TextureStore {
 public:
  virtual ~TextureStore() = default;

  /// The picture under `key` if it has this revision, else null: then make the pixels and call
  /// `set`. One that is not asked for in 600 frames is dropped.
  virtual const Texture* find(const std::string& key, std::uint64_t revision) = 0;

  /// Takes (H, W, C) pixels with C = 1 (grey), 3 (RGB) or 4 (RGBA). They are shown with this frame.
  virtual const Texture* set(const std::string& key, std::uint64_t revision,
                             std::span<const std::uint8_t> pixels, int height_px, int width_px,
                             int channels, Magnify magnify = Magnify::kSmooth) = 0;
  const Texture* set(const std::string& key, std::uint64_t revision, const ImageU8& pixels,
                     Magnify magnify = Magnify::kSmooth) {
    return set(key, revision, pixels.pixels, pixels.height_px, pixels.width_px, pixels.num_channels,
               magnify);
  }

  /// Keeps `key` until the store goes, used or not.
  virtual void keep(const std::string& key) = 0;

  /// Bytes of pictures on the device and waiting for it.
  virtual std::uint64_t bytes() const = 0;
};

}  // namespace diorama::editor
