// How long a bridge waits for a camera. Private to transport/.
#pragma once

#include <memory>
#include <string>

#include "transport/clock.h"
#include "transport/link.h"

namespace stuntcam::transport {

// Closes a link on which nothing has moved for too long: whoever waits on it wakes.
class Patience : public std::enable_shared_from_this<Patience> {
 public:
  Patience(Clock& clock, Link& link) : clock_(clock), link_(&link) {}
  void start(Duration limit, std::string what);
  void stop() { limit_ = {}; }
  void end() { link_ = nullptr; }  // the link goes
  bool over() const { return over_; }
  std::string what() const { return what_; }

 private:
  void look(u64 turn);
  Clock& clock_;
  Link* link_;
  Duration limit_{}, since_{};
  u64 moved_ = 0, turn_ = 0;
  bool over_ = false;
  std::string what_;
};

}  // namespace stuntcam::transport
