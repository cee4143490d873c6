#include "transport/patience.h"

namespace stuntcam::transport {

void Patience::start(Duration limit, std::string what) {
  limit_ = limit;
  what_ = std::move(what);
  since_ = clock_.now();
  if (link_ != nullptr) moved_ = link_->moved();
  const u64 turn = ++turn_;
  clock_.after(limit, [weak = weak_from_this(), turn] {
    if (const auto self = weak.lock()) self->look(turn);
  });
}

void Patience::look(u64 turn) {
  if (link_ == nullptr || turn != turn_ || limit_ == Duration{}) return;
  if (link_->moved() != moved_) {
    moved_ = link_->moved();
    since_ = clock_.now();
  }
  const Duration left = since_ + limit_ - clock_.now();
  if (left <= Duration{}) {
    over_ = true;
    link_->close();
    return;
  }
  clock_.after(left, [weak = weak_from_this(), turn] {
    if (const auto self = weak.lock()) self->look(turn);
  });
}

}  // namespace stuntcam::transport
