// diorama preview: a contact sheet of an episode.
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/pipeline/animation.h"
#include "apps/pipeline/contact_sheet.h"
#include "apps/pipeline/generate.h"
#include "apps/pipeline/picture.h"
#include "apps/pipeline/recorded_channels.h"
#include "engine/core/text.h"

namespace diorama::cli {
namespace {

constexpr int kSheetFrames = 6;

struct Arguments {
  std::string source;
  std::string out = "preview.png";
  std::string animate;
  std::string channels;
  std::string views;
  std::int64_t episode = 0;
  std::uint64_t seed = 0;
  bool seed_given = false;
  std::string physics;
  std::string renderer = renderer_names().front();
  std::string device;
  std::vector<std::string> overrides;
  int frames = 0;  ///< 0 = by what is written.
  ContactSheetOptions sheet;
  bool json = false;
};

/// What was written.
struct Written {
  std::string path;
  int width_px = 0;
  int height_px = 0;
};

Result<Written> write_sheet(const Arguments& a, const Result<ImageU8>& sheet) {
  if (!sheet.ok()) return sheet.status();
  DIORAMA_RETURN_IF_ERROR(write_png(a.out, *sheet));
  return Written{a.out, sheet->width_px, sheet->height_px};
}

Result<Written> write_animation(const Arguments& a, const Result<Animation>& animation) {
  if (!animation.ok()) return animation.status();
  DIORAMA_RETURN_IF_ERROR(write_webp(a.animate, *animation));
  return Written{a.animate, animation->pictures[0].width_px, animation->pictures[0].height_px};
}

/// What `--channels` asks for; else what the scenario records, or all that a dataset has.
Result<ChannelSet> shown_channels(const Arguments& a, const schema::Scenario* scenario, ChannelSet available) {
  if (a.channels == "all") return available;
  if (!a.channels.empty()) return named_channels(split(a.channels, ','));
  if (scenario == nullptr) return available;
  DIORAMA_ASSIGN_OR_RETURN(const ViewChannels channels, recorded_channels(*scenario, std::nullopt));
  return union_of(channels);
}

Result<Written> draw(Arguments a) {
  const bool animate = !a.animate.empty();
  a.sheet.num_frames = a.frames > 0 ? a.frames : animate ? std::numeric_limits<int>::max() : kSheetFrames;
  if (!a.views.empty()) a.sheet.views = split(a.views, ',');
  std::error_code ignored;
  const std::string extension = std::filesystem::path(a.source).extension();
  if (std::filesystem::is_directory(a.source, ignored) || extension == ".h5" || extension == ".hdf5") {
    DIORAMA_ASSIGN_OR_RETURN(const auto dataset, DatasetReader::open(a.source));
    DIORAMA_ASSIGN_OR_RETURN(a.sheet.channels, shown_channels(a, nullptr, kAllChannels));
    return animate ? write_animation(a, dataset_animation(*dataset, a.episode, a.sheet))
                   : write_sheet(a, dataset_contact_sheet(*dataset, a.episode, a.sheet));
  }
  DIORAMA_ASSIGN_OR_RETURN(const auto sampler, load_sampler(a.source, a.overrides));
  std::optional<PhysicsBackend> requested;
  if (!a.physics.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(requested, physics_backend_from_name(a.physics));
  }
  DIORAMA_ASSIGN_OR_RETURN(const PhysicsBackend physics, choose_physics(sampler->scenario(), requested));
  DIORAMA_ASSIGN_OR_RETURN(const auto renderer, make_renderer({a.renderer, a.device, validation_requested()}));
  DIORAMA_ASSIGN_OR_RETURN(a.sheet.channels, shown_channels(a, &sampler->scenario(), renderer->channels() | channel_bit(Channel::kTracks)));
  const SampleKey key{a.seed_given ? a.seed : sampler->scenario().dataset().seed(), a.episode};
  return animate ? write_animation(a, scenario_animation(*sampler, physics, *renderer, key, a.sheet))
                 : write_sheet(a, scenario_contact_sheet(*sampler, physics, *renderer, key, a.sheet));
}

int run(const Arguments& a) {
  want_json(a.json);
  const Result<Written> written = draw(a);
  if (!written.ok()) return report(written.status());
  if (a.json) {
    const nlohmann::json object = {{"schema", "diorama.preview.1"}, {"picture", written->path}, {"width_px", written->width_px},
                                   {"height_px", written->height_px}};
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}\n", written->path);
  }
  return kDone;
}

}  // namespace

Command preview_command() {
  return {"preview", "Draw a contact sheet or an animation of an episode: views by channels",
          "  diorama preview scenes/library/billiards.textproto --out billiards.png\n"
          "  diorama preview scenes/library/clutter.textproto --seed 7 --episode 3 --renderer raycast\n"
          "  diorama preview scenes/library/dominoes.textproto --channels all --frames 1 --views main\n"
          "  diorama preview scenes/library/pushing.textproto --animate pushing.webp --channels rgb,flow\n"
          "  diorama preview data/clutter --episode 0 --frames 8",
          [](const Options& options) {
            const auto a = std::make_shared<Arguments>();
            options.value("source", a->source, "Scenario, dataset folder or shard").required().type_name("SCENARIO|DATASET").check(not_empty());
            options.value("--out", a->out, "Picture to write (default: preview.png)").type_name("PNG").check(not_empty());
            options.value("--animate", a->animate, "Animation to write instead: views by channels over time")
                .type_name("WEBP").check(not_empty());
            options.value("--channels", a->channels, "Channels to show: all, or of " + channel_names(kAllChannels) +
                                                          " (default: what the scenario records or the dataset has)")
                .type_name("A,B,C").check(not_empty());
            options.value("--views", a->views, "Cameras to show, by name (default: all)").type_name("A,B,C").check(not_empty());
            options.value("--episode", a->episode, "Episode index; of a dataset: the position among those kept (default: 0)")
                .type_name("E").check(whole_number(0, std::int64_t{1} << 40));
            const Option seed =
                options.value("--seed", a->seed, "Seed (default: the scenario's)").type_name("SEED").check(seed_number());
            options.value("--frames", a->frames, "Moments to show (default: 6; of an animation all)")
                .type_name("N").check(whole_number(1, 64));
            options.value("--height", a->sheet.cell_height_px, "Largest height of one picture, px (default: 160)")
                .type_name("PX").check(whole_number(16, 2048));
            add_physics_option(options, a->physics);
            add_renderer_option(options, a->renderer);
            add_device_option(options, a->device);
            add_set_option(options, a->overrides);
            options.flag("--json", a->json, "One JSON object on stdout");
            return [a, seed] {
              a->seed_given = seed.given();
              return run(*a);
            };
          }};
}

}  // namespace diorama::cli
