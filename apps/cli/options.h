// The options and arguments of one verb, and the checks of their values. CLI11 stays behind this
// header: whoever includes it compiles for seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace diorama::cli {

/// Says in our words what is wrong with a value, "" if nothing; may write it in another way.
using Check = std::function<std::string(std::string& text)>;

/// Decimal, low <= value <= high.
Check whole_number(std::int64_t low, std::int64_t high);
/// Decimal, 0 <= value < 2^64.
Check seed_number();
Check one_of(const std::vector<std::string>& names);
Check not_empty();

/// A handle; the option belongs to its verb.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& required();
  /// What stands for the value in --help: "N", "DIR".
  Option& type_name(const std::string& name);
  Option& check(const Check& check);
  /// May be given several times, each time with one value.
  Option& repeatable();

  /// Whether it was on the command line; after parsing.
  bool given() const;

 private:
  CLI::Option* option_;
};

/// A handle; the verb belongs to the program.
class Options {
 public:
  explicit Options(CLI::App& verb) : verb_(&verb) {}

  /// "--name" with a value, or, without dashes, an argument by its place. `target` keeps its
  /// default if it is not given, and outlives parsing.
  template <typename T>
  Option value(const std::string& name, T& target, const std::string& help) const;
  void flag(const std::string& name, bool& target, const std::string& help) const;

  /// A text of --help, before the examples.
  void explain(const std::string& text) const;

  /// From the first word on that is no option of the verb nothing is looked at; left_over() gives
  /// those words.
  void pass_on() const;
  std::vector<std::string> left_over() const;

 private:
  CLI::App* verb_;
};

}  // namespace diorama::cli
