#include "apps/editor/app/workspace.h"

#include <utility>

#include <fmt/format.h>

#include "apps/editor/document/layout_text.h"
#include "apps/editor/session/asset_files.h"

namespace diorama::editor {

Workspace::Workspace(WorkspaceOptions options, Log& log)
    : options_(std::move(options)),
      log_(log),
      bench_(options_.journals),
      sim_({.history = {}, .manual_clock = options_.manual_clock}),
      previews_(options_.renderer, options_.wake),
      snapshot_(sim_.snapshot()) {}

bool Workspace::emit(const Command& command, const std::string& gesture) {
  const Status status = bench_.apply(command, gesture);
  log_.add(status);
  if (status.ok()) hidden_.follow({command});
  return status.ok();
}

bool Workspace::emit_all(const std::string& title, const std::vector<Command>& commands,
                         const std::string& gesture) {
  const Status status = bench_.apply_all(title, commands, gesture);
  log_.add(status);
  if (status.ok()) hidden_.follow(commands);
  return status.ok();
}

void Workspace::undo() {
  if (bench_.undo()) hidden_.follow_back(history().commands(history().position()));
}

void Workspace::redo() {
  if (bench_.redo()) hidden_.follow(history().commands(history().position() - 1));
}

void Workspace::start_over() {
  own_key_ = false;
  new_scene_wanted_ = true;
  hidden_.show_all();
  sim_.pause();
}

void Workspace::open_new() {
  bench_.new_document();
  start_over();
}

Status Workspace::open_text(const std::string& text) {
  DIORAMA_RETURN_IF_ERROR(bench_.open_text(text));
  start_over();
  return {};
}

Status Workspace::open(const std::filesystem::path& file) {
  const auto kind = asset_kind_of(file);
  if (file.extension() == ".urdf" || (kind && *kind != AssetKind::kScenario && *kind != AssetKind::kFolder)) {
    return open_as_new(file);
  }
  DIORAMA_RETURN_IF_ERROR(bench_.open(file));
  start_over();
  return {};
}

Status Workspace::open_as_new(const std::filesystem::path& file) {
  // Read first: what is open stays open if the file cannot be.
  DIORAMA_ASSIGN_OR_RETURN(std::vector<Command> commands, import_file(Document(), file));
  commands.insert(commands.begin(), SetField{"name", quoted_text(file.stem().string())});
  open_new();
  return bench_.apply_all("New scenario of " + file.filename().string(), commands);
}

Status Workspace::import(const std::filesystem::path& file, const std::optional<SurfacePoint>& on) {
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<Command> commands, import_file(document(), file, on));
  const std::string name = file.filename().string();
  DIORAMA_RETURN_IF_ERROR(bench_.apply_all("Import " + name, commands));
  log_.info("Imported " + name);
  const Selection added = added_elements(document(), commands);
  select(added.empty() ? Selection{"model"} : added);
  return {};
}

void Workspace::files_changed(const std::vector<std::filesystem::path>& changed) {
  for (const std::filesystem::path& file : changed) {
    const std::string name = file.filename().string();
    if (file != document().file()) {
      log_.info(name + " has changed on disk and is read again");
      reload_ = true;
    } else if (document().changed_on_disk()) {
      log_.add(LogLevel::kWarning,
               name + " was changed by another program; File, Reload from disk, reads it");
    }
  }
  if (reload_) bench_.recheck_files();
}

Status Workspace::recover(const std::filesystem::path& journal) {
  int left_out = 0;
  DIORAMA_RETURN_IF_ERROR(bench_.recover(journal, &left_out));
  if (left_out > 0) {
    log_.add(LogLevel::kWarning,
             "Changes at the end of the journal that could not be done again: " +
                 std::to_string(left_out));
  }
  start_over();
  return {};
}

SampleKey Workspace::key() const {
  return own_key_ ? key_ : SampleKey{document().scenario().dataset().seed(), 0};
}

void Workspace::set_key(SampleKey key) {
  key_ = key;
  own_key_ = true;
}

void Workspace::reset_key() { own_key_ = false; }

/// An edit of what moves gives up what was simulated: say so where it was more than a moment.
void Workspace::tell_restart() {
  constexpr double kMomentS = 0.25;
  const bool restarted = std::exchange(told_restarts_, snapshot_->restarts) != snapshot_->restarts;
  if (restarted && !new_scene_wanted_ && snapshot_->given_up_s >= kMomentS) {
    log_.info(fmt::format(
        "The change is part of the physics: the simulation began anew ({:.2f} s were simulated)",
        snapshot_->given_up_s));
  }
  if (snapshot_->wanted_revision == loaded_revision_ && !snapshot_->building)
    new_scene_wanted_ = false;
}

bool Workspace::update(double seconds) {
  const SampleKey wanted = key();
  const bool other_key = wanted.seed != loaded_key_.seed || wanted.episode != loaded_key_.episode;
  if (document().revision() != loaded_revision_ || other_key || std::exchange(reload_, false)) {
    loaded_revision_ = document().revision();
    loaded_key_ = wanted;
    new_scene_wanted_ = new_scene_wanted_ || other_key;
    sim_.load({.scenario = document().scenario(),
               .base_folder = document().base_folder(),
               .key = wanted,
               .physics = {},
               .revision = loaded_revision_,
               .from_start = new_scene_wanted_});
  }
  if (options_.manual_clock) sim_.pass_time(seconds);
  const std::uint64_t before = snapshot_->sequence;
  snapshot_ = sim_.snapshot();
  tell_restart();
  if (const std::string journal = bench_.journal_status().message(); journal != told_journal_) {
    told_journal_ = journal;
    if (!journal.empty())
      log_.add(LogLevel::kWarning, "Changes are not protected against a crash: " + journal);
  }
  const std::string problem = snapshot_->run_status.message();
  if (problem != told_problem_) {
    told_problem_ = problem;
    if (!problem.empty()) log_.add(LogLevel::kWarning, "The simulation stopped: " + problem);
  }
  return snapshot_->sequence != before || snapshot_->playing || snapshot_->building ||
         snapshot_->wanted_revision != loaded_revision_;
}

}  // namespace diorama::editor
