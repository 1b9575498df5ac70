// SeedMarks: which episodes a user has pinned or turned down while looking through them. Value.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "engine/core/rng.h"

namespace diorama::editor {

class SeedMarks {
 public:
  void set_pinned(SampleKey key, bool pinned);
  void set_rejected(SampleKey key, bool rejected);
  bool is_pinned(SampleKey key) const { return pinned_.contains(place(key)); }
  bool is_rejected(SampleKey key) const { return rejected_.contains(place(key)); }
  std::size_t num_pinned() const { return pinned_.size(); }
  std::size_t num_rejected() const { return rejected_.size(); }

  /// "pin 7 3\nreject 7 5\n" (seed, episode), for settings; unknown lines are left out when read.
  std::string to_text() const;
  static SeedMarks from_text(const std::string& text);

 private:
  using Place = std::pair<std::uint64_t, std::int64_t>;
  static Place place(SampleKey key) { return {key.seed, key.episode}; }
  std::set<Place> pinned_;
  std::set<Place> rejected_;
};

}  // namespace diorama::editor
