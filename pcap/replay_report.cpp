#include <fmt/format.h>

#include "pcap/replay.h"

namespace stuntcam::pcap {
namespace {

// Transactions that the text names; --json has them all.
constexpr std::size_t most_told = 10;

std::string_view name(Match match) {
  switch (match) {
    case Match::strict:
      return "strict";
    case Match::ordered:
      return "ordered";
    case Match::loose:
      break;
  }
  return "loose";
}

}  // namespace

ptp::Json ReplayReport::json() const {
  auto list = ptp::Json::array();
  for (const auto& one : missed)
    list.push_back({{"request", one.request}, {"times", one.times}, {"answer", one.answer}, {"nearest", one.nearest}});
  return {{"match", name(match)},
          {"connections", connections},
          {"requests", requests},
          {"repeated", repeated},
          {"out_of_order", out_of_order},
          {"misses", misses},
          {"missed", list},
          {"unasked_transactions", unasked_transactions},
          {"unasked", unasked},
          {"differed", differed()}};
}

std::string ReplayReport::text() const {
  auto text = fmt::format(
      "{} requests on {} connections: {} not in the capture, {} repeated, {} out of order; {} recorded "
      "transactions were not asked for",
      requests, connections, misses, repeated, out_of_order, unasked_transactions);
  for (const auto& one : missed) {
    text += fmt::format("\nnot in the capture: {}, {} times, answered {}", one.request, one.times, one.answer);
    for (const auto& near : one.nearest) text += "\n  " + near;
  }
  for (std::size_t i = 0; i < unasked.size() && i < most_told; ++i)
    text += fmt::format("\nnot asked for: {}", unasked[i]);
  if (unasked_transactions > most_told) text += fmt::format("\nand {} more", unasked_transactions - most_told);
  return text;
}

}  // namespace stuntcam::pcap
