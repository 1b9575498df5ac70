// One user interface: the ImGui context, its fonts, input and the renderer, from begin_frame to a
// finished picture. Knows no window; a window or a script feeds `input()`. One at a time per
// process; UI thread only.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "apps/editor/ui/fonts.h"
#include "apps/editor/ui/input_queue.h"
#include "apps/editor/ui/keys.h"
#include "apps/editor/ui/texture_store.h"
#include "apps/editor/ui/theme.h"
#include "apps/editor/ui/widget_registry.h"
#include "engine/core/status.h"

struct ImGuiContext;

namespace diorama::vulkan {
struct Device;
}

namespace diorama::editor {

class DrawRenderer;
struct Present;

/// What the pointer should look like.
enum class PointerShape { kArrow, kText, kHorizontal, kVertical, kHand };

/// The desktop's clipboard; without one, texts stay within the program.
struct Clipboard {
  std::function<std::string()> get;
  std::function<void(const std::string&)> set;
};

class UiHost {
 public:
  /// `device` must outlive the host.
  static Result<std::unique_ptr<UiHost>> make(vulkan::Device& device, const StyleChoice& style);
  ~UiHost();
  UiHost(const UiHost&) = delete;
  UiHost& operator=(const UiHost&) = delete;

  /// Takes effect with the next frame.
  void set_style(const StyleChoice& style);
  const StyleChoice& style() const { return style_; }
  const Theme& theme() const { return theme_; }
  const Fonts& fonts() const { return fonts_; }

  InputQueue& input() { return input_; }
  WidgetRegistry& registry() { return registry_; }
  TextureStore& textures();

  /// Starts a frame of this size that comes `seconds` after the one before.
  void begin_frame(int width_px, int height_px, double seconds);
  /// Draws what was submitted since. Ends the frame whatever happens.
  Status end_frame(const Present* present = nullptr);

  /// Of the last frame.
  PointerShape pointer_shape() const;
  void use_clipboard(Clipboard clipboard);

  /// The chord that went down in this frame, unless a text field or a popup takes it. Between
  /// begin_frame and end_frame.
  std::optional<Chord> pressed_chord() const;

  /// The last frame as (H, W, 3) sRGB.
  Result<ImageU8> picture();

  /// Something changes by itself (a preview arrived, a cursor moves): draw `frames` more without
  /// waiting for input.
  void keep_drawing(int frames = 2) { frames_wanted_ = std::max(frames_wanted_, frames); }
  /// Whether the next frame is worth drawing before more input comes.
  bool wants_frame() const { return frames_wanted_ > 0 || !input_.empty(); }

 private:
  UiHost(std::unique_ptr<DrawRenderer> renderer, const StyleChoice& style);
  void load_style();

  std::unique_ptr<DrawRenderer> renderer_;
  ImGuiContext* context_ = nullptr;
  StyleChoice style_;
  bool style_changed_ = false;
  std::uint64_t font_revision_ = 0;
  Theme theme_;
  Fonts fonts_;
  InputQueue input_;
  WidgetRegistry registry_;
  Clipboard clipboard_;
  std::string clipboard_text_;
  int frames_wanted_ = 3;
  int width_px_ = 0;
  int height_px_ = 0;
};

}  // namespace diorama::editor
