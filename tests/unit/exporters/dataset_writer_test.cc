#include "exporters/shard/dataset_writer.h"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>

#include "engine/core/hash.h"
#include "exporters/shard/output_file.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Every file of a folder, by relative path, with its content.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) found[fs::relative(entry.path(), folder).string()] = slurp(entry.path());
  }
  return found;
}

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> list;
  for (const auto& [name, text] : contents(folder)) list.push_back(name);
  return list;
}

bool mentions(const Status& status, const std::string& word) {
  return status.message().find(word) != std::string::npos;
}

/// Runs `work` in a child process; true if it returned true.
template <typename Work>
pid_t in_child(Work work) {
  const pid_t pid = fork();
  if (pid == 0) _exit(work() ? 0 : 1);
  return pid;
}
bool succeeded(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("a dataset has its shards, their manifests, an index and a manifest, and nothing else") {
  TempDir dir;
  const fs::path set = dir.path() / "deep" / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(5, 2), OutputMode::kNew, {3}).ok());
  CHECK(names(set) == std::vector<std::string>{"dataset.json", "index.h5", "shards/000000.h5", "shards/000000.json",
                                               "shards/000001.h5", "shards/000001.json", "shards/000002.h5",
                                               "shards/000002.json"});
}

TEST_CASE("the same specification gives the same bytes in another process, folder and order of shards") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(7, 2);
  REQUIRE(succeeded(in_child([&] { return tiny::write_dataset(dir.path() / "a", spec, OutputMode::kNew, {2}).ok(); })));
  {
    auto writer = DatasetWriter::open(dir.path() / "b", spec, OutputMode::kNew);
    REQUIRE(writer.ok());
    for (const int shard : {3, 1, 0, 2}) REQUIRE(tiny::write_shard(**writer, spec, shard, {2}).ok());
    REQUIRE(*(*writer)->finish() == 0);
  }
  CHECK(contents(dir.path() / "a") == contents(dir.path() / "b"));
}

TEST_CASE("a shard of a longer dataset has the same bytes") {
  TempDir dir;
  REQUIRE(tiny::write_dataset(dir.path() / "short", tiny::spec(2, 2), OutputMode::kNew).ok());
  REQUIRE(tiny::write_dataset(dir.path() / "long", tiny::spec(6, 2), OutputMode::kNew).ok());
  CHECK(slurp(dir.path() / "short/shards/000000.h5") == slurp(dir.path() / "long/shards/000000.h5"));
}

TEST_CASE("what is under way is only a journal, which the next run goes on with") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(4, 2);
  const fs::path set = dir.path() / "set";
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kNew);
    REQUIRE(writer.ok());
    REQUIRE((*writer)->begin_shard(0).ok());
    REQUIRE((*writer)->append(*tiny::record(spec, 0)).ok());
    CHECK((*writer)->bytes_written() > 0);
    CHECK(names(set) == std::vector<std::string>{"shards/000000.journal", "shards/run.tmp"});
  }
  CHECK(names(set) == std::vector<std::string>{"shards/000000.journal"});
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
    REQUIRE(writer.ok());
    const auto start = (*writer)->claim_shard(0);
    REQUIRE(start.ok());
    CHECK(start->next_episode == 1);
    CHECK(start->kept == 1);
    REQUIRE((*writer)->begin_shard(0).ok());
    CHECK_FALSE((*writer)->append(*tiny::record(spec, 0)).ok());  // it is there
    REQUIRE((*writer)->reject(1, "no").ok());
  }
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
    REQUIRE(writer.ok());
    const auto start = (*writer)->claim_shard(0);
    REQUIRE(start.ok());
    CHECK(start->next_episode == 2);
    CHECK(start->rejected == 1);
  }
  REQUIRE(tiny::write_dataset(set, spec, OutputMode::kResume).ok());
  REQUIRE(tiny::write_dataset(dir.path() / "at once", spec, OutputMode::kNew, {1}).ok());
  auto resumed = contents(set);
  auto expected = contents(dir.path() / "at once");
  // The reason stands in the manifests; all else is equal.
  for (const char* name : {"dataset.json", "shards/000000.json"}) {
    CHECK(resumed.at(name).find("\"no\"") != std::string::npos);
    resumed.erase(name);
    expected.erase(name);
  }
  CHECK(resumed == expected);
}

