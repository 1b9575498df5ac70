// Rules for cameras, lights and `vary` entries.
#include "engine/core/text.h"
#include "scenes/field_path.h"
#include "scenes/validate_internal.h"
#include "scenes/vary.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace diorama::internal {
namespace {

/// As many as every renderer takes.
constexpr int kMaxLights = 8;

bool equal(const schema::Vec3& a, const schema::Vec3& b) {
  return a.x() == b.x() && a.y() == b.y() && a.z() == b.z();
}

bool is_view_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 128 && (std::isalnum(c) != 0 || c == '_' || c == '-');
  });
}

bool is_factor_name(const std::string& name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); });
}

void check_motion(Validation& v, const schema::Camera& camera, const std::string& path) {
  const char* const same_place =
      "is where the camera stands, so there is no direction to look in; move one of them";
  switch (camera.motion_case()) {
    case schema::Camera::MOTION_NOT_SET:
      v.error(path,
              "says not how it moves; give one of fixed, orbit, look_at, mounted, model_camera");
      break;
    case schema::Camera::kFixed:
      if (!camera.fixed().has_rotation() &&
          equal(camera.fixed().position_m(), camera.fixed().look_at_m())) {
        v.error(path + ".fixed.look_at_m", same_place);
      }
      break;
    case schema::Camera::kOrbit:
      if (!camera.orbit().body().empty())
        v.check_body_reference(path + ".orbit.body", camera.orbit().body());
      break;
    case schema::Camera::kLookAt:
      v.check_body_reference(path + ".look_at.body", camera.look_at().body());
      break;
    case schema::Camera::kMounted:
      v.check_body_reference(path + ".mounted.body", camera.mounted().body());
      if (!camera.mounted().has_rotation() &&
          equal(camera.mounted().position_m(), camera.mounted().look_at_m())) {
        v.error(path + ".mounted.look_at_m", same_place);
      }
      break;
    case schema::Camera::kModelCamera: {
      const std::string& name = camera.model_camera();
      if (!v.scenario.has_model()) {
        v.error(path + ".model_camera", "there is no model file; add model { file: ... }");
      } else if (v.model != nullptr && std::find(v.model->cameras.begin(), v.model->cameras.end(),
                                                 name) == v.model->cameras.end()) {
        v.error(path + ".model_camera",
                "the model file has no camera '" + name + "'" +
                    did_you_mean(name, v.model->cameras) +
                    (v.model->cameras.empty() ? "; it has none"
                                              : "; it has " + join(v.model->cameras, ", ")));
      }
      break;
    }
  }
}

void check_camera(Validation& v, const schema::Camera& camera, const std::string& path) {
  if (!is_view_name(camera.name())) {
    v.error(path + ".name",
            "'" + camera.name() + "' must be of letters, digits, _ and -, for it names columns");
  }
  const double near_m = camera.has_near_m() ? camera.near_m() : 0.02;
  const double far_m = camera.has_far_m() ? camera.far_m() : 30.0;
  if (!(near_m < far_m)) {
    v.error(path + ".far_m",
            format_number(far_m) + " must be above near_m = " + format_number(near_m));
  }
  check_motion(v, camera, path);
}

/// One draw, as messages show it.
std::string shown(const Draw& draw) {
  switch (draw.kind) {
    case Draw::Kind::kNumber:
      return format_number(draw.number);
    case Draw::Kind::kText:
      return "'" + draw.text + "'";
    case Draw::Kind::kRotation:
      return "a rotation";
  }
  return "";
}

/// Checks what entries of one root (the scenario, or an item) do to the scenario.
class VaryChecker {
 public:
  using RootOf = std::function<google::protobuf::Message&(schema::Scenario&)>;

  VaryChecker(Validation& v, const std::vector<Diagnostic>& baseline, RootOf root_of,
              std::string prefix)
      : v_(v), root_of_(std::move(root_of)), prefix_(std::move(prefix)) {
    for (const Diagnostic& d : baseline) baseline_.insert(d.path + ": " + d.message);
  }

  void check(const schema::Vary& vary, int index) {
    const std::string path = prefix_ + "vary[" + std::to_string(index) + "]";
    bool usable = true;
    for (const std::string& problem : check_distribution(vary.distribution())) {
      const bool none = vary.distribution().kind_case() == schema::Distribution::KIND_NOT_SET;
      const std::size_t colon = none ? std::string::npos : problem.find(": ");
      v_.error(path + ".distribution" + (none ? "" : "." + problem.substr(0, colon)),
               none ? problem : problem.substr(colon + 2));
      usable = false;
    }
    schema::Scenario copy = v_.scenario;
    const auto resolved = resolve_vary(root_of_(copy), vary);
    if (!resolved.ok()) {
      const std::string& message = resolved.status().message();
      const std::size_t colon = message.find(": ");
      v_.error(path + "." + message.substr(0, colon), message.substr(colon + 2));
      return;
    }
    for (std::size_t i = 0; i < resolved->fields.size(); ++i) {
      check_double_use(resolved->fields[i], path + ".path[" + std::to_string(i) + "]");
    }
    if (usable) probe(vary, *resolved, path);
  }

 private:
  void check_double_use(const FieldRef& field, const std::string& path) {
    for (const auto& [other, where] : used_) {
      const std::string& longer = other.size() > field.path.size() ? other : field.path;
      const std::string& shorter = other.size() > field.path.size() ? field.path : other;
      if (longer.rfind(shorter, 0) == 0 &&
          (longer.size() == shorter.size() || longer[shorter.size()] == '.')) {
        v_.error(path, "'" + field.path + "' is varied by " + where + " already");
        return;
      }
    }
    used_.emplace_back(field.path, path);
  }

