// Viewport: the scene as it is or as it moves, seen by a free camera in any channel; select, move, turn, scale, pull.
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "apps/editor/panel/asset_drop.h"
#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/panel/scene_paths.h"
#include "apps/editor/panel/start_card.h"
#include "apps/editor/panel/viewport_overlays.h"
#include "apps/editor/panel/visible_scene.h"
#include "apps/editor/ui/gizmo.h"
#include "apps/editor/ui/imgui_compat.h"
#include "renderers/channels.h"

namespace diorama::editor {
namespace {

constexpr const char* kSlot = "viewport";
/// A moving view is drawn coarser so that it takes no longer than this.
constexpr double kMovingBudgetS = 0.05;
constexpr double kOrbitRadPerPx = 0.008;
constexpr double kLookRadPerPx = 0.004;
constexpr double kZoomPerLine = 0.88;
constexpr double kDegree = M_PI / 180.0;
constexpr float kClickPx = 4.0F;

class ViewportPanel : public Panel {
 public:
  std::string name() const override { return "Viewport"; }
  std::string help() const override {
    return "The scene. Middle drag (or Alt and left drag) orbits, with Shift pans, the wheel zooms, right drag looks about and "
           "W A S D Q E fly. Left click selects, left drag selects a box, or pulls a body while the simulation plays.";
  }

  void add_actions(PanelContext& c) override {
    const auto tool = [&](const char* id, const char* title, const char* help, const Icon& icon, Key key, GizmoTool value) {
      c.actions.add({.id = id, .title = title, .help = help, .menu = "Tools", .icon = icon, .shortcut = {.key = key}, .panel = "Viewport",
                     .checked = [this, value] { return style_.tool == value; }, .run = [this, value] { style_.tool = value; }});
    };
    tool("tool.select", "Select", "Click and drag select.", icon::kSelect, Key::k1, GizmoTool::kSelect);
    tool("tool.move", "Move", "Arrows on the selected object move it.", icon::kMove, Key::k2, GizmoTool::kMove);
    tool("tool.rotate", "Rotate", "Rings about the selected object turn it.", icon::kRotate, Key::k3, GizmoTool::kRotate);
    tool("tool.scale", "Scale", "The box on the selected body scales its shapes.", icon::kScale, Key::k4, GizmoTool::kScale);
    c.actions.add({.id = "tool.local", .title = "Axes of the object", .help = "Handles along the object's own axes, not the world's.",
                   .menu = "Tools", .separator = true, .icon = icon::kWorld, .shortcut = {.key = Key::kL}, .panel = "Viewport",
                   .checked = [this] { return style_.local; }, .run = [this] { style_.local = !style_.local; }});
    c.actions.add({.id = "tool.snap", .title = "Snap", .help = "Moves in steps of 5 cm and turns in steps of 15 deg.", .menu = "Tools",
                   .icon = icon::kMagnet, .shortcut = {.key = Key::kG}, .panel = "Viewport", .checked = [this] { return snap_; },
                   .run = [this] { snap_ = !snap_; }});
    c.actions.add({.id = "view.frame", .title = "Frame selected", .help = "Brings the selected objects, or all, into view.", .menu = "View",
                   .separator = true, .icon = icon::kFrame, .shortcut = {.key = Key::kF}, .panel = "Viewport",
                   .run = [this] { frame_wanted_ = true; }});
    const auto side = [&](const char* id, const char* title, double azimuth, double elevation) {
      c.actions.add({.id = id, .title = title, .help = "Looks along an axis of the world.", .menu = "View/Sides",
                     .run = [this, azimuth, elevation] {
                       camera_.azimuth_rad = azimuth;
                       camera_.elevation_rad = elevation;
                     }});
    };
    side("view.front", "From the front", -M_PI / 2, 0.0);
    side("view.right", "From the right", 0.0, 0.0);
    side("view.top", "From above", -M_PI / 2, OrbitCamera::kMaxElevation);
    for (const OverlaySwitch& overlay : kOverlaySwitches) {
      c.actions.add({.id = std::string("view.overlay.") + overlay.name, .title = overlay.name, .help = std::string(overlay.help) + ".",
                     .menu = "View/Overlays", .checked = [this, &overlay] { return overlays_.*overlay.on; },
                     .run = [this, &overlay] { overlays_.*overlay.on = !(overlays_.*overlay.on); }});
    }
  }

