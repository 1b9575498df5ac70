#include "exporters/shard/output_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace diorama {
namespace {

std::string megabytes(std::int64_t bytes) {
  return bytes < 10'000'000 ? std::to_string(bytes) + " bytes" : std::to_string(bytes / 1'000'000) + " MB";
}

/// The largest file that this process may write, in bytes; nothing if that is not limited.
std::optional<std::int64_t> file_size_limit() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<std::int64_t>(limit.rlim_cur);
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, const char* what) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return output_errno(what, path, errno);
  return FileDescriptor(fd);
}

int flock_retry(int fd, int operation) {
  int rc = 0;
  do {
    rc = ::flock(fd, operation);
  } while (rc != 0 && errno == EINTR);
  return rc;
}

}  // namespace

Status output_errno(const std::string& what, const std::filesystem::path& path, int error_number,
                    std::int64_t bytes_needed) {
  std::string message = "cannot " + what + " " + path.string() + ": " + std::strerror(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    if (bytes_needed > 0) message += "; it needs " + megabytes(bytes_needed);
    const auto free = free_bytes(path.parent_path().empty() ? std::filesystem::path(".") : path.parent_path());
    if (free.ok()) message += ", " + megabytes(*free) + " are free";
    message += "; free some room or choose another folder";
  }
  if (error_number == EFBIG) {
    if (bytes_needed > 0) message += "; it needs " + megabytes(bytes_needed);
    const std::optional<std::int64_t> limit = file_size_limit();
    if (limit) message += ", and this process may write files of up to " + megabytes(*limit);
    message += limit ? "; raise the limit (ulimit -f)" : "; the file system takes no files of this size";
  }
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS) {
    message += "; choose a folder that you may write to";
  }
  return output_error(std::move(message));
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() { reset(); }

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

namespace {

/// Calls `write_some`, which returns as write(2) does, until nothing is left.
template <typename WriteSome>
Status write_fully(std::span<const std::byte> bytes, const std::filesystem::path& path, WriteSome write_some) {
  while (!bytes.empty()) {
    const ssize_t written = write_some(bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return output_errno("write", path, written < 0 ? errno : EIO, static_cast<std::int64_t>(bytes.size()));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Status write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  return write_fully(bytes, path, [fd](std::span<const std::byte> rest) { return ::write(fd, rest.data(), rest.size()); });
}

Status write_at(int fd, std::int64_t offset, std::span<const std::byte> bytes, const std::filesystem::path& path) {
  return write_fully(bytes, path, [&](std::span<const std::byte> rest) {
    const ssize_t written = ::pwrite(fd, rest.data(), rest.size(), offset);
    if (written > 0) offset += written;
    return written;
  });
}

Status sync_data(int fd, const std::filesystem::path& path) {
  return ::fdatasync(fd) == 0 ? Status() : output_errno("write", path, errno);
}

Result<FileDescriptor> open_to_read(const std::filesystem::path& path) { return open_file(path, O_RDONLY, "read"); }

Status read_at(int fd, std::int64_t offset, std::span<std::byte> out, const std::filesystem::path& path) {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd, out.data(), out.size(), offset);
    if (got < 0) {
      if (errno == EINTR) continue;
      return output_errno("read", path, errno);
    }
    if (got == 0) return output_error("cannot read " + path.string() + ": it ends at byte " + std::to_string(offset));
    out = out.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
  return {};
}

Status sync_file(const std::filesystem::path& path) {
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_file(path, O_RDONLY, "open"));
  if (::fsync(file.get()) != 0) return output_errno("write", path, errno);
  return {};
}

Status sync_folder(const std::filesystem::path& folder) {
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_file(folder, O_RDONLY | O_DIRECTORY, "open"));
  // Some file systems cannot sync a folder; there is nothing to do about it there.
  if (::fsync(file.get()) != 0 && errno != EINVAL) return output_errno("write", folder, errno);
  return {};
}

Status rename_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return output_errno("rename " + from.string() + " to", to, errno);
  return sync_folder(to.has_parent_path() ? to.parent_path() : ".");
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  Status status;
  {
    DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, "create"));
    status = write_all(file.get(), std::as_bytes(std::span(text)), temporary);
    if (status.ok() && ::fsync(file.get()) != 0) status = output_errno("write", temporary, errno);
  }
  if (status.ok()) status = rename_into_place(temporary, path);
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

Result<std::string> read_text_file(const std::filesystem::path& path) {
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_to_read(path));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return output_errno("read", path, errno);
  if (!S_ISREG(info.st_mode)) return output_error("cannot read " + path.string() + ": not a regular file");
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  DIORAMA_RETURN_IF_ERROR(read_at(file.get(), 0, std::as_writable_bytes(std::span(text)), path));
  return text;
}

Status remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return output_errno("remove", path, errno);
  return {};
}

Result<std::int64_t> free_bytes(const std::filesystem::path& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return output_errno("look at", folder, errno);
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

Status reserve_room(const std::filesystem::path& path, std::int64_t bytes) {
  if (const auto limit = file_size_limit(); limit && bytes > *limit) return output_errno("write", path, EFBIG, bytes);
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_file(path, O_WRONLY, "open"));
  int rc = 0;
  do {
    rc = ::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, 0, bytes);
  } while (rc != 0 && errno == EINTR);
  if (rc == 0) return {};
  const int error_number = errno;
  if (error_number != EOPNOTSUPP && error_number != ENOSYS) return output_errno("write", path, error_number, bytes);
  // No reservation here: at least compare with the free room.
  DIORAMA_ASSIGN_OR_RETURN(const std::int64_t free, free_bytes(path.parent_path()));
  return free < bytes ? output_errno("write", path, ENOSPC, bytes) : Status();
}

Status release_room(const std::filesystem::path& path) {
  DIORAMA_ASSIGN_OR_RETURN(const FileDescriptor file, open_file(path, O_WRONLY, "open"));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || ::ftruncate(file.get(), info.st_size) != 0) {
    return output_errno("write", path, errno);
  }
  return {};
}

Result<FileDescriptor> open_locked(const std::filesystem::path& path) {
  for (;;) {
    DIORAMA_ASSIGN_OR_RETURN(FileDescriptor file, open_file(path, O_RDWR | O_CREAT, "create"));
    if (flock_retry(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return output_errno("lock", path, errno);
      return output_error(path.string() + " is in use: another process is making this shard; wait for it to end");
    }
    // The former owner may have removed the file between our open and our lock: then the lock is on nothing.
    struct stat ours {};
    struct stat there {};
    if (::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
        ours.st_dev == there.st_dev) {
      return file;
    }
  }
}

Result<FileDescriptor> lock_folder(const std::filesystem::path& folder) {
  DIORAMA_ASSIGN_OR_RETURN(FileDescriptor file, open_file(folder, O_RDONLY | O_DIRECTORY, "open"));
  if (flock_retry(file.get(), LOCK_EX) != 0) return output_errno("lock", folder, errno);
  return file;
}

}  // namespace diorama
