// Generate: makes a dataset of the document with the code of `diorama generate`, and shows the command line that does the same.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/editor/panel/panels.h"
#include "apps/editor/session/generate_job.h"
#include "apps/pipeline/recorded_channels.h"

namespace diorama::editor {
namespace {

using Phase = GenerateState::Phase;

std::string bytes_text(double bytes) {
  const std::array<const char*, 5> units = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000.0 && unit + 1 < units.size()) {
    bytes /= 1000.0;
    ++unit;
  }
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

/// Whether datasets hold it: what the scenario's record.channel can name.
bool is_recordable(const ChannelInfo& info) {
  std::string name = info.name;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  schema::Record::Channel channel = schema::Record::CHANNEL_UNSPECIFIED;
  return schema::Record::Channel_Parse(name, &channel);
}

std::string duration_text(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
  if (whole >= 60) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{:.3g} s", seconds);
}

class GeneratePanel : public Panel {
 public:
  std::string name() const override { return "Generate"; }
  std::string help() const override { return "Draws, simulates and renders episodes of the document into a dataset."; }

  void add_actions(PanelContext& c) override {
    job_ = std::make_unique<GenerateJob>(c.wake);
    PanelContext* context = &c;
    c.actions.add({.id = "generate.start", .title = "Generate", .help = "Makes the dataset as the Generate panel says.",
                   .menu = "Simulation", .separator = true, .icon = icon::kDatabase,
                   .disabled = [this, context] { return cannot_start(*context); },
                   .run = [this, context] { start(*context); }});
  }

  void draw(PanelContext& c) override {
    fill_in(c);
    draw_output(c);
    draw_amount(c);
    draw_channels(c);
    draw_storage(c);
    c.ui.gap();
    draw_buttons(c);
    draw_state(c);
    c.ui.gap();
    draw_command(c);
  }

 private:
  /// What the document says is where the fields begin, whenever it says something else.
  void fill_in(PanelContext& c) {
    const schema::Scenario& scenario = c.document.scenario();
    const schema::Dataset& dataset = scenario.dataset();
    std::set<Channel> channels = document_channels(scenario);
    const std::string said = dataset.SerializeAsString();
    if (file_ == c.document.file() && said == filled_ && channels == document_channels_) return;
    if (file_ != c.document.file() && !c.document.file().empty()) {
      folder_ = (c.document.file().parent_path() / "data" / c.document.file().stem()).string();
    }
    file_ = c.document.file();
    filled_ = said;
    document_channels_ = channels;
    channels_ = std::move(channels);
    episodes_ = dataset.has_episodes() ? dataset.episodes() : 16;
    seed_ = static_cast<std::int64_t>(dataset.seed());
    per_shard_ = dataset.has_episodes_per_shard() ? dataset.episodes_per_shard() : 64;
  }

  /// What some camera of the scenario records; one that is still to come if there is none.
  static std::set<Channel> document_channels(schema::Scenario scenario) {
    if (scenario.camera_size() == 0) scenario.add_camera();
    std::set<Channel> channels = {Channel::kColor};
    const auto views = recorded_channels(scenario, std::nullopt);
    if (!views.ok()) return channels;
    for (const ChannelInfo& info : all_channels()) {
      if ((union_of(*views) & channel_bit(info.channel)) != 0) channels.insert(info.channel);
    }
    return channels;
  }

  void draw_output(PanelContext& c) {
    c.ui.caption("Folder", "Where the dataset goes");
    ImGui::SetNextItemWidth(c.ui.space_left().x - 24 * c.ui.step());
    c.ui.text_field("Folder", folder_, "a new folder");
    c.ui.same_line();
    if (c.ui.button(Widget("Browse").text("Browse..."))) {
      c.browser.ask({.title = "Dataset folder", .purpose = FileBrowser::Purpose::kFolder,
                     .chosen = [this](const std::filesystem::path& path) { folder_ = path.string(); }});
    }
    static const std::array<std::string, 3> modes = {"New", "Resume", "Replace"};
    c.ui.caption("If it is there", "New refuses, Resume goes on where a run stopped, Replace removes the dataset that is there");
    c.ui.segmented("Mode", mode_, modes);
  }

