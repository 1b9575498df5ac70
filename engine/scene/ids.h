// The typed indices of the scene graph.
#pragma once

#include "engine/core/id.h"

namespace diorama {

using NodeId = Id<struct NodeTag>;
using BodyId = Id<struct BodyTag>;
using ShapeId = Id<struct ShapeTag>;
using JointId = Id<struct JointTag>;
using ActuatorId = Id<struct ActuatorTag>;
using CameraId = Id<struct CameraTag>;
using LightId = Id<struct LightTag>;
using MaterialId = Id<struct MaterialTag>;
using TextureId = Id<struct TextureTag>;
using MeshId = Id<struct MeshTag>;

}  // namespace diorama
