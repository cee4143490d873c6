// Which recorded transaction answers a request: the heart of a replay (docs/replay.md). Knows neither time nor
// connections.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pcap/replay_session.h"

namespace stuntcam::pcap {

enum class Match : u8 {
  strict,   // the next recorded request and no other; polls any number of times
  ordered,  // requests may be left out and repeated
  loose,    // any order
};

// What a transaction is to those around it. An effect may change what later ones are answered; a queue is emptied by
// asking; the others ask for the state.
enum class Role : u8 { effect, state, queue };
Role role_of(const RecordedTransaction&, ptp::Vendor);
// Is the first parameter the transaction that began what this operation ends?
bool names_transaction(u16 operation, ptp::Vendor);

struct MatchOptions {
  Match match = Match::ordered;
  bool allow_incomplete = false;
  std::set<u16> any_params, any_data;  // operations of which these are not compared
};

// What is compared: the operation, its parameters without zeros at the end, and its data to the camera.
struct RequestKey {
  u16 code = 0;
  u8 count = 0;
  std::array<u32, 5> params{};
  bool data = false;
  u64 size = 0, hash = 0;
  auto operator<=>(const RequestKey&) const = default;
};

class Script {
 public:
  Script(const RecordedSession&, const MatchOptions&);

  RequestKey key(const ptp::Message& request) const;
  RequestKey key(const ptp::Message& request, u64 size, u64 hash) const;
  // Did a request like this one carry data to the camera?
  bool carries_data(const ptp::Message& request) const;

  struct Choice {
    std::size_t index = 0;      // of RecordedSession::transactions
    bool fresh = false;         // not asked before: what followed it, follows now
    bool effect = false;        // it may have changed something
    bool poll = false;          // it may come as often as it likes
    bool out_of_order = false;  // behind what was asked already
  };
  // due: has so much recorded time (nanoseconds) passed since the effect asked last? Without it: it always has.
  using Due = std::function<bool(i64 since_effect)>;
  std::optional<Choice> choose(const RequestKey&, const Due& due = {});
  // For the player of another session, which has no answer: what this one was told of the camera's state, and nothing
  // that is told once.
  std::optional<Choice> recall(const RequestKey&);
  // The recorded events, by transaction, that are due once `index` was answered for the first time.
  std::vector<const RecordedEvent*> due(std::size_t index);

  // Has what caused this transaction happened? None: there was none before.
  bool reached(std::optional<std::size_t> index) const;

  // What comes nearest, for people: "GetObject(0x2), frame 31: parameter 1 is 0x2, asked was 0x1".
  std::vector<std::string> nearest(const RequestKey&) const;
  bool knows(u16 operation) const;
  // strict: what would have to come now; "" at the end.
  std::string expected() const;
  // Usable transactions that were never asked; polls don't count.
  std::vector<std::size_t> unasked() const;
  std::string text(const RequestKey&) const;
  std::string text(std::size_t index) const;

 private:
  struct Entry {
    RequestKey key;
    Role role = Role::effect;
    bool poll = false;  // may come more or less often than recorded
    bool idle = false;  // queue: nothing in it
    bool usable = false, used = false;
    std::optional<std::size_t> cause;  // the effect that it stands behind
  };
  using Indexes = std::vector<std::size_t>;

  void find_idle();
  bool performed(const Entry&) const;
  Choice take(std::size_t index, bool out_of_order = false);
  std::optional<Choice> choose_strict(const RequestKey&, const Indexes&, const Due&);
  Choice choose_effect(const Indexes&);
  Choice choose_state(const Indexes&);
  Choice choose_queued(const Indexes&, const Due&);

  const RecordedSession& session_;
  MatchOptions options_;
  std::vector<Entry> entries_;
  std::map<RequestKey, Indexes> by_key_;
  std::map<RequestKey, std::size_t> last_;  // answered with
  Indexes eventful_;                        // whose events are still to come
  std::optional<std::size_t> position_;     // the effect asked last
  std::size_t next_ = 0;                    // strict
};

}  // namespace stuntcam::pcap
