// How fast a camera is: every measurement of `stuntcam bench TARGET`, one after the other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/engine/series.h"
#include "initiator/blocking.h"
#include "initiator/vendors/extension.h"

namespace stuntcam::bench {

// The camera, connected. It may go and come back: each measurement asks for it anew.
class Subject {
 public:
  virtual ~Subject() = default;
  // Connects again where the connection is over. Throws initiator::Problem.
  virtual initiator::Camera& camera() = 0;
  virtual initiator::Extension& extension() = 0;
  virtual const ptp::DeviceInfo& device() = 0;
  virtual bool interrupted() const { return false; }
};

struct Plan {
  unsigned repetitions = 5, warm_up = 1;
  std::vector<u64> chunks = {64u << 10, 256u << 10, 1u << 20, 4u << 20, 8u << 20};  // of GetPartialObject
  std::optional<u32> object;   // to download; none: objects of different sizes
  u64 upload = u64{8} << 20;   // bytes
  unsigned round_trips = 200;  // in one repetition
  unsigned listed = 1000;      // objects whose ObjectInfo is asked for in one repetition, at most
  transport::Duration live_view = std::chrono::seconds(1);  // of one repetition
  bool changes = true;                                      // upload, and set properties to what they are
  std::vector<std::string> only;  // names of measurements, or what is in front of their first '/'; none: all
};

// The names that Plan::only knows.
std::vector<std::string_view> measurement_names();

// Measures, and tells each series once it is there. What cannot be measured is told with its problem.
void measure(Subject&, const Plan&, const std::function<void(const Series&)>& tell);

}  // namespace stuntcam::bench
