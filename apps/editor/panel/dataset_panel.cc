// Dataset: looks into a dataset or a shard: its shards and episodes, rows as pictures with labels drawn over them, and numbers.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/session/dataset_session.h"
#include "apps/pipeline/channel_picture.h"

namespace diorama::editor {
namespace {

constexpr std::size_t kShownNumbers = 24;  // of one row of a column

std::string numbers_text(const std::vector<double>& values) {
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kShownNumbers); ++i) text += fmt::format("{}{:.5g}", i == 0 ? "" : "  ", values[i]);
  return values.size() > kShownNumbers ? text + "  ..." : text;
}

std::string shape_text(const FoundColumn& column) {
  std::string text;
  for (std::size_t i = 1; i < column.shape.size(); ++i) text += (i > 1 ? " x " : "") + std::to_string(column.shape[i]);
  return text.empty() ? column.type : column.type + " " + text;
}

class DatasetPanel : public Panel {
 public:
  std::string name() const override { return "Dataset"; }
  std::string help() const override {
    return "Plays the episodes of a dataset or a shard with their labels, and leads back to the scenario and the seed.";
  }

  void add_actions(PanelContext& c) override {
    session_ = std::make_unique<DatasetSession>(c.wake);
    PanelContext* context = &c;
    c.actions.add({.id = "dataset.open", .title = "Open dataset...", .help = "A dataset's folder.", .menu = "File",
                   .icon = icon::kDatabase, .run = [context] {
                     context->show_panel("Dataset");
                     context->browser.ask({.title = "Open dataset", .purpose = FileBrowser::Purpose::kFolder,
                                           .chosen = [context](const std::filesystem::path& path) { context->dataset = path; }});
                   }});
  }

  void update(PanelContext& c) override {
    if (c.dataset == opened_) return;
    opened_ = c.dataset;
    playing_ = false;
    wanted_ = {};
    if (opened_.empty()) {
      session_->close();
    } else {
      session_->open(opened_);
    }
  }

  void draw(PanelContext& c) override {
    snapshot_ = session_->snapshot();
    if (c.ui.button(Widget("Open").text("Open dataset..."))) (void)c.actions.run("dataset.open");
    if (!snapshot_->status.ok()) {
      c.ui.colored(c.ui.theme().error, c.ui.icon(icon::kError));
      c.ui.same_line();
      c.ui.wrapped(snapshot_->status.message());
      c.ui.record_last("Problem", snapshot_->status.message());
    }
    if (!snapshot_->overview) {
      c.ui.empty_note(snapshot_->loading ? "Reading ..." : "Open a dataset's folder, or generate one.");
      return;
    }
    c.ui.same_line(3);
    inline_value(c.ui, "Path", snapshot_->overview->path.string());
    ImGui::BeginChild("episodes", {64 * c.ui.step(), 0});
    draw_episodes(c, *snapshot_->overview);
    ImGui::EndChild();
    c.ui.same_line();
    ImGui::BeginChild("player");
    if (snapshot_->frame) draw_player(c, *snapshot_->overview, *snapshot_->frame);
    ImGui::EndChild();
  }

 private:
  struct Place {
    std::int64_t position = 0;
    std::int64_t frame = 0;
    int view = 0;
  };

  void show(Place place) {
    wanted_ = place;
    session_->show(place.position, place.frame, place.view);
  }

  void draw_episodes(PanelContext& c, const DatasetOverview& data) {
    c.ui.value("Scenario", data.scenario_name);
    c.ui.value("Seed", fmt::format("{}", data.seed), data.engine);
    c.ui.value("Episodes", fmt::format("{}", data.episodes.size()),
               data.rejected.empty() ? "" : fmt::format("kept, {} rejected", data.rejected.size()));
    for (std::size_t s = 0; s < data.shards.size(); ++s) draw_shard(c, data, s);
    if (data.rejected.empty() || !c.ui.section("Rejected", false)) return;
    for (const DatasetRejection& rejection : data.rejected) c.ui.wrapped(fmt::format("{}: {}", rejection.episode, rejection.reason));
  }

