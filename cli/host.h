// Brings cameras up: loads their profiles, opens their folders, binds their ports and runs them on their threads.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/placeholders.h"
#include "cli/recorded.h"
#include "cli/recording.h"
#include "profiles/profile.h"

namespace stuntcam::pcap {
class RecordingFile;
class TranscriptFile;
}  // namespace stuntcam::pcap

namespace stuntcam::cli {

// What `serve` and `run` have in common.
struct HostOptions {
  std::vector<std::string> cameras;  // profiles by name or path, captures
  std::string host = "127.0.0.1";
  std::optional<u64> port;  // none: the profile's own; 0: a free one
  u64 count = 1;            // of each camera
  std::string media;
  bool writable = false;
  std::string preset;
  std::vector<std::string> set;  // PROP=VALUE
  u64 seed = 1;                  // of the first camera; each next one has one more
  bool strict = false;
  std::optional<std::chrono::nanoseconds> idle;  // connections without a request for this long are closed
  std::optional<bool> push_events;
  std::optional<std::chrono::nanoseconds> confirm;  // until the camera's owner accepts a new client
  std::string client;                               // the only name that is let in; "" = any
  std::string transcript;                           // a path; "-" is stderr
  RecordingOptions record;
  std::optional<u64> record_port;
  std::string ready_file;
  std::optional<u64> threads;
  RecordedOptions recorded;
  bool json = false;  // reports of replays go to stdout
};
void declare(Options&, HostOptions&);

// One camera that listens.
struct Ready {
  Address address;
  std::string serial_number, guid;  // serial_number: "" where only DeviceInfo has it
  std::string json() const;         // the ready line
};

class Host {
 public:
  // Everything that can fail happens here: throws Failure. No client is answered before start().
  Host(const HostOptions&, const Console&);
  ~Host();  // stop()
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const std::vector<Ready>& ready() const { return ready_; }
  // Runs the cameras, on threads of their own.
  void start();
  // Tells that they are ready: a line each on stdout, if wanted, then the ready file.
  void announce(bool on_stdout) const;
  // Stops accepting, ends every connection, returns when all is put away.
  void stop();
  // After stop(): under --match strict, a client asked something else than what was recorded.
  bool differed() const { return differed_; }

 private:
  struct Loop;
  struct Part;
  struct Stand;
  Part part(const std::string& camera) const;
  void add(const Part&, std::size_t index, Loop&);
  void open_outputs();
  u16 next_port(const Part&, std::size_t index) const;
  void report(const Stand&);

  HostOptions options_;
  const Console& console_;
  std::size_t total_ = 0;  // cameras
  std::shared_ptr<pcap::TranscriptFile> transcript_;
  std::shared_ptr<pcap::RecordingFile> recording_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Ready> ready_;
  bool differed_ = false;
};

}  // namespace stuntcam::cli
