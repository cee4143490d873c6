// A camera that follows a script, on memory links and a clock that the test turns.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "initiator/session.h"
#include "ptp/packets.h"
#include "tests/fake_clock.h"
#include "transport/memory_link.h"

namespace stuntcam::tests {

using initiator::Connection;
using initiator::Problem;
using initiator::Request;
using initiator::Response;
using initiator::Session;
using initiator::Trouble;
using ptp::Kind;
using ptp::Message;
using ptp::OperationCode;
using ptp::ResponseCode;
using transport::Link;
using transport::Task;

// The camera's ends of both connections.
class Peer {
 public:
  std::unique_ptr<Link> command, events;

  Task<> shake_hands();
  Task<> greet(const transport::Dialect&);  // the handshake's first half, which is all where a dialect has lanes
  Task<Message> expect(Kind kind, Link* link = nullptr);  // of the command connection; throws on anything else
  Task<Message> request(OperationCode code);
  Task<Bytes> payload();  // of the frame received last
  Task<> put(Message message, Link* link = nullptr);
  Task<> start_data(u32 transaction_id, u64 total);
  Task<> data(u32 transaction_id, Bytes bytes, bool last);
  Task<> respond(u32 transaction_id, ResponseCode code = ResponseCode::OK);
  Task<> respond(u32 transaction_id, ResponseCode code, u32 param);
  Task<> answer(OperationCode code, Bytes bytes);  // a whole transaction with data to the initiator
  Task<> event(u16 code, u32 param);
};

class Script {
 public:
  explicit Script(const transport::Dialect& = transport::standard_dialect());
  // Runs both to their ends; time passes only while nothing else can happen. What `client` throws comes out.
  void play(std::function<Task<>()> client, std::function<Task<>(Peer&)> camera);
  // With the handshake done and the session open.
  void talk(std::function<Task<>(Session&)> client, std::function<Task<>(Peer&)> camera);
  Task<std::unique_ptr<Connection>> connect();

  asio::io_context io{1};
  FakeClock clock;
  initiator::ConnectionOptions options;
  initiator::SessionOptions session;
  std::vector<std::string> remarks;

 private:
  void settle();
  Peer peer_;
  std::unique_ptr<Link> command_, events_;
};

Bytes counted(std::size_t size);  // 0 1 2 …

// Expects the task to end with this trouble, and its message to contain `words`.
Task<> expect_trouble(Task<> task, Trouble trouble, std::string words);

}  // namespace stuntcam::tests
