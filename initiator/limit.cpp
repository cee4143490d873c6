#include "initiator/limit.h"

#include <fmt/format.h>

namespace stuntcam::initiator {

using transport::Duration;

void Limit::start(transport::Link& link, Duration time, std::string phase, bool moving_counts) {
  link_ = &link;
  time_ = time;
  phase_ = std::move(phase);
  moving_counts_ = moving_counts;
  moved_ = link.moved();
  due_ = clock_.now() + time;
  if (due_ < armed_) arm(due_);
}

std::string Limit::what() const {
  return fmt::format("{} within {:g} s", phase_, std::chrono::duration<double>(time_).count());
}

// A clock's callback cannot be taken back, so there is one for many phases: it looks, and asks for the next.
void Limit::arm(Duration due) {
  armed_ = due;
  clock_.after(due - clock_.now(), [weak = weak_from_this()] {
    if (const auto limit = weak.lock()) limit->look();
  });
}

void Limit::look() {
  if (clock_.now() < armed_) return;
  armed_ = Duration::max();
  if (link_ == nullptr || over_) return;
  if (moving_counts_ && link_->moved() != moved_) {
    moved_ = link_->moved();
    due_ = clock_.now() + time_;
  }
  if (clock_.now() < due_) {
    arm(due_);
    return;
  }
  over_ = true;
  link_->close();
}

}  // namespace stuntcam::initiator
