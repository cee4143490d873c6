// What a trace holds, in sum: its sessions, its operations by count and time, the quirks that were seen. The records
// are those of docs/decode.md.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "pcap/quirk_watch.h"
#include "pcap/trace.h"
#include "ptp/json.h"

namespace stuntcam::pcap {

// Sessions that are listed; those beyond are left out of the sums, too. Bounds what they cost together.
inline constexpr std::size_t max_surveyed = 4096;

class Survey final : public TraceSink {
 public:
  explicit Survey(std::optional<u64> only = {}) : only_(only) {}

  void begins(const std::shared_ptr<const Session>&, Origin) override;
  void message(const Place&, const ptp::Message&, View wire) override;
  void data(const Exchange&, const Place&, const ptp::Message&) override;
  void transaction(const Exchange&) override;
  void event(const Place&, const ptp::Message&) override;
  void packet(const Place&, const ptp::Message&, View wire, const std::string& address) override;
  void gap(const Place&, u64 bytes) override;

  std::vector<ptp::Json> sessions() const;    // "type": "session"; "warning" at the end where some are left out
  std::vector<ptp::Json> operations() const;  // "type": "operation", the longest in sum first
  std::vector<ptp::Json> quirks() const;      // "type": "quirk"

 private:
  struct OfSession {
    std::shared_ptr<const Session> session;
    Origin first, last;
    u64 transactions = 0, incomplete = 0, events = 0, to_initiator = 0, to_responder = 0;
  };
  struct OfOperation {
    u16 code = 0;
    u64 count = 0, failed = 0, bytes = 0;
    double seconds = 0, longest = 0;
  };
  OfSession* of(const std::shared_ptr<const Session>&, const Origin&);

  std::optional<u64> only_;
  std::map<u64, OfSession> sessions_;
  bool left_out_ = false;
  std::map<std::string, OfOperation> operations_;
  QuirkWatch quirks_;
};

// A record of a survey as a line for people.
std::string survey_line(const ptp::Json& record);

}  // namespace stuntcam::pcap