TEST_CASE("a run that made no episode leaves nothing") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  {
    auto writer = DatasetWriter::open(set, tiny::spec(4, 2), OutputMode::kNew);
    REQUIRE(writer.ok());
    REQUIRE((*writer)->begin_shard(0).ok());
    CHECK(fs::exists(set / "shards/000000.journal"));
  }
  CHECK_FALSE(fs::exists(set));
}

TEST_CASE("a journal with all its episodes only wants sealing, and one beside its whole shard goes") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  const DatasetSpec spec = tiny::spec(4, 2);
  REQUIRE(tiny::write_dataset(dir.path() / "whole", spec, OutputMode::kNew).ok());
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kNew);
    REQUIRE(writer.ok());
    REQUIRE((*writer)->begin_shard(1).ok());
    for (const std::int64_t episode : {2, 3}) REQUIRE((*writer)->append(*tiny::record(spec, episode)).ok());
  }
  const std::string journal = slurp(set / "shards/000001.journal");
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
    REQUIRE(writer.ok());
    CHECK((*writer)->claim_shard(1)->next_episode == 4);
    REQUIRE((*writer)->begin_shard(1).ok());
    REQUIRE((*writer)->end_shard().ok());
  }
  CHECK(slurp(set / "shards/000001.h5") == slurp(dir.path() / "whole/shards/000001.h5"));
  std::ofstream(set / "shards/000001.journal", std::ios::binary) << journal;  // as if killed before it was removed
  REQUIRE(tiny::write_dataset(set, spec, OutputMode::kResume).ok());
  CHECK(contents(set) == contents(dir.path() / "whole"));
}

TEST_CASE("a journal of other settings is refused, and says which, before any shard is whole") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  const DatasetSpec spec = tiny::spec(4, 4);
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kNew);
    REQUIRE(writer.ok());
    REQUIRE((*writer)->begin_shard(0).ok());
    REQUIRE((*writer)->append(*tiny::record(spec, 0)).ok());
  }
  DatasetSpec other = spec;
  other.seed = 8;
  const auto before = contents(set);
  CHECK(mentions(DatasetWriter::open(set, other, OutputMode::kResume).status(), "seed is '7' there and '8' now"));
  CHECK(contents(set) == before);
}

TEST_CASE("episodes come in order, once each, and a shard ends with its last") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(4, 2);
  auto writer = DatasetWriter::open(dir.path() / "set", spec, OutputMode::kNew);
  REQUIRE(writer.ok());
  CHECK_FALSE((*writer)->append(*tiny::record(spec, 0)).ok());
  REQUIRE((*writer)->begin_shard(1).ok());
  CHECK_FALSE((*writer)->begin_shard(0).ok());
  CHECK_FALSE((*writer)->append(*tiny::record(spec, 3)).ok());
  CHECK((*writer)->append(*tiny::record(spec, 2)).ok());
  CHECK_FALSE((*writer)->end_shard().ok());
  CHECK((*writer)->reject(3, "no").ok());
  CHECK_FALSE((*writer)->reject(4, "no").ok());
  const auto summary = (*writer)->end_shard();
  REQUIRE(summary.ok());
  CHECK(summary->episodes == std::vector<std::int64_t>{2});
  CHECK(summary->rejected.size() == 1);
  CHECK(summary->file == "shards/000001.h5");
  CHECK(summary->num_rows == tiny::rows_of(2));
  CHECK(*sha256_file(dir.path() / "set" / summary->file) == summary->sha256);
  CHECK(*(*writer)->finish() == 1);
  CHECK_FALSE(fs::exists(dir.path() / "set/index.h5"));
}

