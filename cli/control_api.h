// What can be asked of a camera while it runs (docs/faults.md): paths and JSON, without HTTP.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/meddling.h"
#include "ptp/json.h"

namespace stuntcam::emulator {
class Camera;
class Properties;
}  // namespace stuntcam::emulator

namespace stuntcam::profiles {
struct Profile;
}

namespace stuntcam::cli {

// The last lines of the transcript of all cameras. Written from their loops, read from others.
class Tail {
 public:
  void add(std::string_view line);
  // Those behind the one of that number, in order; `next` is what to ask for then. Lines that are too old are gone.
  struct Lines {
    ptp::Json lines = ptp::Json::array();
    u64 next = 0;
  };
  Lines after(u64 number, const std::string& camera, bool events_only) const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
  u64 last_ = 0;
};

// One camera. All but `io` is touched on its loop only.
struct Controlled {
  std::string name;  // as in the transcript
  asio::io_context* io = nullptr;
  emulator::Camera* camera = nullptr;  // null: a capture, or a real camera
  Meddling* meddling = nullptr;
  transport::Server* server = nullptr;
  ptp::Vendor vendor = ptp::Vendor::none;
  std::vector<std::pair<u16, ptp::Value>> settings{};  // at the start
};
// All of a camera's but its clock.
std::vector<std::pair<u16, ptp::Value>> settings_of(const emulator::Properties&, const profiles::Profile&);

struct ControlRequest {
  std::string method, path;  // "GET", "/faults/3": without the camera in front
  std::string body;
  u64 after = 0;  // ?after=
};
struct ControlAnswer {
  int status = 200;
  ptp::Json body = ptp::Json::object();
};

// On the camera's loop. Never throws.
ControlAnswer answer_control(const Controlled&, const Tail&, const ControlRequest&);

}  // namespace stuntcam::cli
