#include "transport/usb/in_endpoint.h"

#include <algorithm>
#include <array>
#include <utility>

namespace stuntcam::transport::usb {
namespace {

// Without a zero-length packet at its end, an URB goes on into the next transfer, as on a real bus. What it has is kept
// until then; beyond this it ends as if it were short.
constexpr u64 most_gathered = 1 << 20;

}  // namespace

void InEndpoint::submit(Bus& bus, u32 urb, u64 length) {
  if (halted_) {
    bus.answer(urb, UrbStatus::stalled, 0, {});
    return;
  }
  urbs_.push_back({urb, length});
  if (!zlp_due_ || promised_ != 0) return;
  zlp_due_ = false;
  finish(bus, UrbStatus::ok, 0, {});
}

bool InEndpoint::unlink(u32 urb) {
  const auto found = std::ranges::find(urbs_, urb, &Urb::number);
  if (found == urbs_.end()) return false;
  if (found == urbs_.begin()) {
    gathered_.clear();
    gathers_ = false;
  }
  urbs_.erase(found);
  return true;
}

// `size` bytes more than what was gathered go to the first URB, which is answered: those that are in hand now, which
// are counted, and the rest is promised.
std::size_t InEndpoint::finish(Bus& bus, UrbStatus status, u64 size, View in_hand) {
  Bytes first = std::exchange(gathered_, {});
  const u32 urb = urbs_.front().number;
  urbs_.pop_front();
  const View now = in_hand.first(static_cast<std::size_t>(std::min<u64>(size, in_hand.size())));
  promised_ = size - now.size();
  left_ -= now.size();
  const u64 whole = first.size() + size;
  if (!first.empty()) first.insert(first.end(), now.begin(), now.end());
  bus.answer(urb, status, whole, first.empty() ? now : View(first));
  return now.size();
}

// Makes room for bytes of the transfer, and says how many of them have gone there; none: there is no room now.
std::optional<std::size_t> InEndpoint::open(Bus& bus, View bytes) {
  if (halted_ || urbs_.empty()) return {};
  if (zlp_due_) {
    zlp_due_ = false;
    return finish(bus, UrbStatus::ok, 0, {});
  }
  const u64 room = urbs_.front().length - gathered_.size();
  const bool fills_its_packet = left_ % packet_ == 0;
  gathers_ = room > left_ && fills_its_packet && !zlp_ && gathered_.size() + left_ <= most_gathered;
  if (gathers_) return 0;
  if (room >= left_) {
    zlp_due_ = zlp_ && fills_its_packet && room == left_;
    return finish(bus, UrbStatus::ok, left_, bytes);
  }
  if (room % packet_ == 0) return finish(bus, UrbStatus::ok, room, bytes);
  lost_ = std::min(packet_ - room % packet_, left_ - room);
  return finish(bus, UrbStatus::overflow, room, bytes);
}

std::size_t InEndpoint::push(Bus& bus, View bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !bus.full() && owe_zeros(bus)) {
    if (left_ == 0) return bytes.size();  // the transfer was aborted: nobody wants them
    const View rest = bytes.subspan(taken);
    if (left_ == unknown_size && promised_ == 0) {
      if (halted_ || urbs_.empty()) break;
      taken += gather(bus, rest);
      continue;
    }
    if (promised_ == 0 && lost_ == 0 && !gathers_) {
      const auto opened = open(bus, rest);
      if (!opened) break;
      taken += *opened;
      continue;
    }
    const u64 most = promised_ != 0 ? promised_ : lost_ != 0 ? lost_ : gathers_ ? left_ : 0;
    const View piece = rest.first(static_cast<std::size_t>(std::min<u64>(rest.size(), most)));
    if (promised_ != 0) {
      bus.more(piece);
      promised_ -= piece.size();
    } else if (lost_ != 0) {
      lost_ -= piece.size();
    } else {
      gathered_.insert(gathered_.end(), piece.begin(), piece.end());
    }
    left_ -= piece.size();
    gathers_ = gathers_ && left_ != 0;
    taken += piece.size();
  }
  return taken;
}

// Of a transfer whose end is not known, into the first URB, which is answered when it is full.
std::size_t InEndpoint::gather(Bus& bus, View bytes) {
  if (std::exchange(zlp_due_, false)) {
    finish(bus, UrbStatus::ok, 0, {});
    return 0;
  }
  const u64 full = std::min(urbs_.front().length, most_gathered);
  const View piece = bytes.first(static_cast<std::size_t>(std::min<u64>(bytes.size(), full - gathered_.size())));
  gathered_.insert(gathered_.end(), piece.begin(), piece.end());
  passed_ += piece.size();
  if (gathered_.size() == full) finish(bus, UrbStatus::ok, 0, {});
  return piece.size();
}

void InEndpoint::end(Bus& bus) {
  if (left_ != unknown_size) return;
  left_ = 0;
  const bool fills_its_packet = std::exchange(passed_, 0) % packet_ == 0;
  if (fills_its_packet && !zlp_) return;  // the URB goes on into the next transfer
  zlp_due_ = fills_its_packet && gathered_.empty();
  if (!gathered_.empty()) finish(bus, UrbStatus::ok, 0, {});
}

void InEndpoint::abort(Bus& bus) {
  left_ = lost_ = passed_ = 0;
  zlp_due_ = gathers_ = false;
  gathered_.clear();
  zeros_ = promised_ != 0;
  owe_zeros(bus);
}

bool InEndpoint::owe_zeros(Bus& bus) {
  static constexpr std::array<u8, 4096> nothing{};
  while (zeros_ && !bus.full()) {
    const View piece = View(nothing).first(static_cast<std::size_t>(std::min<u64>(nothing.size(), promised_)));
    promised_ -= piece.size();
    zeros_ = promised_ != 0;
    bus.more(piece);
  }
  return !zeros_;
}

void InEndpoint::halt(Bus& bus) {
  halted_ = true;
  abort(bus);
  for (const auto& urb : std::exchange(urbs_, {})) bus.answer(urb.number, UrbStatus::stalled, 0, {});
}

void InEndpoint::forget() {
  urbs_.clear();
  gathered_.clear();
  left_ = promised_ = lost_ = passed_ = 0;
  zlp_due_ = zeros_ = gathers_ = halted_ = false;
}

}  // namespace stuntcam::transport::usb