TEST_CASE("resuming keeps whole shards and makes torn, missing and unfinished ones again") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(8, 2);
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, spec, OutputMode::kResume).ok());  // on an absent folder as new
  const auto whole = contents(set);
  fs::remove(set / "shards/000001.h5");
  std::string torn = whole.at("shards/000002.h5");
  torn[torn.size() / 2] ^= 1;
  std::ofstream(set / "shards/000002.h5", std::ios::binary) << torn;
  std::ofstream(set / "shards/000003.json", std::ios::binary) << "{\"format\": 1";
  std::ofstream(set / "shards/000001.h5.tmp") << "dead";
  std::ofstream(set / "shards/000001.journal") << "dead";
  {
    auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
    REQUIRE(writer.ok());
    CHECK_FALSE(fs::exists(set / "shards/000001.h5.tmp"));
    CHECK((*writer)->has_shard(0));
    CHECK_FALSE((*writer)->has_shard(1));
    CHECK_FALSE((*writer)->has_shard(2));
    CHECK_FALSE((*writer)->has_shard(3));
    CHECK((*writer)->claim_shard(1)->dropped_bytes == 4);  // "dead"
    for (const int shard : {1, 2, 3}) REQUIRE(tiny::write_shard(**writer, spec, shard).ok());
    CHECK(*(*writer)->finish() == 0);
  }
  CHECK(contents(set) == whole);
}

TEST_CASE("resuming with other settings is refused and says what differs") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  const DatasetSpec spec = tiny::spec(4, 2);
  REQUIRE(tiny::write_dataset(set, spec, OutputMode::kNew).ok());
  const auto before = contents(set);
  DatasetSpec other = spec;
  other.seed = 8;
  auto writer = DatasetWriter::open(set, other, OutputMode::kResume);
  REQUIRE_FALSE(writer.ok());
  CHECK(writer.status().code() == Code::kOutput);
  CHECK(mentions(writer.status(), "seed is '7' there and '8' now"));
  CHECK_FALSE(mentions(writer.status(), "scenario"));
  other = spec;
  other.scenario_text += "# changed\n";
  other.engine = "other";
  const Status two = DatasetWriter::open(set, other, OutputMode::kResume).status();
  CHECK(mentions(two, "scenario differs"));
  CHECK(mentions(two, "engine is"));
  CHECK(contents(set) == before);
}

TEST_CASE("a folder that is not empty is refused unless told, and never touched if it is not a dataset") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  const DatasetSpec spec = tiny::spec(2, 2);
  fs::create_directories(set);
  std::ofstream(set / "precious.txt") << "mine";
  for (const OutputMode mode : {OutputMode::kNew, OutputMode::kResume, OutputMode::kForce}) {
    const auto writer = DatasetWriter::open(set, spec, mode);
    CHECK(writer.status().code() == Code::kOutput);
    CHECK(names(set) == std::vector<std::string>{"precious.txt"});
    CHECK_FALSE(fs::exists(set / "shards"));
  }
  const auto file = DatasetWriter::open(set / "precious.txt", spec, OutputMode::kForce);
  CHECK(mentions(file.status(), "is a file"));
}

TEST_CASE("force replaces a dataset and leaves other files alone") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  REQUIRE(tiny::write_dataset(set, tiny::spec(6, 2), OutputMode::kNew).ok());
  std::ofstream(set / "notes.txt") << "mine";
  CHECK(mentions(DatasetWriter::open(set, tiny::spec(2, 2), OutputMode::kNew).status(), "--resume"));
  REQUIRE(tiny::write_dataset(set, tiny::spec(2, 2), OutputMode::kForce).ok());
  CHECK(names(set) == std::vector<std::string>{"dataset.json", "index.h5", "notes.txt", "shards/000000.h5",
                                               "shards/000000.json"});
}