  void draw_amount(PanelContext& c) {
    c.ui.caption("Episodes", "Episodes to draw; rejected ones leave gaps");
    c.ui.integer("Episodes", episodes_, {.lower = 1, .upper = 1e12, .whole = true});
    c.ui.caption("Seed", "Names every random number of the dataset");
    c.ui.integer("Seed", seed_, {.lower = 0, .upper = 9e15, .whole = true});
    c.ui.caption("Episodes per shard", "Episode indices that share one file");
    c.ui.integer("Episodes per shard", per_shard_, {.lower = 1, .upper = 1 << 20, .whole = true});
    const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
    c.ui.caption("Workers", "Episodes at a time; 0 = one per core. The data is the same for any number");
    c.ui.integer("Workers", workers_, {.unit = workers_ == 0 ? fmt::format("= {} cores", cores) : "", .lower = 0, .upper = 1024, .whole = true});
    static const std::array<std::string, 3> engines = {"As the scenario says", "MuJoCo", "Bullet"};
    c.ui.caption("Physics", "Which engine steps");
    c.ui.choice("Physics", engine_, engines);
  }

  void draw_channels(PanelContext& c) {
    c.ui.caption("Channels", "What is recorded for each pixel");
    float right = 0.0F;
    const float edge = ImGui::GetCursorScreenPos().x + c.ui.space_left().x;
    for (const ChannelInfo& info : all_channels()) {
      if (!is_recordable(info)) continue;
      const float width = ImGui::CalcTextSize(info.name).x + 12 * c.ui.step();
      if (right > 0.0F && right + width < edge) c.ui.same_line(2);
      bool on = channels_.contains(info.channel);
      // Colour is always there: a dataset without it is none.
      const std::string off = info.channel == Channel::kColor ? "is always recorded" : "";
      if (c.ui.checkbox(Widget(std::string("Channel ") + info.name).text(info.name).tip(info.meaning).off(off), on)) {
        if (on) {
          channels_.insert(info.channel);
        } else {
          channels_.erase(info.channel);
        }
      }
      right = ImGui::GetItemRectMax().x;
    }
  }

  void draw_storage(PanelContext& c) {
    static const std::array<std::string, 2> pixel_kinds = {"Deflate", "Raw"};
    static const std::array<std::string, 3> depth_kinds = {"float32", "float16", "int16 mm"};
    c.ui.caption("Pixels", "Raw reads faster and takes more room");
    c.ui.segmented("Pixels", pixels_, pixel_kinds);
    c.ui.caption("Depth", "Smaller types are less exact; int16 counts millimetres up to 32.767 m");
    c.ui.segmented("Depth", depth_, depth_kinds);
  }

  GenerateSettings settings(PanelContext& c) const {
    GenerateSettings settings;
    GenerateOptions& options = settings.options;
    options.scenario = c.document.file();
    options.episodes = episodes_;
    options.seed = static_cast<std::uint64_t>(seed_);
    options.episodes_per_shard = static_cast<int>(per_shard_);
    options.workers = static_cast<int>(workers_);
    if (engine_ == 1) options.physics = PhysicsBackend::kMujoco;
    if (engine_ == 2) options.physics = PhysicsBackend::kBullet;
    // Left as the document has them, each camera keeps its own.
    if (channels_ != document_channels_) {
      options.channels.emplace();
      for (const ChannelInfo& info : all_channels()) {
        if (channels_.contains(info.channel)) options.channels->emplace_back(info.name);
      }
    }
    options.storage.pixels = pixels_ == 1 ? PixelStorage::kRaw : PixelStorage::kDeflate;
    options.storage.depth = depth_ == 1 ? DepthStorage::kF16 : depth_ == 2 ? DepthStorage::kI16mm : DepthStorage::kF32;
    options.renderer.validation = validation_requested();
    settings.folder = folder_;
    settings.mode = mode_ == 1 ? OutputMode::kResume : mode_ == 2 ? OutputMode::kForce : OutputMode::kNew;
    return settings;
  }

  std::string cannot_start(PanelContext& c) const {
    if (job_->state().busy()) return "a run is under way";
    if (c.document.file().empty()) return "save the document first: a dataset is made from its file";
    if (c.document.dirty()) return "save the changes first: a dataset is made from the file";
    if (folder_.empty()) return "choose a folder";
    return "";
  }

  void start(PanelContext& c) {
    told_ = false;
    job_->start(settings(c));
    c.log.info("Generating: " + settings(c).command());
  }

  void draw_buttons(PanelContext& c) {
    const std::string off = cannot_start(c);
    if (c.ui.primary_button(Widget("Generate").off(off).tip("Make the dataset"))) start(c);
    c.ui.same_line();
    const std::string no_folder = off == "choose a folder" ? "" : off;
    if (c.ui.button(Widget("Estimate").off(no_folder).tip("Make one episode, to see how large and how long; writes nothing"))) {
      job_->estimate(settings(c));
    }
    const Phase phase = job_->state().phase;
    if (phase == Phase::kRunning || phase == Phase::kStopping) {
      c.ui.same_line();
      const std::string ending = phase == Phase::kStopping ? "the running episodes are being finished" : "";
      if (c.ui.button(Widget("Cancel").off(ending).tip("Stop after the running episodes"))) job_->cancel();
    }
    if (!off.empty() && !job_->state().busy()) c.ui.wrapped("To generate, " + off + ".");
  }

