// Memory of MuJoCo's models and states. Private to engine/physics/mujoco.
#pragma once

#include <cstddef>

namespace diorama::mujoco {

/// From now on MuJoCo's large blocks lie outside of the heap, in mappings of their own that are
/// used again. Even a small scene's mjData has a stack of megabytes, and two of them come and go
/// with every episode: among blocks of other sizes and threads they leave holes that a heap does
/// not get rid of, and a long run grows.
///
/// Before MuJoCo allocates anything: what it frees must have been allocated in the same way.
/// Returns true.
bool install_memory_hooks() noexcept;

/// Bytes of large blocks that MuJoCo holds now. Thread-safe.
std::size_t large_bytes_in_use();
/// Bytes of large blocks that are kept for the next model or state: at most 128 MiB. Thread-safe.
std::size_t large_bytes_kept();

}  // namespace diorama::mujoco
