// Texts of the user interface: chords, expressions, layouts, settings, the table of actions.
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/editor/action/action_table.h"
#include "apps/editor/app/options.h"
#include "apps/editor/app/presets.h"
#include "apps/editor/app/settings.h"
#include "apps/editor/panel/panels.h"
#include "apps/editor/ui/expression.h"
#include "apps/editor/ui/layout.h"
#include "tests/support/temp_dir.h"

namespace diorama::editor {
namespace {

double value_of(const std::string& text, const std::string& unit = "") {
  const Result<double> value = evaluate_expression(text, unit);
  REQUIRE_MESSAGE(value.ok(), value.status().message());
  return *value;
}

TEST_CASE("chords are read as they are written, in any case") {
  for (const char* text :
       {"Ctrl+S", "Ctrl+Shift+Alt+F12", "Delete", "Ctrl+=", "Ctrl+-", "G", "/"}) {
    const auto chord = chord_from_text(text);
    REQUIRE(chord);
    CHECK(chord_text(*chord) == text);
  }
  CHECK(chord_from_text("ctrl+shift+s") == Chord{Key::kS, true, true, false});
  CHECK(chord_from_text("")->empty());
  CHECK_FALSE(chord_from_text("Ctrl+Foo"));
  CHECK_FALSE(chord_from_text("A+B"));
}

TEST_CASE("a number field takes expressions and units") {
  CHECK(value_of("2*pi") == doctest::Approx(2 * std::numbers::pi));
  CHECK(value_of("1+2*3^2/-(4-1)") == doctest::Approx(-5.0));
  CHECK(value_of("-2^2") == doctest::Approx(-4.0));
  CHECK(value_of("sqrt(16) + abs(-1)") == doctest::Approx(5.0));
  CHECK(value_of("30 deg", "rad") == doctest::Approx(std::numbers::pi / 6));
  CHECK(value_of("pi rad", "deg") == doctest::Approx(180.0));
  CHECK(value_of("5 cm + 1 mm", "m") == doctest::Approx(0.051));
  CHECK(value_of("250 g", "kg") == doctest::Approx(0.25));
  CHECK(value_of("3 m/s", "m/s") == doctest::Approx(3.0));
  CHECK(value_of("1e-3") == doctest::Approx(0.001));
  for (const char* wrong :
       {"", "2*", "1/0", "foo", "(1", "1 2", "5 kg", "sin 1", "nan", "--", "1e999"}) {
    CHECK_MESSAGE(!evaluate_expression(wrong, "m").ok(), wrong);
  }
  CHECK_FALSE(evaluate_expression(std::string(10000, '('), "").ok());
  CHECK_FALSE(evaluate_expression(std::string(10000, '-') + "1", "").ok());
}

TEST_CASE("a layout survives being written and read") {
  const std::vector<std::string> known = {"A", "B", "C"};
  const std::string text = R"((row 0.250 (tabs "A") (col 0.700 (tabs "B") (tabs "C"))))";
  Result<Layout> layout = Layout::from_text(text, known);
  REQUIRE_MESSAGE(layout.ok(), layout.status().message());
  CHECK(layout->to_text() == text);
  CHECK(layout->is_front("A"));
  SUBCASE("closing a panel closes its split") {
    layout->close("B");
    CHECK(layout->to_text() == R"((row 0.250 (tabs "A") (tabs "C")))");
    layout->close("A");
    layout->close("C");
    CHECK(layout->to_text() == "(tabs)");
    layout->show("B");
    CHECK(layout->to_text() == R"((tabs "B"))");
  }
  SUBCASE("a panel that is nowhere comes to the largest tabs, in front") {
    layout->close("C");
    layout->show("C");
    CHECK(layout->to_text() == R"((row 0.250 (tabs "A") (tabs "C" "B")))");
    CHECK_FALSE(layout->is_front("B"));
  }
  SUBCASE("panels that do not exist are left out") {
    const Result<Layout> less = Layout::from_text(text, {"B"});
    REQUIRE(less.ok());
    CHECK(less->to_text() == R"((tabs "B"))");
  }
  for (const char* wrong : {"", "(tabs", "(row 2 (tabs) (tabs))", "(row 0.5 (tabs))", "(rows)",
                            "(tabs) (tabs)", "(tabs \"A)"}) {
    CHECK_MESSAGE(!Layout::from_text(wrong, known).ok(), wrong);
  }
}

TEST_CASE("every view preset is a layout of panels that exist") {
  std::vector<std::string> names;
  for (const auto& panel : make_panels()) names.push_back(panel->name());
  for (const Preset& preset : presets()) {
    const Result<Layout> layout = Layout::from_text(preset.layout, names);
    REQUIRE_MESSAGE(layout.ok(), preset.name << ": " << layout.status().message());
    CHECK_MESSAGE(layout->to_text() != "(tabs)", preset.name);
  }
}

TEST_CASE("settings are the same after a restart, and mistakes in the file are named") {
  const TempDir folder;
  const auto file = folder.path() / "deep" / "settings.txt";
  Settings settings;
  settings.style.theme = ThemeName::kLight;
  settings.style.font_scale = 1.5F;
  settings.preset = "Dataset";
  settings.layout = R"((tabs "Log"))";
  settings.presets["My own"] = R"((tabs "Settings"))";
  settings.shortcuts["file.save"] = *chord_from_text("Ctrl+Alt+S");
  settings.shortcuts["file.open"] = Chord{};
  settings.panel["Viewport.channel"] = "depth";
  settings.add_recent("/tmp/b = c.textproto");
  settings.add_recent("/tmp/a.textproto");
  settings.add_recent("/tmp/b = c.textproto");
  REQUIRE(settings.save(file).ok());
  std::vector<std::string> problems;
  const Settings read = Settings::load(file, problems);
  CHECK(problems.empty());
  CHECK(read.style == settings.style);
  CHECK(read.preset == settings.preset);
  CHECK(read.layout == settings.layout);
  CHECK(read.presets == settings.presets);
  CHECK(read.shortcuts == settings.shortcuts);
  CHECK(read.panel == settings.panel);
  CHECK(read.recent == std::vector<std::string>{"/tmp/b = c.textproto", "/tmp/a.textproto"});

  std::ofstream(folder.path() / "wrong.txt")
      << "theme = pink\nfont_scale = 99\nfoo = 1\nnonsense\ntheme = light\n";
  const Settings mended = Settings::load(folder.path() / "wrong.txt", problems);
  CHECK(problems.size() == 4);
  CHECK(problems[1].find("wrong.txt:2") != std::string::npos);
  CHECK(mended.style.theme == ThemeName::kLight);
  CHECK(mended.style.font_scale == 1.0F);
}

TEST_CASE("an action runs by its id, unless it is off, and says why") {
  ActionTable actions;
  int runs = 0;
  std::string off;
  actions.add({.id = "file.save",
               .title = "Save",
               .shortcut = *chord_from_text("Ctrl+S"),
               .disabled = [&] { return off; },
               .run = [&] { ++runs; }});
  actions.add({.id = "view.grid",
               .title = "Grid",
               .shortcut = *chord_from_text("G"),
               .panel = "Viewport",
               .run = [&] { runs += 10; }});
  CHECK(actions.run("file.save").ok());
  CHECK(runs == 1);
  off = "nothing has changed";
  CHECK(actions.run("file.save").message().find("nothing has changed") != std::string::npos);
  CHECK(actions.run("file.sav").message().find("did you mean 'file.save'") != std::string::npos);
  CHECK(runs == 1);
  CHECK(actions.by_chord(*chord_from_text("G"), "Log") == nullptr);
  CHECK(actions.by_chord(*chord_from_text("G"), "Viewport")->id == "view.grid");
  SUBCASE("a chord belongs to one action; defaults come back") {
    actions.add({.id = "file.other", .title = "Other", .run = [] {}});
    actions.set_shortcut("file.other", *chord_from_text("Ctrl+S"));
    CHECK(actions.shortcut("file.save").empty());
    CHECK(actions.by_chord(*chord_from_text("Ctrl+S"), "")->id == "file.other");
    actions.set_shortcut("file.save", *chord_from_text("Ctrl+S"));
    CHECK(actions.shortcut("file.other").empty());
    CHECK_FALSE(actions.changed_shortcuts().contains("file.save"));
  }
}

TEST_CASE("the palette finds by letters in order, words' beginnings first") {
  CHECK(match_score("", "Save") > 0);
  CHECK(match_score("svs", "Save as") > 0);
  CHECK(match_score("xyz", "Save as") == 0);
  CHECK(match_score("sa", "Save as") > match_score("sa", "Close all"));
  CHECK(match_score("lt", "Larger text") > match_score("lt", "default"));
}

TEST_CASE("the command line names what is wrong with it") {
  const auto good = parse_options(
      {"a.textproto", "--headless", "--screenshot=x.png", "--size", "640x480", "--theme", "light"});
  REQUIRE(good.ok());
  CHECK(good->file == "a.textproto");
  CHECK(good->width_px == 640);
  CHECK(good->height_px == 480);
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"--headles"}, "did you mean '--headless'"},
      {{"--headless"}, "something to do"},
      {{"--size", "10x10"}, "8192"},
      {{"--size"}, "needs a value"},
      {{"--test-mode=1"}, "takes no value"},
      {{"a", "b"}, "only one file"},
      {{"--theme", "pink"}, "dark or light"},
      {{"--font-scale", "9"}, "0.75 to 3"}};
  for (const auto& [arguments, part] : wrong) {
    const auto options = parse_options(arguments);
    REQUIRE_FALSE(options.ok());
    CHECK_MESSAGE(options.status().message().find(part) != std::string::npos,
                  options.status().message());
  }
}

}  // namespace
}  // namespace diorama::editor