  void draw_shard(PanelContext& c, const DatasetOverview& data, std::size_t index) {
    const DatasetShard& shard = data.shards[index];
    c.ui.push(fmt::format("Shard {}", index));
    const Widget title = Widget("Open").text(std::filesystem::path(shard.file).filename().string()).tip(
        fmt::format("{} rows, {:.1f} MB\nSHA-256 {}", shard.rows, static_cast<double>(shard.bytes) * 1e-6, shard.sha256));
    if (c.ui.tree(title, false, false, index == 0)) {
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(shard.num_episodes));
      while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
          const std::int64_t position = shard.first_position + i;
          const DatasetEpisode& episode = data.episodes[static_cast<std::size_t>(position)];
          const Widget line = Widget(fmt::format("Episode {}", episode.episode))
                                  .text(fmt::format("{}   {} rows   {}", episode.episode, episode.num_rows, episode.split));
          if (c.ui.selectable(line, position == wanted_.position)) show({position, 0, wanted_.view});
        }
      }
      c.ui.tree_pop();
    }
    c.ui.pop();
  }

  void draw_player(PanelContext& c, const DatasetOverview& data, const DatasetFrame& frame) {
    const DatasetEpisode& episode = data.episodes[static_cast<std::size_t>(frame.position)];
    draw_transport(c, data, frame, episode);
    draw_choices(c, data, frame);
    ImGui::BeginChild("rows");
    const float space = c.ui.space_left().x;
    const auto shown = static_cast<int>(std::count_if(frame.pictures.begin(), frame.pictures.end(), [this](const auto& p) { return !hidden_.contains(p.channel); }));
    const int side_by_side = std::clamp(static_cast<int>(space / (72 * c.ui.step())), 1, std::max(1, shown));
    const float width = std::floor(space / static_cast<float>(side_by_side) - 3 * c.ui.step());
    int place = 0;
    for (const DatasetFrame::Picture& picture : frame.pictures) {
      if (hidden_.contains(picture.channel)) continue;
      if (place++ % side_by_side != 0) c.ui.same_line(2);
      ImGui::BeginGroup();
      draw_picture(c, data, frame, picture, std::max(16.0F, width));
      ImGui::EndGroup();
    }
    draw_row(c, data, frame);
    ImGui::EndChild();
  }

  void draw_transport(PanelContext& c, const DatasetOverview& data, const DatasetFrame& frame, const DatasetEpisode& episode) {
    const std::int64_t last = episode.num_rows - 1;
    if (c.ui.icon_button(Widget("First").tip("The first row"), icon::kReset)) show({frame.position, 0, wanted_.view});
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Back").tip("The row before"), icon::kStepBack)) show({frame.position, std::max<std::int64_t>(0, wanted_.frame - 1), wanted_.view});
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Play").text(playing_ ? "Pause" : "Play"), playing_ ? icon::kPause : icon::kPlay, playing_)) {
      playing_ = !playing_;
      play_from_s_ = ImGui::GetTime();
      play_from_frame_ = wanted_.frame >= last ? 0 : wanted_.frame;
    }
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Forward").tip("The next row"), icon::kStep)) show({frame.position, std::min(last, wanted_.frame + 1), wanted_.view});
    c.ui.same_line(3);
    std::int64_t row = wanted_.frame;
    ImGui::SetNextItemWidth(std::max(20 * c.ui.step(), c.ui.space_left().x - 60 * c.ui.step()));
    if (c.ui.integer(Widget("Row").tip("Row of the episode"), row, {.lower = 0, .upper = static_cast<double>(last), .whole = true, .slider = true})) {
      show({frame.position, row, wanted_.view});
    }
    c.ui.same_line(3);
    inline_value(c.ui, "Time", fmt::format("{:.3f}", frame.time_s), "s");
    if (!playing_) return;
    const double rate = data.frame_rate_hz > 0.0 ? data.frame_rate_hz : 24.0;
    const auto now = play_from_frame_ + static_cast<std::int64_t>((ImGui::GetTime() - play_from_s_) * rate);
    if (now != wanted_.frame) show({frame.position, std::min(now, last), wanted_.view});
    if (now >= last) playing_ = false;
    c.ui.host().keep_drawing();
  }

  void draw_choices(PanelContext& c, const DatasetOverview& data, const DatasetFrame& frame) {
    if (data.views.size() > 1) {
      std::vector<std::string> names;
      for (const DatasetView& view : data.views) names.push_back(view.name);
      int view = wanted_.view;
      ImGui::SetNextItemWidth(40 * c.ui.step());
      if (c.ui.choice("View", view, names)) show({frame.position, wanted_.frame, view});
      c.ui.same_line(3);
    }
    for (const DatasetFrame::Picture& picture : frame.pictures) {
      const ChannelInfo& info = channel_info(picture.channel);
      bool on = !hidden_.contains(picture.channel);
      if (c.ui.checkbox(Widget(std::string("Show ") + info.name).text(info.title).tip(info.meaning), on)) {
        if (on) {
          hidden_.erase(picture.channel);
        } else {
          hidden_.insert(picture.channel);
        }
      }
      c.ui.same_line(2);
    }
    const std::string unknown = data.scenario_text.empty() ? "a single shard does not carry its scenario: open the dataset's folder" : "";
    if (c.ui.button(Widget("To the scenario").off(unknown).tip("Opens the dataset's scenario and shows this episode of it"))) to_scenario(c, data, frame);
    for (const OverlayKind& kind : overlay_kinds()) {
      const bool has = is_available(kind, data, data.views[static_cast<std::size_t>(frame.view)]);
      bool on = overlays_.contains(kind.name);
      if (&kind != &overlay_kinds().front()) c.ui.same_line(2);
      if (c.ui.checkbox(Widget(std::string("Draw ") + kind.name).text(kind.name).tip(kind.meaning).off(has ? "" : "the dataset does not have its columns"), on)) {
        if (on) {
          overlays_.insert(kind.name);
        } else {
          overlays_.erase(kind.name);
        }
      }
    }
  }

  static void to_scenario(PanelContext& c, const DatasetOverview& data, const DatasetFrame& frame) {
    if (c.document.dirty()) {
      c.log.add(LogLevel::kWarning, "The document has changes: save or undo them before another is opened.");
      return;
    }
    const Status status = c.workspace.open_text(data.scenario_text);
    if (!status.ok()) {
      c.log.add(status);
      return;
    }
    c.workspace.set_key({data.seed, data.episodes[static_cast<std::size_t>(frame.position)].episode});
    c.show_panel("Viewport");
  }

  void draw_picture(PanelContext& c, const DatasetOverview& data, const DatasetFrame& frame, const DatasetFrame::Picture& picture, float width) {
    const float height = std::round(width * static_cast<float>(picture.picture.height_px) / static_cast<float>(picture.picture.width_px));
    const std::string key = "Dataset/" + picture.column;
    const Texture* texture = c.ui.textures().find(key, snapshot_->sequence);
    const Magnify magnify = has_pure_colors(picture.channel) ? Magnify::kPixels : Magnify::kSmooth;
    if (texture == nullptr) texture = c.ui.textures().set(key, snapshot_->sequence, picture.picture, magnify);
    c.ui.push(picture.column);
    ImGui::AlignTextToFramePadding();  // Side by side all begin at the same height.
    c.ui.text(channel_info(picture.channel).title);
    c.ui.same_line(2);
    c.ui.dim(fmt::format("{}  {} x {} px", picture.column, picture.picture.width_px, picture.picture.height_px));
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    c.ui.picture(Widget("Picture").text(fmt::format("episode {} row {}", frame.position, frame.frame)), texture, {width, height});
    const bool hovered = ImGui::IsItemHovered();
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    draw_overlays(c, frame, corner, width / static_cast<float>(picture.picture.width_px), {width, height});
    const double x = (mouse.x - corner.x) / width;
    const double y = (mouse.y - corner.y) / height;
    inline_value(c.ui, "Value", hovered ? picture.text_at(x, y) : "", hovered ? object_at(data, frame, x, y) : "");
    c.ui.pop();
  }

  /// The name of the object under the pointer, by the picture of ids.
  static std::string object_at(const DatasetOverview& data, const DatasetFrame& frame, double x, double y) {
    for (const DatasetFrame::Picture& picture : frame.pictures) {
      if (picture.channel != Channel::kInstance) continue;
      const auto row = static_cast<std::size_t>(std::clamp(y, 0.0, 0.999999) * picture.values.height_px);
      const auto column = static_cast<std::size_t>(std::clamp(x, 0.0, 0.999999) * picture.values.width_px);
      const float id = picture.values.pixels[row * static_cast<std::size_t>(picture.values.width_px) + column];
      return id == 0.0F ? "background" : data.object_name(static_cast<int>(id) - 1);
    }
    return "";
  }

  void draw_overlays(PanelContext& c, const DatasetFrame& frame, ImVec2 corner, float scale, ImVec2 size) const {
    const auto& series = c.ui.theme().series;
    ImDrawList& draw = *ImGui::GetWindowDrawList();
    draw.PushClipRect(corner, {corner.x + size.x, corner.y + size.y}, true);
    const auto place = [&](const dvec2& px) {
      // A pixel's centre is half a pixel from the picture's edge.
      return ImVec2{corner.x + static_cast<float>(px.x + 0.5) * scale, corner.y + static_cast<float>(px.y + 0.5) * scale};
    };
    const auto color = [&](int index) { return color_u32(series[static_cast<std::size_t>(index) % series.size()]); };
    std::map<std::string, std::string> said;  // A name stands once, however many overlays bring it.
    for (const DatasetFrame::Drawn& drawn : frame.overlays) {
      if (!overlays_.contains(drawn.name)) continue;
      for (const OverlayLine& line : drawn.overlay.lines) draw.AddLine(place(line.from_px), place(line.to_px), color(line.color), 1.5F);
      for (const OverlayText& text : drawn.overlay.texts) {
        if (said.emplace(text.text, drawn.name).first->second != drawn.name) continue;
        const ImVec2 at = place(text.at_px);
        draw.AddText({at.x + 1, at.y + 1}, IM_COL32_BLACK, text.text.c_str());
        draw.AddText(at, color(text.color), text.text.c_str());
      }
    }
    draw.PopClipRect();
  }

  static void draw_row(PanelContext& c, const DatasetOverview& data, const DatasetFrame& frame) {
    if (!c.ui.section("Numbers of this row", false)) return;
    c.ui.push("Numbers");
    if (ImGui::BeginTable("numbers", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable | ImGuiTableFlags_SizingFixedFit)) {
      for (const char* title : {"column", "type", "unit", "values"}) ImGui::TableSetupColumn(title);
      ImGui::TableHeadersRow();
      for (const FoundColumn& column : data.columns) {
        const auto found = frame.row.find(column.name);
        const bool is_picture = std::any_of(frame.pictures.begin(), frame.pictures.end(),
                                            [&](const auto& picture) { return picture.column == column.name; });
        if (found == frame.row.end() || is_picture) continue;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        c.ui.text(column.name);
        if (ImGui::IsItemHovered() && !column.meaning.empty()) ImGui::SetTooltip("%s", column.meaning.c_str());
        ImGui::TableNextColumn();
        c.ui.dim(shape_text(column));
        ImGui::TableNextColumn();
        c.ui.dim(column.unit);
        ImGui::TableNextColumn();
        const std::string text = numbers_text(found->second);
        c.ui.mono(text);
        c.ui.record_last(column.name, text);
      }
      ImGui::EndTable();
    }
    c.ui.pop();
  }

  std::unique_ptr<DatasetSession> session_;
  std::shared_ptr<const DatasetSnapshot> snapshot_;
  std::filesystem::path opened_;
  Place wanted_;
  bool playing_ = false;
  double play_from_s_ = 0.0;
  std::int64_t play_from_frame_ = 0;
  std::set<Channel> hidden_;
  std::set<std::string> overlays_ = {"visible boxes"};
};

}  // namespace

std::unique_ptr<Panel> make_dataset_panel() { return std::make_unique<DatasetPanel>(); }

}  // namespace diorama::editor
