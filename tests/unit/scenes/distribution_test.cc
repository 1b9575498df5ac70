#include "scenes/distribution.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

schema::Distribution distribution(const std::string& text) {
  schema::Distribution result;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &result));
  return result;
}

constexpr int kDraws = 40000;

struct Moments {
  double mean = 0.0;
  double stddev = 0.0;
  double lowest = 1e300;
  double highest = -1e300;
};

Moments moments(
    const schema::Distribution& d, double (*of)(double) = [](double x) { return x; }) {
  Moments m;
  double squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream({17, i}, "test");
    const double x = draw(d, stream).number;
    m.lowest = std::min(m.lowest, x);
    m.highest = std::max(m.highest, x);
    m.mean += of(x) / kDraws;
    squares += of(x) * of(x) / kDraws;
  }
  m.stddev = std::sqrt(squares - m.mean * m.mean);
  return m;
}

TEST_CASE("uniform draws stay in [low, high) and have its moments") {
  const auto m = moments(distribution("uniform { low: -2 high: 4 }"));
  CHECK(m.lowest >= -2);
  CHECK(m.highest < 4);
  CHECK(std::abs(m.mean - 1) < 0.05);
  CHECK(std::abs(m.stddev - 6 / std::sqrt(12.0)) < 0.05);
  CHECK(moments(distribution("uniform { low: 3 high: 3 }")).mean == doctest::Approx(3));
}

TEST_CASE("log-uniform draws are uniform in the logarithm") {
  const auto m = moments(distribution("log_uniform { low: 0.01 high: 100 }"),
                         [](double x) { return std::log10(x); });
  CHECK(m.lowest >= 0.01);
  CHECK(m.highest < 100);
  CHECK(std::abs(m.mean) < 0.03);
  CHECK(std::abs(m.stddev - 4 / std::sqrt(12.0)) < 0.03);
}

TEST_CASE("a truncated normal has the moments of theory, also when it is cut far out in a tail") {
  // phi and Phi of the standard normal give mean and variance of the cut one.
  const auto check = [](double a, double b) {
    CAPTURE(a);
    CAPTURE(b);
    schema::Distribution d;
    auto& p = *d.mutable_truncated_normal();
    p.set_mean(10);
    p.set_stddev(2);
    p.set_low(10 + 2 * a);
    p.set_high(10 + 2 * b);
    const auto m = moments(d);
    CHECK(m.lowest >= p.low());
    CHECK(m.highest <= p.high());
    // By quadrature of the density over [a, b].
    double weight = 0.0;
    double mean = 0.0;
    for (int i = 0; i < 20000; ++i) {
      const double z = a + (b - a) * (i + 0.5) / 20000;
      const double peak = a * b < 0 ? 0.0 : std::min(a * a, b * b);
      const double density = std::exp(0.5 * (peak - z * z));
      weight += density;
      mean += density * z;
    }
    CHECK(std::abs(m.mean - (10 + 2 * mean / weight)) < 0.03);
  };
  check(-1, 2);
  check(-50, 50);
  check(3, 9);
  check(-40, -6);
  check(7, 40);
}

TEST_CASE("whole numbers come from the whole range with equal shares") {
  std::map<double, int> count;
  const auto d = distribution("integer { low: -1 high: 3 }");
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream({1, i}, "n");
    ++count[draw(d, stream).number];
  }
  REQUIRE(count.size() == 5);
  CHECK(count.begin()->first == -1);
  for (const auto& [value, n] : count) CHECK(std::abs(n - kDraws / 5) < 400);
}

