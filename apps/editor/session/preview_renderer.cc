#include "apps/editor/session/preview_renderer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "apps/pipeline/channel_picture.h"
#include "apps/pipeline/track_picture.h"

namespace diorama::editor {
namespace {

constexpr int kLargestSidePx = 8192;

int scaled_px(double size_px, double scale) {
  return std::clamp(static_cast<int>(std::lround(size_px * scale)), 1, kLargestSidePx);
}

Intrinsics resized(const Intrinsics& k, double factor) {
  Intrinsics out = k;
  out.width_px = scaled_px(k.width_px, factor);
  out.height_px = scaled_px(k.height_px, factor);
  // Pixel centres are whole numbers, so the picture's left edge is at -0.5.
  const double x = static_cast<double>(out.width_px) / k.width_px;
  const double y = static_cast<double>(out.height_px) / k.height_px;
  out.fx_px *= x;
  out.fy_px *= y;
  out.cx_px = (k.cx_px + 0.5) * x - 0.5;
  out.cy_px = (k.cy_px + 0.5) * y - 0.5;
  return out;
}

/// A scene camera's size in a box of the request's size.
double fit(const Intrinsics& k, const PreviewRequest& request) {
  double factor = 1.0;
  if (request.width_px > 0 && request.height_px > 0) {
    factor = std::min(static_cast<double>(request.width_px) / k.width_px,
                      static_cast<double>(request.height_px) / k.height_px);
  }
  return factor * request.scale;
}

}  // namespace

/// Sets up the camera in our copy of the scene.
CameraId PreviewPainter::place_camera(Preview& preview) {
  const PreviewRequest& request = preview.request;
  if (copied_ != request.scene) {
    copied_ = request.scene;
    scene_ = *request.scene;
    scene_.nodes.push_back({"free view", NodeId(), Pose(), BodyId()});
    scene_.cameras.emplace_back();
    scene_.cameras.back().name = "free view";
    scene_.cameras.back().node = NodeId(scene_.nodes.size() - 1);
  }
  if (const CameraId* own = std::get_if<CameraId>(&request.camera)) {
    Camera& camera = scene_.cameras[static_cast<std::size_t>(own->index)];
    const Camera& original = request.scene->cameras[static_cast<std::size_t>(own->index)];
    camera.intrinsics = resized(original.intrinsics, fit(original.intrinsics, request));
    return *own;
  }
  const FreeCamera& free = std::get<FreeCamera>(request.camera);
  scene_.nodes.back().parent_from_node = free.world_from_camera;
  Camera& camera = scene_.cameras.back();
  camera.intrinsics =
      intrinsics_from_fov_y(scaled_px(request.width_px, request.scale),
                            scaled_px(request.height_px, request.scale), free.fov_y_rad);
  camera.near_m = free.near_m;
  camera.far_m = free.far_m;
  return CameraId(scene_.cameras.size() - 1);
}

Status PreviewPainter::draw(Preview& preview) {
  if (!renderer_ && no_renderer_.ok()) {
    auto made = make_renderer(options_);
    no_renderer_ = made.status();
    if (made.ok()) renderer_ = std::move(made).value();
  }
  DIORAMA_RETURN_IF_ERROR(no_renderer_);
  preview.channels = renderer_->channels() | channel_bit(Channel::kTracks);
  const PreviewRequest& request = preview.request;
  if (const CameraId* own = std::get_if<CameraId>(&request.camera);
      own != nullptr &&
      (!own->valid() || own->index >= static_cast<int>(request.scene->cameras.size()))) {
    return invalid_input("the scene has no camera " + std::to_string(own->index));
  }
  const CameraId camera = place_camera(preview);
  preview.camera = scene_.cameras[static_cast<std::size_t>(camera.index)];
  preview.world_from_camera =
      camera_pose(scene_, camera, *request.state, node_poses(scene_, *request.state),
                  initial_node_poses(scene_));

  std::vector<State> states;
  if (request.before) states.push_back(*request.before);
  const int frame = static_cast<int>(states.size());
  states.push_back(*request.state);
  if (request.after) states.push_back(*request.after);
  const FrameView view{frame, camera};
  // Points are shown over colour.
  const bool points = request.channel == Channel::kTracks;
  const Channel drawn = points ? Channel::kColor : request.channel;
  ChannelSet channels = channel_bit(drawn);
  if (request.with_ids) channels |= channel_bit(Channel::kInstance);
  DIORAMA_ASSIGN_OR_RETURN(const RenderTicket ticket,
                           renderer_->submit(scene_, states, std::span(&view, 1), channels));
  DIORAMA_ASSIGN_OR_RETURN(const RenderedViews pictures, renderer_->wait(ticket));
  preview.values = channel_values(pictures, 0, drawn);
  preview.picture = channel_picture(drawn, preview.values, preview.camera.near_m, preview.camera.far_m);
  if (points) {
    preview.values = {};
    DIORAMA_RETURN_IF_ERROR(draw_points(preview, camera));
  }
  if (request.with_ids) {
    const Image<float> ids = channel_values(pictures, 0, Channel::kInstance);
    preview.ids = Image<std::uint16_t>(ids.height_px, ids.width_px, 1);
    std::copy(ids.pixels.begin(), ids.pixels.end(), preview.ids.pixels.begin());
  }
  return {};
}

Status PreviewPainter::draw_points(Preview& preview, CameraId camera) {
  if (!rays_) {
    DIORAMA_ASSIGN_OR_RETURN(rays_, make_point_visibility());
  }
  const PreviewRequest& request = preview.request;
  return draw_scene_tracks(scene_, *request.state, camera, request.key, request.num_tracks, *rays_, preview.picture);
}

Preview PreviewPainter::paint(PreviewRequest request) {
  const auto start = std::chrono::steady_clock::now();
  Preview preview;
  preview.request = std::move(request);
  preview.status = draw(preview);
  preview.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return preview;
}

PreviewRenderer::PreviewRenderer(RendererOptions options, std::function<void()> on_new)
    : options_(std::move(options)), on_new_(std::move(on_new)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { draw_loop(stop); });
}

