// What came in a transaction, as it came: nothing is taken for granted.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "ptp/codes.h"
#include "ptp/message.h"

namespace stuntcam::initiator::conform {

// A data phase keeps this much of its bytes; of a larger object only the size and the beginning count.
inline constexpr std::size_t kept_data = 16 << 20;
// More packets than this in one transaction are not remembered singly.
inline constexpr std::size_t kept_packets = 256;

struct Answer {
  std::string operation;
  u32 asked_id = 0;      // the request's TransactionID
  ptp::Message request;  // as it went out
  ptp::Message response;
  std::size_t response_length = 0;    // of the packet
  std::vector<ptp::Message> packets;  // every one up to the response, also those that do not belong; without bytes
  bool data = false;                  // there was a data phase
  u64 total = 0, size = 0;            // announced, and come
  Bytes bytes;

  ptp::ResponseCode code() const { return static_cast<ptp::ResponseCode>(response.code); }
  bool ok() const { return code() == ptp::ResponseCode::OK; }
  u32 param(std::size_t index) const { return index < response.count ? response.params.at(index) : 0; }
};

}  // namespace stuntcam::initiator::conform
