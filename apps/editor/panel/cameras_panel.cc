// Cameras: what all cameras of the scene see, in any channel, with the value and the object under the pointer.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/pipeline/channel_picture.h"

namespace diorama::editor {
namespace {

class CamerasPanel : public Panel {
 public:
  std::string name() const override { return "Cameras"; }
  std::string help() const override {
    return "What every camera of the scene sees, in any channel; the pointer shows the value and the object under it.";
  }

  void draw(PanelContext& c) override {
    const SimSnapshot& sim = *c.workspace.snapshot();
    if (sim.shown() != nullptr && sim.scene->scene().cameras.empty()) {
      c.ui.empty_note("There is no camera yet: Add, Camera. A dataset needs one.");
      return;
    }
    if (sim.shown() == nullptr) {
      c.ui.empty_note("There is no scene to look at.");
      return;
    }
    const std::vector<Camera>& cameras = sim.scene->scene().cameras;
    choose_channel(c);
    c.ui.same_line(4);
    ImGui::SetNextItemWidth(30 * c.ui.step());
    std::int64_t columns = columns_;
    if (c.ui.integer(Widget("Columns").tip("Pictures side by side; 0 = as fits"), columns,
                     {.lower = 0, .upper = 8, .whole = true})) {
      columns_ = static_cast<int>(columns);
    }
    ImGui::BeginChild("tiles");
    const float space = c.ui.space_left().x;
    const int count = static_cast<int>(cameras.size());
    const int fitting = std::max(1, static_cast<int>(space / (60 * c.ui.step())));
    const int side_by_side = columns_ > 0 ? columns_ : std::min(count, fitting);
    const float width = std::floor((space - 2 * c.ui.step() * static_cast<float>(side_by_side - 1)) / static_cast<float>(side_by_side));
    for (int i = 0; i < count; ++i) {
      if (i % side_by_side != 0) c.ui.same_line(2);
      ImGui::BeginGroup();
      draw_tile(c, sim, CameraId(i), std::max(16.0F, width));
      ImGui::EndGroup();
    }
    ImGui::EndChild();
  }

 private:
  void choose_channel(PanelContext& c) {
    std::vector<std::string> titles;
    std::vector<Channel> channels;
    int index = 0;
    for (const ChannelInfo& info : all_channels()) {
      // Until the first picture nobody knows what the device can do.
      if (available_ != 0 && !has_channel(available_, info.channel)) continue;
      if (info.channel == channel_) index = static_cast<int>(titles.size());
      titles.emplace_back(info.title);
      channels.push_back(info.channel);
    }
    ImGui::SetNextItemWidth(48 * c.ui.step());
    const ChannelInfo& chosen = channel_info(channel_);
    if (c.ui.choice(Widget("Channel").tip(chosen.meaning), index, titles)) channel_ = channels[static_cast<std::size_t>(index)];
  }

  void draw_tile(PanelContext& c, const SimSnapshot& sim, CameraId id, float width) {
    const Camera& camera = sim.scene->scene().cameras[static_cast<std::size_t>(id.index)];
    const float height = std::round(width * static_cast<float>(camera.intrinsics.height_px) / static_cast<float>(camera.intrinsics.width_px));
    const std::string slot = "Cameras/" + camera.name;
    ask(c, sim, id, slot, static_cast<int>(width), static_cast<int>(height));
    const std::shared_ptr<const Preview> preview = c.workspace.previews().latest(slot);
    const Texture* texture = nullptr;
    if (preview && preview->status.ok()) {
      available_ = preview->channels;
      texture = c.ui.textures().find(slot, preview->sequence);
      const Magnify magnify = has_pure_colors(preview->request.channel) ? Magnify::kPixels : Magnify::kSmooth;
      if (texture == nullptr) texture = c.ui.textures().set(slot, preview->sequence, preview->picture, magnify);
    }
    c.ui.push(camera.name);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    c.ui.text(camera.name);
    c.ui.same_line(2);
    c.ui.dim(fmt::format("{} x {} px", camera.intrinsics.width_px, camera.intrinsics.height_px));
    (void)at;
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const std::string state = !preview ? "drawing" : preview->status.ok() ? "picture" : preview->status.message();
    if (c.ui.picture(Widget("Picture").text(state), texture, {width, height})) c.workspace.select({"camera[" + camera.name + "]"});
    if (ImGui::IsItemHovered() && preview) {
      const ImVec2 mouse = ImGui::GetIO().MousePos;
      draw_value(c, sim, *preview, (mouse.x - corner.x) / width, (mouse.y - corner.y) / height);
    } else {
      inline_value(c.ui, "Value", preview && !preview->status.ok() ? preview->status.message() : "", "");
    }
    c.ui.pop();
  }

  static void draw_value(PanelContext& c, const SimSnapshot& sim, const Preview& preview, double x, double y) {
    std::string object = "background";
    const std::optional<BodyId> body = preview.body_at(x, y);
    if (body && preview.request.scene.get() == &sim.scene->scene()) {
      const Body& seen = sim.scene->scene().bodies[static_cast<std::size_t>(body->index)];
      object = seen.name + (seen.class_name.empty() ? "" : " (" + seen.class_name + ")");
    }
    inline_value(c.ui, "Value", preview.text_at(x, y), object);
  }

  /// Asks for a picture when the moment, the channel or the size is another than what was asked for last.
  void ask(PanelContext& c, const SimSnapshot& sim, CameraId id, const std::string& slot, int width_px, int height_px) {
    Asked wanted{sim.scene, sim.shown_moment(), channel_, width_px, height_px};
    if (asked_[slot] == wanted) return;
    auto request = preview_of(sim, id, channel_);
    if (!request) return;
    request->width_px = width_px;
    request->height_px = height_px;
    request->with_ids = true;
    c.workspace.previews().request(slot, std::move(*request));
    asked_[slot] = std::move(wanted);
  }

  struct Asked {
    std::shared_ptr<const SimScene> scene;
    MomentPointer moment;
    Channel channel = Channel::kColor;
    int width_px = 0;
    int height_px = 0;
    bool operator==(const Asked&) const = default;
  };
  Channel channel_ = Channel::kColor;
  ChannelSet available_ = 0;
  int columns_ = 0;
  std::map<std::string, Asked> asked_;
};

}  // namespace

std::unique_ptr<Panel> make_cameras_panel() { return std::make_unique<CamerasPanel>(); }

}  // namespace diorama::editor
