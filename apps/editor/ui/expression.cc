#include "apps/editor/ui/expression.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <string_view>

namespace diorama::editor {
namespace {

constexpr int kMaxDepth = 64;

struct Unit {
  std::string_view name;
  std::string_view base;  ///< What `factor` converts to.
  double factor;
};
constexpr std::array<Unit, 13> kUnits = {{{"mm", "m", 1e-3},
                                          {"cm", "m", 1e-2},
                                          {"m", "m", 1.0},
                                          {"km", "m", 1e3},
                                          {"g", "kg", 1e-3},
                                          {"kg", "kg", 1.0},
                                          {"t", "kg", 1e3},
                                          {"ms", "s", 1e-3},
                                          {"s", "s", 1.0},
                                          {"min", "s", 60.0},
                                          {"deg", "rad", std::numbers::pi / 180.0},
                                          {"rad", "rad", 1.0},
                                          {"turn", "rad", 2.0 * std::numbers::pi}}};

/// Recursive descent over sum, product, power, atom. After an error `problem_` stays set and values
/// mean nothing.
class Parser {
 public:
  Parser(std::string_view text, std::string_view unit) : rest_(text), unit_(unit) {}

  Result<double> run() {
    const double value = sum(0);
    skip_space();
    if (problem_.empty() && !rest_.empty())
      problem_ = "'" + std::string(rest_) + "' is not understood";
    if (problem_.empty() && !std::isfinite(value)) problem_ = "the value is not finite";
    if (!problem_.empty()) return invalid_input(problem_);
    return value;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())))
      rest_.remove_prefix(1);
  }
  bool take(char sign) {
    skip_space();
    if (rest_.empty() || rest_.front() != sign) return false;
    rest_.remove_prefix(1);
    return true;
  }
  double fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    rest_ = {};
    return 0.0;
  }

  double sum(int depth) {
    if (depth > kMaxDepth) return fail("too many brackets");
    double value = product(depth);
    while (true) {
      if (take('+')) {
        value += product(depth);
      } else if (take('-')) {
        value -= product(depth);
      } else {
        return value;
      }
    }
  }
  double product(int depth) {
    double value = power(depth);
    while (true) {
      if (take('*')) {
        value *= power(depth);
      } else if (take('/')) {
        value /= power(depth);
      } else {
        return value;
      }
    }
  }
  double power(int depth) {
    if (depth > kMaxDepth) return fail("too many signs");
    if (take('-')) return -power(depth + 1);
    if (take('+')) return power(depth + 1);
    const double base = with_unit(atom(depth));
    return take('^') ? std::pow(base, power(depth + 1)) : base;
  }

  std::string_view word() {
    skip_space();
    std::size_t length = 0;
    while (length < rest_.size() && std::isalpha(static_cast<unsigned char>(rest_[length])))
      ++length;
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  double atom(int depth) {
    if (take('(')) {
      const double value = sum(depth + 1);
      if (!take(')')) return fail("a closing bracket is missing");
      return value;
    }
    skip_space();
    if (rest_.empty()) return fail("a number is missing");
    if (std::isalpha(static_cast<unsigned char>(rest_.front()))) return named(depth);
    double value = 0.0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return fail("'" + std::string(rest_) + "' is not a number");
    rest_.remove_prefix(end - rest_.data());
    return value;
  }

  double named(int depth) {
    const std::string_view name = word();
    if (name == "pi") return std::numbers::pi;
    if (name == "e") return std::numbers::e;
    using Function = double (*)(double);
    struct Entry {
      std::string_view name;
      Function function;
    };
    static const std::array<Entry, 5> functions = {{{"sqrt", [](double x) { return std::sqrt(x); }},
                                                    {"sin", [](double x) { return std::sin(x); }},
                                                    {"cos", [](double x) { return std::cos(x); }},
                                                    {"tan", [](double x) { return std::tan(x); }},
                                                    {"abs", [](double x) { return std::abs(x); }}}};
    for (const Entry& entry : functions) {
      if (entry.name != name) continue;
      if (!take('(')) return fail(std::string(name) + " needs brackets");
      const double value = sum(depth + 1);
      if (!take(')')) return fail("a closing bracket is missing");
      return entry.function(value);
    }
    return fail("'" + std::string(name) +
                "' is unknown; pi, e, sqrt, sin, cos, tan and abs are known");
  }

  /// The value in the field's unit if a unit follows.
  double with_unit(double value) {
    const std::string_view before = rest_;
    const std::string_view name = word();
    if (name.empty()) {
      rest_ = before;
      return value;
    }
    for (const Unit& unit : kUnits) {
      if (unit.name != name) continue;
      const double base = value * unit.factor;
      if (unit_ == "deg" && unit.base == "rad") return base * 180.0 / std::numbers::pi;
      if (unit_ == unit.base || (unit_.empty() && unit.base == "rad")) return base;
      return fail("'" + std::string(name) + "' does not fit; the field is in " +
                  (unit_.empty() ? std::string("no unit") : std::string(unit_)));
    }
    if (name == unit_) return value;
    return fail("unit '" + std::string(name) + "' is unknown");
  }

  std::string_view rest_;
  std::string_view unit_;
  std::string problem_;
};

}  // namespace

Result<double> evaluate_expression(const std::string& text, const std::string& unit) {
  std::string_view rest = text;
  while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.back())))
    rest.remove_suffix(1);
  // Units such as m/s are no words of the grammar; behind the whole they are what the field has
  // anyway.
  const bool composed = unit.find_first_of("/^ ") != std::string::npos;
  if (composed && rest.ends_with(unit)) rest.remove_suffix(unit.size());
  return Parser(rest, unit).run();
}

}  // namespace diorama::editor
