#include "engine/physics/mujoco/mjcf_file.h"

#include <tinyxml2.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

namespace diorama::mujoco {
namespace {

using tinyxml2::XMLElement;

constexpr int kMaxDepth = 200;
// MuJoCo counts the bytes of all faces of a builtin texture in 32 bits, unchecked.
constexpr double kMaxTextureSizePx = 16384.0;
constexpr double kMaxTexturePixels = 1 << 26;
constexpr double kMaxCompositeElements = 1e6;

Status refuse(const XMLElement* element, const std::string& why) {
  return invalid_input("line " + std::to_string(element->GetLineNum()) + ": <" + element->Name() + ">: " + why);
}

Status load_document(const std::filesystem::path& path, tinyxml2::XMLDocument& document) {
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) {
    return invalid_input(path.string() + ": no such model file; check the path");
  }
  if (kind == std::filesystem::file_type::directory) {
    return invalid_input(path.string() + ": is a folder; name the MJCF file in it");
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return invalid_input(path.string() + ": cannot be read; check its permissions");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return invalid_input(path.string() + ": the model file is empty");
  }
  const tinyxml2::XMLError parsed = document.Parse(text.data(), text.size());
  if (parsed == tinyxml2::XML_ELEMENT_DEPTH_EXCEEDED) {
    return invalid_input(path.string() + ": its elements are nested deeper than the XML reader goes (about 100 levels)");
  }
  if (parsed != tinyxml2::XML_SUCCESS) {
    return invalid_input(path.string() + ":" + std::to_string(document.ErrorLineNum()) + ": is not well-formed XML (" +
                         document.ErrorName() + "); an MJCF model file is needed");
  }
  return {};
}

Status check_texture(const XMLElement* texture) {
  if (!texture->Attribute("builtin")) return {};
  const double width = texture->DoubleAttribute("width", 0.0);
  const char* type = texture->Attribute("type");
  // The faces of a cube are as high as wide.
  const double height = type && std::string(type) == "2d" ? texture->DoubleAttribute("height", 0.0) : 6.0 * width;
  if (width <= kMaxTextureSizePx && height <= 6.0 * kMaxTextureSizePx && width * height <= kMaxTexturePixels) return {};
  return refuse(texture, "a builtin texture of width " + std::to_string(static_cast<long long>(width)) +
                             " px is too large; at most 2^26 pixels in all and 16384 a row are supported");
}

// Walks the elements of one file and those of the files that it includes.
Status collect(const XMLElement* element, const std::filesystem::path& model_folder, int depth, MjcfFacts& facts) {
  if (depth > kMaxDepth) return invalid_input("line " + std::to_string(element->GetLineNum()) + ": nested too deep");
  const std::string name = element->Name();
  if (name == "include" && element->Attribute("file")) {
    const std::filesystem::path included = model_folder / element->Attribute("file");
    tinyxml2::XMLDocument document;
    // MuJoCo itself reports an include that is broken, with its line.
    if (load_document(included, document).ok() && document.RootElement()) {
      DIORAMA_RETURN_IF_ERROR(collect(document.RootElement(), model_folder, depth + 1, facts));
    }
  } else if (name == "size") {
    facts.has_contact_buffer_size |= element->Attribute("nconmax") || element->Attribute("njmax");
  } else if (name == "compiler") {
    facts.has_total_mass |= element->DoubleAttribute("settotalmass", -1.0) > 0.0;
    const char* coordinate = element->Attribute("coordinate");
    facts.has_global_coordinates |= coordinate && std::string(coordinate) == "global";
  } else if (name == "texture") {
    DIORAMA_RETURN_IF_ERROR(check_texture(element));
  } else if (name == "composite" && element->Attribute("count")) {
    std::istringstream counts(element->Attribute("count"));
    double elements = 1.0;
    for (double count = 0.0; counts >> count;) elements *= std::max(1.0, count);
    if (elements > kMaxCompositeElements) {
      return refuse(element, "count=\"" + std::string(element->Attribute("count")) + "\" makes more than a million parts");
    }
  }
  for (const XMLElement* child = element->FirstChildElement(); child; child = child->NextSiblingElement()) {
    DIORAMA_RETURN_IF_ERROR(collect(child, model_folder, depth + 1, facts));
  }
  return {};
}

Status expand(XMLElement* parent, const std::filesystem::path& model_folder, int depth) {
  if (depth > kMaxDepth) return invalid_input("includes are nested too deep");
  for (XMLElement* child = parent->FirstChildElement(); child;) {
    XMLElement* next = child->NextSiblingElement();
    const char* file = std::string(child->Name()) == "include" ? child->Attribute("file") : nullptr;
    tinyxml2::XMLDocument included;
    if (!file || !load_document(model_folder / file, included).ok() || !included.RootElement()) {
      DIORAMA_RETURN_IF_ERROR(expand(child, model_folder, depth + 1));
    } else {
      DIORAMA_RETURN_IF_ERROR(expand(included.RootElement(), model_folder, depth + 1));
      tinyxml2::XMLNode* last = child;
      for (const XMLElement* part = included.RootElement()->FirstChildElement(); part; part = part->NextSiblingElement()) {
        last = parent->InsertAfterChild(last, part->DeepClone(parent->GetDocument()));
      }
      parent->DeleteChild(child);
    }
    child = next;
  }
  return {};
}

/// Collects what a model whose includes are still in place names.
class FileLister {
 public:
  explicit FileLister(std::filesystem::path model_folder) : model_folder_(std::move(model_folder)) {}

