#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "pcap/walker.h"
#include "ptp/container.h"
#include "transport/usb/class_request.h"

namespace stuntcam::pcap {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t max_response = header_size + 20;
// Every bulk packet size of high speed divides it, and what is no multiple of it ended short. A full-speed transfer may
// end unnoticed; the response behind it shows the end.
constexpr std::size_t packet_size = 512;

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

const ptp::ContainerFraming framing;

}  // namespace

// A whole response to the transaction whose payload goes on: the data phase was broken off, or had no known end.
bool ContainerWalker::breaks_off(View bytes) const {
  return bytes.size() >= header_size && bytes.size() <= max_response && at<u32>(bytes, 0) == bytes.size() &&
         ptp::begins_container(bytes.first(header_size)) &&
         at<u16>(bytes, 4) == static_cast<u16>(ptp::ContainerType::response) && at<u32>(bytes, 8) == transaction_;
}

void ContainerWalker::transfer(View bytes, u64 missing, Origin origin) {
  const bool ends = (bytes.size() + missing) % packet_size != 0 || bytes.empty();
  if (payload_left_ > 0 && missing == 0 && breaks_off(bytes)) break_off(origin);
  while (!bytes.empty()) {
    if (payload_left_ == 0) {
      const auto used = take_head(bytes, origin);
      if (used == 0) return;  // no container: the next transfer may begin one
      bytes = bytes.subspan(used);
      origin.offset += used;
      continue;
    }
    const auto now = bytes.first(static_cast<std::size_t>(std::min<u64>(payload_left_, bytes.size())));
    sink_.payload(side_, now, origin);
    bytes = bytes.subspan(now.size());
    origin.offset += now.size();
    if (payload_left_ != unknown_size) payload_left_ -= now.size();
    if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  }
  if (missing > 0 && payload_left_ > 0) {
    const auto lost = std::min(payload_left_, missing);
    sink_.payload_missing(side_, lost, origin);
    if (payload_left_ != unknown_size) payload_left_ -= lost;
    if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  } else if (missing > 0) {
    skipped_ += std::exchange(held_, {}).size();
  }
  if (payload_left_ == unknown_size && ends) end_payload(origin);
}

void ContainerWalker::break_off(Origin origin) {
  if (payload_left_ == unknown_size) sink_.frame_ended(side_, origin);
  payload_left_ = 0;
  skipped_ += std::exchange(held_, {}).size();
}

void ContainerWalker::end_payload(Origin origin) {
  payload_left_ = 0;
  sink_.frame_ended(side_, origin);
}

// How many of the bytes it used; 0: they are no container, and all the rest of their transfer is left out.
std::size_t ContainerWalker::take_head(View bytes, Origin origin) {
  if (held_.empty() && bytes.size() >= header_size && !ptp::begins_container(bytes.first(header_size))) {
    skipped_ += bytes.size();
    if (!std::exchange(told_lost_, true)) sink_.lost(side_, "no container begins here", origin);
    return 0;
  }
  std::size_t used = 0;
  const auto hold = [&](std::size_t size) {
    const auto now = bytes.subspan(used, std::min(size - held_.size(), bytes.size() - used));
    held_.insert(held_.end(), now.begin(), now.end());
    used += now.size();
    return held_.size() == size;
  };
  if (held_.size() < header_size && !hold(header_size)) return used;
  const auto head = framing.head(held_);
  if (!head) {
    skipped_ += std::exchange(held_, {}).size();
    return 0;
  }
  if (!hold(head->size)) return used;
  if (skipped_ > 0) sink_.skipped(side_, std::exchange(skipped_, 0), origin);
  const auto message = framing.decode(held_);
  auto begin = origin;
  begin.offset = origin.offset + used - held_.size();
  if (message) {
    transaction_ = message->transaction_id;
    sink_.head(side_, *message, held_, begin);
  }
  held_.clear();
  payload_left_ = head->payload;
  if (payload_left_ == 0) sink_.frame_ended(side_, origin);
  return used;
}

void ContainerWalker::end(Origin origin) {
  const auto left = std::exchange(skipped_, 0) + std::exchange(held_, {}).size();
  if (left > 0) sink_.skipped(side_, left, origin);
}

// A host that begins something new has had what the camera was sending before, or does not want it.
void UsbPipes::transfer(Pipe pipe, View bytes, u64 missing, Origin origin) {
  if (pipe == out && walkers_[out].between() && !bytes.empty()) walkers_[in].break_off(origin);
  walkers_[pipe].transfer(bytes, missing, origin);
}

void UsbPipes::control(View setup, Origin origin) {
  constexpr u8 to_device = 0x00, set_configuration = 9, to_endpoint = 0x02, clear_feature = 1;
  if (setup.size() != 8) return;
  namespace usb = transport::usb;
  const bool of_class =
      setup[0] == usb::class_request_out && (setup[1] == usb::cancel_request || setup[1] == usb::device_reset);
  const bool begins_anew = setup[0] == to_device && setup[1] == set_configuration;
  const bool ends_halt = setup[0] == to_endpoint && setup[1] == clear_feature && (setup[4] & 0x80) == 0;
  if (of_class || begins_anew || ends_halt) walkers_[out].break_off(origin);
}

void UsbPipes::end(Origin origin) {
  for (auto& walker : walkers_) walker.end(origin);
}

}  // namespace stuntcam::pcap
