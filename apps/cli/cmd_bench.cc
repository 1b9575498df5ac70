// diorama bench: how fast diorama is on this machine, next to what it is built on.
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/bench/bench.h"
#include "apps/cli/command.h"
#include "apps/pipeline/backends.h"

namespace diorama::cli {
namespace {

struct Arguments {
  std::string name;
  std::string device;
  bool json = false;
  bool quick = false;
};

nlohmann::json to_json(const Measurement& m) {
  nlohmann::json object = {{"name", m.name}, {"value", m.value}, {"unit", m.unit}};
  object["baseline"] = m.baseline ? nlohmann::json(*m.baseline) : nlohmann::json();
  object["ratio"] = m.ratio ? nlohmann::json(*m.ratio) : nlohmann::json();
  return object;
}

/// Four significant digits without an exponent.
std::string number(double value) {
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value,
                     size >= 1000.0  ? 0
                     : size >= 100.0 ? 1
                     : size >= 10.0  ? 2
                                     : 3);
}

void print_table(const std::vector<Measurement>& measurements) {
  fmt::print("{:<40} {:>12} {:<14} {:>12} {:>8}\n", "name", "value", "unit", "baseline", "ratio");
  for (const Measurement& m : measurements) {
    fmt::print("{:<40} {:>12} {:<14} {:>12} {:>8}\n", m.name, number(m.value), m.unit,
               m.baseline ? number(*m.baseline) : "-",
               m.ratio ? fmt::format("{:.3f}", *m.ratio) : "-");
  }
}

int run(const Arguments& a) {
  want_json(a.json);
  BenchOptions options;
  options.quick = a.quick;
  options.device = a.device;
  options.validation = validation_requested();
  options.narrate = [](const std::string& line) { narrate("bench {}\n", line); };

  double load[3] = {};
  if (getloadavg(load, 3) == 3) {
    narrate("bench on {} cores, load {:.2f} {:.2f} {:.2f}{}\n",
               std::thread::hardware_concurrency(), load[0], load[1], load[2],
               a.quick ? "; --quick figures say little" : "");
  }
  std::vector<Measurement> measurements;
  for (const Bench& bench : benches()) {
    if (a.name != "all" && a.name != bench.name) continue;
    Result<std::vector<Measurement>> result = bench.run(options);
    if (!result.ok())
      return report(result.status().with_context(std::string("bench ") + bench.name));
    measurements.insert(measurements.end(), result->begin(), result->end());
  }
  if (a.json) {
    nlohmann::json lines = nlohmann::json::array();
    for (const Measurement& m : measurements) lines.push_back(to_json(m));
    fmt::print("{}\n", lines.dump());
  } else {
    print_table(measurements);
  }
  return kDone;
}

/// "physics|render|...|all"
std::string names_for_help() {
  std::string names;
  for (const Bench& bench : benches()) names += std::string(bench.name) + "|";
  return names + "all";
}

std::string explanation() {
  std::string text = "Measures: ";
  for (const Bench& bench : benches())
    text += fmt::format("\n  {:<11} {}", bench.name, bench.summary);
  return text +
         "\n\nOurs and the peer take turns in one run. ratio = ours / peer in the unit shown: for "
         "rates more is better, for\n"
         "us/step (CPU time) and sizes less is better. cpu_s are seconds of CPU time, s are "
         "seconds on the wall.\n\n";
}

}  // namespace

Command bench_command() {
  return {"bench", "Measure speed next to the bare engines, renderer, file library and h5py",
          "  diorama bench physics\n"
          "  diorama bench render --device llvmpipe --json\n"
          "  diorama bench all --quick",
          [](const Options& options) {
            const auto a = std::make_shared<Arguments>();
            std::vector<std::string> known = {"all"};
            for (const Bench& bench : benches()) known.push_back(bench.name);
            options.value("name", a->name, "What to measure: " + names_for_help())
                .required()
                .type_name("NAME")
                .check(one_of(known));
            options.flag("--quick", a->quick,
                         "A few seconds in all: only shows that everything runs");
            add_device_option(options, a->device);
            options.flag("--json", a->json,
                         "One JSON array on stdout: name, value, unit, baseline, ratio");
            options.explain(explanation());
            return [a] { return run(*a); };
          }};
}

}  // namespace diorama::cli
