#include "apps/editor/command/default_distribution.h"

#include "engine/core/text.h"
#include "scenes/field_rules.h"
#include "schemas/scenario.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace diorama::editor {
namespace {

constexpr double kRelativeHalfWidth = 0.25;
constexpr double kHalfWidthAtZero = 0.1;
constexpr double kHalfWidthAtZeroDeg = 15.0;
constexpr int kColors = 5;

/// Without the noise of binary fractions: 12 digits are more than anyone means.
double tidy(double value) {
  std::array<char, 40> text{};
  (void)std::snprintf(text.data(), text.size(), "%.12g", value);
  return std::strtod(text.data(), nullptr);
}

/// The vector or colour that an absent message at `steps_up` above the end of the path stands for.
std::optional<std::array<double, 3>> absent_vector(const google::protobuf::Message& root,
                                                   FieldRef ref, std::size_t steps_up) {
  ref.steps.resize(ref.steps.size() - steps_up);
  if (ref.steps.empty() || ref.field().is_repeated()) return std::nullopt;
  const auto& parent = parent_of(root, ref);
  if (parent.GetReflection()->HasField(parent, &ref.field())) return std::nullopt;
  const bool on_model = root.GetDescriptor() == schema::Scenario::descriptor() &&
                        static_cast<const schema::Scenario&>(root).has_model();
  return vector_default(ref.field(), parent, on_model);
}

double present_value(const google::protobuf::Message& root, const FieldRef& field,
                     const FieldRule& rule) {
  if (const auto vector = absent_vector(root, field, 1))
    return vector->at(static_cast<std::size_t>(field.field().index()));
  const auto& parent = parent_of(root, field);
  const bool absent =
      field.field().has_presence() && !parent.GetReflection()->HasField(parent, &field.field());
  if (!absent) return field_number(root, field).value_or(0.0);
  return rule.default_value.value_or(std::clamp(1.0, rule.lower, rule.upper));
}

struct Range {
  double low = 0.0;
  double high = 0.0;
};

Range range_about(double value, const FieldRule& rule) {
  const double at_zero = rule.unit == "deg" ? kHalfWidthAtZeroDeg : kHalfWidthAtZero;
  const double wanted = value == 0.0 ? at_zero : std::abs(value) * kRelativeHalfWidth;
  const double room = std::min(value - rule.lower, rule.upper - value);
  if (room >= wanted) return {tidy(value - wanted), tidy(value + wanted)};
  // As wide as the nearer bound allows, or to one side where the value stands at the bound.
  const double half = rule.lower_open ? 0.9 * room : room;
  if (half > 0.1 * wanted) return {tidy(value - half), tidy(value + half)};
  return {std::max(rule.lower, tidy(value <= rule.lower + half ? value : value - wanted)),
          std::min(rule.upper, tidy(value >= rule.upper - half ? value : value + wanted))};
}

std::array<double, 3> hue_turned(const std::array<double, 3>& rgb, double turn) {
  // Rotation about the grey axis; a grey colour would stay grey, so it is given some colour first.
  std::array<double, 3> c = rgb;
  const double spread =
      *std::max_element(c.begin(), c.end()) - *std::min_element(c.begin(), c.end());
  if (spread < 0.1) {
    c[0] = std::min(1.0, c[0] + 0.25);
    c[2] = std::max(0.0, c[2] - 0.25);
  }
  const double cosine = std::cos(turn);
  const double sine = std::sin(turn) / std::sqrt(3.0);
  const double mean = (c[0] + c[1] + c[2]) / 3.0 * (1.0 - cosine);
  std::array<double, 3> result{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double value = mean + c[i] * cosine + (c[(i + 2) % 3] - c[(i + 1) % 3]) * sine;
    result[i] = std::clamp(std::round(value * 100.0) / 100.0, 0.0, 1.0);
  }
  return result;
}

std::string color_text(const std::array<double, 3>& rgb) {
  return "r: " + format_number(rgb[0]) + " g: " + format_number(rgb[1]) +
         " b: " + format_number(rgb[2]);
}

void add_colors(const google::protobuf::Message& root, const FieldRef& field,
                schema::Choice& choice) {
  const auto& parent = parent_of(root, field);
  std::array<double, 3> rgb =
      absent_vector(root, field, 0).value_or(std::array<double, 3>{0.7, 0.7, 0.7});
  if (parent.GetReflection()->HasField(parent, &field.field())) {
    const auto& color = static_cast<const schema::Color&>(
        parent.GetReflection()->GetMessage(parent, &field.field()));
    rgb = {color.r(), color.g(), color.b()};
  }
  choice.add_option()->set_value(color_text(rgb));
  for (int i = 1; i < kColors; ++i) {
    choice.add_option()->set_value(
        color_text(hue_turned(rgb, 2.0 * 3.14159265358979 * i / kColors)));
  }
}

}  // namespace

Result<schema::Distribution> default_distribution(const google::protobuf::Message& root,
                                                  const FieldRef& field) {
  schema::Distribution distribution;
  switch (field_kind(field)) {
    case FieldKind::kReal: {
      const FieldRule& rule = field_rule(field.field(), field.holder());
      const Range range = range_about(present_value(root, field, rule), rule);
      distribution.mutable_uniform()->set_low(range.low);
      distribution.mutable_uniform()->set_high(range.high);
      return distribution;
    }
    case FieldKind::kInteger: {
      const FieldRule& rule = field_rule(field.field(), field.holder());
      const double value = present_value(root, field, rule);
      const double half = std::max(1.0, std::round(std::abs(value) * kRelativeHalfWidth));
      distribution.mutable_integer()->set_low(
          static_cast<std::int64_t>(std::max(std::ceil(rule.lower), value - half)));
      distribution.mutable_integer()->set_high(
          static_cast<std::int64_t>(std::min(std::floor(rule.upper), value + half)));
      return distribution;
    }
    case FieldKind::kBool:
      distribution.mutable_choice()->add_option()->set_value("false");
      distribution.mutable_choice()->add_option()->set_value("true");
      return distribution;
    case FieldKind::kEnum: {
      const auto& words = *field.field().enum_type();
      for (int i = 0; i < words.value_count(); ++i) {
        if (words.value(i)->name().ends_with("UNSPECIFIED")) continue;
        distribution.mutable_choice()->add_option()->set_value(words.value(i)->name());
      }
      return distribution;
    }
    case FieldKind::kMessage:
      if (field.field().message_type() == schema::Rotation::descriptor()) {
        distribution.mutable_rotation();
        return distribution;
      }
      if (field.field().message_type() == schema::Color::descriptor()) {
        add_colors(root, field, *distribution.mutable_choice());
        return distribution;
      }
      break;
    case FieldKind::kString:
    case FieldKind::kRepeated:
      break;
  }
  return invalid_input(field.path + ": say what it may become; it is " + expected_value(field));
}

}  // namespace diorama::editor
