// PictureValues: what a column stores of a picture's labels, as the bytes of one row. Reuses its memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/status.h"
#include "exporters/labels/boxes.h"
#include "exporters/shard/columns.h"
#include "renderers/renderer.h"

namespace diorama {

/// Columns of objects that are made from a view's pictures.
bool is_box(ColumnContent content);

/// The error of a picture without what a column stores.
Status missing_channel(const Column& column, Channel channel);

class PictureValues {
 public:
  /// A column of content kLabel. failed(...) if the channel was not rendered or a value does not fit the column.
  /// The bytes hold until the next call.
  Result<std::span<const std::byte>> label(const Column& column, const RenderedViews& pictures, int picture);

  /// A column for which `is_box` holds.
  Result<std::span<const std::byte>> boxes(const Column& column, const RenderedViews& pictures, int picture);

 private:
  Result<std::span<const std::byte>> ids(const Column& column, std::span<const std::uint16_t> own);
  Result<std::span<const std::byte>> halves(const Column& column, std::span<const float> own);
  Result<std::span<const std::byte>> masks(const Column& column, const RenderedViews& pictures, int picture);

  std::vector<std::int16_t> ids_;
  std::vector<float> clamped_;
  std::vector<std::uint16_t> halves_;
  std::vector<std::uint16_t> padded_;
  std::vector<std::int64_t> masks_;
  std::vector<PixelBox> visible_;
  std::vector<PixelBox> covered_;
  std::vector<float> boxes_;
};

}  // namespace diorama
