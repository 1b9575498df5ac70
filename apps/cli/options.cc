#include "apps/cli/options.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "engine/core/text.h"

namespace diorama::cli {
namespace {

/// True if `text` is one whole decimal number that T holds.
template <typename T>
bool parse_number(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && !text.empty();
}

}  // namespace

Check whole_number(std::int64_t low, std::int64_t high) {
  return [low, high](std::string& text) -> std::string {
    std::int64_t value = 0;
    if (!parse_number(text, value) || value < low || value > high) {
      return fmt::format("wants a whole number from {} to {}, not '{}'", low, high, text);
    }
    text = std::to_string(value);  // CLI11 would read 010 as 8
    return {};
  };
}

Check seed_number() {
  return [](std::string& text) -> std::string {
    std::uint64_t value = 0;
    if (!parse_number(text, value))
      return fmt::format("wants a whole number from 0 to 2^64 - 1, not '{}'", text);
    text = std::to_string(value);
    return {};
  };
}

Check one_of(const std::vector<std::string>& names) {
  return [names](const std::string& text) -> std::string {
    if (std::find(names.begin(), names.end(), text) != names.end()) return {};
    return fmt::format("'{}' is none of {}{}", text, join(names, ", "), did_you_mean(text, names));
  };
}

Check not_empty() {
  return [](const std::string& text) -> std::string {
    if (text.empty()) return "must not be empty";
    // CLI11 takes whatever follows as the value.
    return text.starts_with("--") ? "needs a value before '" + text + "'" : std::string();
  };
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option& Option::check(const Check& check) {
  option_->check(CLI::Validator(check, ""));
  return *this;
}

Option& Option::repeatable() {
  option_->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

template <typename T>
Option Options::value(const std::string& name, T& target, const std::string& help) const {
  return Option(*verb_->add_option(name, target, help));
}

template Option Options::value(const std::string&, std::string&, const std::string&) const;
template Option Options::value(const std::string&, std::vector<std::string>&,
                               const std::string&) const;
template Option Options::value(const std::string&, std::filesystem::path&,
                               const std::string&) const;
template Option Options::value(const std::string&, int&, const std::string&) const;
template Option Options::value(const std::string&, std::optional<int>&, const std::string&) const;
template Option Options::value(const std::string&, std::int64_t&, const std::string&) const;
template Option Options::value(const std::string&, std::optional<std::int64_t>&,
                               const std::string&) const;
template Option Options::value(const std::string&, std::uint64_t&, const std::string&) const;
template Option Options::value(const std::string&, std::optional<std::uint64_t>&,
                               const std::string&) const;

void Options::flag(const std::string& name, bool& target, const std::string& help) const {
  verb_->add_flag(name, target, help);
}

void Options::explain(const std::string& text) const { verb_->footer(text + verb_->get_footer()); }

void Options::pass_on() const { verb_->prefix_command(); }

std::vector<std::string> Options::left_over() const { return verb_->remaining(); }

}  // namespace diorama::cli
