#include "pcap/replay_answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace stuntcam::pcap {
namespace {

using ptp::Json;

// Of a picture taken anew.
constexpr const char* differing[] = {"Filename",      "ObjectCompressedSize", "ThumbCompressedSize",
                                     "ThumbPixWidth", "ThumbPixHeight",       "SequenceNumber"};

std::string hex(View bytes) {
  return fmt::format("{:02x}", fmt::join(bytes.first(std::min(bytes.size(), max_excerpt)), ""));
}

// Where two payloads part, and how they go on.
void compare_bytes(const std::string& field, View then, View now, std::vector<Difference>& differences) {
  const auto [left, right] = std::ranges::mismatch(then, now);
  const auto at = static_cast<std::size_t>(left - then.begin());
  differences.push_back(
      {field, fmt::format("{} at byte {}", hex(then.subspan(at)), at), fmt::format("{} there", hex(now.subspan(at)))});
}

bool whole(const Answer& answer) { return answer.size == answer.kept.size(); }

std::vector<Difference> compare_data(const std::string& subject, const RecordedTransaction& one, const Answer& recorded,
                                     const Answer& live, const Dictionary& dictionary, const Identifiers& ids,
                                     const Masks& masks) {
  const bool made_anew = ids.fresh.contains(Identifiers::object(one.request));
  const bool both = whole(recorded) && whole(live);
  if (both) {
    auto then = data_set(dictionary, one.request, recorded.kept);
    auto now = data_set(dictionary, one.request, live.kept);
    if (then && now && !then->is_null()) {
      auto translated = ids.translate(one.request, *then);
      for (const auto* field : differing) {
        if (!made_anew || !translated.is_object()) break;
        translated.erase(field);
        now->erase(field);
      }
      return compare(subject, translated, *now, masks);
    }
  }
  std::vector<Difference> found;
  if (made_anew) return found;
  if (recorded.size != live.size)
    found.push_back({subject + ".size", std::to_string(recorded.size), std::to_string(live.size)});
  else if (both && recorded.kept != live.kept)
    compare_bytes(subject + ".bytes", recorded.kept, live.kept, found);
  else if (recorded.hash != live.hash)
    found.push_back({subject + ".bytes", "as recorded", "others"});
  return found;
}

}  // namespace

Answer answer_of(const RecordedFile& file, const RecordedTransaction& one) {
  Answer answer{.response = one.response};
  if (!one.data || !one.data->sent) return answer;
  answer.data = true;
  answer.size = one.data->size;
  answer.hash = one.data->hash;
  if (auto bytes = bytes_of(file, *one.data, max_data_set)) answer.kept = std::move(*bytes);
  return answer;
}

std::vector<Difference> compare(const RecordedTransaction& one, const Answer& recorded, const Answer& live,
                                const Dictionary& dictionary, const Identifiers& ids, const Masks& masks) {
  const auto subject = pcap::subject(one.request, dictionary.vendor);
  std::vector<Difference> found;
  if (recorded.response->code != live.response->code) {
    const auto named = [&](const Answer& answer) {
      return ptp::to_string(static_cast<ptp::ResponseCode>(answer.response->code), dictionary.vendor);
    };
    found.push_back({subject + ".response", named(recorded), named(live)});
  } else {
    auto then = Json::array(), now = Json::array();
    for (std::size_t i = 0; i < recorded.response->count; ++i)
      then.push_back(ids.storage(ids.handle(recorded.response->params[i])));
    for (std::size_t i = 0; i < live.response->count; ++i) now.push_back(live.response->params[i]);
    found = compare(subject + ".params", then, now, masks);
  }
  if (recorded.data != live.data) {
    const auto there = [](bool data) { return std::string(data ? "a data phase" : "none"); };
    found.push_back({subject + ".data", there(recorded.data), there(live.data)});
  }
  if (recorded.data && live.data)
    std::ranges::move(compare_data(subject, one, recorded, live, dictionary, ids, masks), std::back_inserter(found));
  std::erase_if(found, [&](const Difference& each) { return masks.hides(each.field); });
  return found;
}

}  // namespace stuntcam::pcap
