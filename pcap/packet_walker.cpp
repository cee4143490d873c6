#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "pcap/decode.h"

namespace stuntcam::pcap {
namespace {

constexpr std::size_t header_size = 8;

u32 word(View bytes, std::size_t at) {
  u32 value = 0;
  std::memcpy(&value, bytes.subspan(at, 4).data(), 4);
  return value;
}

enum class Look { no, yes, open };  // open: so far it may be one

// Does a packet begin here? `bytes` has at least a header.
Look plausible(View bytes) {
  static constexpr u32 last_type = 14;
  const ptp::PacketFraming strict(true);
  const u32 length = word(bytes, 0), type = word(bytes, 4);
  if (type == 0 || type > last_type || length > max_plausible || !strict.head(bytes.first(header_size)))
    return Look::no;
  if (length > bytes.size()) return Look::open;
  const auto next = bytes.subspan(length);
  if (next.empty()) return Look::yes;
  if (next.size() < header_size) return Look::open;
  const u32 next_type = word(next, 4);
  const bool fits = next_type >= 1 && next_type <= last_type && strict.head(next.first(header_size)).has_value();
  return fits ? Look::yes : Look::no;
}

}  // namespace

void PacketWalker::data(View bytes, Origin origin) {
  while (!bytes.empty()) {
    if (lost_) {
      const auto newest = held_.size();
      held_.insert(held_.end(), bytes.begin(), bytes.end());
      return search(origin, newest);
    }
    if (payload_left_ > 0) {
      const auto now = bytes.first(static_cast<std::size_t>(std::min<u64>(payload_left_, bytes.size())));
      sink_.payload(side_, now, origin);
      bytes = bytes.subspan(now.size());
      payload_left_ -= now.size();
      if (payload_left_ == 0) sink_.frame_ended(side_, origin);
    } else {
      bytes = bytes.subspan(take_head(bytes, origin));
    }
  }
}

// How many of the bytes it used; there may be none left to use when it is lost.
std::size_t PacketWalker::take_head(View bytes, Origin origin) {
  std::size_t used = 0;
  const auto hold = [&](std::size_t size) {
    const auto now = bytes.subspan(used, std::min(size - held_.size(), bytes.size() - used));
    held_.insert(held_.end(), now.begin(), now.end());
    used += now.size();
    return held_.size() == size;
  };
  auto head = framing_.head(held_);
  while (head && head->need > 0) {
    if (!hold(head->need)) return used;
    head = framing_.head(held_);
  }
  if (!head) {
    sink_.lost(side_, head.error().to_string(), origin);
    lost_ = true;
    return used;
  }
  if (!hold(head->size)) return used;
  const auto message = framing_.decode(held_);
  if (message) sink_.head(side_, *message, held_, origin);
  held_.clear();
  payload_left_ = head->payload;
  if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  return used;
}

// A packet that begins where a segment begins needs less proof than one somewhere inside.
void PacketWalker::search(Origin origin, std::size_t newest) {
  std::size_t at = 0;
  for (; at + header_size <= held_.size(); ++at) {
    const auto look = plausible(View(held_).subspan(at));
    if (look == Look::no) continue;
    if (look == Look::open && at != newest) {
      if (word(held_, at) <= ptp::max_head) break;  // its end will show
      continue;
    }
    sink_.skipped(side_, skipped_ + at, origin);
    skipped_ = 0;
    lost_ = false;
    const Bytes rest(held_.begin() + static_cast<std::ptrdiff_t>(at), held_.end());
    held_.clear();
    return data(rest, origin);
  }
  skipped_ += at;
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
}

// Inside a payload it is known how much is missing; elsewhere nothing is known until the next packet.
void PacketWalker::gap(u64 size, Origin origin) {
  if (!lost_ && size <= payload_left_) {
    payload_left_ -= size;
    sink_.payload_missing(side_, size);
    if (payload_left_ == 0) sink_.frame_ended(side_, origin);
    return;
  }
  payload_left_ = 0;
  lost_ = true;
  skipped_ += held_.size();
  held_.clear();
}

void PacketWalker::end(Origin origin) {
  const auto left = skipped_ + held_.size();
  if (left > 0) sink_.skipped(side_, left, origin);
  skipped_ = 0;
  held_.clear();
}

}  // namespace stuntcam::pcap
