// Assets: the files of a folder with thumbnails; meshes become bodies, models and textures are
// taken into the scenario.
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panel_parts.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/session/asset_catalog.h"
#include "apps/pipeline/backends.h"

namespace diorama::editor {
namespace {

constexpr float kTileSteps = 26.0F;  // Width of a tile, in steps of the theme.

class AssetsPanel : public Panel {
 public:
  std::string name() const override { return "Assets"; }
  std::string help() const override {
    return "Files that a scenario can use: meshes become bodies, a model (MJCF) becomes what the "
           "scene is built on, pictures become "
           "materials. A mesh that is dragged into the viewport stands where it is dropped. Files "
           "that "
           "change on disk are read again.";
  }

  void add_actions(PanelContext& c) override {
    RendererOptions renderer;
    renderer.validation = validation_requested();
    catalog_.emplace(renderer, 128, c.wake);
  }

  void update(PanelContext& c) override {
    // Files of the document count wherever they lie.
    const SimScene* scene = c.workspace.snapshot()->scene.get();
    if (watched_revision_ != c.document.revision() || watched_scene_ != scene) {
      watched_revision_ = c.document.revision();
      watched_scene_ = scene;
      in_use_ = files_in_use(c);
      catalog_->watch(in_use_);
    }
    std::vector<std::filesystem::path> changed = catalog_->take_changes();
    std::erase_if(changed, [&](const auto& file) { return !in_use_.contains(file); });
    if (!changed.empty()) c.workspace.files_changed(changed);
  }

  void draw(PanelContext& c) override {
    if (home_ != c.document.base_folder()) {  // Another document, or saved elsewhere.
      home_ = c.document.base_folder();
      enter(home_);
    }
    draw_head(c);
    const auto listing = catalog_->listing();
    if (!listing->status.ok()) {
      c.ui.empty_note(listing->status.message());
      return;
    }
    const float foot = 2.5F * c.ui.theme().row;
    ImGui::BeginChild("files",
                      {0.0F, std::max(2.0F * c.ui.theme().row, c.ui.space_left().y - foot)});
    const float tile = kTileSteps * c.ui.step();
    const int columns = std::max(
        1, static_cast<int>((c.ui.space_left().x + c.ui.step()) / (tile + 2.0F * c.ui.step())));
    int shown = 0;
    std::filesystem::path opened;
    for (const AssetEntry& entry : listing->entries) {
      if (!filter_.empty() && entry.name().find(filter_) == std::string::npos) continue;
      if (shown++ % columns != 0) c.ui.same_line();
      draw_tile(c, entry, tile, opened);
    }
    if (shown == 0)
      c.ui.empty_note(listing->folder == folder_ ? "No meshes, models, pictures or scenarios here."
                                                 : "Reading the folder ...");
    ImGui::EndChild();
    draw_chosen(c);
    if (!opened.empty()) enter(opened);
  }

 private:
  void enter(const std::filesystem::path& folder) {
    folder_ = folder.lexically_normal();
    chosen_.reset();
    catalog_->show(folder_);
  }

  void draw_head(PanelContext& c) {
    const std::string at_top = folder_.has_relative_path() ? "" : "this is the topmost folder";
    if (c.ui.icon_button(Widget("Up").tip("The folder above").off(at_top), icon::kUp))
      enter(folder_.parent_path());
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Home").tip("The scenario's folder"), icon::kFile))
      enter(c.document.base_folder());
    c.ui.same_line();
    if (c.ui.icon_button(Widget("Choose folder"), icon::kFolder)) {
      c.browser.ask({.title = "Folder of assets",
                     .purpose = FileBrowser::Purpose::kFolder,
                     .start = folder_,
                     .chosen = [this](const std::filesystem::path& folder) { enter(folder); }});
    }
    c.ui.same_line();
    c.ui.search_field("Filter", filter_);
    c.ui.dim(folder_.string());
    c.ui.record_last("Folder", folder_.string());
  }

