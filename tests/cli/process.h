// Runs the program as a user does, with its output caught.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace stuntcam::test {

// How long anything may take before a test gives up; the slowest machine under ASan needs a tenth of it.
inline constexpr std::chrono::seconds patience{60};

class Process {
 public:
  // "stuntcam ARGUMENTS".
  explicit Process(const std::vector<std::string>& arguments);
  ~Process();  // kills it
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of stdout, without its end. "" when stdout has ended.
  std::string line();
  nlohmann::json json_line() { return nlohmann::json::parse(line()); }
  void signal(int number) const;
  // Waits for the end: the exit status, or 128 + n.
  int wait();
  // All of stdout behind the lines taken, and all of stderr; after wait().
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  bool pump();  // moves what came; false when both have ended
  int process_ = -1;
  int pipes_[2] = {-1, -1};
  std::string out_, err_;
};

// Runs it to its end.
struct Result {
  int status;
  std::string out, err;
};
Result stuntcam(const std::vector<std::string>& arguments);

// A folder that goes with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path folder_;
};
std::string read(const std::string& path);

}  // namespace stuntcam::test