  void draw_state(PanelContext& c) {
    const GenerateState state = job_->state();
    const Theme& theme = c.ui.theme();
    if (state.phase == Phase::kEstimating) c.ui.value("State", "making one episode ...");
    if (state.estimate && !state.busy() && state.phase == Phase::kIdle) {
      c.ui.value("Size", bytes_text(state.estimate->total_bytes()), fmt::format("{} an episode", bytes_text(state.estimate->episode_bytes)));
      if (!c.test_mode) {
        c.ui.value("Time", duration_text(state.estimate->total_seconds(state.estimate_workers)),
                   fmt::format("with {} workers", state.estimate_workers));
      }
    }
    if (state.phase == Phase::kRunning || state.phase == Phase::kStopping) {
      const auto made = state.episodes_kept + state.episodes_rejected;
      const double total = static_cast<double>(std::max<std::int64_t>(1, state.episodes_total));
      c.ui.progress("Progress", static_cast<double>(made) / total,
                    fmt::format("{} of {} episodes", made, state.episodes_total));
      std::string pace = bytes_text(static_cast<double>(state.bytes));
      if (state.remaining_s && !c.test_mode) pace += ", " + duration_text(*state.remaining_s) + " left";
      c.ui.value("State", state.phase == Phase::kStopping ? "stopping after the running episodes" : "running", pace);
    }
    if (state.phase == Phase::kDone || state.phase == Phase::kStopped) draw_report(c, state);
    if (!state.status.ok() && !state.busy()) {
      if (!std::exchange(told_, true)) c.log.add(state.status);
      c.ui.colored(theme.error, c.ui.with_icon(icon::kError, "It failed"));
      c.ui.record_last("State", "failed: " + state.status.message());
      c.ui.wrapped(state.status.message());
    }
    if (state.episodes_rejected > 0) c.ui.value("Rejected", fmt::format("{}", state.episodes_rejected), "episodes");
    if (state.busy()) c.ui.host().keep_drawing();
  }

  void draw_report(PanelContext& c, const GenerateState& state) {
    const Theme& theme = c.ui.theme();
    const bool stopped = state.phase == Phase::kStopped;
    c.ui.colored(stopped ? theme.warning : theme.good, stopped ? c.ui.with_icon(icon::kWarning, "Stopped; Resume goes on from here")
                                                               : c.ui.with_icon(icon::kGood, "Done"));
    c.ui.record_last("State", stopped ? "stopped" : "done");
    c.ui.value("Kept", fmt::format("{}", state.episodes_kept), fmt::format("episodes, {}", bytes_text(static_cast<double>(state.bytes))));
    for (const std::string& note : state.report->notes) c.ui.wrapped(note);
    if (stopped) return;
    if (!told_) {
      told_ = true;
      c.dataset = state.folder;
      c.log.info("Dataset: " + state.folder.string());
    }
    if (c.ui.button(Widget("Look at it").tip("Opens the dataset in the Dataset panel"))) {
      c.dataset = state.folder;
      c.show_panel("Dataset");
    }
  }

  void draw_command(PanelContext& c) {
    c.ui.heading("The same on the command line");
    if (c.document.file().empty()) {
      c.ui.dim("Shown once the document has a file.");
      return;
    }
    const std::string command = settings(c).command();
    c.ui.wrapped(command);
    c.ui.record_last("Command", command);
    if (c.ui.button(Widget("Copy").text(c.ui.with_icon(icon::kCopy, "Copy")))) ImGui::SetClipboardText(command.c_str());
  }

  std::unique_ptr<GenerateJob> job_;
  std::filesystem::path file_;
  std::string filled_ = "\n";  // the document's dataset message when the fields were filled; nothing says this
  bool told_ = true;  // the log knows how the last run ended
  std::string folder_;
  int mode_ = 0;
  std::int64_t episodes_ = 16;
  std::int64_t seed_ = 0;
  std::int64_t per_shard_ = 64;
  std::int64_t workers_ = 0;
  int engine_ = 0;
  int pixels_ = 0;
  int depth_ = 0;
  std::set<Channel> channels_;
  std::set<Channel> document_channels_;
};

}  // namespace

std::unique_ptr<Panel> make_generate_panel() { return std::make_unique<GeneratePanel>(); }

}  // namespace diorama::editor
