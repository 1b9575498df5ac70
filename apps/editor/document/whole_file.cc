#include "apps/editor/document/document.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace diorama::editor {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

int write_all(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    done += static_cast<std::size_t>(count);
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

Status write_whole_file(const std::filesystem::path& authored, const std::string& text) {
  // A link stays a link: what it points to is replaced.
  std::error_code ignored;
  std::filesystem::path file = std::filesystem::weakly_canonical(authored, ignored);
  if (ignored) file = authored;
  if (std::filesystem::is_directory(file, ignored)) {
    return output_error(authored.string() + ": is a folder; give the name of a file");
  }
  if (!file.parent_path().empty() && !std::filesystem::is_directory(file.parent_path(), ignored)) {
    return output_error(authored.string() + ": there is no folder '" + file.parent_path().string() +
                        "'");
  }
  struct stat present {};
  const bool replaces = ::stat(file.c_str(), &present) == 0;
  if (replaces && ::access(file.c_str(), W_OK) != 0) {
    return output_error(authored.string() + ": cannot be written: " + reason(errno) +
                        "; save it under another name");
  }
  const std::string temporary = file.string() + ".tmp" + std::to_string(::getpid());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return output_error(authored.string() + ": cannot be written: " + reason(errno) +
                        "; save it in another folder");
  }
  if (replaces) (void)::fchmod(descriptor, present.st_mode & 07777);
  int error = write_all(descriptor, text);
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.c_str());
  return output_error(authored.string() + ": cannot be written: " + reason(error) +
                      "; the file is as it was");
}

Result<std::string> read_whole_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return invalid_input(file.string() + ": cannot be read: " + reason(errno));
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) return invalid_input(file.string() + ": cannot be read: " + reason(errno));
  return text;
}

}  // namespace diorama::editor
