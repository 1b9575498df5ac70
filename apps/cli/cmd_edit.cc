// diorama edit: starts diorama-editor, which stands beside this program.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "apps/cli/command.h"

namespace diorama::cli {
namespace {

int run(const std::vector<std::string>& arguments) {
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string editor = (own.parent_path() / "diorama-editor").string();
  std::vector<std::string> words = {editor};
  words.insert(words.end(), arguments.begin(), arguments.end());
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
  return {"edit", "Open the desktop editor: FILE and options go to diorama-editor",
          "  diorama edit\n"
          "  diorama edit scenes/library/clutter.textproto\n"
          "  diorama edit scenes/library/clutter.textproto --headless --screenshot editor.png",
          [](const Options& options) {
            // From the first word that is no option of ours, all go to the editor as they are.
            options.pass_on();
            return [options] {
              std::vector<std::string> arguments = options.left_over();
              std::erase(arguments, "--");
              return run(arguments);
            };
          }};
}

}  // namespace diorama::cli
