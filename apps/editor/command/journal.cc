#include "apps/editor/command/journal.h"

#include "apps/editor/command/stack_script.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace diorama::editor {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kSyncEvery = std::chrono::milliseconds(500);
constexpr std::size_t kMinBytesOfLines = std::size_t{256} << 10;
constexpr const char* kFormat = "diorama journal";
constexpr const char* kExtension = ".journal";

std::string reason(int error) { return std::generic_category().message(error); }

/// A name that no other journal has had.
std::string new_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()) + "-" +
         std::to_string(::getpid());
}

std::string head_line(const Document& document) {
  Json json;
  json["format"] = kFormat;
  json["version"] = kScriptVersion;
  json["file"] = document.file().string();
  json["title"] = document.title();
  json["text"] = document.text();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int write_all(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    done += static_cast<std::size_t>(count);
  }
  return 0;
}

/// Holds a file that another process may hold; -1 if it does.
int lock_existing(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return -1;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

class Journal::File {
 public:
  explicit File(int descriptor)
      : descriptor_(descriptor), syncer_([this](const std::stop_token& stop) { run(stop); }) {}
  ~File() {
    syncer_.request_stop();
    wake_.notify_all();
    syncer_.join();
    ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int append(const std::string& line) {
    const int error = write_all(descriptor_, line);
    {
      const std::lock_guard lock(mutex_);
      unsynced_ = true;
    }
    wake_.notify_all();
    return error;
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, stop, [this] { return unsynced_; });
      if (!unsynced_) return;
      unsynced_ = false;
      lock.unlock();
      ::fdatasync(descriptor_);
      lock.lock();
      // What comes within the next half second is synced together.
      if (wake_.wait_for(lock, stop, kSyncEvery, [] { return false; }) || stop.stop_requested())
        return;
    }
  }

  int descriptor_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool unsynced_ = false;
  std::jthread syncer_;
};

std::filesystem::path recovery_folder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before any thread starts.
  const char* state = std::getenv("XDG_STATE_HOME");
  const std::filesystem::path inner = std::filesystem::path("diorama") / "editor" / "recovery";
  if (state != nullptr && *state != '\0') return state / inner;
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".local" / "state" / inner;
  return {};
}

Journal::Journal() = default;
Journal::Journal(std::filesystem::path folder) : folder_(std::move(folder)) {}
Journal::~Journal() = default;

void Journal::restart(const Document& document, std::size_t position) {
  if (folder_.empty()) return;
  base_ = top_ = position;
  bytes_ = 0;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (file_.empty()) file_ = folder_ / (new_name() + kExtension);
  // Under its final name a journal is locked and its snapshot whole.
  const std::string temporary = file_.string() + ".tmp";
  const int descriptor =
      ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  int failure = descriptor < 0 ? errno : 0;
  if (failure == 0 && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0) failure = errno;
  const std::string head = head_line(document);
  snapshot_bytes_ = head.size();
  if (failure == 0) failure = write_all(descriptor, head);
  if (failure == 0 && ::rename(temporary.c_str(), file_.c_str()) != 0) failure = errno;
  if (failure == 0) {
    open_ = std::make_unique<File>(descriptor);
    open_->append("");  // Syncs the snapshot.
    status_ = {};
    return;
  }
  if (descriptor >= 0) {
    ::close(descriptor);
    ::unlink(temporary.c_str());
  }
  status_ = output_error("changes cannot be protected against a crash: " + file_.string() + ": " +
                         reason(failure) +
                         "; save often, or set XDG_STATE_HOME to a folder that can be written");
}

void Journal::begin(const Document& document, const CommandStack& stack) {
  if (!open_ && !stack.in_group()) restart(document, stack.position());
}

void Journal::append(const StackEvent& event, const Document& document, const CommandStack& stack) {
  if (folder_.empty()) return;
  const std::size_t position = stack.position();
  const bool beyond = (event.kind == StackEvent::Kind::kUndo && position < base_) ||
                      (event.kind == StackEvent::Kind::kRedo && position > top_);
  // A journal stays small beside its snapshot; and what it could not write it writes as a whole.
  const bool long_enough = bytes_ > std::max(kMinBytesOfLines, 4 * snapshot_bytes_);
  if (!stack.in_group() && (beyond || long_enough || !open_)) {
    restart(document, position);
    return;
  }
  if (!open_) return;
  if (event.kind == StackEvent::Kind::kCommand || event.kind == StackEvent::Kind::kEnd)
    top_ = position;
  const std::string line = event_text(event) + "\n";
  bytes_ += line.size();
  if (const int failure = open_->append(line); failure != 0 && status_.ok()) {
    status_ = output_error("changes are no longer protected against a crash: " + file_.string() +
                           ": " + reason(failure) + "; save the document");
    open_.reset();  // Half a line may stand there; nothing may follow it.
  }
}

void Journal::remove() {
  if (file_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  open_.reset();
  file_.clear();
}

Result<JournalContent> read_journal(const std::filesystem::path& journal) {
  DIORAMA_ASSIGN_OR_RETURN(const std::string text, read_whole_file(journal));
  JournalContent content;
  std::size_t at = text.find('\n');
  const Json head = at == std::string::npos
                        ? Json()
                        : Json::parse(text.substr(0, at), nullptr, /*allow_exceptions=*/false);
  const auto get = [&head](const char* name) {
    const auto found = head.find(name);
    return found != head.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!head.is_object() || get("format") != kFormat || head.value("version", 0) != kScriptVersion) {
    return invalid_input(journal.string() + ": is no journal that this program can read");
  }
  content.file = get("file");
  content.title = get("title");
  content.text = get("text");
  while (++at < text.size()) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // Cut off in the middle of a line.
    auto event = event_from_text(text.substr(at, end - at));
    if (!event.ok()) break;
    content.events.push_back(*std::move(event));
    at = end;
  }
  return content;
}

std::vector<Recovery> list_recoveries(const std::filesystem::path& folder) {
  std::vector<Recovery> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != kExtension) continue;
    const int descriptor = lock_existing(entry.path());
    if (descriptor < 0) continue;  // Its editor lives.
    const auto content = read_journal(entry.path());
    bool useful = content.ok();
    if (useful && content->events.empty()) {
      const auto present = read_whole_file(content->file);
      useful = content->file.empty() ? content->text != Document().text()
                                     : !present.ok() || *present != content->text;
    }
    if (useful) {
      struct stat status {};
      ::fstat(descriptor, &status);
      found.push_back({entry.path(), content->file, content->title, status.st_mtime});
    } else if (content.ok()) {
      std::filesystem::remove(entry.path(), error);
    }
    ::close(descriptor);
  }
  std::sort(found.begin(), found.end(), [](const Recovery& a, const Recovery& b) {
    return a.changed != b.changed ? a.changed > b.changed : a.journal > b.journal;
  });
  return found;
}

}  // namespace diorama::editor