TEST_CASE("two processes never make the same shard at once, and force does not pull it from under one") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(4, 2);
  const fs::path set = dir.path() / "set";
  auto writer = DatasetWriter::open(set, spec, OutputMode::kNew);
  REQUIRE(writer.ok());
  REQUIRE((*writer)->begin_shard(0).ok());
  CHECK(succeeded(in_child([&] {
    auto other = DatasetWriter::open(set, spec, OutputMode::kResume);
    if (!other.ok() || !fs::exists(set / "shards/000000.journal")) return false;
    const Status status = (*other)->begin_shard(0);
    return status.code() == Code::kOutput && mentions(status, "another process") && (*other)->begin_shard(1).ok();
  })));
  CHECK(succeeded(in_child([&] {
    return DatasetWriter::open(set, spec, OutputMode::kForce).status().code() == Code::kOutput;
  })));
  CHECK((*writer)->append(*tiny::record(spec, 0)).ok());
}

TEST_CASE("processes that share the shards give the bytes of one that makes them all") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(9, 2);
  REQUIRE(tiny::write_dataset(dir.path() / "one", spec, OutputMode::kNew, {4}).ok());
  const fs::path set = dir.path() / "shared";
  std::vector<pid_t> children;
  for (int part = 0; part < 3; ++part) {
    children.push_back(in_child([&, part] {
      auto writer = DatasetWriter::open(set, spec, OutputMode::kResume);
      if (!writer.ok()) return false;
      for (int shard = part; shard < spec.num_shards(); shard += 3) {
        if (!tiny::write_shard(**writer, spec, shard, {4}).ok()) return false;
      }
      return (*writer)->finish().ok();
    }));
  }
  for (const pid_t child : children) CHECK(succeeded(child));
  CHECK(contents(set) == contents(dir.path() / "one"));
}

TEST_CASE("a dataset of which nothing was kept is whole and empty") {
  TempDir dir;
  REQUIRE(tiny::write_dataset(dir.path() / "set", tiny::spec(3, 2), OutputMode::kNew, {0, 1, 2}).ok());
  CHECK(fs::exists(dir.path() / "set/index.h5"));
  auto writer = DatasetWriter::open(dir.path() / "set", tiny::spec(3, 2), OutputMode::kResume);
  REQUIRE(writer.ok());
  CHECK((*writer)->has_shard(0));
  CHECK((*writer)->has_shard(1));
}

TEST_CASE("beyond 64 shards there is no index and a note says so") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(65, 1);
  auto writer = DatasetWriter::open(dir.path() / "set", spec, OutputMode::kNew);
  REQUIRE(writer.ok());
  for (int shard = 0; shard < 65; ++shard) REQUIRE(tiny::write_shard(**writer, spec, shard).ok());
  CHECK(*(*writer)->finish() == 0);
  CHECK_FALSE(fs::exists(dir.path() / "set/index.h5"));
  CHECK(fs::exists(dir.path() / "set/dataset.json"));
  REQUIRE((*writer)->notes().size() == 1);
  CHECK((*writer)->notes()[0].find("65 shards") != std::string::npos);
}

TEST_CASE("a specification that makes no dataset is refused before anything is written") {
  TempDir dir;
  DatasetSpec spec = tiny::spec(2, 2);
  spec.layout.views[1].name = "a/b";
  spec.columns = dataset_columns(spec.layout, tiny::all_channels(), {});
  CHECK(DatasetWriter::open(dir.path() / "set", spec, OutputMode::kNew).status().code() == Code::kInvalidInput);
  spec = tiny::spec(0, 2);
  CHECK(DatasetWriter::open(dir.path() / "set", spec, OutputMode::kNew).status().code() == Code::kInvalidInput);
  CHECK_FALSE(fs::exists(dir.path() / "set"));
}

