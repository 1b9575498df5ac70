#include "exporters/shard/picture_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "exporters/shard/half.h"

namespace diorama {
namespace {

using Bytes = std::span<const std::byte>;

/// The greatest finite half; what moves faster is stored as that.
constexpr float kHalfMax = 65504.0F;

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
  constexpr std::uint16_t kMost = std::numeric_limits<std::int16_t>::max();
  const auto beyond = std::find_if(own.begin(), own.end(), [](std::uint16_t id) { return id > kMost; });
  if (beyond != own.end()) {
    return failed("column '" + column.name + "': id " + std::to_string(*beyond) + ", but it holds up to " + std::to_string(kMost));
  }
  ids_.assign(own.begin(), own.end());
  return bytes_of<std::int16_t>(column, ids_);
}

Result<Bytes> PictureValues::halves(const Column& column, std::span<const float> own) {
  if (own.empty()) return missing_channel(column, column.channel);
  const auto components = static_cast<std::size_t>(channel_info(column.channel).components);
  const auto stored = static_cast<std::size_t>(column.row_shape.back());
  clamped_.resize(column.row_values());
  if (stored != components) std::fill(clamped_.begin(), clamped_.end(), 0.0F);
  bool finite = true;
  for (std::size_t pixel = 0; pixel < own.size() / components; ++pixel) {
    for (std::size_t k = 0; k < components; ++k) {
      const float value = own[pixel * components + k];
      finite = finite && std::isfinite(value);
      clamped_[pixel * stored + k] = std::clamp(value, -kHalfMax, kHalfMax);
    }
  }
  if (!finite) return failed("column '" + column.name + "': the renderer gave a value that is not finite");
  halves_.resize(clamped_.size());
  halves_from_floats(clamped_, halves_);
  return bytes_of<std::uint16_t>(column, halves_);
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
