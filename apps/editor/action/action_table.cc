#include "apps/editor/action/action_table.h"

#include <cctype>
#include <utility>

#include "engine/core/check.h"
#include "engine/core/text.h"

namespace diorama::editor {

void ActionTable::add(Action action) {
  DIORAMA_CHECK(find(action.id) == nullptr && action.run != nullptr);
  actions_.push_back(std::move(action));
}

void ActionTable::set_title(const std::string& id, const std::string& title) {
  for (Action& action : actions_) {
    if (action.id == id) action.title = title;
  }
}

const Action* ActionTable::find(const std::string& id) const {
  for (const Action& action : actions_) {
    if (action.id == id) return &action;
  }
  return nullptr;
}

Status ActionTable::run(const std::string& id) const {
  const Action* action = find(id);
  if (action == nullptr) {
    std::vector<std::string> ids;
    for (const Action& known : actions_) ids.push_back(known.id);
    return invalid_input("unknown action '" + id + "'" + did_you_mean(id, ids));
  }
  if (const std::string reason = disabled_reason(*action); !reason.empty()) {
    return failed("'" + action->title + "' cannot be done now: " + reason);
  }
  // The table may grow while it runs.
  const std::function<void()> run = action->run;
  run();
  return {};
}

Chord ActionTable::shortcut(const std::string& id) const {
  if (const auto found = changed_.find(id); found != changed_.end()) return found->second;
  const Action* action = find(id);
  return action == nullptr ? Chord{} : action->shortcut;
}

void ActionTable::set_shortcut(const std::string& id, const Chord& chord) {
  const Action* action = find(id);
  if (action == nullptr) return;
  if (!chord.empty()) {
    for (const Action& other : actions_) {
      if (other.id != id && other.panel == action->panel && shortcut(other.id) == chord)
        changed_[other.id] = Chord{};
    }
  }
  changed_[id] = chord;
  if (chord == action->shortcut) changed_.erase(id);
}

const Action* ActionTable::by_chord(const Chord& chord, const std::string& panel) const {
  if (chord.empty()) return nullptr;
  const Action* anywhere = nullptr;
  for (const Action& action : actions_) {
    if (shortcut(action.id) != chord) continue;
    if (!action.panel.empty() && action.panel == panel) return &action;
    if (action.panel.empty() && anywhere == nullptr) anywhere = &action;
  }
  return anywhere;
}

int match_score(const std::string& typed, const std::string& title) {
  int score = 1;
  std::size_t at = 0;
  bool previous_matched = false;
  for (const char wanted : typed) {
    if (wanted == ' ') continue;
    bool found = false;
    for (; at < title.size() && !found; ++at) {
      if (std::tolower(static_cast<unsigned char>(title[at])) !=
          std::tolower(static_cast<unsigned char>(wanted))) {
        previous_matched = false;
        continue;
      }
      const bool starts_word = at == 0 || !std::isalnum(static_cast<unsigned char>(title[at - 1]));
      score += 1 + (starts_word ? 4 : 0) + (previous_matched ? 3 : 0);
      found = previous_matched = true;
    }
    if (!found) return 0;
  }
  return score;
}

}  // namespace diorama::editor
