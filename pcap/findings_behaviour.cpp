// How long the camera takes, and what it does against the standard.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pcap/findings.h"

namespace stuntcam::pcap {
namespace {

std::chrono::nanoseconds percentile(Findings::Durations times, std::size_t percent) {
  const auto at = times.begin() + static_cast<std::ptrdiff_t>((times.size() - 1) * percent / 100);
  std::ranges::nth_element(times, at);
  return *at;
}

double milliseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

}  // namespace

void Findings::put_timing(Learned& out) const {
  if (!captures_.empty()) {
    out.profile.timing.capture = percentile(captures_, 50);
    out.sources["timing.capture"] =
        fmt::format("median of {}; 10 % below {:.0f} ms, 10 % above {:.0f} ms", captures_.size(),
                    milliseconds(percentile(captures_, 10)), milliseconds(percentile(captures_, 90)));
  }
  constexpr std::size_t least_frames = 10;  // before, a rate is chance
  if (frames_.size() < least_frames) return;
  const auto interval = milliseconds(percentile(frames_, 50));
  if (interval <= 0) return;
  out.profile.timing.live_view_rate = std::round(10'000 / interval) / 10;
  out.sources["timing.live_view_rate"] =
      fmt::format("one each {:.1f} ms, median of {}: the client's rate, if it was slower", interval, frames_.size());
}

void Findings::put_quirks(Learned& out) const {
  auto& quirks = out.profile.quirks;
  const std::pair<std::string_view, bool profiles::Quirks::*> known[] = {
      {"poll_events", &profiles::Quirks::poll_events},
      {"five_response_parameters", &profiles::Quirks::five_response_parameters},
      {"three_event_parameters", &profiles::Quirks::three_event_parameters},
      {"one_packet_per_segment", &profiles::Quirks::one_packet_per_segment},
      {"operations_without_session", &profiles::Quirks::operations_without_session},
      {"event_for_own_delete", &profiles::Quirks::event_for_own_delete},
      {"event_for_own_property_set", &profiles::Quirks::event_for_own_property_set}};
  for (const auto& [name, source] : quirks_) {
    const auto* found =
        std::ranges::find(known, std::string_view(name), &std::pair<std::string_view, bool profiles::Quirks::*>::first);
    if (found != std::end(known)) quirks.*found->second = true;
    out.sources["quirks." + name] = source;
  }
  // Who polls and was never sent one keeps them for the poll.
  if (quirks_.contains("poll_events") && !quirks_.contains("push_events")) {
    quirks.push_events = false;
    out.sources["quirks.push_events"] = "none was pushed";
  }
}

}  // namespace stuntcam::pcap
