// --control: HTTP on loopback, for test programs and `stuntcam control`. There is no authentication, so nothing but
// this machine may ask, and no web page that somebody here looks at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/control_api.h"

namespace stuntcam::cli {

class ControlServer {
 public:
  // "HOST:PORT", ":PORT" or "PORT"; port 0 takes a free one. Throws Failure: it is no address of loopback, or taken.
  explicit ControlServer(const std::string& address);
  ~ControlServer();  // stop()
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  std::shared_ptr<Tail> tail() const;
  void add(Controlled);
  std::string url(std::size_t camera) const;  // "http://127.0.0.1:43210", of the second ".../cameras/2"
  void start();                               // on a thread of its own
  void stop();                                // before the cameras' loops end

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace stuntcam::cli
