#include "apps/editor/document/document.h"

#include <unistd.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/apps/editor/editor_test_tools.h"

namespace diorama::editor {
namespace {

using namespace editor_test;

TEST_CASE(
    "every library scenario opens clean, means what the file means and is saved byte by byte") {
  const TempDir folder;
  REQUIRE(library_files().size() >= 8);
  for (const auto& file : library_files()) {
    CAPTURE(file.string());
    Document document = opened(file);
    CHECK_FALSE(document.dirty());
    CHECK(document.title() == file.filename().string());
    CHECK(scenario_text(document.scenario()) == scenario_text(*read_scenario(file)));
    CHECK(document.problems().empty());
    REQUIRE(document.save_as(folder.path() / "copy.textproto").ok());
    CHECK(file_bytes(folder.path() / "copy.textproto") == file_bytes(file));
    CHECK_FALSE(document.changed_on_disk());
  }
}

TEST_CASE("a new document is clean, has no file, and cannot be saved without a name") {
  Document document;
  CHECK_FALSE(document.dirty());
  CHECK(document.file().empty());
  CHECK(document.title() == "untitled");
  CHECK(document.base_folder() == std::filesystem::current_path());
  CHECK(contains(document.save().message(), "save it under a name"));
  CHECK_FALSE(document.problems().empty());
}

TEST_CASE("comments, blank lines and order of the author stay when fields change") {
  const std::string text =
      "# The head.\n# Two lines.\nname: \"a\"  # why a\n\n# About the ball.\nbody {\n  # its "
      "name\n  name: \"ball\"\n"
      "  mass_kg: 2.50  # kg\n  position_m { z: 1 } }  # up\n\ncamera { name: \"main\" }\n# The "
      "end.\n";
  CHECK(after(text, SetField{"body[ball].mass_kg", "3"}) ==
        "# The head.\n# Two lines.\nname: \"a\"  # why a\n\n# About the ball.\nbody {\n  # its "
        "name\n  name: \"ball\"\n"
        "  mass_kg: 3  # kg\n  position_m { z: 1 } }  # up\n\ncamera { name: \"main\" }\n# The "
        "end.\n");
  CHECK(after(text, SetField{"body[ball].position_m.x", "2"}) ==
        "# The head.\n# Two lines.\nname: \"a\"  # why a\n\n# About the ball.\nbody {\n  # its "
        "name\n  name: \"ball\"\n"
        "  mass_kg: 2.50  # kg\n  position_m { x: 2 z: 1 } }  # up\n\ncamera { name: \"main\" }\n# "
        "The end.\n");
  CHECK(after(text, RemoveElement{"body[ball]"}) ==
        "# The head.\n# Two lines.\nname: \"a\"  # why a\n\n\ncamera { name: \"main\" }\n# The "
        "end.\n");
  CHECK(after(text, ClearField{"name"}) ==
        "# The head.\n# Two lines.\n\n# About the ball.\nbody {\n  # its name\n  name: \"ball\"\n"
        "  mass_kg: 2.50  # kg\n  position_m { z: 1 } }  # up\n\ncamera { name: \"main\" }\n# The "
        "end.\n");
  CHECK(after(text, ClearField{"body[ball].mass_kg"}) ==
        "# The head.\n# Two lines.\nname: \"a\"  # why a\n\n# About the ball.\nbody {\n  # its "
        "name\n  name: \"ball\"\n"
        "  position_m { z: 1 } }  # up\n\ncamera { name: \"main\" }\n# The end.\n");
  CHECK(after(text, InsertElement{"camera", 0, "name: \"top\""}) ==
        "# The head.\n# Two lines.\nname: \"a\"  # why a\n\n# About the ball.\nbody {\n  # its "
        "name\n  name: \"ball\"\n"
        "  mass_kg: 2.50  # kg\n  position_m { z: 1 } }  # up\n\ncamera { name: \"top\" }\ncamera "
        "{ name: \"main\" }\n# The end.\n");
}

TEST_CASE("an element takes the comments right above it along, in both directions") {
  const std::string text =
      "name: \"a\"\n# one\nbody { name: \"a\" }\n# two\n# lines\nbody { name: \"b\" }  # b\nbody { "
      "name: \"c\" }\n";
  CHECK(after(text, MoveElement{"body[a]", 2}) ==
        "name: \"a\"\n# two\n# lines\nbody { name: \"b\" }  # b\nbody { name: \"c\" }\n# one\nbody "
        "{ name: \"a\" }\n");
  CHECK(after(text, MoveElement{"body[c]", 0}) ==
        "name: \"a\"\nbody { name: \"c\" }\n# one\nbody { name: \"a\" }\n# two\n# lines\nbody { "
        "name: \"b\" }  # b\n");
  CHECK(after("body { name: \"a\" } body { name: \"b\" } # x\nbody { name: \"c\" }\n",
              MoveElement{"body[a]", 1}) ==
        "body { name: \"b\" } body { name: \"a\" } # x\nbody { name: \"c\" }\n");
}

TEST_CASE(
    "texts that people write are edited as they are: other brackets, lists, signs, carriage "
    "returns, a byte order mark") {
  CHECK(after("body < name: 'a', mass_kg: 1; >", SetField{"body[a].mass_kg", "2"}) ==
        "body < name: 'a', mass_kg: 2; >");
  CHECK(
      after("name: \"a\"\r\nbody { name: \"b\" }\r\n", InsertElement{"body", -1, "name: \"c\""}) ==
      "name: \"a\"\r\nbody { name: \"b\" }\r\nbody { name: \"c\" }\r\n");
  CHECK(after("\xEF\xBB\xBFname: \"a\" # x\n", SetField{"name", "b"}) ==
        "\xEF\xBB\xBFname: \"b\" # x\n");
  CHECK(after("body { name: 'a' position_m { x: - 1 } }", SetField{"body[a].position_m.x", "-2"}) ==
        "body { name: 'a' position_m { x: -2 } }");
  CHECK(after("name: 'a' # c\n 'b' \"#\"\n", SetField{"name", "x"}) == "name: \"x\"\n");
  CHECK(after("record { channel: [RGB, DEPTH] }", SetField{"record.channel[1]", "SEGMENTATION"}) ==
        "record { channel: [RGB, SEGMENTATION] }");
  CHECK(after("record { channel: RGB channel: DEPTH }",
              InsertElement{"record.channel", -1, "SEGMENTATION"}) ==
        "record { channel: [RGB, DEPTH, SEGMENTATION] }");
  CHECK(after("name: 'x' record { channel: [RGB, DEPTH] }", SetField{"record.channel", "[]"}) ==
        "name: 'x' record { }");
  // A list of messages is what the commands cannot keep: it becomes one field for each.
  CHECK(document_of("body: [{ name: 'a' },  # first\n { name: 'b' }]").text() ==
        "body { name: 'a' }  # first\n body { name: 'b' }");
}

TEST_CASE("saving replaces the file in one step, keeps its mode, and follows a link") {
  const TempDir folder;
  const auto file = folder.path() / "s.textproto";
  std::ofstream(file) << "name: \"a\"\n";
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  std::filesystem::create_symlink(file, folder.path() / "link.textproto");
  Document document = opened(folder.path() / "link.textproto");
  CommandStack stack(document);
  done(stack, SetField{"name", "b"});
  CHECK(document.dirty());
  REQUIRE(document.save().ok());
  CHECK_FALSE(document.dirty());
  CHECK(std::filesystem::is_symlink(folder.path() / "link.textproto"));
  CHECK(file_bytes(file) == "name: \"b\"\n");
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::mask) ==
        std::filesystem::perms(0640));
  stack.undo();
  CHECK(document.dirty());
  stack.redo();
  CHECK_FALSE(document.dirty());
  std::ofstream(file) << "name: \"else\"\n";
  CHECK(document.changed_on_disk());
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path()))
    ++files;
  CHECK(files == 2);
}

