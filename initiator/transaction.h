// One transaction as a value: what is asked, and what came back.
#pragma once

#include <array>
#include <functional>
#include <initializer_list>

#include "initiator/sink.h"
#include "ptp/codes.h"
#include "transport/responder.h"

namespace stuntcam::initiator {

// Called while payload moves; `total` may be unknown_size. false cancels the transaction.
using Progress = std::function<bool(u64 done, u64 total)>;

struct Request {
  Request(ptp::OperationCode operation, std::initializer_list<u32> values = {})
      : Request(static_cast<u16>(operation), std::span<const u32>(values.begin(), values.size())) {}
  Request(u16 operation, std::span<const u32> values);

  u16 code = 0;
  u8 count = 0;
  std::array<u32, 5> params{};
  transport::Body data;  // to the camera; monostate: no data phase
  Sink* sink = nullptr;  // data from the camera; without one it is read and dropped
  Progress progress;
};

struct Response {
  u16 code = 0;
  u8 count = 0;  // parameters on the wire; those that are not there are 0
  std::array<u32, 5> params{};
  bool data = false;  // there was a data phase from the camera
  u64 received = 0;   // its bytes
  bool ok() const { return code == static_cast<u16>(ptp::ResponseCode::OK); }
};

struct Event {
  u16 code = 0;
  u32 transaction_id = ptp::no_transaction;
  u8 count = 0;
  std::array<u32, 3> params{};
};

}  // namespace stuntcam::initiator
