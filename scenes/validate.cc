#include "scenes/validate.h"

#include "engine/core/text.h"
#include "scenes/field_path.h"
#include "scenes/field_rules.h"
#include "scenes/validate_internal.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <compare>
#include <system_error>

namespace diorama {
namespace internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

double number_of(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(reflection.GetUInt64(message, &field));
    default:
      return 0.0;
  }
}

void check_enum(Validation& validation, const FieldDescriptor& field, int value,
                const std::string& path) {
  if (field.enum_type()->FindValueByNumber(value) != nullptr) return;
  std::vector<std::string> names;
  for (int i = 0; i < field.enum_type()->value_count(); ++i)
    names.push_back(field.enum_type()->value(i)->name());
  validation.error(path, std::to_string(value) + " is not one of " + join(names, ", "));
}

void walk(Validation& validation, const Message& message, const FieldDescriptor* holder,
          const std::string& path) {
  const auto& descriptor = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  if (&descriptor == schema::Quaternion::descriptor()) {
    const auto& q = static_cast<const schema::Quaternion&>(message);
    const double norm = std::hypot(std::hypot(q.w(), q.x()), std::hypot(q.y(), q.z()));
    if (norm < 1e-6) validation.error(path, "is zero and names no rotation; the identity is w: 1");
  }
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    const std::string prefix = path.empty() ? "" : path + ".";
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field.message_type() == schema::Vary::descriptor()) continue;  // check_vary
      if (field.is_repeated()) {
        for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
          walk(validation, reflection.GetRepeatedMessage(message, &field, k), &field,
               prefix + element_path(message, field, k));
        }
      } else if (reflection.HasField(message, &field)) {
        walk(validation, reflection.GetMessage(message, &field), &field, prefix + field.name());
      }
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      if (!field.is_repeated()) {
        check_enum(validation, field, reflection.GetEnumValue(message, &field),
                   prefix + field.name());
        continue;
      }
      for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
        check_enum(validation, field, reflection.GetRepeatedEnumValue(message, &field, k),
                   prefix + element_path(message, field, k));
      }
    } else if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
               field.cpp_type() != FieldDescriptor::CPPTYPE_BOOL) {
      if (field.has_presence() && !reflection.HasField(message, &field)) continue;
      const double value = number_of(message, field);
      const FieldRule& rule = field_rule(field, holder);
      if (!std::isfinite(value)) {
        validation.error(
            prefix + field.name(),
            format_number(value) + " is not a finite number; it must be in " + rule.range_text());
      } else if (!rule.allows(value)) {
        validation.error(prefix + field.name(),
                         format_number(value) + " must be in " + rule.range_text());
      }
    }
  }
}

/// Where a path stands in the message: field numbers in order of declaration, and indices. For
/// sorting.
std::vector<int> position(const Message& root, const std::string& path) {
  for (std::string prefix = path; !prefix.empty();) {
    const auto ref = resolve_field(root, prefix);
    if (ref.ok()) {
      std::vector<int> key;
      for (const FieldRef::Step& step : ref->steps) {
        key.push_back(step.field->index());
        key.push_back(step.index);
      }
      return key;
    }
    const std::size_t dot = prefix.rfind('.');
    prefix = dot == std::string::npos ? "" : prefix.substr(0, dot);
  }
  return {};
}

void sort_by_field(const schema::Scenario& scenario, std::vector<Diagnostic>& found) {
  std::vector<std::pair<std::vector<int>, Diagnostic>> keyed;
  for (Diagnostic& diagnostic : found) {
    auto key = position(scenario, diagnostic.path);
    keyed.emplace_back(std::move(key), std::move(diagnostic));
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  found.clear();
  for (auto& [key, diagnostic] : keyed) {
    const bool repeated = !found.empty() && found.back().path == diagnostic.path &&
                          found.back().message == diagnostic.message;
    if (!repeated) found.push_back(std::move(diagnostic));
  }
}

}  // namespace

void Validation::error(std::string path, std::string message) {
  found.push_back({Diagnostic::Severity::kError, std::move(path), std::move(message)});
}

void Validation::warning(std::string path, std::string message) {
  found.push_back({Diagnostic::Severity::kWarning, std::move(path), std::move(message)});
}

std::vector<std::string> Validation::body_names() const {
  std::vector<std::string> names;
  for (const schema::Body& body : scenario.body()) names.push_back(body.name());
  if (model != nullptr) names.insert(names.end(), model->bodies.begin(), model->bodies.end());
  return names;
}

