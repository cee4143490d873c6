#include "transport/usb/out_endpoint.h"

#include <algorithm>
#include <utility>

namespace stuntcam::transport::usb {
namespace {

// A device's own memory takes this much before anybody looks at it: hosts send a command, or the empty packet behind
// their data, and wait for it to be accepted before they read the answer.
constexpr u64 packets_ahead = 2;
// What was taken of an URB is forgotten once it is so much, and no less than the rest.
constexpr std::size_t most_taken = 64 << 10;

}  // namespace

void OutEndpoint::submit(Bus& bus, u32 urb, u64 length, bool zero_packet) {
  if (halted_)
    refuse(bus, urb, length);
  else
    urbs_.push_back({urb, length, length, zero_packet, false, 0, {}});
  if (!halted_ && length == 0) accept(bus, urbs_.back());
}

void OutEndpoint::refuse(Bus& bus, u32 urb, u64 length) {
  if (length == 0) {
    bus.accepted(urb, UrbStatus::stalled, 0);
    return;
  }
  dropping_ = dropped_length_ = length;
  dropped_urb_ = urb;
  dropped_status_ = UrbStatus::stalled;
}

void OutEndpoint::arrive(Bus& bus, View bytes) {
  if (dropping_ != 0) {
    dropping_ -= bytes.size();
    if (dropping_ == 0)
      bus.accepted(dropped_urb_, dropped_status_, dropped_status_ == UrbStatus::ok ? dropped_length_ : 0);
    return;
  }
  if (urbs_.empty()) return;
  Urb& urb = urbs_.back();
  const std::size_t rest = urb.bytes.size() - urb.taken;
  if (rest == 0 || (urb.taken >= most_taken && urb.taken >= rest)) {
    urb.bytes.erase(urb.bytes.begin(), urb.bytes.begin() + static_cast<std::ptrdiff_t>(urb.taken));
    urb.taken = 0;
  }
  urb.bytes.insert(urb.bytes.end(), bytes.begin(), bytes.end());
  urb.to_come -= bytes.size();
  parked_ += bytes.size();
  if (urb.to_come == 0 && parked_ <= packets_ahead * packet_) accept(bus, urb);
}

void OutEndpoint::accept(Bus& bus, Urb& urb) {
  if (std::exchange(urb.accepted, true)) return;
  bus.accepted(urb.number, UrbStatus::ok, urb.length);
}

bool OutEndpoint::unlink(u32 urb) {
  const auto found =
      std::ranges::find_if(urbs_, [urb](const Urb& each) { return each.number == urb && !each.accepted; });
  if (found == urbs_.end()) return false;
  parked_ -= found->bytes.size() - found->taken;
  if (found == urbs_.begin()) begun_ = false;
  urbs_.erase(found);
  return true;
}

View OutEndpoint::bytes() const {
  return urbs_.empty() ? View{} : View(urbs_.front().bytes).subspan(urbs_.front().taken);
}

bool OutEndpoint::take(Bus& bus, std::size_t count) {
  Urb& urb = urbs_.front();
  urb.taken += count;
  parked_ -= count;
  begun_ = true;
  if (urb.taken != urb.bytes.size() || urb.to_come != 0) return false;
  const bool ends = urb.length % packet_ != 0 || urb.length == 0 || urb.zero_packet;
  accept(bus, urb);
  urbs_.pop_front();
  begun_ = false;
  return ends;
}

void OutEndpoint::take_rest(Bus& bus) {
  if (!begun_) return;
  Urb& urb = urbs_.front();
  if (urb.to_come == 0) {
    take(bus, urb.bytes.size() - urb.taken);
    return;
  }
  dropping_ = urb.to_come;
  dropped_urb_ = urb.number;
  dropped_length_ = urb.length;
  dropped_status_ = UrbStatus::ok;
  parked_ -= urb.bytes.size() - urb.taken;
  urbs_.pop_front();
  begun_ = false;
}

void OutEndpoint::end_all(Bus& bus, UrbStatus status) {
  begun_ = false;
  parked_ = 0;
  std::deque<Urb> ended;
  ended.swap(urbs_);
  for (const Urb& urb : ended) {
    if (urb.accepted) continue;
    if (urb.to_come == 0) {
      bus.accepted(urb.number, status, status == UrbStatus::ok ? urb.length : 0);
      continue;
    }
    dropping_ = urb.to_come;
    dropped_urb_ = urb.number;
    dropped_length_ = urb.length;
    dropped_status_ = status;
  }
}

void OutEndpoint::halt(Bus& bus) {
  halted_ = true;
  end_all(bus, UrbStatus::stalled);
}

void OutEndpoint::forget() {
  urbs_.clear();
  parked_ = dropping_ = 0;
  begun_ = halted_ = false;
}

}  // namespace stuntcam::transport::usb
