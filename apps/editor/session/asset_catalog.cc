#include "apps/editor/session/asset_catalog.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/scene/assets.h"
#include "scenes/scenario_io.h"

namespace diorama::editor {
namespace {

namespace fs = std::filesystem;

/// The scene of a scenario that shows one file.
Result<std::shared_ptr<const SimScene>> stage(schema::Scenario scenario,
                                              const fs::path& base_folder) {
  // The schema wants a camera; what is drawn is seen by a free one.
  schema::Camera& camera = *scenario.add_camera();
  camera.set_name("thumbnail");
  camera.mutable_fixed()->mutable_position_m()->set_z(1.0);
  SimRequest request;
  request.scenario = std::move(scenario);
  request.base_folder = base_folder;
  return build_sim_scene(request);
}

Status draw_scene(const std::shared_ptr<const SimScene>& sim,
                  std::variant<CameraId, FreeCamera> camera, int size_px, PreviewPainter& painter,
                  AssetThumbnail& thumbnail) {
  PreviewRequest request;
  request.scene = {sim, &sim->scene()};
  request.state = {sim, &sim->initial};
  request.camera = camera;
  request.width_px = size_px;
  request.height_px = size_px;
  Preview preview = painter.paint(std::move(request));
  thumbnail.picture = std::move(preview.picture);
  return preview.status;
}

Status draw_mesh(const fs::path& path, int size_px, PreviewPainter& painter,
                 AssetThumbnail& thumbnail) {
  schema::Scenario scenario;
  schema::Body& body = *scenario.add_body();
  body.set_name("mesh");
  body.set_motion(schema::Body::STATIC);
  body.add_shape()->mutable_mesh()->set_file(path.filename().string());
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const SimScene> sim,
                           stage(std::move(scenario), path.parent_path()));
  const Bounds bounds = body_bounds(sim->scene(), BodyId(0));
  const dvec3 size = bounds.upper - bounds.lower;
  thumbnail.facts = fmt::format("{} triangles, {:.3g} x {:.3g} x {:.3g} m",
                                sim->scene().meshes[0]->triangles.size(), size.x, size.y, size.z);
  return draw_scene(sim, framing_camera(sim->scene(), sim->initial, {}), size_px, painter,
                    thumbnail);
}

Status draw_model(const fs::path& path, int size_px, PreviewPainter& painter,
                  AssetThumbnail& thumbnail) {
  schema::Scenario scenario;
  scenario.mutable_model()->set_file(path.filename().string());
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const SimScene> sim,
                           stage(std::move(scenario), path.parent_path()));
  thumbnail.facts = fmt::format("{} bodies, {} joints, {} actuators", sim->scene().bodies.size(),
                                sim->scene().joints.size(), sim->scene().actuators.size());
  return draw_scene(sim, framing_camera(sim->scene(), sim->initial, {}), size_px, painter,
                    thumbnail);
}

Status draw_scenario(const fs::path& path, int size_px, PreviewPainter& painter,
                     AssetThumbnail& thumbnail) {
  SimRequest request;
  DIORAMA_ASSIGN_OR_RETURN(request.scenario, read_scenario(path));
  request.base_folder = path.parent_path();
  request.key.seed = request.scenario.dataset().seed();
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const SimScene> sim, build_sim_scene(request));
  thumbnail.facts =
      fmt::format("{} bodies, {} cameras", sim->scene().bodies.size(), sim->scene().cameras.size());
  return draw_scene(sim, CameraId(0), size_px, painter, thumbnail);
}

Status draw_texture(const fs::path& path, int size_px, AssetThumbnail& thumbnail) {
  AssetLibrary library;
  DIORAMA_ASSIGN_OR_RETURN(const std::shared_ptr<const Texture> texture, library.texture(path));
  thumbnail.facts = fmt::format("{} x {} px", texture->width_px, texture->height_px);
  const int longest = std::max(texture->width_px, texture->height_px);
  const double step = std::max(1.0, static_cast<double>(longest) / size_px);
  ImageU8 picture(std::max(1, static_cast<int>(texture->height_px / step)),
                  std::max(1, static_cast<int>(texture->width_px / step)), 3);
  for (int row = 0; row < picture.height_px; ++row) {
    for (int column = 0; column < picture.width_px; ++column) {
      const auto y = static_cast<std::size_t>((row + 0.5) * step);
      const auto x = static_cast<std::size_t>((column + 0.5) * step);
      const std::size_t at = 4 * (y * static_cast<std::size_t>(texture->width_px) + x);
      for (int k = 0; k < 3; ++k)
        picture.at(row, column, k) = texture->rgba[at + static_cast<std::size_t>(k)];
    }
  }
  thumbnail.picture = std::move(picture);
  return {};
}

}  // namespace

