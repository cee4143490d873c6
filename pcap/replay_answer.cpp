// The comparison of one answer: ClientReplay's, without anything that waits.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pcap/replay_client.h"

namespace stuntcam::pcap {
namespace {

using ptp::Json;

// Of a picture taken anew.
constexpr const char* differing[] = {"Filename", "ObjectCompressedSize", "ThumbCompressedSize", "SequenceNumber"};

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

}  // namespace

void ClientReplay::compare_answer(const RecordedTransaction& one, const Answer& answer, Step& step) {
  const auto vendor = session_.dictionary.vendor;
  const auto named = [&](u16 code) { return ptp::to_string(static_cast<ptp::ResponseCode>(code), vendor); };
  std::vector<Difference> found;
  if (one.response->code != answer.response->code) {
    found.push_back({step.request + ".response", named(one.response->code), named(answer.response->code)});
  } else {
    auto then = Json::array(), now = Json::array();
    for (std::size_t i = 0; i < one.response->count; ++i)
      then.push_back(ids_.storage(ids_.handle(one.response->params[i])));
    for (std::size_t i = 0; i < answer.response->count; ++i) now.push_back(answer.response->params[i]);
    found = compare(step.request + ".params", then, now, options_.masks);
  }
  const bool expected = one.data && one.data->sent;
  if (expected != answer.data) {
    const auto there = [](bool data) { return std::string(data ? "a data phase" : "none"); };
    found.push_back({step.request + ".data", there(expected), there(answer.data)});
  }
  std::erase_if(found, [&](const Difference& each) { return options_.masks.hides(each.field); });
  step.differences.insert(step.differences.end(), found.begin(), found.end());
  if (expected && answer.data) compare_data(one, answer, step);
}

void ClientReplay::compare_data(const RecordedTransaction& one, const Answer& answer, Step& step) {
  const bool made_anew = ids_.fresh.contains(Identifiers::object(one.request));
  const auto bytes = recorded_bytes(one);
  const bool whole = answer.size == answer.kept.size();
  if (bytes && whole) {
    auto then = data_set(session_.dictionary, one.request, *bytes);
    auto now = data_set(session_.dictionary, one.request, answer.kept);
    if (then && now && !then->is_null()) {
      auto translated = ids_.translate(one.request, *then);
      for (const auto* field : differing) {
        if (!made_anew || !translated.is_object()) break;
        translated.erase(field);
        now->erase(field);
      }
      auto found = compare(step.request, translated, *now, options_.masks);
      step.differences.insert(step.differences.end(), found.begin(), found.end());
      return;
    }
  }
  if (made_anew) return;
  std::vector<Difference> found;
  if (one.data->size != answer.size)
    found.push_back({step.request + ".size", std::to_string(one.data->size), std::to_string(answer.size)});
  else if (bytes && whole && !std::ranges::equal(*bytes, answer.kept))
    compare_bytes(step.request + ".bytes", *bytes, answer.kept, found);
  else if (one.data->hash != answer.hash)
    found.push_back({step.request + ".bytes", "as recorded", "others"});
  std::erase_if(found, [&](const Difference& each) { return options_.masks.hides(each.field); });
  step.differences.insert(step.differences.end(), found.begin(), found.end());
}

}  // namespace stuntcam::pcap
