// Typed indices: a BodyId cannot be used where a ShapeId is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace diorama {

/// Index into one of the Scene's arrays. Default-constructed it refers to nothing.
template <typename Tag>
struct Id {
  int index = -1;

  constexpr Id() = default;
  constexpr explicit Id(int i) : index(i) {}
  constexpr explicit Id(std::size_t i) : index(static_cast<int>(i)) {}

  constexpr bool valid() const { return index >= 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

}  // namespace diorama

template <typename Tag>
struct std::hash<diorama::Id<Tag>> {
  std::size_t operator()(const diorama::Id<Tag>& id) const noexcept { return std::hash<int>{}(id.index); }
};
