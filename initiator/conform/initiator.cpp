#include "initiator/conform/initiator.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "transport/wait.h"

namespace stuntcam::initiator::conform {

using ptp::Kind;
using ptp::Message;

namespace {

constexpr transport::Duration busy_pause = std::chrono::milliseconds(100);
constexpr unsigned busy_tries = 20;
// Strays of one transaction; a camera that sends nothing else would keep us for ever.
constexpr unsigned most_packets = 1'000'000;

}  // namespace

Initiator::Initiator(Subject& subject, std::shared_ptr<Trace> trace, std::string name, bool alone)
    : subject_(subject), trace_(std::move(trace)), name_(std::move(name)), alone_(alone) {}

Task<std::unique_ptr<Wire>> Initiator::dial(bool events) {
  std::unique_ptr<transport::Link> link;
  std::string failure;
  try {
    if (events)
      link = co_await subject_.dialers.events();
    else
      link = co_await subject_.dialers.command();
  } catch (const std::system_error& error) {
    failure = error.code().message();
  }
  if (!failure.empty()) throw Mismatch(fmt::format("a TCP connection for {}", events ? "events" : "commands"), failure);
  ++subject_.connections;
  if (subject_.wrap) link = subject_.wrap(std::move(link), subject_.connections);
  auto wire = std::make_unique<Wire>(subject_.io, subject_.clock, subject_.patience, std::move(link), trace_,
                                     name_ + (events ? "events" : "command"));
  co_return wire;
}

Task<> Initiator::dial_command() { command_ = co_await dial(false); }
Task<> Initiator::dial_events() { events_ = co_await dial(true); }

Task<Packet> Initiator::introduce() { return introduce(subject_.identity); }

// A camera with one slot may still be busy with the case before.
Task<Packet> Initiator::introduce(ptp::Identity who) {
  const Bytes body = ptp::encode_identity(who);
  Message message;
  message.kind = Kind::init_command_request;
  for (unsigned tried = 0;; ++tried) {
    message.wire = body;
    co_await command_->send(message);
    Packet packet = co_await command_->next("InitCommandAck");
    const bool busy = packet.message.kind == Kind::init_fail &&
                      packet.message.params[0] == static_cast<u32>(ptp::InitFailReason::busy);
    if (busy && !alone_) skip("the camera takes no second initiator (InitFail 2)");
    if (!busy || tried == busy_tries) co_return packet;
    co_await transport::wait(subject_.io, subject_.clock, busy_pause);
    co_await dial_command();
  }
}

Task<> Initiator::connect_command() {
  co_await dial_command();
  const Packet ack = co_await introduce();
  if (ack.message.kind != Kind::init_command_ack)
    throw Mismatch("InitCommandAck",
                   ack.message.kind == Kind::init_fail ? text("InitFail, reason", ack.message.params[0]) : ack.name());
  number_ = ack.message.params[0];
}

Task<> Initiator::connect() {
  co_await connect_command();
  co_await dial_events();
  const auto hello = plain(Kind::init_event_request, number_);
  co_await events_->send(hello);
  const Packet ack = co_await events_->next("InitEventAck");
  if (ack.message.kind != Kind::init_event_ack) throw Mismatch("InitEventAck", ack.name());
}

Task<> Initiator::enter(u32 session_id) {
  if (!command_) co_await connect();
  const Answer opened = co_await ask(Op::OpenSession, session_id);
  expect_ok(opened);
  open_ = true;
  last_id_ = 0;
}

Task<> Initiator::leave() {
  try {
    if (open_ && command_ && !command_->closed()) co_await ask(Op::CloseSession);
  } catch (const std::exception&) {
    open_ = false;  // what is wrong there, a case of its own says
  }
  open_ = false;
  drop();
}

void Initiator::drop() {
  if (command_) command_->close();
  if (events_) events_->close();
}

Message Initiator::request(Op operation, std::initializer_list<u32> params, u32 data_phase) {
  constexpr u32 last = 0xFFFFFFFE;
  Message message;
  message.kind = Kind::operation_request;
  message.code = static_cast<u16>(operation);
  message.data_phase = data_phase;
  message.count = static_cast<u8>(params.size());
  std::ranges::copy(params, message.params.begin());
  if (open_) message.transaction_id = last_id_ = last_id_ == last ? 1 : last_id_ + 1;
  return message;
}

void Initiator::put_data(u32 transaction_id, View data) {
  Message head;
  head.kind = Kind::data;
  head.transaction_id = transaction_id;
  head.first = true;
  head.total = data.size();
  command_->put(head);
  head.first = false;
  head.last = true;
  head.size = data.size();
  command_->put(head);
  command_->put(data);
}

Task<Answer> Initiator::transact(Message request) { return patiently(request, {}, false); }
Task<Answer> Initiator::transact(Message request, const Bytes& data) { return patiently(request, data, true); }

Task<Answer> Initiator::patiently(Message request, Bytes data, bool sends) {
  for (unsigned tried = 0;; ++tried) {
    Bytes copy = data;
    Answer answer = co_await once(request, std::move(copy), !sends);
    if (answer.code() != Code::DeviceBusy || tried == busy_tries) co_return answer;
    co_await transport::wait(subject_.io, subject_.clock, busy_pause);
    if (open_) request.transaction_id = ++last_id_;
  }
}

Task<Answer> Initiator::once(Message request, Bytes data, bool alone) {
  co_await command_->send(request);
  if (!alone) {
    // In segments of its own, as most clients send it; for all in one there is a case.
    co_await transport::wait(subject_.io, subject_.clock, {});
    put_data(request.transaction_id, data);
    co_await command_->flush();
  }
  Answer came = co_await answer(request);
  if (request.code == static_cast<u16>(Op::CloseSession)) open_ = false;
  co_return came;
}

Task<Answer> Initiator::answer(Message request) {
  Answer came;
  came.operation = ptp::to_string(static_cast<Op>(request.code));
  came.request = request;
  came.asked_id = request.transaction_id;
  for (unsigned packets = 0; packets < most_packets; ++packets) {
    const Packet packet = co_await command_->next(fmt::format("a response to {}", came.operation));
    if (came.packets.size() < kept_packets) came.packets.push_back(packet.message);
    if (packet.message.kind == Kind::data) {
      if (packet.message.first) came.total = packet.message.total;
      came.data = true;
      const u64 size = co_await command_->payload(came.bytes, kept_data);
      came.size += size;
    } else if (packet.message.kind == Kind::operation_response) {
      // A second response to the transaction before: a case of its own looks for it. One camera answers CloseSession
      // with TransactionID 0 (docs/protocol.md §3).
      const u32 id = packet.message.transaction_id;
      const bool closing = request.code == static_cast<u16>(Op::CloseSession) && id == 0;
      const bool stray = id != request.transaction_id && id == answered_ && !closing;
      if (stray) continue;
      came.response = packet.message;
      came.response_length = packet.wire.size();
      answered_ = id;
      co_return came;
    } else if (packet.message.kind != Kind::event && packet.message.kind != Kind::probe_response) {
      throw Mismatch(fmt::format("a response to {}", came.operation), packet.name());
    }
  }
  throw Mismatch(fmt::format("a response to {}", came.operation), "packets without end");
}

Task<> Initiator::pause(transport::Duration time) { return transport::wait(subject_.io, subject_.clock, time); }

Task<> Initiator::in_step() {
  const auto asked = request(Op::GetDeviceInfo, {});
  const Answer came = co_await transact(asked);
  expect_ok(came);
  if (came.packets.empty() || came.packets.front().kind != Kind::data || !came.packets.front().first ||
      came.packets.front().transaction_id != asked.transaction_id)
    throw Mismatch(
        "nothing between the last response and the next answer",
        came.packets.front().kind == Kind::operation_response
            ? fmt::format("a response {} to transaction {}", text(static_cast<Code>(came.packets.front().code)),
                          came.packets.front().transaction_id)
            : fmt::format("a data packet of transaction {}", came.packets.front().transaction_id));
}

Task<Bytes> Initiator::fetch(Message request) {
  Answer answer = co_await transact(request);
  expect_ok(answer);
  expect(answer.data, fmt::format("a data phase of {}", answer.operation), "OK without one");
  co_return std::move(answer.bytes);
}

Task<std::vector<u32>> Initiator::array(Message request) {
  const Bytes bytes = co_await fetch(request);
  const auto values = ptp::decode_u32_array(bytes, "Element");
  if (!values)
    throw Mismatch(fmt::format("an array in the data of {}", ptp::to_string(static_cast<Op>(request.code))),
                   fmt::format("{}; {}", values.error().to_string(), hex(bytes)));
  co_return *values;
}

}  // namespace stuntcam::initiator::conform