void Validation::check_body_reference(const std::string& path, const std::string& name) {
  const std::vector<std::string> names = body_names();
  if (name.empty()) {
    error(path, "no body is named; there are " + join(names, ", "));
  } else if (std::find(names.begin(), names.end(), name) == names.end() && !model_unknown()) {
    error(path, "there is no body '" + name + "'" + did_you_mean(name, names) + "; there are " +
                    join(names, ", "));
  }
}

void Validation::check_file(const std::string& path, const std::string& file,
                            const std::vector<std::string>& extensions) {
  if (file.empty()) {
    error(path, "no file is named");
    return;
  }
  std::string extension = std::filesystem::path(file).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end()) {
    error(path, "'" + file + "' is not of a known kind (" + join(extensions, ", ") + ")");
    return;
  }
  if (!check_files) return;
  const std::filesystem::path full = base_folder / file;
  std::error_code failure;
  const auto status = std::filesystem::status(full, failure);
  if (!std::filesystem::exists(status)) {
    error(path, "there is no file '" + full.string() +
                    "'; relative paths start at the scenario's folder");
  } else if (!std::filesystem::is_regular_file(status)) {
    error(path, "'" + full.string() + "' is not a file");
  }
}

std::string element(const Validation&, const Message& parent, const char* field, int index) {
  return element_path(parent, *parent.GetDescriptor()->FindFieldByName(field), index);
}

void check_numbers(Validation& validation) { walk(validation, validation.scenario, nullptr, ""); }

void check_channels(Validation& validation, const std::string& owner,
                    const google::protobuf::RepeatedField<int>& channels) {
  for (int i = 0; i < channels.size(); ++i) {
    const std::string path = owner + ".channel[" + std::to_string(i) + "]";
    if (channels[i] == schema::Record::CHANNEL_UNSPECIFIED) {
      validation.error(path, "CHANNEL_UNSPECIFIED is no channel; use RGB, DEPTH, SEGMENTATION or "
                             "another of Record.Channel");
    } else if (std::find(channels.begin(), channels.begin() + i, channels[i]) !=
               channels.begin() + i) {
      validation.warning(path, "the channel is named twice");
    }
  }
}

void check_settings(Validation& validation) {
  const schema::Scenario& scenario = validation.scenario;
  const double frame_rate =
      scenario.episode().has_frame_rate_hz() ? scenario.episode().frame_rate_hz() : 24.0;
  if (scenario.physics().has_step_rate_hz() && frame_rate > 0.0) {
    const double step_rate = scenario.physics().step_rate_hz();
    const double substeps = step_rate / frame_rate;
    if (std::isfinite(substeps) &&
        (substeps < 0.5 || std::abs(substeps - std::round(substeps)) > 1e-9 * substeps)) {
      const double lower = std::max(1.0, std::floor(substeps)) * frame_rate;
      const double upper = (std::floor(substeps) + 1.0) * frame_rate;
      validation.error(
          "physics.step_rate_hz",
          format_number(step_rate) +
              " Hz is not a multiple of episode.frame_rate_hz = " + format_number(frame_rate) +
              " Hz; the nearest are " + format_number(lower) + " and " + format_number(upper));
    }
  }
  check_channels(validation, "record", scenario.record().channel());
  for (int i = 0; i < scenario.camera_size(); ++i) {
    check_channels(validation, "camera[" + std::to_string(i) + "]", scenario.camera(i).channel());
  }
  if (scenario.has_model()) {
    validation.check_file("model.file", scenario.model().file(), {".xml", ".mjcf"});
    if (scenario.physics().engine() == schema::Physics::BULLET) {
      validation.error("physics.engine", "BULLET cannot step a model file; use MUJOCO");
    }
  }
}

std::vector<Diagnostic> validate_fields(const schema::Scenario& scenario,
                                        const std::filesystem::path& base_folder,
                                        const ModelNames* model, bool check_files) {
  Validation validation{scenario, base_folder, model, check_files, {}};
  check_numbers(validation);
  check_settings(validation);
  check_materials(validation);
  check_bodies(validation);
  check_groups(validation);
  check_actuators(validation);
  check_views(validation);
  return std::move(validation.found);
}

std::vector<Diagnostic> validate_all(const schema::Scenario& scenario,
                                     const std::filesystem::path& base_folder,
                                     const ModelNames* model) {
  Validation validation{scenario, base_folder, model, true,
                        validate_fields(scenario, base_folder, model, true)};
  check_vary(validation);
  sort_by_field(scenario, validation.found);
  return std::move(validation.found);
}

}  // namespace internal

std::vector<Diagnostic> validate(const schema::Scenario& scenario,
                                 const std::filesystem::path& base_folder) {
  return internal::validate_all(scenario, base_folder, nullptr);
}

}  // namespace diorama
