// diorama: the command line. Data goes to stdout, narration to stderr.
#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

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
    if (arguments.empty()) return "no verb given; one of " + join(verbs, ", ");
    return "unknown verb '" + arguments[0] + "'" + did_you_mean(arguments[0], verbs) + "; one of " + join(verbs, ", ");
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> known = known_names(*verb);
    for (const std::string& argument : arguments) {
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
  return error.what();
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
    actions.push_back(command.define(*verb));
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
    fmt::print(stderr, "diorama: {}\nSee diorama {}--help\n", explain_usage_error(app, verb, arguments, error),
               verb != nullptr ? verb->get_name() + " " : "");
    return kUsage;
  }
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    if (verbs[i]->parsed()) return actions[i]();
  }
  return kUsage;
}

}  // namespace
}  // namespace diorama::cli

int main(int argc, char** argv) {
  try {
    return diorama::cli::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "diorama: internal error: {}\n", error.what());
    return diorama::cli::kFailedExit;
  }
}
