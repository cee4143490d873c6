#include "fuzz/engine/corpus.h"

#include <algorithm>

namespace stuntcam::fuzz {
namespace {

constexpr std::size_t newest = 16;
// A client that never does the same twice makes everything new.
constexpr std::size_t most_entries = 4096;
// Of dear entries one in so many is taken, and looked for so often.
constexpr u64 seldom = 8;
constexpr int most_picks = 16;

std::size_t size_of(const Entry& entry) {
  std::size_t size = sizeof entry + entry.plan.faults.size() * sizeof(transport::Fault);
  for (const auto& fault : entry.plan.faults)
    if (fault.with.hex) size += fault.with.hex->size();
  return size + size_of(entry.heard);
}

}  // namespace

bool Corpus::add(Entry entry, const std::vector<u64>& features) {
  const std::lock_guard lock(mutex_);
  bool fresh = false;
  for (const u64 feature : features) fresh = seen_.insert(feature).second || fresh;
  if (!fresh) return false;
  bytes_ += size_of(entry);
  entries_.push_back(std::make_shared<const Entry>(std::move(entry)));
  while (entries_.size() > 2 && (entries_.size() > most_entries || bytes_ > most_bytes)) {
    bytes_ -= size_of(*entries_[1]);
    entries_.erase(entries_.begin() + 1);
  }
  return true;
}

Kept Corpus::pick(Random& random) const {
  const std::lock_guard lock(mutex_);
  for (int picks = 1;; ++picks) {
    const auto& entry = any(random);
    if (!entry->dear || picks == most_picks || random.one_in(seldom)) return entry;
  }
}

const Kept& Corpus::any(Random& random) const {
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

std::size_t Corpus::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::size_t Corpus::features() const {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

}  // namespace stuntcam::fuzz
