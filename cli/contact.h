// A camera that was reached: the connection that one command has to itself, or that all lines of a shell share.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <asio/signal_set.hpp>

#include "cli/console.h"
#include "cli/target.h"
#include "initiator/blocking.h"

namespace stuntcam::initiator {
class Extension;
}

namespace stuntcam::cli {

using Timeout = std::optional<std::chrono::nanoseconds>;  // for each phase; none: the initiator's own

class Contact {
 public:
  Contact(Destination, const Console&, const Timeout&);  // throws initiator::Problem
  ~Contact();
  Contact(const Contact&) = delete;
  Contact& operator=(const Contact&) = delete;

  initiator::Camera& camera() { return *camera_; }
  initiator::Session& session() { return camera_->session(); }
  const ptp::DeviceInfo& device();    // asked for once
  initiator::Extension& extension();  // of this camera's vendor
  const Destination& destination() const { return destination_; }
  const Console& console() const { return console_; }
  initiator::CameraOptions options(const Timeout&);  // as it was reached, for one more connection

  // For the next line of a shell: how it speaks, how long each phase may take; nothing has interrupted it yet.
  void begin(const Console&, const Timeout&);
  int interrupted() const { return signal_; }  // the signal, or 0

  // What each line of a shell means when it does not say otherwise.
  bool json = false;
  Timeout usual_timeout;
  Verbosity verbosity = Verbosity::normal;
  // Somebody sits there who can answer a question.
  bool attended = true;
  // Called when a signal interrupts, besides. May be empty.
  std::function<void()> on_interrupt;
  // Has who asked for the line under way gone? May be empty.
  std::function<bool()> asker_gone;

 private:
  void heed();

  Destination destination_;
  Console console_;
  std::optional<ptp::DeviceInfo> device_;
  std::unique_ptr<initiator::Extension> extension_;
  int signal_ = 0;
  std::unique_ptr<initiator::Camera> camera_;
  std::unique_ptr<asio::signal_set> signals_;
};

}  // namespace stuntcam::cli
