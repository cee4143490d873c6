// How a client fares with a camera: what it asks, and where its time goes. Sits next to the socket and changes nothing:
// files still leave by sendfile.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>

#include "bench/engine/histogram.h"
#include "transport/observer.h"

namespace stuntcam::bench {

struct OperationAccount {
  u64 count = 0, bytes = 0;  // bytes: of data, both ways
  double seconds = 0;        // from request to response
};

struct ClientAccount {
  u64 sessions = 0, operations = 0;
  u64 downloaded = 0, uploaded = 0;  // bytes of data phases
  double thinking = 0;               // between a response and the next request: the client's time
  double transferring = 0;           // data on its way; the slower of both sides sets the pace
  double answering = 0;              // the camera's: from the request to the response, without the above
  double span = 0;                   // from the first request to the last response, all sessions together
  Histogram thoughts, answers;       // nanoseconds, for each operation
  std::map<u16, OperationAccount> by_operation;
};

class ClientMeter : public std::enable_shared_from_this<ClientMeter> {
 public:
  transport::Wrap wrap();
  // Connections from now on do not count.
  void stop() { stopped_ = true; }
  // Once the server has stopped.
  const ClientAccount& account() const { return account_; }

 private:
  class Metered;
  using Time = std::chrono::steady_clock::time_point;
  std::atomic<bool> stopped_ = false;
  ClientAccount account_;
  Time begin_;  // of the first session
};

}  // namespace stuntcam::bench
