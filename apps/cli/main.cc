// diorama: the command line. Data goes to stdout, narration to stderr.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli/command.h"
#include "engine/core/text.h"

namespace diorama::cli {
namespace {

std::vector<std::string> known_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// One line for what is wrong with the command line, with the nearest known name; CLI11's own words say neither.
std::string explain_usage_error(const CLI::App& app, const CLI::App* verb, const std::vector<std::string>& arguments,
                                const CLI::ParseError& error) {
  std::vector<std::string> verbs;
  for (const Command& command : commands()) verbs.push_back(command.name);
  if (verb == nullptr) {
    if (!arguments.empty() && arguments[0].starts_with('-')) {
      return "'" + arguments[0] + "' before the verb; write diorama VERB [OPTIONS], with VERB one of " + join(verbs, ", ");
    }
    if (arguments.empty()) return "no verb given; one of " + join(verbs, ", ");
    return "unknown verb '" + arguments[0] + "'" + did_you_mean(arguments[0], verbs) + "; one of " + join(verbs, ", ");
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> known = known_names(*verb);
    for (const std::string& argument : arguments) {
      if (argument == "--") break;
      if (argument.size() == 2 && argument[0] == '-' && argument != "-h") {
        return "unknown option '" + argument + "'; options are spelled out, such as --episodes";
      }
      if (!argument.starts_with("--")) continue;
      const std::string name = argument.substr(0, argument.find('='));
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        return "unknown option '" + name + "'" + did_you_mean(name, known);
      }
    }
    std::string extras;
    for (const std::string& extra : app.remaining(true)) extras += " '" + extra + "'";
    return "too many arguments:" + extras;
  }
  std::string words = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string name = words.substr(0, words.find(':'));
    return name + (words.find("received") != std::string::npos ? " is given more than once" : " needs a value");
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) return "a flag takes no value (" + words + ")";
  return words;
}

/// Standard streams that the caller has closed would lend their numbers to the next files that are opened, and what
/// is said on them would end up in those.
void open_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is given, which is this one. Reading fails from an output, and writing to it goes nowhere.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) return;
  }
}

int run(int argc, char** argv) {
  CLI::App app{"diorama: physics-grounded, labelled data for world models", "diorama"};
  app.set_version_flag("--version", "diorama " DIORAMA_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  std::vector<std::function<int()>> actions;
  std::vector<CLI::App*> verbs;
  for (const Command& command : commands()) {
    CLI::App* verb = app.add_subcommand(command.name, command.summary);
    verb->get_formatter()->column_width(34);
    verb->footer("Examples:\n" + command.examples);
    actions.push_back(command.define(Options(*verb)));
    verbs.push_back(verb);
  }

  std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    const CLI::App* verb = nullptr;
    for (std::size_t i = 0; i < verbs.size(); ++i) {
      if (!arguments.empty() && arguments[0] == commands()[i].name) verb = verbs[i];
    }
    want_json(std::find(arguments.begin(), arguments.end(), "--json") != arguments.end());
    const int code = report_failure(explain_usage_error(app, verb, arguments, error), kUsage);
    narrate("See diorama {}--help\n", verb != nullptr ? verb->get_name() + " " : "");
    return code;
  }
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    if (verbs[i]->parsed()) return actions[i]();
  }
  return kUsage;
}

}  // namespace
}  // namespace diorama::cli

int main(int argc, char** argv) {
  namespace cli = diorama::cli;
  // A limit on the size of files (ulimit -f) is an error of the write that meets it, which names the file; the signal
  // would end the process in the middle of it.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  try {
    cli::open_standard_streams();
    const int code = cli::run(argc, argv);
    if (std::fflush(stdout) == 0) return code;
    cli::narrate("diorama: cannot write to standard output: {}\n", std::strerror(errno));
    return cli::kFailedExit;
  } catch (const std::system_error& error) {  // fmt's, when a print fails
    cli::narrate("diorama: cannot write to standard output: {}\n", error.code().message());
    return cli::kFailedExit;
  } catch (const std::exception& error) {
    cli::narrate("diorama: internal error: {}\n", error.what());
    return cli::kFailedExit;
  }
}
