// Rays on the CPU behind Renderer: every label from its definition, no graphics driver needed. Works on the calling thread
// alone, within `submit`; a picture does not depend on threads, batches or what was drawn before.
#pragma once

#include <memory>
#include <string>

#include "engine/core/status.h"
#include "renderers/renderer.h"

namespace diorama {

/// unavailable(...) if Embree cannot work on this CPU.
/// Its submit() takes any number of lights and object indices below 65535. Colours are those of the Vulkan renderer but
/// for shadows: a sun's are cast by rays, so their edges are hard and they reach everywhere. Planes throw none.
Result<std::unique_ptr<Renderer>> make_raycast_renderer();

/// "3.13.5", of the library at run time.
std::string embree_version();

}  // namespace diorama
