// The camera under test: how to reach it, how patient to be, and what it says it can do.
#pragma once

#include <algorithm>
#include <optional>

#include "initiator/connection.h"
#include "ptp/datasets.h"

namespace stuntcam::initiator::conform {

struct Subject {
  asio::io_context& io;
  transport::Clock& clock;
  Dialers dialers;
  ptp::Identity identity = ConnectionOptions{}.identity;   // who we are to it
  transport::Wrap wrap{};                                  // around each connection, 1, 2, …; may be empty
  transport::Duration patience = std::chrono::seconds(5);  // with each answer, each close, each event

  u64 connections = 0;  // so far
  // Found out by survey().
  ptp::DeviceInfo device{};
  std::string unknown{};                // why there is no DeviceInfo; "": there is
  std::optional<u16> poll_operation{};  // events are queued, and fetched by this
  bool lists(ptp::OperationCode code) const {
    return std::ranges::find(device.operations_supported, static_cast<u16>(code)) != device.operations_supported.end();
  }
  bool lists(ptp::EventCode code) const {
    return std::ranges::find(device.events_supported, static_cast<u16>(code)) != device.events_supported.end();
  }
};

}  // namespace stuntcam::initiator::conform
