#include "scenes/distribution.h"

#include "engine/core/check.h"
#include "engine/core/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

namespace diorama {
namespace {

std::optional<double> as_number(const std::string& text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  double value = 0.0;
  const auto result = std::from_chars(begin, end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

double weight_of(const schema::Choice::Option& option) {
  return option.has_weight() ? option.weight() : 1.0;
}

Draw number(double value) {
  Draw draw;
  draw.number = value;
  return draw;
}

Draw option(const schema::Choice& choice, int index) {
  Draw draw;
  draw.kind = Draw::Kind::kText;
  draw.text = choice.option(index).value();
  draw.option = index;
  return draw;
}

/// A value that rounding took to or past an end goes back inside [low, high).
double inside(double value, double low, double high) {
  if (value < low) return low;
  if (value >= high && high > low) return std::nextafter(high, low);
  return value > high ? high : value;
}

/// Inverse of the distribution function on the side where the tail is small, so that a cut far out
/// in either tail keeps its precision: for cuts above the mean the problem is mirrored.
double truncated_normal(const schema::TruncatedNormal& parameters, double u) {
  const double mean = parameters.mean();
  const double stddev = parameters.stddev();
  double a = (parameters.low() - mean) / stddev;
  double b = (parameters.high() - mean) / stddev;
  const bool mirrored = a > 0.0;
  if (mirrored) {
    const double old_a = a;
    a = -b;
    b = -old_a;
    u = 1.0 - u;
  }
  const double low_p = normal_cdf(a);
  const double high_p = normal_cdf(b);
  double z =
      a +
      u * (b -
           a);  // Beyond what the distribution function resolves, the density is as good as even.
  const double p = low_p + u * (high_p - low_p);
  if (high_p > low_p && p > 0.0 && p < 1.0) z = inverse_normal_cdf(p);
  z = std::clamp(z, a, b);
  return std::clamp(mean + stddev * (mirrored ? -z : z), parameters.low(), parameters.high());
}

void check_finite(std::vector<std::string>& problems, const std::string& name, double value) {
  if (!std::isfinite(value))
    problems.push_back(name + ": " + format_number(value) + " is not a finite number");
}

std::vector<std::string> check_choice(const schema::Choice& choice) {
  std::vector<std::string> problems;
  if (choice.option_size() == 0)
    problems.push_back("choice.option: there is none; give at least one");
  for (int i = 0; i < choice.option_size(); ++i) {
    const double weight = weight_of(choice.option(i));
    if (!(weight > 0.0) || !std::isfinite(weight)) {
      problems.push_back("choice.option[" + std::to_string(i) +
                         "].weight: " + format_number(weight) + " must be above 0");
    }
  }
  return problems;
}

}  // namespace

bool options_are_numbers(const schema::Choice& choice) {
  return std::all_of(
      choice.option().begin(), choice.option().end(),
      [](const schema::Choice::Option& o) { return as_number(o.value()).has_value(); });
}

std::vector<double> Draw::factor_values(const schema::Distribution& distribution) const {
  switch (kind) {
    case Kind::kNumber:
      return {number};
    case Kind::kRotation: {
      const auto wxyz = to_wxyz(rotation);
      return {wxyz.begin(), wxyz.end()};
    }
    case Kind::kText:
      break;
  }
  if (options_are_numbers(distribution.choice())) return {*as_number(text)};
  return {static_cast<double>(option)};
}

std::vector<std::string> check_distribution(const schema::Distribution& distribution) {
  std::vector<std::string> problems;
  switch (distribution.kind_case()) {
    case schema::Distribution::KIND_NOT_SET:
      return {
          "none is given; it is one of uniform, log_uniform, truncated_normal, choice, integer, "
          "rotation"};
    case schema::Distribution::kUniform: {
      const auto& p = distribution.uniform();
      check_finite(problems, "uniform.low", p.low());
      check_finite(problems, "uniform.high", p.high());
      if (problems.empty() && p.low() > p.high()) {
        problems.push_back("uniform.high: " + format_number(p.high()) + " is below low " +
                           format_number(p.low()));
      }
      break;
    }
    case schema::Distribution::kLogUniform: {
      const auto& p = distribution.log_uniform();
      check_finite(problems, "log_uniform.low", p.low());
      check_finite(problems, "log_uniform.high", p.high());
      if (problems.empty() && p.low() <= 0.0) {
        problems.push_back("log_uniform.low: " + format_number(p.low()) + " must be above 0");
      } else if (problems.empty() && p.low() > p.high()) {
        problems.push_back("log_uniform.high: " + format_number(p.high()) + " is below low " +
                           format_number(p.low()));
      }
      break;
    }
    case schema::Distribution::kTruncatedNormal: {
      const auto& p = distribution.truncated_normal();
      check_finite(problems, "truncated_normal.mean", p.mean());
      check_finite(problems, "truncated_normal.stddev", p.stddev());
      check_finite(problems, "truncated_normal.low", p.low());
      check_finite(problems, "truncated_normal.high", p.high());
      if (!problems.empty()) break;
      if (p.stddev() <= 0.0) {
        problems.push_back("truncated_normal.stddev: " + format_number(p.stddev()) +
                           " must be above 0");
      }
      if (p.low() >= p.high()) {
        problems.push_back("truncated_normal.high: " + format_number(p.high()) +
                           " must be above low " + format_number(p.low()));
      }
      break;
    }
    case schema::Distribution::kChoice:
      return check_choice(distribution.choice());
    case schema::Distribution::kInteger: {
      const auto& p = distribution.integer();
      if (p.low() > p.high()) {
        problems.push_back("integer.high: " + std::to_string(p.high()) + " is below low " +
                           std::to_string(p.low()));
      }
      break;
    }
    case schema::Distribution::kRotation:
      break;
  }
  return problems;
}

int draw_weighted(const std::vector<double>& weights, RandomStream& stream) {
  double total = 0.0;
  int last = -1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0.0) {
      total += weights[i];
      last = static_cast<int>(i);
    }
  }
  DIORAMA_CHECK(last >= 0);
  double left = stream.uniform() * total;
  for (int i = 0; i < last; ++i) {
    const double weight = weights[static_cast<std::size_t>(i)];
    if (weight <= 0.0) continue;
    if (left < weight) return i;
    left -= weight;
  }
  return last;
}

Draw draw(const schema::Distribution& distribution, RandomStream& stream) {
  switch (distribution.kind_case()) {
    case schema::Distribution::kUniform: {
      const auto& p = distribution.uniform();
      return number(inside(stream.uniform(p.low(), p.high()), p.low(), p.high()));
    }
    case schema::Distribution::kLogUniform: {
      const auto& p = distribution.log_uniform();
      return number(inside(std::exp(stream.uniform(std::log(p.low()), std::log(p.high()))), p.low(),
                           p.high()));
    }
    case schema::Distribution::kTruncatedNormal:
      return number(truncated_normal(distribution.truncated_normal(), stream.uniform()));
    case schema::Distribution::kChoice: {
      const schema::Choice& choice = distribution.choice();
      std::vector<double> weights;
      for (const auto& o : choice.option()) weights.push_back(weight_of(o));
      return option(choice, draw_weighted(weights, stream));
    }
    case schema::Distribution::kInteger:
      return number(static_cast<double>(
          stream.integer(distribution.integer().low(), distribution.integer().high())));
    case schema::Distribution::kRotation: {
      Draw result;
      result.kind = Draw::Kind::kRotation;
      result.rotation = stream.rotation();
      return result;
    }
    case schema::Distribution::KIND_NOT_SET:
      break;
  }
  DIORAMA_CHECK(distribution.kind_case() != schema::Distribution::KIND_NOT_SET);
  return {};
}

double share_below(const schema::Distribution& distribution, double value) {
  // Of a range with one value, all draws are that value.
  const auto along = [&](double low, double high) {
    if (high <= low) return value > low ? 1.0 : 0.0;
    return std::clamp((value - low) / (high - low), 0.0, 1.0);
  };
  switch (distribution.kind_case()) {
    case schema::Distribution::kUniform:
      return along(distribution.uniform().low(), distribution.uniform().high());
    case schema::Distribution::kLogUniform: {
      const auto& p = distribution.log_uniform();
      if (value <= p.low()) return 0.0;
      if (value >= p.high()) return 1.0;
      return std::log(value / p.low()) / std::log(p.high() / p.low());
    }
    case schema::Distribution::kTruncatedNormal: {
      const auto& p = distribution.truncated_normal();
      // On the side where the tail is small, as the draw is made.
      const double side = p.low() > p.mean() ? -1.0 : 1.0;
      const auto below = [&](double x) { return normal_cdf(side * (x - p.mean()) / p.stddev()); };
      const double whole = below(p.high()) - below(p.low());
      if (whole == 0.0) return along(p.low(), p.high());
      return std::clamp((below(value) - below(p.low())) / whole, 0.0, 1.0);
    }
    case schema::Distribution::kChoice: {
      const schema::Choice& choice = distribution.choice();
      double total = 0.0;
      double share = 0.0;
      for (int i = 0; i < choice.option_size(); ++i) {
        const double weight = weight_of(choice.option(i));
        total += weight;
        share += option(choice, i).factor_values(distribution)[0] < value ? weight : 0.0;
      }
      return total > 0.0 ? share / total : 0.0;
    }
    case schema::Distribution::kInteger: {
      const auto low = static_cast<double>(distribution.integer().low());
      const auto high = static_cast<double>(distribution.integer().high());
      return std::clamp((std::ceil(value) - low) / (high - low + 1.0), 0.0, 1.0);
    }
    case schema::Distribution::kRotation: {
      const double angle = std::clamp(value, 0.0, std::numbers::pi);
      return (angle - std::sin(angle)) / std::numbers::pi;
    }
    case schema::Distribution::KIND_NOT_SET:
      break;
  }
  return 0.0;
}

std::vector<Draw> extreme_draws(const schema::Distribution& distribution) {
  switch (distribution.kind_case()) {
    case schema::Distribution::kUniform:
      return {number(distribution.uniform().low()), number(distribution.uniform().high())};
    case schema::Distribution::kLogUniform:
      return {number(distribution.log_uniform().low()), number(distribution.log_uniform().high())};
    case schema::Distribution::kTruncatedNormal:
      return {number(distribution.truncated_normal().low()),
              number(distribution.truncated_normal().high())};
    case schema::Distribution::kInteger:
      return {number(static_cast<double>(distribution.integer().low())),
              number(static_cast<double>(distribution.integer().high()))};
    case schema::Distribution::kChoice: {
      std::vector<Draw> draws;
      for (int i = 0; i < distribution.choice().option_size(); ++i)
        draws.push_back(option(distribution.choice(), i));
      return draws;
    }
    case schema::Distribution::kRotation: {
      Draw result;
      result.kind = Draw::Kind::kRotation;
      return {result};
    }
    case schema::Distribution::KIND_NOT_SET:
      break;
  }
  return {};
}

std::string describe(const schema::Distribution& distribution) {
  const auto range = [](double low, double high, char close) {
    return "[" + format_number(low) + ", " + format_number(high) + close;
  };
  switch (distribution.kind_case()) {
    case schema::Distribution::kUniform:
      return "uniform in " +
             range(distribution.uniform().low(), distribution.uniform().high(), ')');
    case schema::Distribution::kLogUniform:
      return "log-uniform in " +
             range(distribution.log_uniform().low(), distribution.log_uniform().high(), ')');
    case schema::Distribution::kTruncatedNormal: {
      const auto& p = distribution.truncated_normal();
      return "normal (" + format_number(p.mean()) + ", " + format_number(p.stddev()) + ") cut to " +
             range(p.low(), p.high(), ']');
    }
    case schema::Distribution::kInteger:
      return "whole number in " + range(static_cast<double>(distribution.integer().low()),
                                        static_cast<double>(distribution.integer().high()), ']');
    case schema::Distribution::kChoice: {
      std::vector<std::string> options;
      for (const auto& o : distribution.choice().option()) options.push_back(o.value());
      return (options_are_numbers(distribution.choice()) ? "one of " : "index into ") +
             join(options, " | ");
    }
    case schema::Distribution::kRotation:
      return "uniform rotation";
    case schema::Distribution::KIND_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace diorama
