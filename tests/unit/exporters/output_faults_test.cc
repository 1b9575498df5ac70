// Full disks and folders that cannot be written.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "engine/core/hash.h"
#include "exporters/shard/dataset_writer.h"
#include "exporters/shard/h5_handle.h"
#include "exporters/shard/output_file.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

/// Runs `work` in a child process, which may limit itself; its return value is the exit status.
template <typename Work>
int exit_of_child(Work work) {
  std::fflush(nullptr);  // what is buffered must not be written twice
  const pid_t pid = fork();
  if (pid == 0) _exit(work());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

bool has_final_file(const fs::path& set) {
  if (!fs::exists(set)) return false;
  for (const auto& entry : fs::recursive_directory_iterator(set)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".h5") || name == "dataset.json") return true;
  }
  return false;
}

bool has_leftover(const fs::path& set) {
  if (!fs::exists(set)) return false;
  for (const auto& entry : fs::recursive_directory_iterator(set)) {
    const std::string ending = entry.path().extension().string();
    if (ending == ".tmp" || ending == ".journal") return true;
  }
  return false;
}

bool has_temporary(const fs::path& set) {
  if (!fs::exists(set)) return false;
  for (const auto& entry : fs::recursive_directory_iterator(set)) {
    if (entry.path().extension() == ".tmp") return true;
  }
  return false;
}

TEST_CASE("wherever a file hits its largest size, the failure is an output error and no shard is visible") {
  // The limits cut the journal, the reservation of the shard, or a manifest at many places.
  TempDir dir;
  const DatasetSpec spec = tiny::spec(2, 2);
  bool some_passed = false;
  for (rlim_t limit = 500; limit < 400'000; limit = limit * 5 / 4) {
    const fs::path set = dir.path() / std::to_string(limit);
    const int outcome = exit_of_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit file_size{limit, limit};
      if (setrlimit(RLIMIT_FSIZE, &file_size) != 0) return 9;
      const Status status = tiny::write_dataset(set, spec, OutputMode::kNew);
      if (status.ok()) return 0;
      const bool clear = status.code() == Code::kOutput && status.message().find("File too large") != std::string::npos &&
                         status.message().find(set.string()) != std::string::npos;
      return clear ? 1 : 2;
    });
    INFO(limit);
    CHECK(outcome <= 1);
    if (outcome == 0) {
      some_passed = true;
    } else {
      // The index may be what did not fit; then the shard before it is whole.
      CHECK_FALSE(fs::exists(set / "dataset.json"));
      CHECK_FALSE(has_temporary(set));  // a journal stays: its episodes are gone on with
      if (fs::exists(set / "shards/000000.h5")) {
        auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
        REQUIRE(writer.ok());
        CHECK((*writer)->has_shard(0));
      }
    }
  }
  CHECK(some_passed);
}