TEST_CASE("where nothing can be written, the error says so and the document is kept") {
  const TempDir folder;
  Document document = document_of("name: \"a\"\n");
  const auto no_folder = document.save_as(folder.path() / "none" / "s.textproto");
  CHECK(no_folder.code() == Code::kOutput);
  CHECK(contains(no_folder.message(), "there is no folder"));
  CHECK(contains(document.save_as(folder.path()).message(), "is a folder"));
  const auto full = document.save_as("/dev/full/s.textproto");
  CHECK(full.code() == Code::kOutput);
  if (::geteuid() != 0) {
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0500));
    const auto read_only = document.save_as(folder.path() / "s.textproto");
    CHECK(contains(read_only.message(), "Permission denied"));
    CHECK(contains(read_only.message(), "another folder"));
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
  }
  CHECK(document.file().empty());
  CHECK(document.dirty());
  CHECK(document.text() == "name: \"a\"\n");
  CHECK(contains(Document::open(folder.path() / "no.textproto").status().message(),
                 "no such scenario"));
}

TEST_CASE("the selection holds canonical paths once, and follows its elements") {
  Document document = document_of(
      "name: \"a\"\nbody { name: \"a\" shape { box {} } shape { sphere {} } }\nbody { name: \"b\" "
      "}\n");
  CommandStack stack(document);
  document.select({"body[1]", "body[b]", "nothing", "body[a].shape[1]"});
  CHECK(document.selection() == Selection{"body[b]", "body[a].shape[1]"});
  done(stack, RemoveElement{"body[a].shape[0]"});
  CHECK(document.selection() == Selection{"body[b]", "body[a].shape[0]"});
  done(stack, Rename{"body[b]", "c"});
  CHECK(document.selection() == Selection{"body[c]", "body[a].shape[0]"});
  done(stack, RemoveElement{"body[c]"});
  CHECK(document.selection() == Selection{"body[a].shape[0]"});
  stack.undo();
  CHECK(document.selection() == Selection{"body[c]", "body[a].shape[0]"});
  stack.undo();
  stack.undo();
  CHECK(document.selection() == Selection{"body[b]", "body[a].shape[1]"});
  document.toggle_selected("body[b]");
  CHECK_FALSE(document.is_selected("body[b]"));
}

}  // namespace
}  // namespace diorama::editor
