#include "apps/editor/session/seed_marks.h"

#include <sstream>

namespace diorama::editor {

void SeedMarks::set_pinned(SampleKey key, bool pinned) {
  if (!pinned) {
    pinned_.erase(place(key));
    return;
  }
  pinned_.insert(place(key));
  rejected_.erase(place(key));
}

void SeedMarks::set_rejected(SampleKey key, bool rejected) {
  if (!rejected) {
    rejected_.erase(place(key));
    return;
  }
  rejected_.insert(place(key));
  pinned_.erase(place(key));
}

std::string SeedMarks::to_text() const {
  std::ostringstream text;
  for (const auto& [seed, episode] : pinned_) text << "pin " << seed << ' ' << episode << '\n';
  for (const auto& [seed, episode] : rejected_) text << "reject " << seed << ' ' << episode << '\n';
  return text.str();
}

SeedMarks SeedMarks::from_text(const std::string& text) {
  SeedMarks marks;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mark;
    SampleKey key;
    if (!(words >> mark >> key.seed >> key.episode)) continue;
    if (mark == "pin") marks.set_pinned(key, true);
    if (mark == "reject") marks.set_rejected(key, true);
  }
  return marks;
}

}  // namespace diorama::editor
