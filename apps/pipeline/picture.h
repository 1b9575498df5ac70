// Pictures for people: colour maps for labels, text, and PNG files.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "engine/core/image.h"
#include "engine/core/status.h"

namespace diorama {

/// Depth (H, W) in metres as colours: near is bright yellow, far is dark violet, on a logarithmic scale from
/// `near_m` to `far_m`; where nothing is hit (>= far_m) it is black.
ImageU8 colorize_depth(std::span<const float> depth_m, int height_px, int width_px, double near_m, double far_m);

/// Ids (H, W) as colours that are easy to tell apart; 0 is black.
ImageU8 colorize_ids(std::span<const std::uint16_t> ids, int height_px, int width_px);

/// The colour of an id above 0 in colorize_ids.
std::array<std::uint8_t, 3> id_color(int id);

/// Optical flow (H, W, 2) in pixels as a colour wheel: hue is the direction (right red, down green-yellow), white no
/// motion, full colour the longest of the picture (at least 1 px).
ImageU8 colorize_flow(std::span<const float> flow_px, int height_px, int width_px);

/// Copies `source` into `target` with its top left corner at (row, column); what does not fit is cut.
void paste(const ImageU8& source, int row, int column, ImageU8& target);

/// Writes one line of ASCII text, about 8 * scale pixels high, with its top left corner at (row, column).
void draw_text(const std::string& text, int row, int column, int scale, std::uint8_t brightness, ImageU8& target);

/// Width of a line of text in pixels.
int text_width_px(const std::string& text, int scale);

/// Writes an (H, W, 3) image under a temporary name and renames it into place.
Status write_png(const std::filesystem::path& path, const ImageU8& image);

}  // namespace diorama
