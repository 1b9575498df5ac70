// Makes a tiny dataset through DatasetWriter as `generate --resume` does, without engine and renderer, so that crash
// tests run thousands of times. crash_writer FOLDER EPISODES PER_SHARD. Prints "recovered N" per begun shard and
// "done N" when episode N is on disk. Exit codes as those of diorama: 0, 4 for an output error, 1 otherwise.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "exporters/shard/dataset_writer.h"
#include "tests/unit/exporters/tiny_dataset.h"

namespace diorama {
namespace {

/// At once, so that a kill does not take it back.
void say(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
}

Status make(const char* folder, const DatasetSpec& spec) {
  DIORAMA_ASSIGN_OR_RETURN(const std::unique_ptr<DatasetWriter> writer,
                           DatasetWriter::open(folder, spec, OutputMode::kResume));
  for (int shard = 0; shard < spec.num_shards(); ++shard) {
    if (writer->has_shard(shard)) continue;
    DIORAMA_ASSIGN_OR_RETURN(const ShardStart start, writer->claim_shard(shard));
    say("recovered " + std::to_string(start.kept + start.rejected) + "\n");
    DIORAMA_RETURN_IF_ERROR(writer->begin_shard(shard));
    const std::int64_t end = std::min<std::int64_t>(spec.num_episodes, (shard + 1) * spec.episodes_per_shard);
    for (std::int64_t episode = start.next_episode; episode < end; ++episode) {
      if (episode % 4 == 1) {
        DIORAMA_RETURN_IF_ERROR(writer->reject(episode, "one of four"));
      } else {
        DIORAMA_ASSIGN_OR_RETURN(EpisodeRecord record, tiny::record(spec, episode));
        DIORAMA_RETURN_IF_ERROR(writer->append(std::move(record)));
      }
      say("done " + std::to_string(episode) + "\n");
    }
    const Result<ShardSummary> summary = writer->end_shard();
    if (!summary.ok()) return summary.status();
  }
  DIORAMA_ASSIGN_OR_RETURN(const int missing, writer->finish());
  return missing == 0 ? Status() : failed(std::to_string(missing) + " shards are missing");
}

}  // namespace
}  // namespace diorama

int main(int argc, char** argv) {
  using namespace diorama;
  if (argc != 4) {
    std::fprintf(stderr, "usage: crash_writer FOLDER EPISODES PER_SHARD\n");
    return 2;
  }
  const Status status = make(argv[1], tiny::spec(std::atoi(argv[2]), std::atoi(argv[3])));
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.code() == Code::kOutput ? 4 : 1;
}
