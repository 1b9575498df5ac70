#include "apps/editor/session/sample_study.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <map>
#include <utility>

#include "apps/pipeline/episode_runner.h"
#include "engine/physics/energy.h"
#include "engine/physics/rollout.h"

namespace diorama::editor {
namespace {

constexpr OutcomeField kFields[] = {
    {"duration", "s", "Simulated time of the episode.",
     [](const Outcome& o) { return o.duration_s; }},
    {"at rest after", "s",
     "Time after which nothing moves; the duration if something moves to the end.",
     [](const Outcome& o) { return o.at_rest_after_s; }},
    {"final energy", "J", "Kinetic and potential energy in the last row.",
     [](const Outcome& o) { return o.final_energy_j; }},
    {"energy change", "J", "Energy in the last row less that in the first.",
     [](const Outcome& o) { return o.energy_change_j; }},
    {"fastest", "m/s", "Largest speed of a body's origin in any row.",
     [](const Outcome& o) { return o.fastest_m_s; }},
    {"displaced", "objects", "Objects that end elsewhere than they began.",
     [](const Outcome& o) { return static_cast<double>(o.displaced_objects); }},
    {"contacts", "pairs", "Most pairs of objects in contact in a row.",
     [](const Outcome& o) { return static_cast<double>(o.most_contacts); }},
    {"contact force", "N", "Largest mean contact force of a pair in a row.",
     [](const Outcome& o) { return o.strongest_contact_n; }},
    {"penetration", "m", "Largest overlap of a pair in any row.",
     [](const Outcome& o) { return o.deepest_penetration_m; }},
};

double energy_j(const Scene& scene, const State& state) {
  const Mechanics m = mechanics(scene, state);
  return m.kinetic_j + m.potential_j;
}

/// "body 'a12' at 0.5 m" -> "body 'a#' at # m"
std::string without_numbers(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    const bool point = i > 0 && (text[i] == '.' || text[i] == '-' || text[i] == 'e') &&
                       out.ends_with('#') && i + 1 < text.size() &&
                       std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (!digit && !point) {
      out += text[i];
    } else if (!out.ends_with('#')) {
      out += '#';
    }
  }
  return out;
}

/// The episode taken as far as asked: its sample, and its states (the drawn one, or those of the
/// rows).
struct Taken {
  Sample sample;
  Trajectory trajectory;
};

Result<Taken> take(const Sampler& sampler, PhysicsBackend physics, SampleKey key,
                   StudyDepth depth) {
  if (depth == StudyDepth::kSimulated) {
    DIORAMA_ASSIGN_OR_RETURN(SimulatedEpisode episode, simulate_episode(sampler, physics, key));
    return Taken{std::move(episode.sample), std::move(episode.trajectory)};
  }
  DIORAMA_ASSIGN_OR_RETURN(Sample sample, sampler.sample(key));
  Taken taken{std::move(sample), {}};
  const Scene& scene = taken.sample.scene;
  if (depth == StudyDepth::kDrawn || taken.sample.episode.settle_time_s == 0.0) {
    taken.trajectory.states.push_back(initial_state(scene));
    return taken;
  }
  // The shortest episode there is begins where every other does: after settling.
  EpisodeConfig shortest = taken.sample.episode;
  shortest.num_frames = 2;
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<PhysicsWorld> world, make_physics(physics, scene));
  const std::unique_ptr<Controller> controller =
      make_controller(shortest.controller, static_cast<int>(scene.actuators.size()), key);
  DIORAMA_ASSIGN_OR_RETURN(taken.trajectory,
                           rollout(*world, *controller, shortest, scene.physics.step_rate_hz));
  taken.trajectory.states.resize(1);
  return taken;
}

void add_thumbnail(PreviewPainter& painter, const StudyRequest& request, const Scene& scene,
                   const State& state, StudyItem& item) {
  PreviewRequest wanted;
  wanted.scene = std::make_shared<const Scene>(scene);
  wanted.state = std::make_shared<const State>(state);
  wanted.camera = CameraId(0);
  wanted.width_px = request.thumbnail_width_px;
  wanted.height_px = request.thumbnail_height_px;
  Preview preview = painter.paint(std::move(wanted));
  item.status = preview.status;
  item.thumbnail = std::move(preview.picture);
}

std::shared_ptr<const StudyItem> make_item(const Sampler& sampler, PhysicsBackend physics,
                                           SampleKey key, const StudyRequest& request,
                                           PreviewPainter& painter) {
  static std::atomic<std::uint64_t> num_items{0};
  auto item = std::make_shared<StudyItem>();
  item->id = ++num_items;
  item->key = key;
  Result<Taken> taken = take(sampler, physics, key, request.depth);
  if (!taken.ok()) {
    const bool is_rejection = taken.status().code() == Code::kRejected;
    item->progress = is_rejection ? StudyItem::Progress::kRejected : StudyItem::Progress::kFailed;
    item->status = taken.status();
    return item;
  }
  item->progress = StudyItem::Progress::kDone;
  Sample& sample = taken->sample;
  if (request.depth == StudyDepth::kSimulated)
    item->outcome = outcome_of(sample.scene, taken->trajectory);
  item->factors = std::move(sample.factors);
  item->resolved = std::make_shared<const schema::Scenario>(std::move(sample.resolved));
  add_thumbnail(painter, request, sample.scene, taken->trajectory.states.back(), *item);
  return item;
}

}  // namespace

std::span<const OutcomeField> outcome_fields() { return kFields; }

