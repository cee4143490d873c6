// Conformance tests for cameras: cases, each in a session of its own, and what came of them.
//
//   conform::Subject camera{io, clock, tcp_dialers(…)};
//   co_await conform::survey(camera);                      // throws Problem when there is no camera
//   for (const auto* each : conform::all_cases()) … co_await conform::run(camera, *each);
#pragma once

#include <string>
#include <vector>

#include "initiator/conform/case.h"
#include "initiator/conform/subject.h"

namespace stuntcam::initiator::conform {

enum class Verdict : u8 { passed, failed, skipped };

struct Result {
  const Case* what = nullptr;
  Verdict verdict = Verdict::passed;
  std::string expected, got;       // of one that failed
  std::string reason;              // of one that was skipped
  bool unreachable = false;        // failed because there was no connection to be had
  std::vector<std::string> trace;  // what went over the wire, of one that failed
  transport::Duration took{};
};

// Asks the camera what it can do. Throws Problem(unreachable) when nothing answers there.
transport::Task<> survey(Subject& subject);

// Never throws; the subject must live until it has ended.
transport::Task<Result> run(Subject& subject, const Case& what);

}  // namespace stuntcam::initiator::conform
