// Parts of the validation, shared by its files and by the sampler.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scenes/validate.h"
#include "schemas/scenario.pb.h"

namespace diorama::internal {

/// Names of a model file that a scenario may refer to.
struct ModelNames {
  std::vector<std::string> bodies;
  std::vector<std::string> joints;
  std::vector<std::string> actuators;
  std::vector<std::string> cameras;
};

/// One run of the checks over one scenario: the facts that several checks need, and what they
/// found.
struct Validation {
  const schema::Scenario& scenario;
  std::filesystem::path base_folder;
  /// Null if the scenario names a model file that has not been read yet: what is not found may be
  /// the model's.
  const ModelNames* model = nullptr;
  bool check_files = true;
  std::vector<Diagnostic> found;

  void error(std::string path, std::string message);
  void warning(std::string path, std::string message);
  bool model_unknown() const { return scenario.has_model() && model == nullptr; }
  /// Names of all bodies that cameras may refer to.
  std::vector<std::string> body_names() const;
  /// A reference to a body by name; an empty or unknown one is an error at `path`.
  void check_body_reference(const std::string& path, const std::string& name);
  /// A file that must exist; `extensions` in lower case with the dot.
  void check_file(const std::string& path, const std::string& file,
                  const std::vector<std::string>& extensions);
};

/// How paths call an element of a repeated field: "body[ball]", "shape[0]".
std::string element(const Validation& validation, const google::protobuf::Message& parent,
                    const char* field, int index);

void check_numbers(
    Validation& validation);  ///< Every number against its rule, every enum, every quaternion.
void check_settings(Validation& validation);  ///< Physics, episode, record, model.
void check_materials(Validation& validation);
void check_bodies(Validation& validation);
void check_groups(Validation& validation);
void check_actuators(Validation& validation);
void check_views(Validation& validation);  ///< Cameras and lights.
void check_vary(Validation& validation);

/// All checks but those of `vary`.
std::vector<Diagnostic> validate_fields(const schema::Scenario& scenario,
                                        const std::filesystem::path& base_folder,
                                        const ModelNames* model, bool check_files);

/// All checks, in field order. `model` as in Validation.
std::vector<Diagnostic> validate_all(const schema::Scenario& scenario,
                                     const std::filesystem::path& base_folder,
                                     const ModelNames* model);

/// Names "<body>/joint<k>" and the like that the scene builder gives too.
std::string joint_name(const schema::Body& body, int index);
std::string actuator_name(const schema::Actuator& actuator);
/// A dynamic body that moves freely: with a FREE joint, or without parent and joint.
bool is_free(const schema::Body& body);

}  // namespace diorama::internal
