// Plans that led to something new, and what was new so far. Shared by the jobs; has a lock of its own.
#pragma once

#include <deque>
#include <memory>
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
  bool dear = false;  // the client waited, and so would what is made of it
};
using Kept = std::shared_ptr<const Entry>;

class Corpus {
 public:
  // In all conversations that are kept.
  static constexpr std::size_t most_bytes = 64 << 20;

  // Kept when one of the features is new; says whether. The oldest go, but for the first.
  bool add(Entry, const std::vector<u64>& features);
  // One to go on from: half of the time one of the newest, or the first, in which nothing was wrong. Seldom a dear one.
  Kept pick(Random&) const;
  std::size_t size() const;
  std::size_t bytes() const;
  std::size_t features() const;

 private:
  const Kept& any(Random&) const;
  mutable std::mutex mutex_;
  std::deque<Kept> entries_;
  std::size_t bytes_ = 0;
  std::set<u64> seen_;
};

}  // namespace stuntcam::fuzz
