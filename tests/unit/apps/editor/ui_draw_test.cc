// The user interface drawn offscreen: exact pixels of textures, clicks and values through the input
// queue.
#include <string>

#include <doctest/doctest.h>

#include "apps/editor/ui/widgets.h"
#include "renderers/vulkan/vk_device.h"

namespace diorama::editor {
namespace {

/// One device for all tests of the program: each costs a start of the driver.
vulkan::Device& shared_device() {
  static const std::unique_ptr<vulkan::Device> device = [] {
    auto made = vulkan::make_device("", true);
    REQUIRE_MESSAGE(made.ok(), made.status().message());
    return std::move(*made);
  }();
  return *device;
}

/// A window of the whole size in which `content` draws.
class Fixture {
 public:
  Fixture() : host_(make()), ui(*host_) {}
  ~Fixture() { CHECK(shared_device().instance->messages->text() == ""); }

  template <typename Content>
  void frame(const Content& content) {
    host_->begin_frame(320, 240, 1.0 / 60.0);
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({320, 240});
    ImGui::Begin("test", nullptr, ImGuiWindowFlags_NoDecoration);
    ui.push("Test");
    content();
    ui.pop();
    ImGui::End();
    const Status status = host_->end_frame();
    REQUIRE_MESSAGE(status.ok(), status.message());
  }
  /// Frames until all input has been taken, and three more.
  template <typename Content>
  void settle(const Content& content) {
    for (int more = 3; more > 0;) {
      if (host_->input().empty()) --more;
      frame(content);
    }
  }
  void move_to(const std::string& name) {
    const WidgetRecord* record = host_->registry().find(name);
    REQUIRE_MESSAGE(record != nullptr, name);
    host_->input().move(0.5F * (record->left + record->right),
                        0.5F * (record->top + record->bottom));
  }
  UiHost& host() { return *host_; }

 private:
  static std::unique_ptr<UiHost> make() {
    auto made = UiHost::make(shared_device(), {.builtin_font = true});
    REQUIRE_MESSAGE(made.ok(), made.status().message());
    return std::move(*made);
  }
  std::unique_ptr<UiHost> host_;

 public:
  Ui ui;
};

TEST_CASE("a picture shows its own pixels, and new ones under the same key") {
  Fixture f;
  ImageU8 pixels(2, 2, 3);
  pixels.pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30};
  const auto draw = [&] {
    const Texture* texture = f.ui.textures().find("k", 7);
    if (texture == nullptr) texture = f.ui.textures().set("k", 7, pixels, Magnify::kPixels);
    ImGui::GetForegroundDrawList()->AddImage(const_cast<Texture*>(texture), {100, 100}, {120, 120});
  };
  f.frame(draw);
  Result<ImageU8> picture = f.host().picture();
  REQUIRE(picture.ok());
  const auto pixel = [&](int x, int y) {
    return std::array<int, 3>{picture->at(y, x, 0), picture->at(y, x, 1), picture->at(y, x, 2)};
  };
  CHECK(pixel(104, 104) == std::array{255, 0, 0});
  CHECK(pixel(115, 104) == std::array{0, 255, 0});
  CHECK(pixel(104, 115) == std::array{0, 0, 255});
  CHECK(pixel(115, 115) == std::array{10, 20, 30});
  f.ui.textures().set("k", 7, ImageU8(3, 1, 1), Magnify::kPixels);
  f.frame(draw);
  picture = f.host().picture();
  CHECK(pixel(104, 104) == std::array{0, 0, 0});
}

TEST_CASE("every click and key tap between two frames arrives") {
  Fixture f;
  int clicks = 0, taps = 0;
  const auto draw = [&] {
    if (f.ui.button("Press")) ++clicks;
    if (const auto chord = f.host().pressed_chord(); chord && chord->key == Key::kF5) ++taps;
  };
  f.settle(draw);
  f.move_to("Test/Press");
  for (int i = 0; i < 20; ++i) {
    f.host().input().button(0, true);
    f.host().input().button(0, false);
    f.host().input().key(Key::kF5, true);
    f.host().input().key(Key::kF5, false);
  }
  f.settle(draw);
  CHECK(clicks == 20);
  CHECK(taps == 20);
}

TEST_CASE("a chord is one even if all its keys go down and up between two frames") {
  Fixture f;
  std::vector<std::string> chords;
  const auto draw = [&] {
    if (const auto chord = f.host().pressed_chord()) chords.push_back(chord_text(*chord));
  };
  f.settle(draw);
  const auto tap = [&](Key key) {
    InputQueue& input = f.host().input();
    input.key(key, true);
    input.key(Key::kCtrl, false);  // Fingers leave in any order.
    input.key(key, false);
  };
  // Ctrl goes down in a frame of its own, or in that of the key.
  f.host().input().key(Key::kCtrl, true);
  f.settle(draw);
  tap(Key::kQ);
  f.settle(draw);
  for (int i = 0; i < 2; ++i) {
    f.host().input().key(Key::kCtrl, true);
    tap(Key::kS);
  }
  f.settle(draw);
  // Ctrl that goes down behind a key is none of its chord.
  f.host().input().key(Key::kF5, true);
  f.host().input().key(Key::kCtrl, true);
  f.settle(draw);
  CHECK(chords == std::vector<std::string>{"Ctrl+Q", "Ctrl+S", "Ctrl+S", "F5"});
}

TEST_CASE("text that is typed while a field is about to open waits for it") {
  Fixture f;
  std::string typed;
  bool opened = false;
  const auto draw = [&] {
    if (opened) f.ui.search_field("Search", typed);
  };
  f.settle(draw);
  f.host().input().hold_text(3);
  f.host().input().text("abc");
  f.ui.focus("Test/Search");
  opened = true;
  f.settle(draw);
  CHECK(typed == "abc");
}

TEST_CASE("two quick double clicks are two, and none of their clicks makes a third") {
  Fixture f;
  int doubles = 0;
  const auto draw = [&] {
    f.ui.button("Press");
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) ++doubles;
  };
  f.settle(draw);
  f.move_to("Test/Press");
  const auto click = [&] {
    f.host().input().button(0, true);
    f.host().input().button(0, false);
  };
  for (int i = 0; i < 3; ++i) click();
  f.settle(draw);
  CHECK(doubles == 1);
  for (int i = 0; i < 3; ++i) click();
  f.settle(draw);
  CHECK(doubles == 3);
}

