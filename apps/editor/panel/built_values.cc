#include "apps/editor/panel/built_values.h"

#include "scenes/field_path.h"

namespace diorama::editor {
namespace {

const Scene* scene_of(const PanelContext& c) {
  const SimSnapshot& now = *c.workspace.snapshot();
  // While the next one is built, the last one's numbers stay.
  return now.scene != nullptr && now.load_status.ok() ? &now.scene->scene() : nullptr;
}

}  // namespace

std::optional<double> built_number(const PanelContext& c, const std::string& path) {
  const Scene* scene = scene_of(c);
  if (scene == nullptr) return std::nullopt;
  if (path == "physics.step_rate_hz") return scene->physics.step_rate_hz;
  const schema::Scenario& scenario = c.document.scenario();
  const auto ref = resolve_field(scenario, path);
  if (!ref.ok() || ref->steps.size() != 2) return std::nullopt;
  const auto& parent = parent_of(scenario, *ref);
  if (parent.GetDescriptor() == schema::Group::descriptor() && ref->field().name() == "max_count")
    return static_cast<const schema::Group&>(parent).count();
  if (parent.GetDescriptor() == schema::Body::descriptor() && ref->field().name() == "mass_kg") {
    const auto body = scene->find_body(name_of(parent));
    if (!body || scene->bodies[static_cast<std::size_t>(body->index)].motion == Motion::kStatic)
      return std::nullopt;
    return scene->bodies[static_cast<std::size_t>(body->index)].mass.mass_kg;
  }
  return std::nullopt;
}

std::optional<std::array<double, 3>> built_vector(const PanelContext& c, const std::string& path) {
  const Scene* scene = scene_of(c);
  if (scene == nullptr || path != "physics.gravity_m_s2") return std::nullopt;
  const dvec3& gravity = scene->physics.gravity_m_s2;
  return std::array<double, 3>{gravity.x, gravity.y, gravity.z};
}

}  // namespace diorama::editor