  /// First the settings (they hold for the whole model, wherever they stand), then the files.
  Status run(const XMLElement* root) {
    DIORAMA_RETURN_IF_ERROR(walk(root, 0, [this](const XMLElement* element) { note_folders(element); }));
    files_.clear();  // both walks meet the includes
    return walk(root, 0, [this](const XMLElement* element) { note_assets(element); });
  }
  std::vector<std::filesystem::path> take() { return std::move(files_); }

 private:
  template <typename Visit>
  Status walk(const XMLElement* element, int depth, const Visit& visit) {
    if (depth > kMaxDepth) return invalid_input("line " + std::to_string(element->GetLineNum()) + ": nested too deep");
    if (std::string(element->Name()) == "include" && element->Attribute("file")) {
      const std::filesystem::path file = element->Attribute("file");
      tinyxml2::XMLDocument included;
      if (load_document(model_folder_ / file, included).ok() && included.RootElement()) {
        files_.push_back(file);
        DIORAMA_RETURN_IF_ERROR(walk(included.RootElement(), depth + 1, visit));
      }
    }
    visit(element);
    for (const XMLElement* child = element->FirstChildElement(); child; child = child->NextSiblingElement()) {
      DIORAMA_RETURN_IF_ERROR(walk(child, depth + 1, visit));
    }
    return {};
  }

  void note_folders(const XMLElement* element) {
    if (std::string(element->Name()) != "compiler") return;
    if (const char* folder = element->Attribute("assetdir")) mesh_folder_ = texture_folder_ = folder;
    if (const char* folder = element->Attribute("meshdir")) mesh_folder_ = folder;
    if (const char* folder = element->Attribute("texturedir")) texture_folder_ = folder;
    strip_path_ |= element->BoolAttribute("strippath", false);
  }

  void note_assets(const XMLElement* element) {
    const std::string name = element->Name();
    if (name == "mesh" || name == "hfield" || name == "skin") add(mesh_folder_, element->Attribute("file"));
    if (name != "texture") return;
    for (const char* side : {"file", "fileright", "fileleft", "fileup", "filedown", "filefront", "fileback"}) {
      add(texture_folder_, element->Attribute(side));
    }
  }

  void add(const std::filesystem::path& folder, const char* name) {
    if (!name) return;
    const std::filesystem::path named = name;
    const std::filesystem::path file = folder / (strip_path_ ? named.filename() : named);
    std::error_code error;
    if (std::filesystem::is_regular_file(model_folder_ / file, error)) files_.push_back(file);
  }

  std::filesystem::path model_folder_;
  std::filesystem::path mesh_folder_;
  std::filesystem::path texture_folder_;
  bool strip_path_ = false;
  std::vector<std::filesystem::path> files_;
};

}  // namespace

Result<std::vector<std::filesystem::path>> list_model_files(const std::filesystem::path& path) {
  tinyxml2::XMLDocument document;
  DIORAMA_RETURN_IF_ERROR(load_document(path, document));
  FileLister lister(path.parent_path());
  DIORAMA_RETURN_IF_ERROR(lister.run(document.RootElement()).with_context(path.string()));
  std::vector<std::filesystem::path> files = lister.take();
  files.push_back(path.filename());
  return files;
}

Result<MjcfFacts> read_mjcf_facts(const std::filesystem::path& path) {
  tinyxml2::XMLDocument document;
  DIORAMA_RETURN_IF_ERROR(load_document(path, document));
  const XMLElement* root = document.RootElement();
  const std::string root_name = root ? root->Name() : "";
  if (root_name != "mujoco") {
    const std::string advice = root_name == "robot" ? "this looks like URDF: convert it to MJCF first (MuJoCo's "
                                                      "`compile model.urdf model.xml` does)"
                                                    : "an MJCF model file is needed";
    return invalid_input(path.string() + ":" + std::to_string(root ? root->GetLineNum() : 1) + ": the root element is <" +
                         root_name + ">, not <mujoco>; " + advice);
  }
  MjcfFacts facts;
  DIORAMA_RETURN_IF_ERROR(collect(root, path.parent_path(), 0, facts).with_context(path.string()));
  return facts;
}

Status expand_includes(XMLElement* root, const std::filesystem::path& model_folder) {
  return expand(root, model_folder, 0);
}

void remove_keyframes(XMLElement* root) {
  while (XMLElement* keyframe = root->FirstChildElement("keyframe")) root->DeleteChild(keyframe);
}

}  // namespace diorama::mujoco
