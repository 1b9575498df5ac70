// diorama-editor: the program.
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "apps/editor/app/headless.h"
#include "apps/editor/app/options.h"
#include "apps/editor/app/window.h"

namespace {

void say(std::FILE* stream, const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream);
}

int run(const std::vector<std::string>& arguments) {
  namespace editor = diorama::editor;
  const auto options = editor::parse_options(arguments);
  if (!options.ok()) {
    say(stderr, "diorama-editor: " + options.status().message() + "\nSee diorama-editor --help\n");
    return editor::kUsage;
  }
  if (options->help) {
    say(stdout, editor::help_text());
    return editor::kDone;
  }
  if (options->version) {
    say(stdout, "diorama-editor " DIORAMA_VERSION "\n");
    return editor::kDone;
  }
  const diorama::Status status =
      options->headless ? editor::run_headless(*options) : editor::run_window(*options);
  editor::tell_user(status);
  return editor::exit_code(status);
}

}  // namespace

int main(int argc, char** argv) {
  // A limit on the size of files, and a reader of stdout that left, are errors of the write that
  // meets them: nobody loses a document over them.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    say(stderr, std::string("diorama-editor: internal error: ") + error.what() + "\n");
    return diorama::editor::kFailedExit;
  }
}
