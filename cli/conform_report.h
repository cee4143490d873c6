// What `conform` says about its cases: for people, for scripts, for CI.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "initiator/conform/conform.h"

namespace stuntcam::cli {

enum class Outcome : u8 {
  passed,
  failed,
  expected_failure,  // listed in --expected-failures
  stale,             // listed there, and passed
  skipped,
};

struct Checked {
  initiator::conform::Result result;
  Outcome outcome = Outcome::passed;
  bool good() const { return outcome != Outcome::failed && outcome != Outcome::stale; }
};

struct Tally {
  std::size_t passed = 0, failed = 0, expected_failures = 0, stale = 0, skipped = 0;
  std::size_t destructive_left_out = 0;
  void count(const Checked&);
  std::string to_string() const;
};

class Report {
 public:
  virtual ~Report() = default;
  virtual void begin(const std::string& target, const ptp::DeviceInfo&, std::size_t cases) = 0;
  virtual void add(const Checked&) = 0;
  virtual void end(const Tally&) = 0;
};
// On stdout. brief: only what is not good; bytes: with what went over the wire.
std::unique_ptr<Report> text_report(bool brief, bool bytes, bool color);
std::unique_ptr<Report> json_report();
std::unique_ptr<Report> tap_report();

// Throws Failure when the file cannot be written.
void write_junit(const std::string& path, const std::string& target, const std::vector<Checked>&);

}  // namespace stuntcam::cli
