// What faults cost: a client that is sent nothing waits as long as it has patience, and a campaign of waiting finds
// nothing. Shared by the jobs; has a lock of its own.
#pragma once

#include <map>
#include <mutex>
#include <utility>

#include "fuzz/engine/process.h"
#include "transport/fault/plan.h"

namespace stuntcam::fuzz {

class Prices {
 public:
  // What a run without faults takes.
  void usual(Duration took);
  void paid(const transport::FaultPlan&, Duration took);
  // How many times as long as usual, as a power of two: noise changes little. The dearest fault counts; 1 for those
  // that nobody tried yet.
  u64 of(const transport::FaultPlan&) const;
  u64 of(Duration took) const;

 private:
  using Key = std::pair<transport::FaultKind, u16>;  // and the operation; 0: none
  struct Paid {
    Duration sum{};
    u64 runs = 0;
  };
  static Key key(const transport::Fault&);
  mutable std::mutex mutex_;
  Duration usual_{};
  std::map<Key, Paid> paid_;
};

// From here on a run is one that waited.
inline constexpr u64 dear = 4;

}  // namespace stuntcam::fuzz
