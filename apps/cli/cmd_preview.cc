// diorama preview: a contact sheet of an episode.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/cli/command.h"
#include "apps/pipeline/contact_sheet.h"
#include "apps/pipeline/generate.h"
#include "apps/pipeline/picture.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string source;
  std::string out = "preview.png";
  std::int64_t episode = 0;
  std::uint64_t seed = 0;
  bool seed_given = false;
  std::string physics;
  std::string renderer = renderer_names().front();
  std::string device;
  std::vector<std::string> overrides;
  ContactSheetOptions sheet;
  bool json = false;
};

Result<ImageU8> draw(const Arguments& a) {
  std::error_code ignored;
  const std::string extension = std::filesystem::path(a.source).extension();
  if (std::filesystem::is_directory(a.source, ignored) || extension == ".h5" || extension == ".hdf5") {
    DIORAMA_ASSIGN_OR_RETURN(const auto dataset, DatasetReader::open(a.source));
    return dataset_contact_sheet(*dataset, a.episode, a.sheet);
  }
  DIORAMA_ASSIGN_OR_RETURN(const auto sampler, load_sampler(a.source, a.overrides));
  std::optional<PhysicsBackend> requested;
  if (!a.physics.empty()) {
    DIORAMA_ASSIGN_OR_RETURN(requested, physics_backend_from_name(a.physics));
  }
  DIORAMA_ASSIGN_OR_RETURN(const PhysicsBackend physics, choose_physics(sampler->scenario(), requested));
  DIORAMA_ASSIGN_OR_RETURN(const auto renderer, make_renderer({a.renderer, a.device, validation_requested()}));
  const std::uint64_t seed = a.seed_given ? a.seed : sampler->scenario().dataset().seed();
  return scenario_contact_sheet(*sampler, physics, *renderer, {seed, a.episode}, a.sheet);
}

int run(const Arguments& a) {
  want_json(a.json);
  const Result<ImageU8> sheet = draw(a);
  if (!sheet.ok()) return report(sheet.status());
  if (const Status status = write_png(a.out, *sheet); !status.ok()) return report(status);
  if (a.json) {
    const nlohmann::json object = {{"schema", "diorama.preview.1"}, {"picture", a.out}, {"width_px", sheet->width_px},
                                   {"height_px", sheet->height_px}};
    fmt::print("{}\n", object.dump());
  } else {
    fmt::print("{}\n", a.out);
  }
  return kDone;
}

}  // namespace

Command preview_command() {
  return {"preview", "Draw a contact sheet of an episode: views by channels",
          "  diorama preview scenes/library/billiards.textproto --out billiards.png\n"
          "  diorama preview scenes/library/clutter.textproto --seed 7 --episode 3 --renderer raycast\n"
          "  diorama preview data/clutter --episode 0 --frames 8",
          [](CLI::App& app) {
            const auto a = std::make_shared<Arguments>();
            app.add_option("source", a->source, "Scenario, dataset folder or shard")->required()->type_name("SCENARIO|DATASET")->check(not_empty());
            app.add_option("--out", a->out, "Picture to write (default: preview.png)")->type_name("PNG")->check(not_empty());
            app.add_option("--episode", a->episode, "Episode index; of a dataset: the position among those kept (default: 0)")
                ->type_name("E")->check(whole_number(0, std::int64_t{1} << 40));
            const CLI::Option* seed =
                app.add_option("--seed", a->seed, "Seed (default: the scenario's)")->type_name("SEED")->check(seed_number());
            app.add_option("--frames", a->sheet.num_frames, "Moments to show (default: 6)")
                ->type_name("N")->check(whole_number(1, 64));
            app.add_option("--height", a->sheet.cell_height_px, "Largest height of one picture, px (default: 160)")
                ->type_name("PX")->check(whole_number(16, 2048));
            add_physics_option(app, a->physics);
            add_renderer_option(app, a->renderer);
            add_device_option(app, a->device);
            add_set_option(app, a->overrides);
            app.add_flag("--json", a->json, "One JSON object on stdout");
            return [a, seed] {
              a->seed_given = seed->count() > 0;
              return run(*a);
            };
          }};
}

}  // namespace diorama::cli
