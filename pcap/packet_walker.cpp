#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

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
  const auto segment = held_.size();  // where it begins behind what was held, which is little more than a head
  Bytes joined;
  if (segment > 0) {
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    joined = std::exchange(held_, {});
    bytes = joined;
    origin.offset -= segment;
  }
  std::size_t at = 0;
  for (std::size_t used = 1; used > 0 && at < bytes.size(); at += used) {
    auto here = origin;
    here.offset += at;
    const auto rest = bytes.subspan(at);
    used = lost_               ? search(rest, at <= segment ? segment - at : rest.size(), here)
           : payload_left_ > 0 ? take_payload(rest, here)
           : torn_left_ > 0    ? take_torn(rest, here)
                               : take_head(rest, here);
  }
  const auto rest = bytes.subspan(at);
  held_.assign(rest.begin(), rest.end());
}

// These four return how many of the bytes they used; 0: more must come.
std::size_t PacketWalker::take_payload(View bytes, Origin origin) {
  const auto now = bytes.first(static_cast<std::size_t>(std::min<u64>(payload_left_, bytes.size())));
  sink_.payload(side_, now, origin);
  payload_left_ -= now.size();
  origin.offset += now.size();
  if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  return now.size();
}

std::size_t PacketWalker::take_head(View bytes, Origin origin) {
  auto head = dialect_->framing->head({});
  while (head && head->need > 0) {
    if (head->need > bytes.size()) return 0;
    head = dialect_->framing->head(bytes.first(head->need));
  }
  if (!head) {
    sink_.lost(side_, head.error().to_string(), origin);
    lost_ = true;
    ++skipped_;  // from the next byte on is searched
    return 1;
  }
  if (head->size > bytes.size()) return 0;
  const auto wire = bytes.first(head->size);
  const auto message = dialect_->framing->decode(wire);
  if (message) sink_.head(side_, *message, wire, origin);
  payload_left_ = head->payload;
  origin.offset += wire.size();
  if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  return wire.size();
}

std::size_t PacketWalker::take_torn(View bytes, Origin origin) {
  const auto now = static_cast<std::size_t>(std::min<u64>(torn_left_, bytes.size()));
  torn_left_ -= now;
  skipped_ += now;
  if (torn_left_ == 0) sink_.skipped(side_, std::exchange(skipped_, 0), origin);
  return now;
}

// A packet that begins where a segment begins needs less proof than one somewhere inside.
std::size_t PacketWalker::search(View bytes, std::size_t segment, Origin origin) {
  std::size_t at = 0;
  for (; at + dialect_->header <= bytes.size(); ++at) {
    const auto look = plausible(*dialect_, bytes.subspan(at));
    if (look == Look::no) continue;
    if (look == Look::open && at != segment) {
      if (word(bytes, at) <= ptp::max_head) break;  // its end will show
      continue;
    }
    origin.offset += at;
    sink_.skipped(side_, std::exchange(skipped_, 0) + at, origin);
    lost_ = false;
    return at + take_head(bytes.subspan(at), origin);
  }
  skipped_ += at;
  return at;
}

// Inside a payload, or behind a packet's length, it is known where the next packet begins; elsewhere nothing is known
// until it is found.
void PacketWalker::gap(u64 size, Origin origin) {
  if (!lost_ && payload_left_ > 0 && size <= payload_left_) {
    payload_left_ -= size;
    sink_.payload_missing(side_, size, origin);
    if (payload_left_ == 0) sink_.frame_ended(side_, origin);
    return;
  }
  if (!lost_ && payload_left_ == 0 && tear(size, origin)) return;
  payload_left_ = torn_left_ = 0;
  lost_ = true;
  skipped_ += held_.size();
  held_.clear();
}

// The gap lies in a packet whose length is known, and nothing else in it is.
bool PacketWalker::tear(u64 size, Origin origin) {
  u64 left = torn_left_;
  if (left == 0) {
    if (held_.size() < dialect_->header || !dialect_->begins(View(held_).first(dialect_->header))) return false;
    const u64 length = word(held_, 0);
    if (length > max_plausible || length < held_.size()) return false;
    left = length - held_.size();
  }
  if (size > left) return false;
  torn_left_ = left - size;
  skipped_ += held_.size();
  held_.clear();
  if (torn_left_ == 0) sink_.skipped(side_, std::exchange(skipped_, 0), origin);
  return true;
}

void PacketWalker::end(Origin origin) {
  const auto left = skipped_ + held_.size();
  if (left > 0) sink_.skipped(side_, left, origin);
  skipped_ = 0;
  held_.clear();
}

}  // namespace stuntcam::pcap