  void update(PanelContext& c) override { drop_.update(c); }

  void draw(PanelContext& c) override {
    draw_bar(c);
    const ImVec2 size = c.ui.space_left();
    if (size.x < 8.0F || size.y < 8.0F) return;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const SimSnapshot& now = *c.workspace.snapshot();
    if (now.scene != nullptr && (frame_wanted_ || framed_title_ != c.document.title())) frame_scene(c, now);
    const bool hovered = c.ui.area("View", size);
    take_asset(c, now, at, size);
    if (holds_no_scene(c.document.scenario())) {
      // The last scene of before may still be there; it is not this document's.
      ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y}, color_u32(c.ui.theme().window));
      c.ui.record_last("State", "empty");
      start_card_.draw(c, at, size);
      return;
    }
    request(c, now, size);
    const auto preview = c.workspace.previews().latest(kSlot);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(at, {at.x + size.x, at.y + size.y}, true);
    draw_picture(c, list, preview.get(), at, size);
    if (now.shown() != nullptr) {
      const View3d view = view_of(at, size);
      const auto scene = visible_.of(c.document, c.workspace.hidden(), now.scene);
      draw_overlays(list, view, c.ui.theme(), *scene, now.shown()->state, overlays_, selected_bodies(c, *scene),
                    visible_.hidden_bodies());
      const bool gizmo_has_pointer = use_gizmo(c, list, view, now, hovered);
      if (!gizmo_has_pointer) use_pointer(c, list, view, now, preview.get(), hovered, at, size);
    }
    if (hovered || steering_) steer(c, size);
    draw_texts(c, list, now, preview.get(), at, size);
    list.PopClipRect();
  }

 private:
  void draw_bar(PanelContext& c) {
    std::vector<std::string> titles;
    int index = 0;
    for (const ChannelInfo& info : all_channels()) {
      if (info.channel == channel_) index = static_cast<int>(titles.size());
      titles.emplace_back(info.title);
    }
    ImGui::SetNextItemWidth(44 * c.ui.step());
    if (c.ui.choice(Widget("Channel").tip("What the picture shows: colours, or any label of the dataset"), index, titles)) {
      channel_ = all_channels()[static_cast<std::size_t>(index)].channel;
    }
    c.ui.same_line();
    if (c.ui.button(Widget("Overlays").tip("What is drawn over the picture"))) ImGui::OpenPopup("overlays");
    if (ImGui::BeginPopup("overlays")) {
      c.ui.push("Overlays");
      for (const OverlaySwitch& overlay : kOverlaySwitches) c.ui.checkbox(Widget(overlay.name).tip(overlay.help), overlays_.*overlay.on);
      c.ui.pop();
      ImGui::EndPopup();
    }
    const HiddenElements& hidden = c.workspace.hidden();
    if (hidden.empty()) return;
    c.ui.same_line();
    if (c.ui.button(Widget("Show all").text(c.ui.with_icon(icon::kHide, fmt::format("{} hidden", hidden.paths().size())))
                        .tip("Show everything that was hidden"))) {
      c.log.add(c.actions.run("view.show_all"));
    }
  }

  FreeCamera free_camera() const {
    return {.world_from_camera = camera_.world_from_camera(),
            .fov_y_rad = camera_.fov_y_rad,
            .near_m = 0.02,
            .far_m = std::max(100.0, 20.0 * camera_.distance_m)};
  }

