// Files that appear whole or not at all, and the locks of their makers. Failures are kOutput with path and reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "engine/core/status.h"

namespace diorama {

/// kOutput: "cannot <what> PATH: <the system's reason>"; a full disk also says how much is free, a limit on the
/// size of files (ulimit -f) what it is, and both how much is wanted if `bytes_needed` > 0.
Status output_errno(const std::string& what, const std::filesystem::path& path, int error_number,
                    std::int64_t bytes_needed = 0);

/// An open file descriptor. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// Writes everything, over short writes and interruptions.
Status write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);
/// Writes everything at `offset`.
Status write_at(int fd, std::int64_t offset, std::span<const std::byte> bytes, const std::filesystem::path& path);
/// fdatasync(2).
Status sync_data(int fd, const std::filesystem::path& path);
Result<FileDescriptor> open_to_read(const std::filesystem::path& path);
/// Reads exactly out.size() bytes at `offset`.
Status read_at(int fd, std::int64_t offset, std::span<std::byte> out, const std::filesystem::path& path);

Status sync_file(const std::filesystem::path& path);
Status sync_folder(const std::filesystem::path& folder);
/// rename(2) and a sync of the folder.
Status rename_into_place(const std::filesystem::path& from, const std::filesystem::path& to);
/// Writes PATH.tmp, syncs it and renames it to PATH.
Status write_file_atomically(const std::filesystem::path& path, std::string_view text);
Result<std::string> read_text_file(const std::filesystem::path& path);
/// No error if it is absent.
Status remove_file(const std::filesystem::path& path);

/// Bytes that an ordinary user may still write in the file system of `folder`.
Result<std::int64_t> free_bytes(const std::filesystem::path& folder);
/// Sets aside room for `bytes` bytes of a file without changing its size, so that a full disk shows before the
/// file is written and not in its middle. File systems without this are taken as they are. Also obeys the
/// process's limit on file sizes.
Status reserve_room(const std::filesystem::path& path, std::int64_t bytes);
/// Gives back what reserve_room set aside beyond the file's end.
Status release_room(const std::filesystem::path& path);

/// Opens (and creates) `path` and locks it for this process; kOutput if another process holds it. The lock ends
/// with the descriptor.
Result<FileDescriptor> open_locked(const std::filesystem::path& path);
/// Locks a folder, waiting for its turn.
Result<FileDescriptor> lock_folder(const std::filesystem::path& folder);

}  // namespace diorama
