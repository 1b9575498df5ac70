// diorama edit: starts diorama-editor, which stands beside this program.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "apps/cli/command.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string file;
  std::vector<std::string> rest;
};

int run(const Arguments& a) {
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string editor = (own.parent_path() / "diorama-editor").string();
  std::vector<std::string> words = {editor};
  if (!a.file.empty()) words.push_back(a.file);
  words.insert(words.end(), a.rest.begin(), a.rest.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(editor.c_str(), pointers.data());
  return report_failure("cannot start " + editor + ": " + std::strerror(errno) +
                            "; build or install the target diorama-editor",
                        kFailedExit);
}

}  // namespace

Command edit_command() {
  return {"edit", "Open the desktop editor",
          "  diorama edit\n"
          "  diorama edit scenes/library/clutter.textproto\n"
          "  diorama edit scenes/library/clutter.textproto -- --headless --screenshot editor.png",
          [](CLI::App& app) {
            const auto a = std::make_shared<Arguments>();
            app.add_option("file", a->file, "Scenario, model or dataset to open")
                ->type_name("FILE")
                ->check(not_empty());
            app.add_option("options", a->rest, "Options of diorama-editor, after --")
                ->type_name("OPTIONS");
            return [a] { return run(*a); };
          }};
}

}  // namespace diorama::cli
