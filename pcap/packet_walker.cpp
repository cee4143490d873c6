#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "pcap/walker.h"

namespace stuntcam::pcap {
namespace {

u32 word(View bytes, std::size_t at) {
  u32 value = 0;
  std::memcpy(&value, bytes.subspan(at, 4).data(), 4);
  return value;
}

enum class Look { no, yes, open };  // open: so far it may be one

// Does a packet begin here? `bytes` has at least a header. In every dialect the length stands first.
Look plausible(const ptp::Dialect& dialect, View bytes) {
  const auto length = word(bytes, 0);
  if (length > max_plausible || !dialect.begins(bytes.first(dialect.header))) return Look::no;
  if (length > bytes.size()) return Look::open;
  const auto next = bytes.subspan(length);
  if (next.empty()) return Look::yes;
  if (next.size() < dialect.header) return Look::open;
  return dialect.begins(next.first(dialect.header)) ? Look::yes : Look::no;
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
      origin.offset += now.size();
      payload_left_ -= now.size();
      if (payload_left_ == 0) sink_.frame_ended(side_, origin);
    } else {
      const auto used = take_head(bytes, origin);
      bytes = bytes.subspan(used);
      origin.offset += used;
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
  auto head = dialect_->framing->head(held_);
  while (head && head->need > 0) {
    if (!hold(head->need)) return used;
    head = dialect_->framing->head(held_);
  }
  if (!head) {
    sink_.lost(side_, head.error().to_string(), origin);
    lost_ = true;
    return used;
  }
  if (!hold(head->size)) return used;
  const auto message = dialect_->framing->decode(held_);
  auto begin = origin;
  begin.offset = origin.offset + used - held_.size();
  if (message) sink_.head(side_, *message, held_, begin);
  held_.clear();
  payload_left_ = head->payload;
  if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  return used;
}

// A packet that begins where a segment begins needs less proof than one somewhere inside.
void PacketWalker::search(Origin origin, std::size_t newest) {
  std::size_t at = 0;
  for (; at + dialect_->header <= held_.size(); ++at) {
    const auto look = plausible(*dialect_, View(held_).subspan(at));
    if (look == Look::no) continue;
    if (look == Look::open && at != newest) {
      if (word(held_, at) <= ptp::max_head) break;  // its end will show
      continue;
    }
    sink_.skipped(side_, skipped_ + at, origin);
    skipped_ = 0;
    lost_ = false;
    origin.offset = origin.offset + at - newest;
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
    sink_.payload_missing(side_, size, origin);
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
