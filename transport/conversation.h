// The command connection of one initiator after the handshake: one transaction after the other, as docs/protocol.md
// §1.4 to §1.6 say. Private to transport/.
#pragma once

#include <optional>

#include "transport/server_core.h"

namespace stuntcam::transport {

class Conversation {
 public:
  Conversation(ServerCore& core, std::shared_ptr<Association> association)
      : core_(core), association_(std::move(association)), link_(association_->command()) {}

  // Until the connection ends (std::system_error), the peer misbehaves (Misbehaved) or the camera closes it (returns).
  Task<> run();

 private:
  enum class Outcome : u8 { done, cancelled, source_failed };
  enum class Input : u8 { there, poked, late };

  // A transaction: the camera is asked, then it goes one of two ways.
  void begin(const ptp::Message& request);
  bool answered_at_once(const ptp::Message& request) const;
  View put_data_heads(const ptp::Message& request);  // the data behind them
  Task<> transact(ptp::Message request);
  void end();
  Task<Outcome> take_data(ptp::Message request, Intake& intake, Reply& reply);
  Task<Outcome> answer(ptp::Message request, Reply& reply);
  Task<Outcome> pause(ptp::Message request, Duration);
  Task<Outcome> send_data(ptp::Message request, const Reply&);
  Task<Outcome> send_frame(ptp::Message request, ptp::Message head, const Body&);
  Task<Outcome> look_for_cancel(ptp::Message request);
  Task<> await_cancel(ptp::Message request);
  static ptp::Message data_head(const ptp::Message& request, u64 total);  // the first of a data phase
  ptp::Message response_to(const ptp::Message& request, const Reply&) const;

  Task<Input> until_input(std::optional<Duration> limit = {});  // throws when the peer has gone
  Task<ptp::Message> next();
  Task<> put(ptp::Message);
  void put_up_with(const ptp::Message&);  // what does not belong here: held, ignored, or the end of the connection

  ServerCore& core_;
  std::shared_ptr<Association> association_;
  Link& link_;
  Answer answer_;                     // the camera's, to the transaction under way
  std::optional<ptp::Message> held_;  // a request that came before its time: answered after this transaction
  Bytes buffer_;
};

}  // namespace stuntcam::transport