  /// A file that is dragged here out of the Assets panel.
  void take_asset(PanelContext& c, const SimSnapshot& now, ImVec2 at, ImVec2 size) {
    if (!ImGui::BeginDragDropTarget()) return;
    if (const ImGuiPayload* payload = ImGui::AcceptDragDropPayload(kAssetPayload)) {
      auto request = preview_of(now, free_camera(), Channel::kDepth);
      if (request) {
        request->scene = visible_.of(c.document, c.workspace.hidden(), now.scene);
        request->width_px = static_cast<int>(size.x);
        request->height_px = static_cast<int>(size.y);
      }
      const ImVec2 mouse = ImGui::GetMousePos();
      drop_.begin(c, static_cast<const char*>(payload->Data), std::move(request), (mouse.x - at.x) / size.x,
                  (mouse.y - at.y) / size.y, view_of(at, size).ray(mouse));
    }
    ImGui::EndDragDropTarget();
  }

  void request(PanelContext& c, const SimSnapshot& now, ImVec2 size) {
    if (now.shown() == nullptr) return;
    const bool moved = !(camera_ == requested_camera_);
    const int width = static_cast<int>(size.x), height = static_cast<int>(size.y);
    const bool same = !moved && now.sequence == requested_sequence_ &&
                      c.workspace.hidden().revision() == requested_hidden_ && channel_ == requested_channel_ &&
                      width == requested_width_ && height == requested_height_;
    // A coarse picture of what has come to rest is drawn again in full.
    if (same && requested_scale_ == 1.0) return;
    auto request = preview_of(now, free_camera(), channel_);
    if (!request) return;
    request->scene = visible_.of(c.document, c.workspace.hidden(), now.scene);
    request->width_px = width;
    request->height_px = height;
    request->with_ids = true;
    const bool moving = moved || now.playing || gizmo_.dragging();
    request->scale = moving && !c.test_mode ? c.workspace.previews().affordable_scale(kSlot, width, height, kMovingBudgetS) : 1.0;
    requested_scale_ = request->scale;
    requested_camera_ = camera_;
    requested_sequence_ = now.sequence;
    requested_hidden_ = c.workspace.hidden().revision();
    requested_channel_ = channel_;
    requested_width_ = width;
    requested_height_ = height;
    c.workspace.previews().request(kSlot, std::move(*request));
    if (requested_scale_ < 1.0) c.ui.host().keep_drawing(2);
  }

  void draw_picture(PanelContext& c, ImDrawList& list, const Preview* preview, ImVec2 at, ImVec2 size) {
    const ImVec2 end{at.x + size.x, at.y + size.y};
    list.AddRectFilled(at, end, color_u32(c.ui.theme().window));
    if (preview == nullptr || preview->picture.pixels.empty()) return;
    const Texture* texture = c.ui.textures().find(kSlot, preview->sequence);
    if (texture == nullptr) {
      const bool labels = preview->request.channel != Channel::kColor;
      texture = c.ui.textures().set(kSlot, preview->sequence, preview->picture, labels ? Magnify::kPixels : Magnify::kSmooth);
    }
    list.AddImage(const_cast<Texture*>(texture), at, end);
  }

  View3d view_of(ImVec2 at, ImVec2 size) const {
    return {.world_from_camera = camera_.world_from_camera(),
            .focal_px = 0.5 * size.y / std::tan(0.5 * camera_.fov_y_rad),
            .near_m = 0.02,
            .origin = at,
            .size = size};
  }

  static std::vector<BodyId> selected_bodies(PanelContext& c, const Scene& scene) {
    std::vector<BodyId> bodies;
    for (const std::string& path : c.document.selection()) {
      for (const BodyId body : bodies_of_path(c.document, scene, path)) bodies.push_back(body);
    }
    return bodies;
  }

