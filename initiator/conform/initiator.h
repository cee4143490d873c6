// One initiator of a case: its two connections, its session, and calls that believe nothing the camera says. A call
// that does not get what it asks for throws Mismatch; what a rule is about, the case looks at in the Answer.
#pragma once

#include <concepts>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "initiator/conform/answer.h"
#include "initiator/conform/expect.h"
#include "initiator/conform/subject.h"
#include "initiator/conform/wire.h"

namespace stuntcam::initiator::conform {

using Op = ptp::OperationCode;
using Code = ptp::ResponseCode;
using Happening = ptp::EventCode;
using transport::Task;

inline constexpr u32 all = 0xFFFFFFFF;  // stores; objects; as a parent: the root

struct Heard {
  ptp::Message event;
  std::size_t length = 0;  // of the packet; 0: fetched from a queue
  bool is(Happening code) const { return event.code == static_cast<u16>(code); }
  u32 param() const { return event.count == 0 ? 0 : event.params[0]; }
};

struct Found {
  u32 handle = 0;
  ptp::ObjectInfo info;
  bool folder() const { return info.object_format == static_cast<u16>(ptp::FormatCode::Association); }
};

class Initiator {
 public:
  // `name` is for the trace. alone: the case needs no other initiator, so a busy camera is asked again for a while.
  Initiator(Subject& subject, std::shared_ptr<Trace> trace, std::string name, bool alone);
  Initiator(const Initiator&) = delete;
  Initiator& operator=(const Initiator&) = delete;

  Subject& subject() { return subject_; }

  // --- connections
  Task<> dial_command();
  Task<> dial_events();
  // InitCommandRequest; InitCommandAck or InitFail comes back.
  Task<Packet> introduce();
  Task<Packet> introduce(ptp::Identity identity);
  Task<> connect_command();          // up to the Ack
  Task<> connect();                  // the whole handshake
  Task<> enter(u32 session_id = 1);  // and OpenSession
  Task<> leave();                    // CloseSession where there is a session, then closes; never throws
  void drop();                       // closes both connections at once
  Wire& command() { return *command_; }
  Wire& events() { return *events_; }
  u32 number() const { return number_; }  // the connection's

  // --- transactions
  template <std::convertible_to<u32>... Params>
  Task<Answer> ask(Op operation, Params... params) {
    return transact(request(operation, {static_cast<u32>(params)...}));
  }
  template <std::convertible_to<u32>... Params>
  Task<Answer> send(Op operation, const Bytes& data, Params... params) {
    return transact(request(operation, {static_cast<u32>(params)...}, 2), data);
  }
  // Without asking again while the camera is busy.
  template <std::convertible_to<u32>... Params>
  Task<Answer> ask_once(Op operation, Params... params) {
    return once(request(operation, {static_cast<u32>(params)...}), {}, true);
  }
  // OK, with a data phase.
  template <std::convertible_to<u32>... Params>
  Task<Bytes> fetch(Op operation, Params... params) {
    return fetch(request(operation, {static_cast<u32>(params)...}));
  }
  template <class T, std::convertible_to<u32>... Params>
  Task<T> data_set(Op operation, Params... params) {
    const Bytes bytes = co_await fetch(operation, params...);
    const auto decoded = ptp::decode<T>(bytes);
    if (!decoded)
      throw Mismatch(fmt::format("a data set in the data of {}", ptp::to_string(operation)),
                     fmt::format("{}; {}", decoded.error().to_string(), hex(bytes)));
    co_return *decoded;
  }
  Task<std::vector<u32>> array(Op operation) { return array(request(operation, {})); }
  Task<std::vector<u32>> handles(u32 storage = all, u32 format = 0, u32 parent = 0) {
    return array(request(Op::GetObjectHandles, {storage, format, parent}));
  }

  // --- below transactions
  // With the next TransactionID of the session; 0 outside one.
  ptp::Message request(Op operation, std::initializer_list<u32> params, u32 data_phase = 1);
  Task<Answer> transact(ptp::Message request);
  Task<Answer> transact(ptp::Message request, const Bytes& data);
  void put_data(u32 transaction_id, View data);  // StartData and EndData, with the next send
  Task<Answer> answer(ptp::Message request);     // what comes up to the response of a request that went out
  // The session works still: one more operation is answered with OK, and nothing stray comes before it.
  Task<> in_step();
  Task<> pause(transport::Duration time);
  u32 last_id() const { return last_id_; }
  void set_last_id(u32 id) { last_id_ = id; }
  void forget_session() { open_ = false; }

  // --- events
  Task<Heard> event(Happening code, std::string of = {});
  Task<Heard> event_of(Happening code, u32 param);  // its first parameter
  Task<Heard> event(std::string wanted, std::function<bool(const Heard&)> wanted_event);
  // Every event that is on its way: they are there once the camera has answered a probe, or emptied its queue.
  Task<std::vector<Heard>> all_events();
  Task<> probe();

  // --- what is on the camera; skips the case where there is no such thing
  Task<std::vector<Found>> objects();  // the first ones
  Task<Found> file();                  // the smallest with bytes
  Task<Found> large_file();            // the largest
  Task<Found> folder();
  Task<Found> object_where(std::string what, std::function<bool(const Found&)> wanted);
  Task<u32> store();
  Task<std::vector<ptp::DevicePropDesc>> properties();
  Task<ptp::DevicePropDesc> property_where(std::string what, std::function<bool(const ptp::DevicePropDesc&)> wanted);

 private:
  Task<Answer> once(ptp::Message request, Bytes data, bool alone);
  Task<Answer> patiently(ptp::Message request, Bytes data, bool sends);
  Task<Bytes> fetch(ptp::Message request);
  Task<std::vector<u32>> array(ptp::Message request);
  Task<std::unique_ptr<Wire>> dial(bool events);
  Task<> take_event();
  Task<> poll_events();
  void keep(const Packet&);

  Subject& subject_;
  std::shared_ptr<Trace> trace_;
  std::string name_;
  bool alone_;
  std::unique_ptr<Wire> command_, events_;
  u32 number_ = 0, last_id_ = 0;
  bool open_ = false;
  u64 probed_ = 0;
  std::optional<u32> answered_;  // the TransactionID of the last response
  std::deque<Heard> heard_;
  std::optional<std::vector<Found>> objects_;
  std::optional<std::vector<ptp::DevicePropDesc>> properties_;
};

// What comes of it does not matter.
Task<> ignore(Task<Answer> answer);

}  // namespace stuntcam::initiator::conform
