// Draws from the distributions of a scenario. Pure functions, thread-safe.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/core/rng.h"
#include "schemas/distribution.pb.h"

namespace diorama {

/// What one draw gives.
struct Draw {
  enum class Kind { kNumber, kText, kRotation };
  Kind kind = Kind::kNumber;
  double number = 0.0;               ///< kNumber.
  std::string text;                  ///< kText: the option as it is written.
  dquat rotation = identity_quat();  ///< kRotation.
  int option = -1;                   ///< Of a choice, the index that was drawn.

  /// What the column `variation.<factor>` records: the number, the option's number if all options
  /// of the choice are numbers, else its index, or the rotation as w, x, y, z.
  std::vector<double> factor_values(const schema::Distribution& distribution) const;
};

/// What is wrong with the parameters, one message each, led by the name of the field
/// ("uniform.high: ...").
std::vector<std::string> check_distribution(const schema::Distribution& distribution);

/// Draws once, by the inverse of the distribution function: no rejection, so that a draw is cheap
/// however far a normal is cut. The distribution must pass check_distribution().
Draw draw(const schema::Distribution& distribution, RandomStream& stream);

/// A draw of `index` of these weights (0 or negative weights are never drawn); their sum must be
/// positive.
int draw_weighted(const std::vector<double>& weights, RandomStream& stream);

/// The values that bound what can be drawn: the ends of a range, all options of a choice, the
/// identity for a rotation. Checking these against a field's rules checks every value.
std::vector<Draw> extreme_draws(const schema::Distribution& distribution);

/// The share of draws whose first factor value (see Draw::factor_values; of a rotation: its angle, 0 to pi rad) is below
/// `value`.
double share_below(const schema::Distribution& distribution, double value);

/// Whether all options are numbers.
bool options_are_numbers(const schema::Choice& choice);

/// "uniform in [0.1, 0.3)", "one of red, green".
std::string describe(const schema::Distribution& distribution);

}  // namespace diorama
