// A renderer with validation on, and one picture in one call. For tests of the Vulkan renderer.
#pragma once

#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "renderers/vulkan/vulkan_renderer.h"
#include "tests/support/scene_builder.h"

namespace diorama {


inline std::unique_ptr<Renderer> make_checked_renderer() {
  auto renderer = make_vulkan_renderer({.device = "", .validation = true});
  REQUIRE_MESSAGE(renderer.ok(), renderer.status().message());
  return std::move(*renderer);
}

/// One renderer for all tests of a program: each costs a start of the driver.
inline Renderer& shared_renderer() {
  static const std::unique_ptr<Renderer> renderer = make_checked_renderer();
  return *renderer;
}

/// Copies of one or more pictures of one size.
struct Pictures {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> color;
  std::vector<float> depth;
  std::vector<std::uint16_t> instance;

  bool operator==(const Pictures&) const = default;
  float depth_at(int x, int y) const { return depth[static_cast<std::size_t>(y) * width + x]; }
  int id_at(int x, int y) const { return instance[static_cast<std::size_t>(y) * width + x]; }
  const std::uint8_t* color_at(int x, int y) const {
    return &color[(static_cast<std::size_t>(y) * width + x) * 3];
  }
  int brightness_at(int x, int y) const {
    const std::uint8_t* c = color_at(x, y);
    return c[0] + c[1] + c[2];
  }
  Pictures view(int index) const {
    const std::size_t n = static_cast<std::size_t>(width) * height, i = index * n;
    return {width,
            height,
            {color.begin() + 3 * i, color.begin() + 3 * (i + n)},
            {depth.begin() + i, depth.begin() + i + n},
            {instance.begin() + i, instance.begin() + i + n}};
  }
};

template <typename T>
std::vector<T> copy(std::span<const T> values) {
  return {values.begin(), values.end()};
}

inline Pictures copy_of(const RenderedViews& views) {
  return {views.width_px,
          views.height_px,
          copy(views.get<Channel::kColor>()),
          copy(views.get<Channel::kDepth>()),
          copy(views.get<Channel::kInstance>())};
}

inline Pictures draw(Renderer& renderer, const Scene& scene, const std::vector<State>& states,
                     const std::vector<FrameView>& views, ChannelSet channels = kDefaultChannels) {
  const auto ticket = renderer.submit(scene, states, views, channels);
  REQUIRE_MESSAGE(ticket.ok(), ticket.status().message());
  const auto done = renderer.wait(*ticket);
  REQUIRE_MESSAGE(done.ok(), done.status().message());
  return copy_of(*done);
}

inline Pictures draw(const Scene& scene) {
  return draw(shared_renderer(), scene, {initial_state(scene)}, {{0, CameraId(0)}});
}

}  // namespace diorama