TEST_CASE("a widget that is off is not pressed, and says why") {
  Fixture f;
  int clicks = 0;
  const auto draw = [&] {
    if (f.ui.button(Widget("Press").off("there is nothing to press"))) ++clicks;
  };
  f.settle(draw);
  f.move_to("Test/Press");
  f.host().input().button(0, true);
  f.host().input().button(0, false);
  f.settle(draw);
  CHECK(clicks == 0);
  CHECK(f.host().registry().find("Test/Press")->disabled == "there is nothing to press");
}

TEST_CASE("a number is dragged in one gesture, and typed as an expression within its range") {
  Fixture f;
  double value = 2.0;
  int changes = 0, commits = 0;
  const auto draw = [&] {
    const Edit edit =
        f.ui.number("Mass", value, {.unit = "kg", .lower = 0.0, .upper = 10.0, .step = 0.01});
    changes += edit.changed;
    commits += edit.committed;
  };
  f.settle(draw);
  CHECK(f.host().registry().find("Test/Mass")->text == "2 kg");
  SUBCASE("dragged") {
    f.move_to("Test/Mass");
    f.host().input().button(0, true);
    for (int x = 10; x <= 50; x += 10) {
      const WidgetRecord* record = f.host().registry().find("Test/Mass");
      f.host().input().move(0.5F * (record->left + record->right) + static_cast<float>(x),
                            0.5F * (record->top + record->bottom));
      f.host().input().wheel(0, 0);
    }
    f.host().input().button(0, false);
    f.settle(draw);
    CHECK(value == doctest::Approx(2.5));
    CHECK(commits == 1);
    CHECK(changes == 5);
  }
  SUBCASE("typed") {
    const auto type = [&](const std::string& text) {
      f.move_to("Test/Mass");
      f.host().input().button(0, true);
      f.host().input().button(0, false);
      f.settle(draw);
      f.host().input().text(text);
      f.host().input().key(Key::kEnter, true);
      f.host().input().key(Key::kEnter, false);
      f.settle(draw);
    };
    type("2*3 kg");
    CHECK(value == doctest::Approx(6.0));
    CHECK(commits == 1);
    type("5000");
    CHECK(value == 10.0);
    type("nonsense");
    CHECK(value == 10.0);
    CHECK(commits == 2);
  }
}

TEST_CASE("a number is written out as long as that is short") {
  Fixture f;
  const auto shown = [&](double value) {
    f.settle([&] { f.ui.number("Value", value, {.unit = "lx"}); });
    return f.host().registry().find("Test/Value")->text;
  };
  CHECK(shown(60000.0) == "60000 lx");
  CHECK(shown(12345.6) == "12346 lx");
  CHECK(shown(1e9) == "1e+09 lx");
  CHECK(shown(0.25) == "0.25 lx");
}

TEST_CASE("the text grows with the font scale, and the picture follows the size") {
  Fixture f;
  const auto draw = [&] { f.ui.button("Press"); };
  f.settle(draw);
  const WidgetRecord before = *f.host().registry().find("Test/Press");
  f.host().set_style({.font_scale = 2.0F, .builtin_font = true});
  f.settle(draw);
  const WidgetRecord after = *f.host().registry().find("Test/Press");
  CHECK(after.bottom - after.top > 1.8F * (before.bottom - before.top));
  const Result<ImageU8> picture = f.host().picture();
  REQUIRE(picture.ok());
  CHECK(picture->width_px == 320);
  CHECK(picture->height_px == 240);
}

}  // namespace
}  // namespace diorama::editor
