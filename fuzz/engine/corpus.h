// Plans that led to something new, and what was new so far. Shared by the jobs; the one place with a lock.
#pragma once

#include <mutex>
#include <set>
#include <vector>

#include "fuzz/engine/conversation.h"
#include "fuzz/engine/random.h"
#include "transport/fault/plan.h"

namespace stuntcam::fuzz {

struct Entry {
  transport::FaultPlan plan;
  Conversation heard;
};

class Corpus {
 public:
  // Kept when one of the features is new; says whether.
  bool add(const transport::FaultPlan&, const Conversation&, const std::vector<u64>& features);
  // One to go on from: half of the time one of the newest, or the first, in which nothing was wrong.
  Entry pick(Random&) const;
  std::size_t size() const;
  std::size_t features() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::set<u64> seen_;
};

}  // namespace stuntcam::fuzz