TEST_CASE(
    "a choice follows its weights; its factor is the number if all options are numbers, else the "
    "index") {
  const auto words =
      distribution("choice { option { value: 'a' } option { value: 'b' weight: 3 } }");
  int b = 0;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream({1, i}, "c");
    const Draw drawn = draw(words, stream);
    CHECK(drawn.factor_values(words)[0] == (drawn.text == "a" ? 0.0 : 1.0));
    b += drawn.text == "b" ? 1 : 0;
  }
  CHECK(std::abs(b - kDraws * 3 / 4) < 500);
  const auto numbers = distribution("choice { option { value: '2.5' } }");
  RandomStream stream({1, 1}, "c");
  CHECK(draw(numbers, stream).factor_values(numbers)[0] == 2.5);
}

TEST_CASE("rotations are unit quaternions without a preferred direction") {
  const auto d = distribution("rotation {}");
  dvec3 mean(0.0);
  for (int i = 0; i < 5000; ++i) {
    RandomStream stream({1, i}, "r");
    const Draw drawn = draw(d, stream);
    REQUIRE(drawn.factor_values(d).size() == 4);
    CHECK(glm::length(drawn.rotation) == doctest::Approx(1));
    mean += drawn.rotation * dvec3(0, 0, 1) / 5000.0;
  }
  CHECK(glm::length(mean) < 0.05);
}

TEST_CASE("wrong parameters are told with field and value") {
  const auto problems = [](const std::string& text) {
    std::string all;
    for (const auto& problem : check_distribution(distribution(text))) all += problem + "\n";
    return all;
  };
  CHECK(contains(problems(""), "none is given"));
  CHECK(contains(problems("uniform { low: 2 high: 1 }"), "uniform.high: 1 is below low 2"));
  CHECK(contains(problems("uniform { low: nan high: inf }"),
                 "uniform.low: nan is not a finite number\nuniform.high: inf"));
  CHECK(contains(problems("log_uniform { low: 0 high: 1 }"), "log_uniform.low: 0 must be above 0"));
  CHECK(contains(problems("truncated_normal { low: 1 high: 1 }"),
                 "stddev: 0 must be above 0\ntruncated_normal.high: 1 must be above"));
  CHECK(contains(problems("choice {}"), "give at least one"));
  CHECK(contains(problems("choice { option { value: 'a' weight: -1 } }"),
                 "choice.option[0].weight: -1"));
  CHECK(contains(problems("integer { low: 3 high: 2 }"), "integer.high: 2 is below low 3"));
  CHECK(problems("rotation {}").empty());
}

TEST_CASE("the share of draws below a value is what draws show") {
  constexpr double kTolerance = 0.02;  // four standard errors
  for (const char* text : {"uniform { low: -1 high: 3 }", "log_uniform { low: 0.01 high: 10 }", "truncated_normal { mean: 1 stddev: 2 low: 0 high: 2 }",
                           "truncated_normal { mean: 0 stddev: 1 low: 5 high: 6 }", "integer { low: -2 high: 4 }", "rotation {}",
                           "choice { option { value: '1' } option { value: '3' weight: 2 } option { value: '2' } }",
                           "choice { option { value: 'red' } option { value: 'green' weight: 3 } }"}) {
    CAPTURE(text);
    const schema::Distribution declared = distribution(text);
    RandomStream stream({1, 2}, "share_below");
    std::vector<double> values;
    for (int i = 0; i < kDraws; ++i) {
      const Draw drawn = draw(declared, stream);
      const double value = drawn.factor_values(declared)[0];
      values.push_back(declared.has_rotation() ? 2.0 * std::acos(std::min(1.0, std::fabs(value))) : value);
    }
    std::sort(values.begin(), values.end());
    for (const double q : {0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0}) {
      const double value = values[static_cast<std::size_t>(q * (kDraws - 1))];
      const auto below = std::lower_bound(values.begin(), values.end(), value) - values.begin();
      CHECK(std::fabs(share_below(declared, value) - static_cast<double>(below) / kDraws) < kTolerance);
    }
    CHECK(share_below(declared, values.front() - 100.0) == 0.0);
    CHECK(share_below(declared, values.back() + 100.0) == 1.0);
  }
}

}  // namespace
}  // namespace diorama
