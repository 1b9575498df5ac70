// Small text helpers: numbers in the "C" locale whatever the process's, capital letters, and the nearest known name.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// Shortest decimal text that reads back as the same double; independent of the locale.
std::string format_number(double value);

/// The candidate with the smallest edit distance to `name`, or "" if none is near (over a third of its length).
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// " (did you mean 'x'?)", or "" if no candidate is near. Made to be appended to an error message.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

/// `text` with its ASCII letters small.
std::string to_lower(std::string_view text);

/// Whether `part` stands in `text`, be ASCII letters capital or small.
bool contains_ignoring_case(std::string_view text, std::string_view part);

/// `parts` with `separator` between them.
std::string join(std::span<const std::string> parts, std::string_view separator);

}  // namespace diorama