AssetThumbnail make_thumbnail(const AssetEntry& entry, int size_px, PreviewPainter& painter) {
  AssetThumbnail thumbnail;
  switch (entry.kind) {
    case AssetKind::kFolder:
      break;
    case AssetKind::kScenario:
      thumbnail.status = draw_scenario(entry.path, size_px, painter, thumbnail);
      break;
    case AssetKind::kModel:
      thumbnail.status = draw_model(entry.path, size_px, painter, thumbnail);
      break;
    case AssetKind::kMesh:
      thumbnail.status = draw_mesh(entry.path, size_px, painter, thumbnail);
      break;
    case AssetKind::kTexture:
      thumbnail.status = draw_texture(entry.path, size_px, thumbnail);
      break;
  }
  return thumbnail;
}

AssetCatalog::AssetCatalog(RendererOptions renderer, int thumbnail_px, std::function<void()> on_new)
    : renderer_(std::move(renderer)),
      thumbnail_px_(thumbnail_px),
      on_new_(std::move(on_new)),
      listing_(std::make_shared<const AssetListing>()),
      thread_([this](const std::stop_token& stop) { draw_loop(stop); }),
      watcher_([this](const std::vector<fs::path>& paths) { changed_on_disk(paths); }) {}

AssetCatalog::~AssetCatalog() = default;

void AssetCatalog::show(const fs::path& folder) {
  const fs::path absolute = fs::absolute(folder).lexically_normal();
  {
    const std::lock_guard lock(mutex_);
    folder_ = absolute;
  }
  update_watches();
  list(absolute);
}

void AssetCatalog::watch(const std::set<fs::path>& files) {
  {
    const std::lock_guard lock(mutex_);
    watched_ = files;
  }
  update_watches();
}

void AssetCatalog::update_watches() {
  std::set<fs::path> folders;
  {
    const std::lock_guard lock(mutex_);
    if (!folder_.empty()) folders.insert(folder_);
    for (const fs::path& file : watched_) folders.insert(file.parent_path());
  }
  // A folder that is not there cannot change; validation tells of the missing file.
  const Status ignored = watcher_.watch(folders);
  (void)ignored;
}

void AssetCatalog::list(const fs::path& folder) {
  {
    const std::lock_guard lock(listing_mutex_);
    auto listing = std::make_shared<AssetListing>();
    listing->folder = folder;
    Result<std::vector<AssetEntry>> entries = list_assets(folder);
    listing->status = entries.status();
    if (entries.ok()) listing->entries = std::move(entries).value();
    listing->sequence = ++sequence_;
    listing_.set(std::move(listing));
  }
  if (on_new_) on_new_();
}

void AssetCatalog::changed_on_disk(const std::vector<fs::path>& paths) {
  fs::path folder;
  bool shown = false;
  {
    const std::lock_guard lock(mutex_);
    folder = folder_;
    for (const fs::path& path : paths) {
      const bool in_folder = path.parent_path() == folder_;
      if (!in_folder && !watched_.contains(path)) continue;
      shown = shown || in_folder;
      changes_.insert(path);
      thumbnails_.erase(path);
    }
  }
  if (shown) {
    list(folder);
  } else if (on_new_) {
    on_new_();
  }
}

std::vector<fs::path> AssetCatalog::take_changes() {
  const std::lock_guard lock(mutex_);
  std::vector<fs::path> changes(changes_.begin(), changes_.end());
  changes_.clear();
  return changes;
}

std::shared_ptr<const AssetThumbnail> AssetCatalog::thumbnail(const AssetEntry& entry) {
  {
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = thumbnails_.try_emplace(entry.path, nullptr);
    if (!is_new) return found->second;
    wanted_.push_back(entry);
  }
  changed_.notify_all();
  return nullptr;
}

bool AssetCatalog::wait_idle(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return wanted_.empty() && !drawing_; });
}

void AssetCatalog::draw_loop(const std::stop_token& stop) {
  PreviewPainter painter(renderer_);
  while (true) {
    AssetEntry entry;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !wanted_.empty(); })) return;
      entry = std::move(wanted_.back());
      wanted_.pop_back();
      drawing_ = true;
    }
    auto thumbnail =
        std::make_shared<const AssetThumbnail>(make_thumbnail(entry, thumbnail_px_, painter));
    {
      const std::lock_guard lock(mutex_);
      // A file that changed meanwhile was forgotten and is asked for anew.
      if (const auto found = thumbnails_.find(entry.path); found != thumbnails_.end()) {
        found->second = std::move(thumbnail);
      }
      drawing_ = false;
    }
    changed_.notify_all();
    if (on_new_) on_new_();
  }
}

}  // namespace diorama::editor
