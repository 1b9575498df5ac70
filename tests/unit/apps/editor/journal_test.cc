#include "apps/editor/command/journal.h"

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include "apps/editor/command/workbench.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

using namespace editor_test;

std::filesystem::path only_file(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path());
  REQUIRE(files.size() == 1);
  return files.front();
}

void do_ok(Workbench& bench, const Command& command, const std::string& gesture = "") {
  const Status status = bench.apply(command, gesture);
  REQUIRE_MESSAGE(status.ok(), status.message());
}

/// Some of everything, so that each kind of line stands in the journal.
std::vector<std::string> edit(Workbench& bench) {
  std::vector<std::string> texts = {bench.document().text()};
  const auto keep = [&] { texts.push_back(bench.document().text()); };
  do_ok(bench, InsertElement{"body", -1, "name: \"ball\" shape { sphere { radius_m: 0.1 } }"}),
      keep();
  do_ok(bench, SetField{"body[ball].mass_kg", "2"}, "drag"), keep();
  do_ok(bench, SetField{"body[ball].mass_kg", "3"}, "drag"), keep();
  bench.undo(), keep();
  bench.redo(), keep();
  bench.begin_group("two");
  do_ok(bench, Rename{"body[ball]", "caf\xC3\xA9"}), keep();
  do_ok(bench, MakeRandom{"body[caf\xC3\xA9].mass_kg", "", ""}), keep();
  bench.end_group();
  bench.begin_group("none");
  do_ok(bench, ClearField{"name"}), keep();
  bench.cancel_group(), keep();
  do_ok(bench, SetField{"description", "two\nlines"}), keep();
  return texts;
}

TEST_CASE("a clean document keeps no journal; a change makes one, saving and closing remove it") {
  const TempDir state;
  const TempDir work;
  Workbench bench(state.path());
  CHECK(std::filesystem::is_empty(state.path()));
  do_ok(bench, SetField{"name", "x"});
  CHECK(bench.journal_status().ok());
  CHECK_FALSE(std::filesystem::is_empty(state.path()));
  REQUIRE(bench.save_as(work.path() / "s.textproto").ok());
  CHECK(std::filesystem::is_empty(state.path()));
  bench.undo();
  CHECK(bench.document().dirty());
  CHECK_FALSE(std::filesystem::is_empty(state.path()));
  bench.close();
  CHECK(std::filesystem::is_empty(state.path()));
}

TEST_CASE("an editor that is killed leaves its changes; a living one keeps its own") {
  const TempDir state;
  const TempDir work;
  const auto file = work.path() / "s.textproto";
  std::ofstream(file) << "# head\nname: \"a\"\n";
  std::string expected;
  {
    Workbench same("");
    REQUIRE(same.open(file).ok());
    expected = edit(same).back();
  }
  const pid_t child = ::fork();
  if (child == 0) {
    Workbench bench(state.path());
    if (!bench.open(file).ok()) ::_exit(1);
    edit(bench);
    ::raise(SIGKILL);
  }
  int ended = 0;
  REQUIRE(::waitpid(child, &ended, 0) == child);
  REQUIRE(WIFSIGNALED(ended));

  Workbench bench(state.path());
  const auto found = bench.recoveries();
  REQUIRE(found.size() == 1);
  CHECK(found[0].file == file);
  CHECK(found[0].title == "s.textproto");
  int left_out = -1;
  REQUIRE(bench.recover(found[0].journal, &left_out).ok());
  CHECK(left_out == 0);
  CHECK(bench.document().text() == expected);
  CHECK(bench.document().dirty());
  CHECK(bench.document().file() == file);
  CHECK_FALSE(std::filesystem::exists(found[0].journal));
  // Its journal lives now, so nobody is offered it.
  CHECK(Workbench(state.path()).recoveries().empty());
  // The history came along, the first change too.
  const std::string before = bench.document().text();
  while (bench.undo()) {
  }
  CHECK(bench.document().text() == "# head\nname: \"a\"\n");
  bench.go_to(100);
  CHECK(bench.document().text() == before);
  REQUIRE(bench.save().ok());
  CHECK(file_bytes(file) == expected);
}

TEST_CASE("a journal that was cut off anywhere recovers a state that stood before") {
  const TempDir state;
  const TempDir other;
  std::string bytes;
  std::vector<std::string> texts;
  {
    Workbench bench(state.path());
    texts = edit(bench);
    bytes = file_bytes(only_file(state.path()));
  }
  const std::size_t head = bytes.find('\n') + 1;
  std::size_t reached = 0;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto journal = other.path() / "cut.journal";
    std::ofstream(journal, std::ios::binary) << bytes.substr(0, length);
    Workbench bench{std::filesystem::path()};
    int left_out = 0;
    const Status status = bench.recover(journal, &left_out);
    if (length < head) {
      CHECK_FALSE(status.ok());
      continue;
    }
    REQUIRE(status.ok());
    CHECK(left_out == 0);
    const auto place = std::find(texts.begin() + static_cast<std::ptrdiff_t>(reached), texts.end(),
                                 bench.document().text());
    REQUIRE_MESSAGE(place != texts.end(), "cut at byte " << length);
    // Equal texts stand several times; what matters is that they never go back.
    reached = std::max(reached, static_cast<std::size_t>(place - texts.begin()));
  }
  CHECK(texts[reached] == texts.back());
}

