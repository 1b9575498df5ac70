#include "exporters/shard/picture_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "exporters/shard/half.h"
#include "renderers/wide.h"

namespace diorama {
namespace {

using Bytes = std::span<const std::byte>;

/// The greatest finite half; what moves faster is stored as that.
constexpr float kHalfMax = 65504.0F;

/// To the range of halves; false if a value is not finite.
DIORAMA_WIDE bool clamp_to_halves(const float* values, std::size_t count, float* __restrict clamped) {
  unsigned finite = 1;
  for (std::size_t i = 0; i < count; ++i) {
    finite &= static_cast<unsigned>(std::fabs(values[i]) <= std::numeric_limits<float>::max());
    clamped[i] = std::min(std::max(values[i], -kHalfMax), kHalfMax);
  }
  return finite != 0;
}

/// False if an id is beyond the type that is stored.
DIORAMA_WIDE bool copy_ids(const std::uint16_t* ids, std::size_t count, std::int16_t* __restrict stored) {
  std::uint16_t all = 0;
  for (std::size_t i = 0; i < count; ++i) {
    all = static_cast<std::uint16_t>(all | ids[i]);
    stored[i] = static_cast<std::int16_t>(ids[i]);
  }
  return all <= std::numeric_limits<std::int16_t>::max();
}

template <typename T>
Result<Bytes> bytes_of(const Column& column, std::span<const T> own) {
  if (own.empty()) return missing_channel(column, column.channel);
  return std::as_bytes(own);
}

}  // namespace

bool is_box(ColumnContent content) {
  return content == ColumnContent::kBox || content == ColumnContent::kBoxAmodal || content == ColumnContent::kVisibleFraction;
}

Status missing_channel(const Column& column, Channel channel) {
  return failed("column '" + column.name + "' needs the channel '" + channel_info(channel).name + "', which was not rendered");
}

Result<Bytes> PictureValues::ids(const Column& column, std::span<const std::uint16_t> own) {
  ids_.resize(own.size());
  if (!copy_ids(own.data(), own.size(), ids_.data())) {
    return failed("column '" + column.name + "': id " + std::to_string(*std::ranges::max_element(own)) + ", but it holds up to " +
                  std::to_string(std::numeric_limits<std::int16_t>::max()));
  }
  return bytes_of<std::int16_t>(column, ids_);
}

Result<Bytes> PictureValues::halves(const Column& column, std::span<const float> own) {
  if (own.empty()) return missing_channel(column, column.channel);
  clamped_.resize(own.size());
  if (!clamp_to_halves(own.data(), own.size(), clamped_.data())) {
    return failed("column '" + column.name + "': the renderer gave a value that is not finite");
  }
  halves_.resize(own.size());
  halves_from_floats(clamped_, halves_);
  const auto components = static_cast<std::size_t>(channel_info(column.channel).components);
  const auto stored = static_cast<std::size_t>(column.row_shape.back());
  if (stored == components) return bytes_of<std::uint16_t>(column, halves_);
  padded_.assign(column.row_values(), 0);
  for (std::size_t pixel = 0; pixel < own.size() / components; ++pixel) {
    std::copy_n(&halves_[pixel * components], components, &padded_[pixel * stored]);
  }
  return bytes_of<std::uint16_t>(column, padded_);
}

Result<Bytes> PictureValues::masks(const Column& column, const RenderedViews& pictures, int picture) {
  const auto all = pictures.picture<Channel::kAmodal>(picture);
  if (column.plane < pictures.planes(Channel::kAmodal)) {
    const std::size_t plane = column.row_values();
    return bytes_of(column, all.subspan(static_cast<std::size_t>(column.plane) * plane, plane));
  }
  if (all.empty()) return missing_channel(column, column.channel);
  // The scene has fewer objects than the dataset has slots.
  masks_.assign(column.row_values(), 0);
  return bytes_of<std::int64_t>(column, masks_);
}

Result<Bytes> PictureValues::label(const Column& column, const RenderedViews& pictures, int picture) {
  switch (column.channel) {
    case Channel::kPart:
      return ids(column, pictures.picture<Channel::kPart>(picture));
    case Channel::kClass:
      return ids(column, pictures.picture<Channel::kClass>(picture));
    case Channel::kNormal:
      return bytes_of(column, pictures.picture<Channel::kNormal>(picture));
    case Channel::kFlow:
      return halves(column, pictures.picture<Channel::kFlow>(picture));
    case Channel::kFlowBackward:
      return halves(column, pictures.picture<Channel::kFlowBackward>(picture));
    case Channel::kFlowValid:
      return bytes_of(column, pictures.picture<Channel::kFlowValid>(picture));
    case Channel::kSceneFlow:
      return halves(column, pictures.picture<Channel::kSceneFlow>(picture));
    case Channel::kObjectCoordinates:
      return bytes_of(column, pictures.picture<Channel::kObjectCoordinates>(picture));
    case Channel::kAmodal:
      return masks(column, pictures, picture);
    default:
      return failed("column '" + column.name + "': no rule to store its channel");
  }
}

Result<Bytes> PictureValues::boxes(const Column& column, const RenderedViews& pictures, int picture) {
  const auto ids = pictures.picture<Channel::kInstance>(picture);
  const auto own = pictures.picture<Channel::kAmodal>(picture);
  if (ids.empty()) return missing_channel(column, Channel::kInstance);
  if (own.empty()) return missing_channel(column, Channel::kAmodal);
  const auto slots = static_cast<std::size_t>(column.row_shape[0]);
  visible_.resize(slots);
  covered_.resize(slots);
  if (column.content != ColumnContent::kBoxAmodal) {
    DIORAMA_RETURN_IF_ERROR(visible_boxes(ids, pictures.width_px, visible_));
  }
  if (column.content != ColumnContent::kBox) amodal_boxes(own, pictures.height_px, pictures.width_px, covered_);
  boxes_.clear();
  for (std::size_t i = 0; i < slots; ++i) {
    if (column.content == ColumnContent::kVisibleFraction) {
      boxes_.push_back(covered_[i].count == 0 ? -1.0F
                                              : static_cast<float>(visible_[i].count) / static_cast<float>(covered_[i].count));
      continue;
    }
    const PixelBox& box = column.content == ColumnContent::kBox ? visible_[i] : covered_[i];
    for (const int value : {box.x0, box.y0, box.x1, box.y1}) boxes_.push_back(static_cast<float>(value));
  }
  return std::as_bytes(std::span<const float>(boxes_));
}

}  // namespace diorama