TEST_CASE("a write that fails under HDF5 is an error with the system's words, and the process ends in peace") {
  TempDir dir;
  for (const rlim_t limit : {rlim_t{10}, rlim_t{100}, rlim_t{3000}, rlim_t{70'000}}) {
    const int outcome = exit_of_child([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const std::filesystem::path path = dir.path() / "file.h5";
      const rlimit file_size{limit, limit};
      if (setrlimit(RLIMIT_FSIZE, &file_size) != 0) return 9;
      const std::vector<std::byte> bytes(100'000, std::byte{1});
      Status status;
      {
        auto file = h5::File::create(path);
        status = file.status();
        if (file.ok()) {
          auto made = file->create_plain("a", ColumnType::kUint8, {100'000}, bytes);
          status = made.status();
          made = h5::Dataset();
          const Status closed = file->close();
          if (status.ok()) status = closed;
        }
      }
      const bool clear = status.code() == Code::kOutput && status.message().find("File too large") != std::string::npos &&
                         status.message().find('\n') == std::string::npos;
      std::exit(clear ? 0 : 1);  // with HDF5's own work at exit
      return 1;
    });
    INFO(limit);
    CHECK(outcome == 0);
  }
}

TEST_CASE("a full file system is an output error with what is needed, and resuming with room goes on") {
  TempDir dir;
  const fs::path small = dir.path() / "small";
  fs::create_directories(small);
  if (mount("tmpfs", small.c_str(), "tmpfs", 0, "size=5M") != 0) {
    // Not root: /dev/full stands for a file system without room.
    const int fd = ::open("/dev/full", O_WRONLY);
    REQUIRE(fd >= 0);
    const std::byte one{1};
    const Status status = write_all(fd, std::span(&one, 1), "/dev/full");
    ::close(fd);
    CHECK(status.code() == Code::kOutput);
    CHECK(status.message().find("No space left") != std::string::npos);
    return;
  }
  const fs::path set = small / "set";
  const DatasetSpec spec = tiny::spec(40, 20);
  {
    // What is left is less than one shard and its journal, more than a run wants at its start.
    auto writer = DatasetWriter::open(set, spec, OutputMode::kNew);
    CHECK(writer.ok());
    std::ofstream filler(small / "filler", std::ios::binary);
    const auto free = free_bytes(small);
    filler << std::string(static_cast<std::size_t>(*free - 120'000), 'x') << std::flush;
    if (writer.ok()) {
      const auto summary = tiny::write_shard(**writer, spec, 0);
      CHECK(summary.status().code() == Code::kOutput);
      CHECK(summary.status().message().find("No space left") != std::string::npos);
      CHECK(summary.status().message().find("are free") != std::string::npos);
    }
  }
  CHECK_FALSE(has_final_file(set));
  CHECK_FALSE(has_temporary(set));
  CHECK(DatasetWriter::open(set, spec, OutputMode::kResume).status().code() == Code::kOutput);  // before anything is made
  fs::remove(small / "filler");
  CHECK(tiny::write_dataset(set, spec, OutputMode::kResume).ok());
  {
    // A shard that will not fit is refused before anything is simulated, with its size.
    DatasetSpec large = tiny::spec(40, 20);
    large.expected_frames = 10'000;
    auto writer = DatasetWriter::open(small / "large", large, OutputMode::kNew);
    REQUIRE(writer.ok());
    const Status status = (*writer)->check_room(0);
    CHECK(status.code() == Code::kOutput);
    CHECK(status.message().find("a shard of 20 episodes takes about") != std::string::npos);
    CHECK(status.message().find("are free") != std::string::npos);
    CHECK((*writer)->begin_shard(0).code() == Code::kOutput);
  }
  CHECK_FALSE(fs::exists(small / "large"));
  CHECK(umount(small.c_str()) == 0);
}

TEST_CASE("a folder below a file cannot be made and says so in one line") {
  TempDir dir;
  std::ofstream(dir.path() / "file") << "x";
  const Status status =
      DatasetWriter::open(dir.path() / "file" / "set", tiny::spec(2, 2), OutputMode::kNew).status();
  CHECK(status.code() == Code::kOutput);
  CHECK(status.message().find((dir.path() / "file").string()) != std::string::npos);
  CHECK(status.message().find("Not a directory") != std::string::npos);
  CHECK(status.message().find('\n') == std::string::npos);
}

TEST_CASE("a folder without write permission is refused before anything is made") {
  TempDir dir;
  const fs::path locked = dir.path() / "locked";
  fs::create_directories(locked);
  fs::permissions(locked, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::group_all | fs::perms::others_read |
                              fs::perms::others_exec);
  fs::permissions(dir.path(), fs::perms::all);
  const int outcome = exit_of_child([&] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) return 9;
    const Status status = DatasetWriter::open(locked / "set", tiny::spec(2, 2), OutputMode::kNew).status();
    const bool clear = status.code() == Code::kOutput && status.message().find("Permission denied") != std::string::npos;
    return clear ? 0 : 1;
  });
  CHECK(outcome == 0);
  CHECK(fs::is_empty(locked));
}

TEST_CASE("a killed writer leaves no shard under a final name, and the next run goes on after it") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  const DatasetSpec spec = tiny::spec(4, 2);
  const pid_t pid = fork();
  if (pid == 0) {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kNew);
    (void)(*writer)->begin_shard(0);
    (void)(*writer)->append(*tiny::record(spec, 0));
    std::ofstream(set / "shards/000000.h5.tmp") << "half";
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK_FALSE(has_final_file(set));
  CHECK(has_leftover(set));
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
    REQUIRE(writer.ok());
    CHECK((*writer)->claim_shard(0)->kept == 1);
  }
  CHECK(tiny::write_dataset(set, spec, OutputMode::kResume).ok());
  CHECK_FALSE(has_leftover(set));
  REQUIRE(tiny::write_dataset(dir.path() / "other", spec, OutputMode::kNew).ok());
  CHECK(sha256_file(set / "shards/000000.h5").value() == sha256_file(dir.path() / "other/shards/000000.h5").value());
}

}  // namespace
}  // namespace diorama
