// A dialog that asks for a file: folders, files of the wanted kinds, and a line for the path. Ours,
// so that scripts drive it and it looks the same everywhere. UI thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

class FileBrowser {
 public:
  enum class Purpose { kOpen, kSave, kFolder };

  struct Request {
    std::string title;  ///< Of the dialog, and the scope of its widgets' names.
    Purpose purpose = Purpose::kOpen;
    std::vector<std::string> extensions =
        {};  ///< ".textproto"; empty = all files. The first is added to a name without one.
    std::filesystem::path start =
        {};  ///< Folder or file to begin with; empty = the folder of last time.
    std::function<void(const std::filesystem::path&)> chosen = {};
  };
  void ask(Request request);

  /// Every frame.
  void draw(Ui& ui);

 private:
  struct Entry {
    std::string name;
    bool folder = false;
    std::uintmax_t bytes = 0;
  };
  void enter(const std::filesystem::path& folder);
  void choose(Ui& ui);
  void draw_entries(Ui& ui, float height);
  /// What pressing the button would give, or why it cannot.
  std::filesystem::path target() const;
  std::string problem() const;

  Request request_;
  std::filesystem::path folder_;
  std::vector<Entry> entries_;
  std::string name_;
  std::string unreadable_;
  bool show_hidden_ = false;
  bool fresh_ = false;
};

}  // namespace diorama::editor