  /// Applies the ends of the distribution, one at a time, and reports what becomes invalid by them.
  void probe(const schema::Vary& vary, const ResolvedVary& resolved, const std::string& path) {
    for (const Draw& draw : extreme_draws(vary.distribution())) {
      std::string where = path + ".distribution";
      if (draw.option >= 0) where += ".choice.option[" + std::to_string(draw.option) + "].value";
      schema::Scenario copy = v_.scenario;
      bool applied = true;
      for (const FieldRef& field : resolved.fields) {
        const Status status = apply_draw(root_of_(copy), field, draw);
        if (!status.ok()) {
          v_.error(where, status.message());
          applied = false;
        }
      }
      if (!applied) continue;
      for (const Diagnostic& d : validate_fields(copy, v_.base_folder, v_.model, v_.check_files)) {
        if (d.severity == Diagnostic::Severity::kWarning ||
            baseline_.contains(d.path + ": " + d.message))
          continue;
        v_.error(where, "the value " + shown(draw) + " makes the scenario invalid: " + d.path +
                            ": " + d.message);
      }
    }
  }

  Validation& v_;
  RootOf root_of_;
  std::string prefix_;
  std::set<std::string> baseline_;
  std::vector<std::pair<std::string, std::string>>
      used_;  // Canonical path, and the entry that varies it.
};

}  // namespace

void check_views(Validation& v) {
  std::map<std::string, std::string> names;
  if (v.scenario.camera_size() == 0)
    v.error("camera", "there is none; a scenario needs at least one");
  for (int i = 0; i < v.scenario.camera_size(); ++i) {
    const schema::Camera& camera = v.scenario.camera(i);
    const std::string path = element(v, v.scenario, "camera", i);
    check_camera(v, camera, path);
    const auto [first, fresh] = names.try_emplace(camera.name(), path);
    if (!fresh)
      v.error(path + ".name",
              "the camera name '" + camera.name() + "' is taken by " + first->second);
  }
  names.clear();
  if (v.scenario.light_size() > kMaxLights) {
    v.error("light", std::to_string(v.scenario.light_size()) + " lights; at most " +
                         std::to_string(kMaxLights) + " are possible: remove some");
  }
  for (int i = 0; i < v.scenario.light_size(); ++i) {
    const schema::Light& light = v.scenario.light(i);
    const std::string path = element(v, v.scenario, "light", i);
    if (!light.name().empty()) {
      const auto [first, fresh] = names.try_emplace(light.name(), path);
      if (!fresh)
        v.error(path + ".name",
                "the light name '" + light.name() + "' is taken by " + first->second);
    }
    if (light.kind_case() == schema::Light::KIND_NOT_SET) {
      v.error(path, "has no kind; give one of sun, point, spot");
    } else if (light.has_spot() && equal(light.spot().position_m(), light.spot().look_at_m())) {
      v.error(path + ".spot.look_at_m",
              "is where the light stands, so there is no direction to shine in");
    }
  }
}

void check_vary(Validation& v) {
  const std::vector<Diagnostic> baseline =
      validate_fields(v.scenario, v.base_folder, v.model, v.check_files);
  std::map<std::string, std::string> factors;
  VaryChecker checker(
      v, baseline, [](schema::Scenario& s) -> google::protobuf::Message& { return s; }, "");
  for (int i = 0; i < v.scenario.vary_size(); ++i) {
    const schema::Vary& vary = v.scenario.vary(i);
    const std::string path = "vary[" + std::to_string(i) + "]";
    checker.check(vary, i);
    if (!vary.factor().empty()) {
      if (!is_factor_name(vary.factor())) {
        v.error(path + ".factor",
                "'" + vary.factor() + "' must be of letters, digits and _, not led by a digit");
      }
      const auto [first, fresh] = factors.try_emplace(vary.factor(), path);
      if (!fresh)
        v.error(path + ".factor",
                "the factor '" + vary.factor() + "' is taken by " + first->second);
    }
    for (const std::string& target : vary.path()) {
      const auto ref = resolve_field(v.scenario, target);
      if (!ref.ok() || ref->steps.size() != 2 || ref->steps[0].field->name() != "group") continue;
      if (ref->field().name() != "count") continue;
      const schema::Group& group = v.scenario.group(ref->steps[0].index);
      if (!group.has_max_count()) {
        v.error(element(v, v.scenario, "group", ref->steps[0].index) + ".max_count",
                "must be given, because " + path +
                    " varies the count: the dataset needs the number of slots");
      }
    }
  }
  for (int g = 0; g < v.scenario.group_size(); ++g) {
    const schema::Group& group = v.scenario.group(g);
    for (int i = 0; i < group.item_size(); ++i) {
      const std::string prefix =
          element(v, v.scenario, "group", g) + "." + element(v, group, "item", i) + ".";
      VaryChecker item_checker(
          v, baseline,
          [g, i](schema::Scenario& s) -> google::protobuf::Message& {
            return *s.mutable_group(g)->mutable_item(i);
          },
          prefix);
      for (int k = 0; k < group.item(i).vary_size(); ++k) {
        const schema::Vary& vary = group.item(i).vary(k);
        item_checker.check(vary, k);
        if (!vary.factor().empty()) {
          v.error(prefix + "vary[" + std::to_string(k) + "].factor",
                  "'" + vary.factor() +
                      "': each body of a group draws its own value, so there is no column for it; "
                      "leave it out");
        }
      }
    }
  }
}

}  // namespace diorama::internal