  void frame_scene(PanelContext& c, const SimSnapshot& now) {
    framed_title_ = c.document.title();
    const Scene& scene = now.scene->scene();
    std::vector<BodyId> bodies = frame_wanted_ ? selected_bodies(c, scene) : std::vector<BodyId>();
    frame_wanted_ = false;
    const auto [low, high] = framing_bounds(scene, now.shown()->state, bodies);
    camera_.frame(0.5 * (low + high), std::max(0.5 * glm::length(high - low), 0.05));
  }

  /// True if the pointer belongs to the handles.
  bool use_gizmo(PanelContext& c, ImDrawList& list, const View3d& view, const SimSnapshot& now, bool hovered) {
    if (c.document.selection().empty()) return false;
    // The document says where bodies start; elsewhere in time there is nothing of it to move. Cameras and lights stand still.
    const std::string& last = c.document.selection().back();
    const bool simulated = last.starts_with("body[") || last.starts_with("group[");
    const bool at_start = now.shown_index == 0 && !now.playing;
    if (simulated && !at_start && !gizmo_.dragging()) return false;
    const auto movable = movable_of(c.document, now.scene->scene(), c.document.selection().back());
    if (!movable) return false;
    GizmoStyle style = style_;
    style.snap_m = snap_ ? 0.05 : 0.0;
    style.snap_rad = snap_ ? 15.0 * kDegree : 0.0;
    const GizmoChange change = gizmo_.draw(list, view, c.ui.theme(), movable->world_from_object, style, hovered && !steering_);
    if (change.began) {
      dragged_ = *movable;
      ++gesture_;
    }
    if (change.dragging && !change.began) {
      const std::vector<Command> commands = move_commands(dragged_, change.moved_world, change.turned_world, change.scaled);
      const std::string key = fmt::format("{} {} {}", glm::length(change.moved_world), change.scaled, to_wxyz(change.turned_world)[0]);
      if (!commands.empty() && key != last_change_) {
        last_change_ = key;
        c.workspace.emit_all("Transform " + dragged_.path, commands, fmt::format("viewport {}", gesture_));
      }
      c.ui.host().keep_drawing();
    }
    return change.hovered || change.dragging;
  }