Outcome outcome_of(const Scene& scene, const Trajectory& trajectory) {
  Outcome outcome;
  const std::vector<State>& states = trajectory.states;
  outcome.duration_s = states.back().time_s;
  outcome.final_energy_j = energy_j(scene, states.back());
  outcome.energy_change_j = outcome.final_energy_j - energy_j(scene, states.front());
  for (std::size_t t = 0; t < states.size(); ++t) {
    double fastest = 0.0;
    for (const BodyState& body : states[t].bodies) {
      fastest = std::max(fastest, glm::length(body.linear_velocity_world));
    }
    outcome.fastest_m_s = std::max(outcome.fastest_m_s, fastest);
    if (fastest > Outcome::kRestM_s)
      outcome.at_rest_after_s = states[std::min(t + 1, states.size() - 1)].time_s;
    outcome.most_contacts =
        std::max(outcome.most_contacts, static_cast<int>(states[t].contacts.size()));
    for (const Contact& contact : states[t].contacts) {
      outcome.strongest_contact_n =
          std::max(outcome.strongest_contact_n, glm::length(contact.force_world_n));
      outcome.deepest_penetration_m = std::max(outcome.deepest_penetration_m, -contact.min_gap_m);
    }
  }
  for (std::size_t b = 0; b < scene.bodies.size(); ++b) {
    const dvec3 moved = states.back().bodies[b].world_from_body.position -
                        states.front().bodies[b].world_from_body.position;
    if (glm::length(moved) > Outcome::kDisplacedM) ++outcome.displaced_objects;
  }
  return outcome;
}

int StudyResult::count(StudyItem::Progress progress) const {
  return static_cast<int>(std::count_if(
      items.begin(), items.end(), [&](const auto& item) { return item->progress == progress; }));
}

double StudyResult::rejection_rate() const {
  const int rejected = count(StudyItem::Progress::kRejected);
  const int tried = rejected + count(StudyItem::Progress::kDone);
  return tried == 0 ? 0.0 : static_cast<double>(rejected) / tried;
}

std::vector<StudyResult::Reason> StudyResult::reasons() const {
  std::map<std::string, Reason> by_kind;
  for (const auto& item : items) {
    if (item->progress != StudyItem::Progress::kRejected) continue;
    Reason& reason = by_kind[without_numbers(item->status.message())];
    if (reason.count++ == 0) reason.text = item->status.message();
  }
  std::vector<Reason> list;
  for (auto& [kind, reason] : by_kind) list.push_back(std::move(reason));
  std::stable_sort(list.begin(), list.end(),
                   [](const Reason& a, const Reason& b) { return a.count > b.count; });
  return list;
}

SampleStudy::SampleStudy(RendererOptions renderer, int workers, std::function<void()> on_new)
    : renderer_(std::move(renderer)),
      workers_(workers > 0
                   ? workers
                   : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2)),
      on_new_(std::move(on_new)),
      result_(std::make_shared<const StudyResult>()) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run_loop(stop); });
}

SampleStudy::~SampleStudy() = default;

void SampleStudy::start(StudyRequest request) {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    request_ = std::move(request);
  }
  changed_.notify_all();
}

void SampleStudy::cancel() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    request_.reset();
  }
  changed_.notify_all();
}

bool SampleStudy::wait_idle(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return !request_ && !running_; });
}

void SampleStudy::run_loop(const std::stop_token& stop) {
  while (true) {
    StudyRequest request;
    std::uint64_t generation = 0;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return request_.has_value(); })) return;
      request = std::move(*request_);
      request_.reset();
      generation = generation_;
      running_ = true;
    }
    run(std::move(request), generation, stop);
    {
      const std::lock_guard lock(mutex_);
      running_ = false;
    }
    changed_.notify_all();
  }
}

void SampleStudy::publish(const StudyResult& result) {
  auto copy = std::make_shared<StudyResult>(result);
  copy->sequence = ++sequence_;
  result_.set(std::move(copy));
  if (on_new_) on_new_();
}

void SampleStudy::run(StudyRequest request, std::uint64_t generation, const std::stop_token& stop) {
  StudyResult result;
  result.running = true;
  result.depth = request.depth;
  for (const SampleKey& key : request.keys) {
    auto waiting = std::make_shared<StudyItem>();
    waiting->key = key;
    result.items.push_back(std::move(waiting));
  }
  publish(result);

  const Result<PhysicsBackend> physics = choose_physics(request.scenario, request.physics);
  auto sampler = Sampler::create(request.scenario, request.base_folder, sampler_tools());
  if (!physics.ok() || !sampler.ok()) {
    result.status = physics.ok() ? sampler.status() : physics.status();
    result.running = false;
    publish(result);
    return;
  }
  result.layout = std::make_shared<const SceneLayout>((*sampler)->layout());

  const auto abandoned = [&] {
    const std::lock_guard lock(mutex_);
    return stop.stop_requested() || generation_ != generation;
  };
  std::atomic<std::size_t> next{0};
  std::mutex result_mutex;  // of `result` and what publish() touches
  {
    std::vector<std::jthread> workers;
    const auto count = std::min(static_cast<std::size_t>(workers_), request.keys.size());
    while (painters_.size() < count)
      painters_.push_back(std::make_unique<PreviewPainter>(renderer_));
    for (std::size_t w = 0; w < count; ++w) {
      workers.emplace_back([&, w] {
        for (std::size_t i = next++; i < request.keys.size() && !abandoned(); i = next++) {
          auto item = make_item(**sampler, *physics, request.keys[i], request, *painters_[w]);
          const std::lock_guard lock(result_mutex);
          result.items[i] = std::move(item);
          publish(result);
        }
      });
    }
  }
  result.running = false;
  publish(result);
}

}  // namespace diorama::editor