TEST_CASE("a journal with rubbish in it recovers what stands before the rubbish") {
  const TempDir state;
  std::string bytes;
  {
    Workbench bench(state.path());
    do_ok(bench, SetField{"name", "a"});
    do_ok(bench, SetField{"description", "b"});
    do_ok(bench, SetField{"description", "c"});
    bytes = file_bytes(only_file(state.path()));
  }
  const std::size_t at = bytes.find("\"c\"");
  REQUIRE(at != std::string::npos);
  std::ofstream(only_file(state.path()), std::ios::binary)
      << bytes.substr(0, at) << std::string(40, '\0') << "\n{\"do\":\"undo\"}\n";
  Workbench bench(state.path());
  REQUIRE(bench.recoveries().size() == 1);
  REQUIRE(bench.recover(bench.recoveries()[0].journal).ok());
  CHECK(bench.document().scenario().description() == "b");
}

TEST_CASE("undoing beyond the snapshot of a journal begins it anew") {
  const TempDir state;
  std::string expected;
  {
    Workbench bench(state.path());
    for (int i = 0; i < 3000; ++i)
      do_ok(bench, SetField{"description", std::string(300, static_cast<char>('a' + i % 26))});
    CHECK(std::filesystem::file_size(only_file(state.path())) < 600000);
    for (int i = 0; i < 2950; ++i) bench.undo();
    bench.redo();
    do_ok(bench, SetField{"name", "end"});
    bench.undo();
    bench.redo();
    expected = bench.document().text();
  }
  Workbench bench(state.path());
  REQUIRE(bench.recoveries().size() == 1);
  REQUIRE(bench.recover(bench.recoveries()[0].journal).ok());
  CHECK(bench.document().text() == expected);
}

TEST_CASE("where no journal can be kept, editing goes on and the reason is told") {
  const TempDir work;
  std::ofstream(work.path() / "file") << "x";
  Workbench bench(work.path() / "file" / "recovery");
  do_ok(bench, SetField{"name", "x"});
  CHECK(bench.document().scenario().name() == "x");
  CHECK(bench.journal_status().code() == Code::kOutput);
  CHECK(contains(bench.journal_status().message(), "XDG_STATE_HOME"));
  CHECK(bench.recoveries().empty());
}

TEST_CASE(
    "saving into another folder keeps the files that the scenario names, and a failed save changes "
    "nothing") {
  const TempDir state;
  const TempDir work;
  Workbench bench(state.path());
  REQUIRE(bench.open(kLibrary / "pushing.textproto").ok());
  const std::string before = bench.document().text();
  CHECK_FALSE(bench.save_as(work.path() / "none" / "s.textproto").ok());
  CHECK(bench.document().text() == before);
  CHECK_FALSE(bench.stack().can_undo());
  REQUIRE(bench.save_as(work.path() / "s.textproto").ok());
  CHECK(bench.document().problems().empty());
  CHECK_FALSE(bench.document().dirty());
  CHECK(contains(bench.document().text(), "assets/meshes/hexagon.obj"));
  CHECK(bench.stack().undo_title() == "Save as s.textproto");
}

TEST_CASE("a macro does again what was done, on another document, as one step") {
  Workbench bench("");
  do_ok(bench, SetField{"name", "before"});
  bench.start_macro();
  do_ok(bench, InsertElement{"camera", -1, "name: \"main\""});
  do_ok(bench, SetField{"camera[main].fov_y_deg", "50"});
  do_ok(bench, SetField{"camera[main].fov_y_deg", "60"});
  bench.undo();
  const std::string macro = bench.stop_macro();
  Workbench other("");
  REQUIRE(other.play_macro(macro).ok());
  CHECK(other.document().scenario().camera(0).fov_y_deg() == 50);
  CHECK(other.document().scenario().name() == "untitled");
  CHECK(other.stack().history().size() == 1);
  CHECK(contains(other.play_macro("").message(), "empty"));
  CHECK(contains(other.play_macro("{}").message(), "no macro"));
  CHECK(contains(other.play_macro("{\"format\":\"diorama commands\",\"version\":9}").message(),
                 "version 9"));
  const std::string text = other.document().text();
  CHECK(contains(other.play_macro(macro + "{\"do\":\"fly\"}\n").message(),
                 "line 4: there is no command 'fly'"));
  CHECK_FALSE(other.play_macro(macro + "{\"do\":\"remove\",\"path\":\"body[7]\"}\n").ok());
  CHECK(other.document().text() == text);
}

}  // namespace
}  // namespace diorama::editor