  void draw_tile(PanelContext& c, const AssetEntry& entry, float tile,
                 std::filesystem::path& opened) {
    ImGui::BeginGroup();
    const std::string name = entry.name();
    const Texture* texture = nullptr;
    std::string facts = asset_kind_info(entry.kind).title;
    if (entry.kind != AssetKind::kFolder) {
      if (const auto thumbnail = catalog_->thumbnail(entry)) {
        facts +=
            thumbnail->status.ok() ? ", " + thumbnail->facts : ": " + thumbnail->status.message();
        texture = texture_of(c, entry, *thumbnail);
      }
    }
    const bool clicked =
        c.ui.picture(Widget(name).tip(name + "\n" + facts), texture, {tile, 0.75F * tile});
    if (entry.kind != AssetKind::kFolder && ImGui::BeginDragDropSource()) {
      const std::string path = entry.path.string();
      ImGui::SetDragDropPayload(kAssetPayload, path.c_str(), path.size() + 1);
      c.ui.text(name);
      ImGui::EndDragDropSource();
    }
    const bool twice = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0);
    if (chosen_ && chosen_->path == entry.path) {
      ImGui::GetWindowDrawList()->AddRect(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
                                          color_u32(c.ui.theme().accent), c.ui.step(), 0, 2.0F);
    }
    if (entry.kind == AssetKind::kFolder) draw_sign(c, icon::kFolder);
    if (clicked) {
      chosen_ = entry;
      facts_ = facts;
    }
    // A name that is too long ends at the tile's edge.
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float line = ImGui::GetTextLineHeight();
    ImDrawList& paper = *ImGui::GetWindowDrawList();
    paper.PushClipRect(at, {at.x + tile, at.y + line}, true);
    paper.AddText(at, color_u32(c.ui.theme().dim), name.c_str());
    paper.PopClipRect();
    ImGui::Dummy({tile, line});
    ImGui::EndGroup();
    if (twice && entry.kind == AssetKind::kFolder) opened = entry.path;
    if (twice && entry.kind != AssetKind::kFolder) use(c, entry);
  }

  static void draw_sign(PanelContext& c, const Icon& sign) {
    const char* text = c.ui.icon(sign);
    const ImVec2 low = ImGui::GetItemRectMin();
    const ImVec2 high = ImGui::GetItemRectMax();
    const ImVec2 size = ImGui::CalcTextSize(text);
    ImGui::GetWindowDrawList()->AddText(
        {0.5F * (low.x + high.x - size.x), 0.5F * (low.y + high.y - size.y)},
        color_u32(c.ui.theme().dim), text);
  }

  static const Texture* texture_of(PanelContext& c, const AssetEntry& entry,
                                   const AssetThumbnail& thumbnail) {
    if (!thumbnail.status.ok() || thumbnail.picture.pixels.empty()) return nullptr;
    // A thumbnail that is made anew stands at another address.
    const auto revision = reinterpret_cast<std::uintptr_t>(&thumbnail);
    const std::string key = "Assets/" + entry.path.string();
    const Texture* texture = c.ui.textures().find(key, revision);
    return texture != nullptr ? texture : c.ui.textures().set(key, revision, thumbnail.picture);
  }

  void draw_chosen(PanelContext& c) {
    c.ui.separator();
    if (!chosen_) {
      c.ui.wrapped(
          "A click shows what a file holds; a double click uses it. A mesh can be dragged to its "
          "place in the viewport.");
      return;
    }
    if (c.ui.button(Widget("Use").text(use_text(chosen_->kind)))) {
      const AssetEntry entry = *chosen_;
      if (entry.kind == AssetKind::kFolder) return enter(entry.path);
      use(c, entry);
    }
    if (!chosen_) return;
    c.ui.same_line();
    c.ui.wrapped(chosen_->name() + ": " + facts_);
    c.ui.record_last("Facts", facts_);
  }

  static std::string use_text(AssetKind kind) {
    switch (kind) {
      case AssetKind::kFolder:
        return "Open folder";
      case AssetKind::kScenario:
        return "Open scenario";
      case AssetKind::kModel:
        return "Build on this model";
      case AssetKind::kMesh:
        return "Add a body";
      case AssetKind::kTexture:
        return "Add a material";
    }
    return "";
  }

  void use(PanelContext& c, const AssetEntry& entry) {
    if (entry.kind == AssetKind::kFolder) return;
    if (entry.kind == AssetKind::kScenario) return c.open_asking(entry.path);
    c.log.add(c.workspace.import(entry.path));
  }

  /// The document's own file and those that it uses: those that it names, and those that its model
  /// file names.
  static std::set<std::filesystem::path> files_in_use(const PanelContext& c) {
    std::set<std::filesystem::path> files =
        files_of(c.document.scenario(), c.document.base_folder());
    if (!c.document.file().empty()) files.insert(c.document.file());
    const SimSnapshot& now = *c.workspace.snapshot();
    if (now.scene != nullptr && now.scene->scene().model) {
      const ModelFile& model = *now.scene->scene().model;
      for (const auto& [name, sha256] : model.files)
        files.insert((model.path.parent_path() / name).lexically_normal());
    }
    return files;
  }

  std::optional<AssetCatalog> catalog_;
  std::filesystem::path home_;  // The scenario's folder.
  std::filesystem::path folder_;
  std::optional<AssetEntry> chosen_;
  std::string facts_;
  std::string filter_;
  std::uint64_t watched_revision_ = 0;
  const SimScene* watched_scene_ = nullptr;  // Compared alone.
  std::set<std::filesystem::path> in_use_;
};

}  // namespace

std::unique_ptr<Panel> make_assets_panel() { return std::make_unique<AssetsPanel>(); }

}  // namespace diorama::editor
