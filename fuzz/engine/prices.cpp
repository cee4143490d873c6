#include "fuzz/engine/prices.h"

#include <algorithm>
#include <bit>

namespace stuntcam::fuzz {
namespace {

// So much is due to a machine that does something else.
constexpr Duration noise = std::chrono::milliseconds(50);

}  // namespace

Prices::Key Prices::key(const transport::Fault& fault) { return {fault.kind, fault.where.operation.value_or(0)}; }

void Prices::usual(Duration took) {
  const std::lock_guard lock(mutex_);
  usual_ = took;
}

void Prices::paid(const transport::FaultPlan& plan, Duration took) {
  const std::lock_guard lock(mutex_);
  for (const auto& fault : plan.faults) {
    auto& so_far = paid_[key(fault)];
    so_far.sum += took;
    ++so_far.runs;
  }
}

u64 Prices::of(const transport::FaultPlan& plan) const {
  Duration dearest{};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& fault : plan.faults)
      if (const auto found = paid_.find(key(fault)); found != paid_.end())
        dearest = std::max(dearest, found->second.sum / static_cast<i64>(found->second.runs));
  }
  return of(dearest);
}

u64 Prices::of(Duration took) const {
  const std::lock_guard lock(mutex_);
  return std::bit_floor(std::max<u64>(1, static_cast<u64>(took / (usual_ + noise))));
}

}  // namespace stuntcam::fuzz
