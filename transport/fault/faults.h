// A plan at work on one camera's connections. Everything on the camera's loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "transport/dialect.h"
#include "transport/fault/plan.h"
#include "transport/observer.h"

namespace stuntcam::transport {

struct FaultStatus {
  u64 id = 0;  // 1, 2, … in the order in which they were added
  Fault fault;
  u64 seen = 0, applied = 0;  // what fitted but for nth, every, times and probability; and what was meddled with
};

class FaultEngine;

class Faults {
 public:
  // What is random follows from the plan's seed, the fault's id and the connection's number. The vendor names codes in
  // marks.
  Faults(asio::io_context&, Clock&, FaultPlan, ptp::Vendor = ptp::Vendor::none, const Dialect& = standard_dialect());
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  // Puts a fault link around each connection, outside of what `inner` puts around it: a tap there sees what really goes
  // out. The links keep what they need alive.
  Wrap around(Wrap inner = {});

  // At work from now on, also on connections that are open.
  u64 add(Fault);
  bool remove(u64 id);  // false: there is none
  void clear();
  std::vector<FaultStatus> status() const;
  // Does what the kinds of the camera say. Without it they never apply.
  void on_camera(std::function<void(const Fault&)>);

 private:
  std::shared_ptr<FaultEngine> engine_;
};

}  // namespace stuntcam::transport
