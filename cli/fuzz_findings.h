// What `fuzz` found, on disk and on standard output.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "fuzz/engine/campaign.h"

namespace stuntcam::cli {

struct FuzzTarget {
  std::string camera;                // as on the command line
  std::vector<std::string> options;  // of it, as they are: "--preset", "busy"
  std::vector<std::string> client;   // with its placeholders
  std::vector<std::string> limits;   // that decide what a finding is: "--timeout", "2s"
  ptp::Vendor vendor = ptp::Vendor::none;
  u64 seed = 1;
};

// Makes the folder. Throws Failure.
void make_folder(const std::string& path);

// One finding: scenario, report and recording in the folder, each FOLDER/KIND-HASH with an ending of its own.
class SavedFinding {
 public:
  SavedFinding(const fuzz::Finding&, const FuzzTarget&, const std::string& folder);
  const std::string& scenario() const { return scenario_; }
  std::string recording() const;
  void write() const;  // throws Failure
  std::string json() const;
  std::string text() const;  // for people

 private:
  const fuzz::Finding& finding_;
  const FuzzTarget& target_;
  std::string stem_, scenario_;
  std::string command(bool run) const;
};

std::string summary_json(const fuzz::Progress&);
std::string summary_text(const fuzz::Progress&);

}  // namespace stuntcam::cli
