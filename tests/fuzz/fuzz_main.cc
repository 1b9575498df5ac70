// Feeds seeded random inputs to the fuzz target: --runs N or --seconds S, from --seed S on; each
// input follows from its number alone, so that `--seed N --runs 1` repeats the one that is named
// when it crashes.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace {

std::uint64_t current = 0;

void name_input() {
  std::fprintf(stderr, "the input was --seed %llu --runs 1\n",
               static_cast<unsigned long long>(current));
}

std::vector<std::uint8_t> input(std::uint64_t number) {
  std::mt19937_64 random(number);
  std::vector<std::uint8_t> bytes(1 + random() % 96);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t runs = 0;
  double seconds = 0.0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--runs") runs = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seconds") seconds = std::strtod(argv[i + 1], nullptr);
    if (name == "--seed") current = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (runs == 0 && seconds <= 0.0) {
    std::fputs("--runs N | --seconds S [--seed FIRST]\n", stderr);
    return 2;
  }
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(name_input);
#endif
  std::set_terminate([] {
    name_input();
    std::abort();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  std::uint64_t done = 0;
  for (; runs > 0 ? done < runs : elapsed() < seconds; ++done, ++current) {
    const std::vector<std::uint8_t> bytes = input(current);
    (void)LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%llu inputs in %.1f s: no crash\n", static_cast<unsigned long long>(done),
              elapsed());
  return 0;
}
