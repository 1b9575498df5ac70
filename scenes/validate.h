// Rules of meaning of a scenario, beyond its syntax.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "schemas/scenario.pb.h"

namespace diorama {

struct Diagnostic {
  enum class Severity { kError, kWarning };
  Severity severity = Severity::kError;
  std::string path;     ///< Field path, e.g. "body[ball].shape[0].radius_m".
  std::string message;  ///< What is wrong, the value, the allowed range or names, what to do.
};

/// Every problem of the scenario, in field order; empty means valid. Relative asset paths are looked up from
/// `base_folder` (the scenario file's folder). Model files are only checked for existence here.
std::vector<Diagnostic> validate(const schema::Scenario& scenario, const std::filesystem::path& base_folder);

}  // namespace diorama
