// Bullet without diorama around it.
#include "engine/core/check.h"
#include "engine/physics/bullet/bullet_math.h"
#include "engine/physics/bullet/bullet_model.h"

#include "apps/bench/bench_physics.h"

namespace diorama {
namespace {

class RawBullet : public RawEngine {
 public:
  RawBullet(std::unique_ptr<BulletModel> model, double step_s)
      : model_(std::move(model)), step_s_(step_s) {}

  void step(int num_steps) override {
    for (int i = 0; i < num_steps; ++i) model_->world->stepSimulation(step_s_, 0);
  }

  std::vector<double> free_positions() const override {
    std::vector<double> positions;
    for (const BulletJoint& joint : model_->joints) {
      const BulletBody& body = model_->bodies[static_cast<std::size_t>(joint.body.index)];
      DIORAMA_CHECK(body.kind == BulletBody::Kind::kRigid);
      const btTransform& transform = body.rigid->getWorldTransform();
      const Pose world_from_inertia{from_bullet(transform.getOrigin()),
                                    from_bullet(transform.getRotation())};
      const dvec3 position = (world_from_inertia * inverse(body.body_from_inertia)).position;
      positions.insert(positions.end(), {position.x, position.y, position.z});
    }
    return positions;
  }

 private:
  std::unique_ptr<BulletModel> model_;
  double step_s_;
};

}  // namespace

Result<std::unique_ptr<RawEngine>> make_raw_bullet(const Scene& scene) {
  if (!scene.actuators.empty()) return failed("the bare Bullet of the bench has no actuators");
  DIORAMA_ASSIGN_OR_RETURN(std::unique_ptr<BulletModel> model, build_bullet_model(scene));
  return std::unique_ptr<RawEngine>(
      std::make_unique<RawBullet>(std::move(model), 1.0 / scene.physics.step_rate_hz));
}

}  // namespace diorama
