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
#include "cli/real_camera.h"
#include "cli/recorded.h"
#include "cli/recording.h"
#include "cli/usb_exports.h"
#include "profiles/profile.h"
#include "transport/observer.h"

namespace stuntcam::pcap {
class RecordingFile;
class TranscriptFile;
}  // namespace stuntcam::pcap

namespace stuntcam::cli {

class ControlServer;

// What `serve` and `run` have in common.
struct HostOptions {
  std::vector<std::string> cameras;  // profiles by name or path, captures, targets
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
  std::vector<std::string> faults;  // --fault: texts, scenarios, files
  std::string control;              // where to listen for orders; "" = nowhere
  std::optional<u64> threads;
  RecordedOptions recorded;
  RealCameraOptions real;
  bool json = false;  // reports of replays go to stdout
  std::optional<ListenAddress> usbip;
  transport::Wrap wrap{};               // around each connection, next to the socket; may be empty
  std::optional<std::string> gadget{};  // a device controller; "": the first
};
void declare(Options&, HostOptions&);

// One camera that listens.
struct Ready {
  Address address;
  std::string serial_number, guid;  // "" where only the camera itself has it
  std::string usbip, bus_id;        // "127.0.0.1:3240" and "1-1"; "" where it is no USB device
  std::string control;              // URL; "" where nobody takes orders
  ptp::Vendor vendor = ptp::Vendor::none;
  std::string gadget{};      // the device controller that it is on, or ""
  std::string json() const;  // the ready line
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
  Part real_part(const std::string& camera) const;
  void add(const Part&, std::size_t index, Loop&);
  void put_under_control(const Part&, std::size_t index, Loop&, Stand&, const std::string& label);
  void open_outputs();
  u16 next_port(const Part&, std::size_t index) const;
  void report(const Stand&);

  HostOptions options_;
  const Console& console_;
  std::size_t total_ = 0;  // cameras
  std::shared_ptr<pcap::TranscriptFile> transcript_;
  std::shared_ptr<pcap::RecordingFile> recording_;
  std::unique_ptr<ControlServer> control_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<UsbExports> usb_;
  std::vector<Ready> ready_;
  bool differed_ = false;
};

}  // namespace stuntcam::cli
