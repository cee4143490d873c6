// What a recorded session tells beforehand about asking it again (docs/replay.md).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pcap/replay_answer.h"

namespace stuntcam::pcap {

struct ReplayPlan {
  ReplayPlan(const RecordedFile&, const RecordedSession&, const Masks&);

  // By transaction: it was asked again before anything else was done, and answered in another way, or the camera was
  // busy. A client that waited for something: only what it came to is asked for.
  std::vector<bool> waited;
  // Does this field of the answer to this request differ between such? Its time may not have come yet.
  bool moves(const ptp::Message& request, const std::string& field) const;
  // Recorded handles of objects that were made during the session.
  std::set<u32> fresh;
  u64 quiet = unknown_size;  // bytes of an empty event queue in a form that is not known

 private:
  using Question = std::pair<u16, std::array<u32, 5>>;
  static Question question(const ptp::Message& request) { return {request.code, request.params}; }
  void find_waits(const RecordedFile&, const RecordedSession&, const Masks&);
  void find_announced(const RecordedFile&, const RecordedSession&);
  void find_listed(const RecordedFile&, const RecordedSession&);

  std::map<Question, std::set<std::string>> moving_;
};

// Of an event that a queue or an event connection brought.
bool names_object(const QueuedEvent&);

}  // namespace stuntcam::pcap
