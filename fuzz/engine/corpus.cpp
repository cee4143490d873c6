#include "fuzz/engine/corpus.h"

#include <algorithm>

namespace stuntcam::fuzz {
namespace {

constexpr std::size_t newest = 16;
// A client that never does the same twice makes everything new; then the oldest go.
constexpr std::size_t most_entries = 4096;

}  // namespace

bool Corpus::add(const transport::FaultPlan& plan, const Conversation& heard, const std::vector<u64>& features) {
  const std::lock_guard lock(mutex_);
  bool fresh = false;
  for (const u64 feature : features) fresh = seen_.insert(feature).second || fresh;
  if (!fresh) return false;
  if (entries_.size() == most_entries) entries_.erase(entries_.begin() + 1);
  entries_.push_back({plan, heard});
  return true;
}

Entry Corpus::pick(Random& random) const {
  const std::lock_guard lock(mutex_);
  const auto size = entries_.size();
  switch (random.below(4)) {
    case 0:
      return entries_.front();
    case 1:
      return entries_[size - 1 - static_cast<std::size_t>(random.below(std::min(size, newest)))];
    default:
      return entries_[static_cast<std::size_t>(random.below(size))];
  }
}

std::size_t Corpus::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t Corpus::features() const {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

}  // namespace stuntcam::fuzz
