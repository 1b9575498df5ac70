#include "apps/editor/app/settings.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "engine/core/text.h"

namespace diorama::editor {
namespace {

constexpr std::size_t kMaxRecent = 10;

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// The rest of `key` behind `prefix`, or "".
std::string behind(const std::string& key, const std::string& prefix) {
  return key.starts_with(prefix) ? key.substr(prefix.size()) : "";
}

bool take(Settings& settings, const std::string& key, const std::string& value) {
  if (key == "theme") {
    if (value != "dark" && value != "light") return false;
    settings.style.theme = value == "dark" ? ThemeName::kDark : ThemeName::kLight;
  } else if (key == "font_scale") {
    float scale = 0.0F;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), scale);
    if (error != std::errc() || end != value.data() + value.size() ||
        !(scale >= kMinFontScale && scale <= kMaxFontScale))
      return false;
    settings.style.font_scale = scale;
  } else if (key == "preset") {
    settings.preset = value;
  } else if (key == "layout") {
    settings.layout = value;
  } else if (key == "recent") {
    if (settings.recent.size() < kMaxRecent) settings.recent.push_back(value);
  } else if (const std::string name = behind(key, "preset."); !name.empty()) {
    settings.presets[name] = value;
  } else if (const std::string id = behind(key, "shortcut."); !id.empty()) {
    const auto chord = chord_from_text(value);
    if (!chord) return false;
    settings.shortcuts[id] = *chord;
  } else if (const std::string panel_key = behind(key, "panel."); !panel_key.empty()) {
    settings.panel[panel_key] = value;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::filesystem::path Settings::folder() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read once, before any thread starts.
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config != '\0')
    return std::filesystem::path(config) / "diorama" / "editor";
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".config" / "diorama" / "editor";
  return {};
}

Settings Settings::load(const std::filesystem::path& file, std::vector<std::string>& problems) {
  Settings settings;
  std::ifstream in(file);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equal = line.find(" =");
    if (equal == std::string::npos ||
        !take(settings, line.substr(0, equal), trimmed(line.substr(equal + 2)))) {
      problems.push_back(fmt::format("{}:{}: '{}' is not understood; the default is used",
                                     file.string(), number, line));
    }
  }
  return settings;
}

Status Settings::save(const std::filesystem::path& file) const {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const std::filesystem::path temporary = file.string() + ".tmp";
  {
    std::ofstream out(temporary);
    out << "# diorama-editor: written when it closes and when a setting changes.\n";
    out << "theme = " << theme_text(style.theme)
        << "\nfont_scale = " << format_number(style.font_scale) << "\npreset = " << preset << "\n";
    if (!layout.empty()) out << "layout = " << layout << "\n";
    for (const auto& [name, text] : presets) out << "preset." << name << " = " << text << "\n";
    for (const auto& [id, chord] : shortcuts)
      out << "shortcut." << id << " = " << chord_text(chord) << "\n";
    for (const std::string& path : recent) out << "recent = " << path << "\n";
    for (const auto& [key, value] : panel) out << "panel." << key << " = " << value << "\n";
    out.flush();
    if (!out)
      return output_error("cannot write " + temporary.string() + "; settings are not saved");
  }
  std::filesystem::rename(temporary, file, error);
  if (error)
    return output_error("cannot write " + file.string() + ": " + error.message() +
                        "; settings are not saved");
  return {};
}

void Settings::add_recent(const std::filesystem::path& file) {
  std::error_code ignored;
  const std::string path = std::filesystem::weakly_canonical(file, ignored).string();
  std::erase(recent, path);
  recent.insert(recent.begin(), path);
  if (recent.size() > kMaxRecent) recent.resize(kMaxRecent);
}

}  // namespace diorama::editor
