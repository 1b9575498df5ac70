#include "exporters/shard/run_claim.h"

#include <cerrno>
#include <chrono>
#include <span>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diorama {
namespace {

namespace fs = std::filesystem;

bool try_lock(int fd, int operation) {
  int rc = 0;
  do {
    rc = ::flock(fd, operation | LOCK_NB);
  } while (rc != 0 && errno == EINTR);
  return rc == 0;
}

/// False if the path leads elsewhere by now: the last owner has removed the file that we hold.
bool is_in_place(int fd, const fs::path& path) {
  struct stat ours {};
  struct stat there {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

Status in_use(const fs::path& path, const char* why) {
  return output_error(path.parent_path().parent_path().string() + " is in use: another process " + why +
                      "; wait for it to end, or give another folder");
}

}  // namespace

Result<RunClaim> RunClaim::take(const fs::path& shards, const std::string& spec_hash, bool must_be_alone) {
  // Others hold it alone only while they look around and remove what is old; that may take a moment.
  constexpr int kTries = 500;
  constexpr std::chrono::milliseconds kPause(20);
  RunClaim claim;
  claim.path_ = shards / kFileName;
  claim.spec_hash_ = spec_hash;
  for (int i = 0; i < kTries; ++i) {
    const int fd = ::open(claim.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return output_errno("write into", shards, errno);
    FileDescriptor file(fd);
    if (try_lock(fd, LOCK_EX)) {
      if (!is_in_place(fd, claim.path_)) continue;
      claim.file_ = std::move(file);
      claim.alone_ = true;
      return claim;
    }
    if (errno != EWOULDBLOCK) return output_errno("lock", claim.path_, errno);
    if (must_be_alone) return in_use(claim.path_, "is making this dataset");
    if (try_lock(fd, LOCK_SH)) {
      if (!is_in_place(fd, claim.path_)) continue;
      DIORAMA_ASSIGN_OR_RETURN(const std::string there, read_text_file(claim.path_));
      if (there == spec_hash) {
        claim.file_ = std::move(file);
        return claim;
      }
      if (!there.empty()) return in_use(claim.path_, "is making a different dataset there");
    }
    std::this_thread::sleep_for(kPause);
  }
  return in_use(claim.path_, "is preparing it");
}

RunClaim& RunClaim::operator=(RunClaim&& other) noexcept {
  if (this != &other) {
    release();
    path_ = std::move(other.path_);
    spec_hash_ = std::move(other.spec_hash_);
    file_ = std::move(other.file_);
    alone_ = std::exchange(other.alone_, false);
  }
  return *this;
}

Status RunClaim::share() {
  if (!alone_) return {};
  const int fd = file_.get();
  if (::ftruncate(fd, 0) != 0) return output_errno("write", path_, errno);
  DIORAMA_RETURN_IF_ERROR(write_all(fd, std::as_bytes(std::span(spec_hash_)), path_));
  alone_ = false;
  // flock may let go of the old lock before it gives the new one; who comes in between shows in the file.
  if (!try_lock(fd, LOCK_SH) || !is_in_place(fd, path_)) {
    file_.reset();
    return in_use(path_, "took it at this moment");
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::string there, read_text_file(path_));
  return there == spec_hash_ ? Status() : in_use(path_, "is making a different dataset there");
}

void RunClaim::release() {
  if (!file_.valid()) return;
  if (try_lock(file_.get(), LOCK_EX) && is_in_place(file_.get(), path_)) (void)remove_file(path_);
  file_.reset();
  alone_ = false;
}

}  // namespace diorama
