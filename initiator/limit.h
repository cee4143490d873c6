// A limit on one phase of a conversation: when it is over, the link is closed, and who waits on it wakes.
#pragma once

#include <memory>
#include <string>

#include "transport/clock.h"
#include "transport/link.h"

namespace stuntcam::initiator {

class Limit : public std::enable_shared_from_this<Limit> {
 public:
  explicit Limit(transport::Clock& clock) : clock_(clock) {}
  // From now on. moving_counts: the time starts again whenever bytes moved.
  void start(transport::Link&, transport::Duration, std::string phase, bool moving_counts = false);
  void stop() { link_ = nullptr; }
  bool over() const { return over_; }
  std::string what() const;  // "nothing came for 10 s: PHASE"

 private:
  void arm(transport::Duration due);
  void look();

  transport::Clock& clock_;
  transport::Link* link_ = nullptr;
  transport::Duration time_{}, due_{};
  transport::Duration armed_ = transport::Duration::max();  // when the earliest callback comes
  u64 moved_ = 0;
  std::string phase_;
  bool moving_counts_ = false, over_ = false;
};

}  // namespace stuntcam::initiator
