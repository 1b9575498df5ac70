// MuJoCo's own renderer on a scene of the benches: the peer of the render bench. Private to
// apps/bench.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/core/status.h"
#include "engine/scene/scene.h"

namespace diorama {

/// Draws without a window (EGL, surfaceless). One thread, the one that made it; one at a time per
/// process.
class MujocoRenderer {
 public:
  /// For cameras of one size, without textures; the shadow map of a sun has 1024 texels a side
  /// (MuJoCo's default of 4096 takes five times as long); no multisampling.
  /// unavailable(...) without EGL or OpenGL.
  static Result<std::unique_ptr<MujocoRenderer>> make(const Scene& scene,
                                                      std::span<const State> states);
  ~MujocoRenderer();

  /// mjv_updateScene, mjr_render and mjr_readPixels of colour and depth. `full` = what equals one
  /// of our views: with a second pass for the segmentation. Lights throw shadows if the scene's do.
  void render(int frame, CameraId camera, bool full);

  /// Sets what `frame` shows, in place of the state that `make` was given for it.
  void place(int frame, const State& state);

  /// The last picture as MuJoCo hands it out: lowest row first, depth as in the depth buffer.
  std::span<const unsigned char> color() const;  ///< (H, W, 3)
  std::span<const float> depth() const;          ///< (H, W)

  /// Instance ids of the last picture as ours: (H, W), object_index + 1, 0 where nothing was hit.
  std::vector<std::uint16_t> instance_ids() const;

 private:
  struct Impl;
  explicit MujocoRenderer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diorama
