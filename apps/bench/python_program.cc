#include "apps/bench/python_program.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace diorama {
namespace {

constexpr const char* kPython = "/usr/bin/python3";

/// The folder that holds `diorama_data`, seen from the running program.
Result<std::filesystem::path> package_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path above = program.parent_path().parent_path();
  for (const char* place : {"python", "lib/python3/dist-packages"}) {
    if (std::filesystem::exists(above / place / "diorama_data/libdiorama_data.so", error)) return above / place;
  }
  return unavailable("the Python package diorama_data with its native core stands neither in " +
                     (above / "python").string() + " nor in " + (above / "lib/python3/dist-packages").string() +
                     ": build the target diorama_data, or install it beside the program");
}

/// Everything from the descriptor until its end.
std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

/// The environment with PYTHONPATH led by `package`.
std::vector<std::string> environment_with(const std::filesystem::path& package) {
  std::vector<std::string> variables;
  std::string path = "PYTHONPATH=" + package.string();
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string variable = *entry;
    if (variable.starts_with("PYTHONPATH=")) {
      path += ":" + variable.substr(std::strlen("PYTHONPATH="));
    } else {
      variables.push_back(variable);
    }
  }
  variables.push_back(path);
  variables.emplace_back("PYTHONDONTWRITEBYTECODE=1");
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

Result<std::string> run_python(const std::string& text, const std::vector<std::string>& arguments,
                               const std::filesystem::path& scratch) {
  DIORAMA_ASSIGN_OR_RETURN(const std::filesystem::path package, package_folder());
  const std::filesystem::path script = scratch / "program.py";
  std::ofstream file(script, std::ios::binary);
  file << text;
  file.close();
  if (!file) return output_error("cannot write " + script.string());

  std::vector<std::string> command = {kPython, script.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = environment_with(package);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(std::string("no pipe: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, kPython, &actions, nullptr, pointers(command).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return unavailable(std::string("cannot run ") + kPython + ": " + std::strerror(error) + "; install python3-h5py");
  }
  std::string output = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) return failed("the Python side of the bench failed; what it says stands above");
  return output;
}

}  // namespace diorama