PreviewRenderer::~PreviewRenderer() = default;

void PreviewRenderer::request(const std::string& slot, PreviewRequest request) {
  DIORAMA_CHECK(request.scene && request.state);
  {
    const std::lock_guard lock(mutex_);
    std::optional<PreviewRequest>& wanted = slots_[slot].wanted;
    if (!wanted) waiting_.push_back(slot);
    wanted = std::move(request);
  }
  changed_.notify_all();
}

std::shared_ptr<const Preview> PreviewRenderer::latest(const std::string& slot) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(slot);
  return found == slots_.end() ? nullptr : found->second.latest;
}

void PreviewRenderer::remove(const std::string& slot) {
  const std::lock_guard lock(mutex_);
  slots_.erase(slot);
  std::erase(waiting_, slot);
}

double PreviewRenderer::affordable_scale(const std::string& slot, int width_px, int height_px,
                                         double budget_s) const {
  const std::shared_ptr<const Preview> last = latest(slot);
  if (!last || last->picture.pixels.empty()) return 1.0;
  const double drawn_px = static_cast<double>(last->picture.width_px) * last->picture.height_px;
  const double seconds_per_px = last->seconds / drawn_px;
  for (const double scale : {1.0, 0.5}) {
    if (seconds_per_px * width_px * height_px * scale * scale <= budget_s) return scale;
  }
  return 0.25;
}

bool PreviewRenderer::wait_idle(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return waiting_.empty() && !drawing_; });
}

void PreviewRenderer::draw_loop(const std::stop_token& stop) {
  PreviewPainter painter(options_);
  std::uint64_t sequence = 0;
  while (true) {
    std::string slot;
    PreviewRequest request;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      slot = std::move(waiting_.front());
      waiting_.pop_front();
      request = std::move(*slots_[slot].wanted);
      slots_[slot].wanted.reset();
      drawing_ = true;
    }
    auto preview = std::make_shared<Preview>(painter.paint(std::move(request)));
    preview->sequence = ++sequence;
    {
      const std::lock_guard lock(mutex_);
      // A slot that was removed meanwhile stays removed.
      if (const auto found = slots_.find(slot); found != slots_.end()) {
        found->second.latest = std::move(preview);
      }
      drawing_ = false;
    }
    changed_.notify_all();
    if (on_new_) on_new_();
  }
}

}  // namespace diorama::editor
