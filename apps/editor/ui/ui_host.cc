#include "apps/editor/ui/ui_host.h"

#include <algorithm>
#include <utility>

#include <imgui.h>

#include "apps/editor/ui/draw_renderer.h"
#include "apps/editor/ui/imgui_compat.h"

namespace diorama::editor {
namespace {

/// ImGui needs a few frames after an input until hover, focus and layout have settled.
constexpr int kSettleFrames = 3;

}  // namespace

Result<std::unique_ptr<UiHost>> UiHost::make(vulkan::Device& device, const StyleChoice& style) {
  DIORAMA_ASSIGN_OR_RETURN(auto renderer, DrawRenderer::make(device));
  return std::unique_ptr<UiHost>(new UiHost(std::move(renderer), style));
}

UiHost::UiHost(std::unique_ptr<DrawRenderer> renderer, const StyleChoice& style)
    : renderer_(std::move(renderer)), style_(style) {
  IMGUI_CHECKVERSION();
  context_ = ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset | ImGuiBackendFlags_HasMouseCursors;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  io.ConfigInputTextCursorBlink = false;
  io.MouseDragThreshold = 4.0F;
  compat::map_keys();
  load_style();
}

UiHost::~UiHost() { ImGui::DestroyContext(context_); }

TextureStore& UiHost::textures() { return renderer_->textures(); }

Result<ImageU8> UiHost::picture() { return renderer_->read_picture(); }

void UiHost::set_style(const StyleChoice& style) {
  style_ = style;
  style_.font_scale = std::clamp(style.font_scale, kMinFontScale, kMaxFontScale);
  style_changed_ = true;
  keep_drawing(kSettleFrames);
}

void UiHost::load_style() {
  style_changed_ = false;
  theme_ = make_theme(style_);
  apply_theme(theme_);
  fonts_ = load_fonts(style_);
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.GetTexDataAsRGBA32(&pixels, &width, &height);
  const std::size_t size = static_cast<std::size_t>(width) * height * 4;
  const Texture* texture =
      textures().set("font atlas", ++font_revision_, {pixels, size}, height, width, 4);
  textures().keep("font atlas");
  atlas.SetTexID(const_cast<Texture*>(texture));
  atlas.ClearTexData();
  ImGui::GetIO().FontDefault = fonts_.body;
}

void UiHost::begin_frame(int width_px, int height_px, double seconds) {
  if (style_changed_) load_style();
  width_px_ = width_px;
  height_px_ = height_px;
  frames_wanted_ = std::max(0, frames_wanted_ - 1);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(width_px), static_cast<float>(height_px)};
  io.DeltaTime = static_cast<float>(std::clamp(seconds, 1e-4, 0.25));
  if (input_.feed_frame()) keep_drawing(kSettleFrames);
  registry_.begin_frame();
  ImGui::NewFrame();
  compat::end_double_clicks();
}

PointerShape UiHost::pointer_shape() const {
  switch (ImGui::GetMouseCursor()) {
    case ImGuiMouseCursor_TextInput:
      return PointerShape::kText;
    case ImGuiMouseCursor_ResizeEW:
      return PointerShape::kHorizontal;
    case ImGuiMouseCursor_ResizeNS:
      return PointerShape::kVertical;
    case ImGuiMouseCursor_Hand:
      return PointerShape::kHand;
    default:
      return PointerShape::kArrow;
  }
}

void UiHost::use_clipboard(Clipboard clipboard) {
  clipboard_ = std::move(clipboard);
  ImGuiIO& io = ImGui::GetIO();
  io.ClipboardUserData = this;
  io.GetClipboardTextFn = [](void* self) {
    auto* host = static_cast<UiHost*>(self);
    host->clipboard_text_ = host->clipboard_.get();
    return host->clipboard_text_.c_str();
  };
  io.SetClipboardTextFn = [](void* self, const char* text) {
    static_cast<UiHost*>(self)->clipboard_.set(text);
  };
}

std::optional<Chord> UiHost::pressed_chord() const {
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel))
    return std::nullopt;
  for (int i = 1; i < static_cast<int>(Key::kCtrl); ++i) {
    const Key key = static_cast<Key>(i);
    if (!compat::key_pressed(key)) continue;
    const bool function_key = key >= Key::kF1 && key <= Key::kF12;
    // A field in which one types keeps what it understands; Ctrl+S and the like are not of it.
    const bool text_chord = key == Key::kA || key == Key::kC || key == Key::kV || key == Key::kX ||
                            key == Key::kY || key == Key::kZ || key <= Key::kKeypadEnter;
    if (io.WantTextInput && !function_key && (!io.KeyCtrl || text_chord)) continue;
    return Chord{key, io.KeyCtrl, io.KeyShift, io.KeyAlt};
  }
  return std::nullopt;
}

Status UiHost::end_frame(const Present* present) {
  ImGui::Render();
  registry_.end_frame();
  return renderer_->draw(*ImGui::GetDrawData(), width_px_, height_px_, present);
}

}  // namespace diorama::editor
