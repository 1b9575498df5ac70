// Poses, text, hashes, status and ordered work.
#include <atomic>
#include <clocale>
#include <cmath>
#include <fstream>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "engine/core/hash.h"
#include "engine/core/parallel.h"
#include "engine/core/pose.h"
#include "engine/core/status.h"
#include "engine/core/text.h"
#include "tests/support/temp_dir.h"

namespace diorama {
namespace {

bool near(const dvec3& a, const dvec3& b, double tolerance = 1e-12) { return glm::length(a - b) < tolerance; }

TEST_CASE("poses compose by name and their inverse undoes them") {
  const Pose world_from_body{{1, 2, 3}, glm::angleAxis(0.7, glm::normalize(dvec3(1, 2, 3)))};
  const Pose body_from_camera{{-0.5, 0.1, 2}, glm::angleAxis(-1.1, glm::normalize(dvec3(0, 1, 1)))};
  const dvec3 p(0.3, -0.2, 0.9);
  const Pose world_from_camera = world_from_body * body_from_camera;
  CHECK(near(world_from_camera.transform_point(p),
             world_from_body.transform_point(body_from_camera.transform_point(p))));
  CHECK(near(inverse(world_from_camera).transform_point(world_from_camera.transform_point(p)), p));
}

TEST_CASE("a camera that looks at a point has it on its z axis, with the image upright") {
  const Pose camera = look_at({3, 1, 2}, {0, 0, 0.5});
  const dvec3 target = inverse(camera).transform_point({0, 0, 0.5});
  CHECK(std::abs(target.x) < 1e-12);
  CHECK(std::abs(target.y) < 1e-12);
  CHECK(target.z > 0);
  CHECK(camera.rotate({0, 1, 0}).z < 0);                  // y points down
  CHECK(std::abs(camera.rotate({1, 0, 0}).z) < 1e-12);    // x is level
  const Pose down = look_at({0, 0, 5}, {0, 0, 0});
  CHECK(near(down.rotate({0, 0, 1}), {0, 0, -1}));
}

TEST_CASE("the rotation from z reaches every direction, the opposite one included") {
  for (const dvec3& d : {dvec3(0, 0, 1), dvec3(0, 0, -1), dvec3(1, 0, 0), glm::normalize(dvec3(1, -2, -3))}) {
    CHECK(near(rotation_from_z(d) * dvec3(0, 0, 1), d, 1e-9));
  }
}

TEST_CASE("numbers are written shortest and without the locale") {
  CHECK(format_number(0.1) == "0.1");
  CHECK(format_number(-2.0) == "-2");
  const std::string previous = std::setlocale(LC_NUMERIC, nullptr);
  std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  CHECK(format_number(1.5) == "1.5");
  std::setlocale(LC_NUMERIC, previous.c_str());
}

TEST_CASE("a mistyped name finds the nearest one, a far one finds none") {
  const std::vector<std::string> names = {"position_m", "rotation", "friction"};
  CHECK(nearest_name("positon_m", names) == "position_m");
  CHECK(did_you_mean("fricton", names) == " (did you mean 'friction'?)");
  CHECK(did_you_mean("zzzzzzzz", names).empty());
}

TEST_CASE("a part of a name is found whatever its capital letters") {
  CHECK(to_lower("NVIDIA H100-\xC3\x84") == "nvidia h100-\xC3\x84");
  CHECK(contains_ignoring_case("NVIDIA H100", "nvidia h"));
  CHECK(contains_ignoring_case("llvmpipe (LLVM 15)", "LLVMpipe"));
  CHECK(contains_ignoring_case("anything", ""));
  CHECK_FALSE(contains_ignoring_case("llvm", "llvmpipe"));
}

TEST_CASE("joining keeps empty parts") {
  const std::vector<std::string> parts = {"", "a", "", "b"};
  CHECK(join(parts, "\n") == "\na\n\nb");
}

TEST_CASE("SHA-256 gives the published digests, of text and of files") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TempDir folder;
  std::ofstream(folder.path() / "abc") << "abc";
  CHECK(*sha256_file(folder.path() / "abc") == sha256_hex("abc"));
  const Result<std::string> missing = sha256_file(folder.path() / "none");
  CHECK_FALSE(missing.ok());
  CHECK(missing.status().message().find("none") != std::string::npos);
}

Result<int> half(int value) {
  if (value % 2 != 0) return invalid_input("odd");
  return value / 2;
}

Status quarter(int value, int& result) {
  DIORAMA_ASSIGN_OR_RETURN(const int h, half(value));
  DIORAMA_ASSIGN_OR_RETURN(result, half(h));
  return {};
}

TEST_CASE("a failure passes through the macros with its code and message") {
  int result = 0;
  CHECK(quarter(8, result).ok());
  CHECK(result == 2);
  const Status status = quarter(6, result).with_context("six");
  CHECK(status.code() == Code::kInvalidInput);
  CHECK(status.message() == "six: odd");
}

TEST_CASE("ordered work gives results back in order and never runs further ahead than its window") {
  constexpr int kCount = 500;
  constexpr int kWindow = 4;
  OrderedWork<std::int64_t> work(kCount, kWindow);
  std::atomic<std::int64_t> taken{0};
  std::atomic<bool> ran_ahead{false};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (const auto ticket = work.next()) {
        // `taken` lags behind the queue's own count by at most the one item just handed over.
        if (*ticket > taken + kWindow + 1) ran_ahead = true;
        if (*ticket % 7 == 0) std::this_thread::yield();
        work.deliver(*ticket, *ticket * 10);
      }
    });
  }
  std::int64_t expected = 0;
  while (const auto result = work.take()) {
    REQUIRE(*result == expected * 10);
    taken = ++expected;
  }
  CHECK(expected == kCount);
  CHECK_FALSE(ran_ahead);
}

TEST_CASE("stopping ordered work delivers what was handed out and no more") {
  OrderedWork<int> work(100, 10);
  const auto a = work.next();
  const auto b = work.next();
  work.stop();
  CHECK_FALSE(work.next().has_value());
  work.deliver(*b, 2);
  work.deliver(*a, 1);
  CHECK(*work.take() == 1);
  CHECK(*work.take() == 2);
  CHECK_FALSE(work.take().has_value());
}

}  // namespace
}  // namespace diorama
