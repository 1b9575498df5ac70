#include "engine/physics/mujoco/mjcf_file.h"

#include <tinyxml2.h>

#include <fstream>
#include <iterator>
#include <string>

namespace diorama::mujoco {
namespace {

using tinyxml2::XMLElement;

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
  if (document.Parse(text.data(), text.size()) != tinyxml2::XML_SUCCESS) {
    return invalid_input(path.string() + ":" + std::to_string(document.ErrorLineNum()) + ": is not well-formed XML (" +
                         document.ErrorName() + "); an MJCF model file is needed");
  }
  return {};
}

// Walks the elements of one file and those of the files that it includes.
Status collect(const XMLElement* element, const std::filesystem::path& model_folder, int depth, MjcfFacts& facts) {
  constexpr int kMaxDepth = 200;
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
  }
  for (const XMLElement* child = element->FirstChildElement(); child; child = child->NextSiblingElement()) {
    DIORAMA_RETURN_IF_ERROR(collect(child, model_folder, depth + 1, facts));
  }
  return {};
}

}  // namespace

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

}  // namespace diorama::mujoco
