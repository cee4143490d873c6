// One run: a fresh camera on a port of its own, faults on its connections, and a client that talks to it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/engine/conversation.h"
#include "fuzz/engine/coverage.h"
#include "fuzz/engine/process.h"
#include "transport/fault/plan.h"
#include "transport/responder.h"
#include "transport/server.h"

namespace stuntcam::fuzz {

// The camera that clients meet.
struct Subject {
  std::function<std::unique_ptr<transport::Responder>(transport::Clock&)> make;
  // Lays hands on one that was made: what does to it what the kinds of faults of the camera say. Empty: it has no body.
  std::function<std::function<void(const transport::Fault&)>(transport::Responder&)> hands;
  transport::ServerOptions server;
  ptp::Vendor vendor = ptp::Vendor::none;
};

// The client, for a camera on these ports; `folder` is empty, and the run's own.
struct Command {
  std::function<std::vector<std::string>(const transport::Ports&, const std::string& folder)> arguments;
  std::function<std::string(const transport::Ports&)> target;  // for STUNTCAM_TARGET
};

struct Run {
  transport::FaultPlan plan;
  Ending ending;
  Conversation heard;
  std::size_t applied = 0;    // faults that met what they were for
  std::vector<u64> features;  // of conversation and coverage
  std::optional<u64> file;    // what is in the expected file, as a hash; none: there is no such file
  std::string escaped;        // what the client made outside its folder; "": nothing
};

class Runner {
 public:
  // expected: the file that the client is to make; {dir} in it is the folder. May be "".
  Runner(const Subject&, const Command&, std::string expected);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Throws std::system_error when the client cannot be started. `recording`: where all is recorded; "": nowhere.
  Run run(const transport::FaultPlan&, const Limits&, const std::string& recording = {});

 private:
  const Subject& subject_;
  const Command& command_;
  std::string expected_;
  std::string outside_, folder_;  // the client's folder, and the one around it in which nothing else may appear
  u16 port_ = 0;                  // once known, always the same, so that the client's arguments are
  Coverage coverage_;
};

// "exited with 1", "was ended by signal 11 (Segmentation fault)", …
std::string text(const Ending&);

}  // namespace stuntcam::fuzz