  void use_pointer(PanelContext& c, ImDrawList& list, const View3d& view, const SimSnapshot& now, const Preview* preview, bool hovered,
                   ImVec2 at, ImVec2 size) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const auto body_under = [&](ImVec2 place) -> std::optional<BodyId> {
      if (preview == nullptr) return std::nullopt;
      return preview->body_at((place.x - at.x) / size.x, (place.y - at.y) / size.y);
    };
    if (hovered && ImGui::IsMouseClicked(0) && !ImGui::GetIO().KeyAlt) {
      press_ = mouse;
      pressed_ = true;
      pulled_ = now.playing ? body_under(mouse) : std::nullopt;
      if (pulled_) begin_pull(view, now);
    }
    if (!pressed_) return;
    if (pulled_) {
      pull(c, view, list, now);
    } else if (ImGui::IsMouseDown(0) && far_from(press_, mouse)) {
      list.AddRectFilled(press_, mouse, color_u32(with_alpha(c.ui.theme().accent, 0.15F)));
      list.AddRect(press_, mouse, color_u32(c.ui.theme().accent));
    }
    if (ImGui::IsMouseDown(0)) return;
    pressed_ = false;
    if (pulled_) {
      c.workspace.sim().perturb(std::nullopt);
      pulled_.reset();
      if (far_from(press_, mouse)) return;
    }
    if (now.scene == nullptr) return;
    const bool add = ImGui::GetIO().KeyShift || ImGui::GetIO().KeyCtrl;
    if (far_from(press_, mouse)) {
      select_box(c, now.scene->scene(), preview, at, size, mouse, add);
      return;
    }
    const auto body = body_under(mouse);
    const std::string path = body ? path_of_body(c.document, now.scene->scene(), *body) : "";
    if (add && !path.empty()) {
      c.workspace.toggle_selected(path);
    } else if (!add) {
      c.workspace.select(path.empty() ? Selection{} : Selection{path});
    }
  }

  static bool far_from(ImVec2 a, ImVec2 b) { return std::abs(a.x - b.x) > kClickPx || std::abs(a.y - b.y) > kClickPx; }

  void select_box(PanelContext& c, const Scene& scene, const Preview* preview, ImVec2 at, ImVec2 size, ImVec2 mouse, bool add) {
    if (preview == nullptr || preview->ids.pixels.empty()) return;
    const auto column = [&](float x) { return std::clamp(static_cast<int>((x - at.x) / size.x * preview->ids.width_px), 0, preview->ids.width_px - 1); };
    const auto row = [&](float y) { return std::clamp(static_cast<int>((y - at.y) / size.y * preview->ids.height_px), 0, preview->ids.height_px - 1); };
    std::set<int> objects;
    for (int y = row(std::min(press_.y, mouse.y)); y <= row(std::max(press_.y, mouse.y)); ++y) {
      for (int x = column(std::min(press_.x, mouse.x)); x <= column(std::max(press_.x, mouse.x)); ++x) objects.insert(preview->ids.at(y, x) - 1);
    }
    Selection paths = add ? c.document.selection() : Selection{};
    for (std::size_t i = 0; i < scene.bodies.size(); ++i) {
      if (!objects.contains(scene.bodies[i].object_index)) continue;
      // A ground is behind everything; it is selected by a click.
      const Bounds bounds = body_bounds(scene, BodyId(i));
      if (glm::length(bounds.upper - bounds.lower) > 20.0) continue;
      const std::string path = path_of_body(c.document, scene, BodyId(i));
      if (!path.empty() && std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    }
    c.workspace.select(paths);
  }

  void begin_pull(const View3d& view, const SimSnapshot& now) {
    const Pose& body = now.shown()->state.bodies[pulled_->index].world_from_body;
    pull_depth_m_ = glm::length(body.position - view.eye());
    perturb_ = {.body = *pulled_};
    perturb_.point_body = inverse(body).transform_point(view.eye() + pull_depth_m_ * view.ray(press_));
  }

  void pull(PanelContext& c, const View3d& view, ImDrawList& list, const SimSnapshot& now) {
    if (!ImGui::IsMouseDown(0) || pulled_->index >= static_cast<int>(now.shown()->state.bodies.size())) return;
    perturb_.target_world = view.eye() + pull_depth_m_ * view.ray(ImGui::GetMousePos());
    c.workspace.sim().perturb(perturb_);
    const dvec3 hook = now.shown()->state.bodies[pulled_->index].world_from_body.transform_point(perturb_.point_body);
    if (const auto line = view.project(hook, perturb_.target_world)) list.AddLine(line->first, line->second, color_u32(c.ui.theme().warning), 2.0F);
    c.ui.host().keep_drawing();
  }

  void steer(PanelContext& c, ImVec2 size) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool orbit = ImGui::IsMouseDown(2) || (ImGui::IsMouseDown(0) && io.KeyAlt);
    const bool look = ImGui::IsMouseDown(1);
    if (ImGui::IsMouseClicked(0) || ImGui::IsMouseClicked(1) || ImGui::IsMouseClicked(2)) steering_ = orbit || look;
    steering_ = steering_ && (orbit || look);
    if (steering_ && orbit) {
      if (io.KeyShift) {
        camera_.pan(io.MouseDelta.x, io.MouseDelta.y, size.y);
      } else {
        camera_.orbit(kOrbitRadPerPx * io.MouseDelta.x, kOrbitRadPerPx * io.MouseDelta.y);
      }
    }
    if (steering_ && look) {
      camera_.look(kLookRadPerPx * io.MouseDelta.x, -kLookRadPerPx * io.MouseDelta.y);
      fly(c);
    }
    if (io.MouseWheel != 0.0F) camera_.zoom(std::pow(kZoomPerLine, io.MouseWheel));
  }

  void fly(PanelContext& c) {
    const auto way = [](Key more, Key less) { return (compat::key_down(more) ? 1.0 : 0.0) - (compat::key_down(less) ? 1.0 : 0.0); };
    const dvec3 direction{way(Key::kD, Key::kA), way(Key::kE, Key::kQ), way(Key::kW, Key::kS)};
    if (direction == dvec3(0.0)) return;
    const double speed = std::max(0.5, 0.6 * camera_.distance_m) * (ImGui::GetIO().KeyShift ? 4.0 : 1.0);
    camera_.fly(direction * (speed * ImGui::GetIO().DeltaTime));
    c.ui.host().keep_drawing();
  }

  void draw_texts(PanelContext& c, ImDrawList& list, const SimSnapshot& now, const Preview* preview, ImVec2 at, ImVec2 size) const {
    const Theme& theme = c.ui.theme();
    const float line = ImGui::GetTextLineHeightWithSpacing();
    const float step = c.ui.step();
    const auto note = [&](ImVec2 place, const ImVec4& color, const std::string& text) {
      const ImVec2 extent = ImGui::CalcTextSize(text.c_str());
      list.AddRectFilled({place.x - step, place.y - 0.5F * step}, {place.x + extent.x + step, place.y + extent.y + 0.5F * step},
                         color_u32(with_alpha(theme.panel, 0.75F)), step);
      list.AddText(place, color_u32(color), text.c_str());
    };
    std::string problem = now.load_status.message();
    if (problem.empty() && preview != nullptr) problem = preview->status.message();
    if (problem.empty()) problem = now.run_status.message();
    if (!problem.empty()) note({at.x + 2 * step, at.y + 2 * step}, theme.warning, problem.substr(0, problem.find('\n')));
    c.ui.record_last("State", problem.empty() ? (now.building ? "building" : "ready") : problem);
    note({at.x + 2 * step, at.y + size.y - line - step}, theme.dim,
         steering_ ? "W A S D Q E fly, Shift faster" : "Middle drag orbit, Shift pan, wheel zoom, right drag look, F frame");
    const ImVec2 mouse = ImGui::GetMousePos();
    if (preview == nullptr || !ImGui::IsMouseHoveringRect(at, {at.x + size.x, at.y + size.y})) return;
    const double x = (mouse.x - at.x) / size.x, y = (mouse.y - at.y) / size.y;
    std::string under = channel_ == Channel::kColor ? "" : preview->text_at(x, y);
    const auto body = preview->body_at(x, y);
    if (body && now.scene != nullptr && body->index < static_cast<int>(now.scene->scene().bodies.size())) {
      under = now.scene->scene().bodies[body->index].name + (under.empty() ? "" : "   " + under);
    }
    if (!under.empty()) note({at.x + size.x - ImGui::CalcTextSize(under.c_str()).x - 2 * step, at.y + size.y - line - step}, theme.text, under);
  }

  VisibleScene visible_;
  AssetDrop drop_;
  StartCard start_card_;
  OrbitCamera camera_;
  Channel channel_ = Channel::kColor;
  Overlays overlays_;
  GizmoStyle style_;
  bool snap_ = false;
  Gizmo gizmo_;
  Movable dragged_;
  int gesture_ = 0;
  std::string last_change_;
  bool frame_wanted_ = false;
  std::string framed_title_ = "\n";
  bool steering_ = false;

  bool pressed_ = false;
  ImVec2 press_;
  std::optional<BodyId> pulled_;
  double pull_depth_m_ = 1.0;
  Perturb perturb_;

  OrbitCamera requested_camera_;
  std::uint64_t requested_sequence_ = 0;
  std::uint64_t requested_hidden_ = 0;
  Channel requested_channel_ = Channel::kColor;
  int requested_width_ = 0;
  int requested_height_ = 0;
  double requested_scale_ = 1.0;
};

}  // namespace

std::unique_ptr<Panel> make_viewport_panel() { return std::make_unique<ViewportPanel>(); }

}  // namespace diorama::editor
