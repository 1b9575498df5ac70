// LD_PRELOAD library that makes one file operation below a folder fail, or kills the process there.
//   DIORAMA_FAULT_FOLDER  only files below this folder count
//   DIORAMA_FAULT_AT      number of the operation, from 1; 0 = none
//   DIORAMA_FAULT_KIND    EIO, ENOSPC, SHORT (half of a write; others EIO), KILL (SIGKILL before the operation),
//                         FULL (ENOSPC for this and every later operation that takes room)
//   DIORAMA_FAULT_LOG     file that gets one line "NUMBER OPERATION NAME" per operation
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> counter{0};

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool below_folder(const char* path) {
  static const char* folder = setting("DIORAMA_FAULT_FOLDER");
  return *folder && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

/// The name behind a descriptor, "" if there is none.
void name_of(int fd, char (&name)[4096]) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, name, sizeof name - 1);
  name[length > 0 ? length : 0] = '\0';
}

void log_line(long number, const char* operation, const char* path) {
  static const char* log = setting("DIORAMA_FAULT_LOG");
  if (!*log) return;
  char line[4200];
  const int length = std::snprintf(line, sizeof line, "%ld %s %s\n", number, operation, path);
  // Straight to the kernel: these calls must not meet the functions below.
  const long fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, length);
  syscall(SYS_close, fd);
}

enum class Outcome { kGoOn, kFail, kShort };

/// Counts an operation on `path`; what is to happen to it. Sets errno for kFail.
Outcome count(const char* operation, const char* path, bool takes_room) {
  if (!below_folder(path)) return Outcome::kGoOn;
  static const long at = std::atol(setting("DIORAMA_FAULT_AT"));
  static const char* kind = setting("DIORAMA_FAULT_KIND");
  const long number = ++counter;
  log_line(number, operation, path);
  if (at == 0) return Outcome::kGoOn;
  if (std::strcmp(kind, "FULL") == 0 && number >= at && takes_room) {
    errno = ENOSPC;
    return Outcome::kFail;
  }
  if (number != at) return Outcome::kGoOn;
  if (std::strcmp(kind, "KILL") == 0) kill(getpid(), SIGKILL);
  if (std::strcmp(kind, "SHORT") == 0 && std::strstr(operation, "write")) return Outcome::kShort;
  errno = std::strcmp(kind, "ENOSPC") == 0 ? ENOSPC : EIO;
  return Outcome::kFail;
}

Outcome count(const char* operation, int fd, bool takes_room) {
  char name[4096];
  name_of(fd, name);
  return count(operation, name, takes_room);
}

/// Of a write: at least 1 byte, so that it makes progress.
size_t half(size_t size) { return size > 1 ? size / 2 : size; }

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
  const Outcome outcome = count("write", fd, true);
  if (outcome == Outcome::kFail) return -1;
  return next<decltype(&write)>("write")(fd, data, outcome == Outcome::kShort ? half(size) : size);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  const Outcome outcome = count("pwrite", fd, true);
  if (outcome == Outcome::kFail) return -1;
  return next<decltype(&pwrite)>("pwrite")(fd, data, outcome == Outcome::kShort ? half(size) : size, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) { return pwrite(fd, data, size, offset); }

int fsync(int fd) { return count("fsync", fd, false) == Outcome::kFail ? -1 : next<decltype(&fsync)>("fsync")(fd); }

int fdatasync(int fd) {
  return count("fdatasync", fd, false) == Outcome::kFail ? -1 : next<decltype(&fdatasync)>("fdatasync")(fd);
}

int close(int fd) {
  // The kernel reports failed writes here, so only a descriptor that may write can fail.
  const int flags = fcntl(fd, F_GETFL);
  const bool fails = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && count("close", fd, false) == Outcome::kFail;
  const int error_number = errno;
  const int rc = next<decltype(&close)>("close")(fd);
  if (!fails) return rc;
  errno = error_number;  // the descriptor is gone, as in the kernel
  return -1;
}

int rename(const char* from, const char* to) {
  return count("rename", to, true) == Outcome::kFail ? -1 : next<decltype(&rename)>("rename")(from, to);
}

int unlink(const char* path) {
  return count("unlink", path, false) == Outcome::kFail ? -1 : next<decltype(&unlink)>("unlink")(path);
}

int mkdir(const char* path, mode_t mode) {
  return count("mkdir", path, true) == Outcome::kFail ? -1 : next<decltype(&mkdir)>("mkdir")(path, mode);
}

int ftruncate(int fd, off_t size) {
  return count("ftruncate", fd, false) == Outcome::kFail ? -1 : next<decltype(&ftruncate)>("ftruncate")(fd, size);
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int fallocate(int fd, int mode, off_t offset, off_t size) {
  if (count("fallocate", fd, true) == Outcome::kFail) return -1;
  return next<decltype(&fallocate)>("fallocate")(fd, mode, offset, size);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size) { return fallocate(fd, mode, offset, size); }

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (count("open", path, (flags & O_CREAT) != 0) == Outcome::kFail) return -1;
  return next<int (*)(const char*, int, ...)>("open")(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return open(path, flags, mode);
}

}  // extern "C"
