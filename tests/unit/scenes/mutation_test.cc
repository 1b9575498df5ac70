// Mutated texts of the library: whatever a typing error makes of them, reading, checking and
// sampling end with a Status.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "engine/core/rng.h"
#include "tests/unit/scenes/scenes_test_tools.h"

namespace diorama {
namespace {

using namespace scenes_test;

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string mutated(std::string text, RandomStream& stream) {
  static const std::string kTokens[] = {"-1",
                                        "0",
                                        "1e300",
                                        "nan",
                                        "{",
                                        "}",
                                        "\"",
                                        "[",
                                        ":",
                                        "body",
                                        "joint { type: FREE }",
                                        "\xff",
                                        "x",
                                        "motion: STATIC",
                                        "parent: \"ball\"",
                                        "99999999999999999999"};
  const int edits = static_cast<int>(stream.integer(1, 4));
  for (int i = 0; i < edits; ++i) {
    const auto at =
        static_cast<std::size_t>(stream.integer(0, static_cast<std::int64_t>(text.size()) - 1));
    switch (stream.integer(0, 3)) {
      case 0:
        text.erase(at, static_cast<std::size_t>(stream.integer(1, 12)));
        break;
      case 1:
        text.insert(at, kTokens[stream.integer(0, 15)]);
        break;
      case 2:
        text[at] = static_cast<char>(stream.integer(32, 126));
        break;
      default: {  // A number becomes another one.
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text.replace(digit, 1, kTokens[stream.integer(0, 3)]);
      }
    }
  }
  return text;
}

TEST_CASE("mutated scenarios never crash and never give an empty message") {
  int valid = 0;
  int invalid = 0;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("scenes/library")) {
    if (entry.path().stem() != "humanoid") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    const std::string text = file_text(path);
    for (int i = 0; i < 400; ++i) {
      RandomStream stream({1, i}, path.filename().string());
      const std::string changed = mutated(text, stream);
      const auto scenario = parse_scenario(changed, "m");
      if (!scenario.ok()) {
        ++invalid;
        CHECK(scenario.status().code() == Code::kInvalidInput);
        CHECK(contains(scenario.status().message(), "m:"));
        continue;
      }
      CHECK(scenario_text(parsed(scenario_text(*scenario))) == scenario_text(*scenario));
      const auto sampler = Sampler::create(*scenario, "scenes/library", tools());
      if (!sampler.ok()) {
        ++invalid;
        CHECK_MESSAGE(sampler.status().code() == Code::kInvalidInput, sampler.status().message());
        continue;
      }
      ++valid;
      if (i % 8 != 0) continue;
      const auto sample = (*sampler)->sample({1, i});
      CHECK_MESSAGE((sample.ok() || sample.status().code() == Code::kRejected),
                    sample.status().message());
    }
  }
  CHECK(valid > 100);
  CHECK(invalid > 1000);
}

}  // namespace
}  // namespace diorama
