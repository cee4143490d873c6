// What a camera, or its client, does in a trace where others do something else.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pcap/trace.h"

namespace stuntcam::pcap {

struct SeenQuirk {
  std::string name;  // as a key of [quirks] in a profile, where there is one
  std::string text;  // what was seen
  u64 count = 0;
  u64 frame = 0;  // where first
};

class QuirkWatch final : public TraceSink {
 public:
  void message(const Place&, const ptp::Message&, View wire) override;
  void data(const Exchange&, const Place&, const ptp::Message&) override;
  void transaction(const Exchange&) override;
  void event(const Place&, const ptp::Message&) override;
  void packet(const Place&, const ptp::Message&, View wire, const std::string& address) override;

  std::vector<SeenQuirk> seen() const;

 private:
  struct Tally {
    std::string text;
    u64 count = 0, frame = 0;
  };
  struct OfSession {
    bool opened = false;
    u32 last_id = 0;
    bool any_id = false;
  };
  void note(const std::string& name, const std::string& text, u64 frame);

  std::map<std::string, Tally> tallies_;
  std::map<u64, OfSession> sessions_;
  // What holds always or counts for nothing.
  u64 responses_ = 0, padded_responses_ = 0, events_ = 0, padded_events_ = 0;
  u64 phases_ = 0, separate_phases_ = 0;  // data phases; those whose packets came in frames of their own
  u64 first_response_ = 0, first_event_ = 0, first_phase_ = 0;
  std::map<u64, std::vector<u64>> packets_;  // frames of each data phase that goes on
};

}  // namespace stuntcam::pcap
