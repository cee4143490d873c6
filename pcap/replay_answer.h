// One answer of a camera, recorded or live, and what tells two of them apart (docs/replay.md).
#pragma once

#include <optional>
#include <vector>

#include "pcap/replay_compare.h"

namespace stuntcam::pcap {

struct Answer {
  std::optional<ptp::Message> response;
  bool data = false;
  u64 size = 0, hash = empty_hash;
  Bytes kept{};  // its data, up to max_data_set bytes
};
// What was recorded, as if it came now.
Answer answer_of(const RecordedFile&, const RecordedTransaction&);

// Field by field where the data set is known. `ids` translates what was recorded; of objects that were made during the
// session, what belongs to them is not compared.
std::vector<Difference> compare(const RecordedTransaction&, const Answer& recorded, const Answer& live,
                                const Dictionary&, const Identifiers& ids, const Masks&);

}  // namespace stuntcam::pcap