TEST_CASE("the hash of a specification follows everything that decides the bytes") {
  const DatasetSpec spec = tiny::spec(4, 2);
  const auto differs = [&](auto change) {
    DatasetSpec other = spec;
    change(other);
    return other.hash() != spec.hash();
  };
  CHECK(spec.hash() == tiny::spec(4, 2).hash());
  CHECK(spec.num_shards() == 2);
  CHECK(tiny::spec(5, 2).num_shards() == 3);
  CHECK(differs([](DatasetSpec& s) { s.seed = 0; }));
  CHECK(differs([](DatasetSpec& s) { s.scenario_text += " "; }));
  CHECK(differs([](DatasetSpec& s) { s.engine = "x"; }));
  CHECK(differs([](DatasetSpec& s) { s.render_driver = "x"; }));
  CHECK(differs([](DatasetSpec& s) { s.cpu_family = "x"; }));
  CHECK(differs([](DatasetSpec& s) { s.columns.pop_back(); }));
  CHECK(differs([](DatasetSpec& s) { s.columns[0].compression = Compression::kNone; }));
  CHECK(differs([](DatasetSpec& s) { s.layout.objects[1].name = "x"; }));
  CHECK(differs([](DatasetSpec& s) { s.episodes_per_shard = 1; }));
  CHECK(differs([](DatasetSpec& s) { s.files["gem.obj"] = std::string(64, '0'); }));
}

TEST_CASE("while a run lives, runs of the same specification join it and all others are refused") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  const DatasetSpec spec = tiny::spec(4, 2);
  DatasetSpec other = spec;
  other.seed += 1;
  {
    auto first = DatasetWriter::open(set, spec, OutputMode::kNew);
    REQUIRE(first.ok());
    CHECK(DatasetWriter::open(set, spec, OutputMode::kResume).ok());
    for (const OutputMode mode : {OutputMode::kResume, OutputMode::kForce}) {
      const Status refused = DatasetWriter::open(set, other, mode).status();
      CHECK(refused.code() == Code::kOutput);
      CHECK(refused.message().find("is in use") != std::string::npos);
    }
    CHECK(DatasetWriter::open(set, spec, OutputMode::kForce).status().code() == Code::kOutput);
    REQUIRE(tiny::write_shard(**first, spec, 0).ok());
    REQUIRE(tiny::write_shard(**first, spec, 1).ok());
    CHECK((*first)->finish().ok());
  }
  CHECK_FALSE(fs::exists(set / "shards/run.tmp"));
  CHECK(DatasetWriter::open(set, other, OutputMode::kForce).ok());
}

TEST_CASE("a shard that is left leaves a writer that can finish, and what went away counts as missing") {
  TempDir dir;
  const DatasetSpec spec = tiny::spec(4, 2);
  auto writer = DatasetWriter::open(dir.path() / "set", spec, OutputMode::kNew);
  REQUIRE(writer.ok());
  REQUIRE(tiny::write_shard(**writer, spec, 0).ok());
  REQUIRE((*writer)->begin_shard(1).ok());
  REQUIRE((*writer)->append(*tiny::record(spec, 2)).ok());
  CHECK_FALSE((*writer)->finish().ok());
  (*writer)->leave_shard();
  CHECK(*(*writer)->finish() == 1);
  REQUIRE(tiny::write_shard(**writer, spec, 1).ok());
  fs::remove(dir.path() / "set/shards/000000.h5");
  CHECK(*(*writer)->finish() == 1);
  CHECK_FALSE((*writer)->has_shard(0));
  CHECK_FALSE(fs::exists(dir.path() / "set/dataset.json"));
}

TEST_CASE("probes of killed runs are no foreign files and go with the next run") {
  TempDir dir;
  const fs::path set = dir.path() / "set";
  fs::create_directories(set);
  std::ofstream(set / "probe.1.tmp") << "x";
  REQUIRE(tiny::write_dataset(set, tiny::spec(2, 2), OutputMode::kResume).ok());
  CHECK_FALSE(fs::exists(set / "probe.1.tmp"));
}

}  // namespace
}  // namespace diorama
