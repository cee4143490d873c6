// A capture that plays the camera: answers every request as the recorded camera did (docs/replay.md).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pcap/replay_script.h"
#include "ptp/json.h"
#include "transport/responder.h"

namespace stuntcam::pcap {

// Different requests that found no answer, and transactions that nobody asked for, which a report names.
inline constexpr std::size_t max_reported = 1000;

enum class OnMiss : u8 { error, close, fallback };

struct ReplayOptions {
  MatchOptions matching;
  double speed = 1;  // waits take so many times as long as recorded; 0: none
  transport::Duration longest_wait = std::chrono::seconds(5);
  OnMiss on_miss = OnMiss::error;
  std::vector<std::size_t> sessions;  // indexes in RecordedFile::sessions: one for each connection, then the last again
  std::function<void(const std::string&)> log;  // one line for each kind of request that finds no answer; may be empty
};

struct ReplayReport {
  struct Miss {
    std::string request;
    u64 times = 0;
    std::vector<std::string> nearest;
    std::string answer;  // what was answered instead
  };
  Match match = Match::ordered;
  u64 connections = 0, requests = 0, repeated = 0, out_of_order = 0, misses = 0;
  std::vector<Miss> missed;
  u64 unasked_transactions = 0;
  std::vector<std::string> unasked;

  bool differed() const { return misses > 0 || out_of_order > 0 || unasked_transactions > 0; }
  ptp::Json json() const;
  std::string text() const;
};

class Replay final : public transport::Responder {
 public:
  // The fallback answers what the capture does not, with OnMiss::fallback; else it may be null. At least one session.
  Replay(std::shared_ptr<const RecordedFile>, ReplayOptions, transport::Clock&,
         std::unique_ptr<transport::Responder> fallback = {});
  ~Replay() override;

  ptp::Identity identity() const override;
  Bytes introduction() const override;
  std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> open(const ptp::Identity&,
                                                                               transport::Outlet&) override;
  // So far; sessions of the capture that no connection has played yet count as not asked for.
  ReplayReport report() const;

 private:
  class Play;
  const RecordedSession& session() const;  // of the newest connection
  static void count_unasked(const Script&, ReplayReport&);

  std::shared_ptr<const RecordedFile> file_;
  ReplayOptions options_;
  transport::Clock& clock_;
  std::unique_ptr<transport::Responder> fallback_;
  ReplayReport report_;
};

// The sessions that one camera had with its initiators, as indexes. With a number: that session alone. An error names
// all that there are: none is usable, there is no such number, or they are of several cameras.
std::expected<std::vector<std::size_t>, std::string> choose_sessions(const RecordedFile&, std::optional<u64> number);
// What a person should know before it is replayed: which transactions cannot be. One line each.
std::vector<std::string> unusable(const RecordedFile&, const std::vector<std::size_t>& sessions);

}  // namespace stuntcam::pcap
