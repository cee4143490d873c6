// A server with a toy responder, on one loop and a clock that the test turns; clients over memory links.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include "ptp/packets.h"
#include "tests/fake_clock.h"
#include "transport/memory_link.h"
#include "transport/server.h"
#include "transport/wrapper.h"

namespace stuntcam::tests {

using ptp::Kind;
using ptp::Message;
using ptp::ResponseCode;
using transport::Answer;
using transport::EventOut;
using transport::Link;
using transport::Reply;
using transport::Task;

// What the toy answers, by operation code.
enum : u16 {
  op_nothing = 0x9001,    // OK
  op_bytes = 0x9002,      // params[0] bytes in memory
  op_generated = 0x9003,  // params[0] bytes, generated
  op_file = 0x9004,       // World::file
  op_slow = 0x9005,       // OK after params[0] ms
  op_take = 0x9006,       // data from the initiator, kept in Toy::taken
  op_event = 0x9007,      // OK, then an event
  op_close = 0x9008,      // OK, then the camera closes the connection
  op_unknown_total = 0x9009,
  op_broken_source = 0x900A,  // params[0] bytes, of which the source gives half
  op_flood = 0x900B,          // params[0] events
  op_cut = 0x900D,            // params[0] bytes in packets of 1000, the rest, and nothing
  op_lanes = 0x900C,          // events and live view have ports of their own: they may come (params[0] 1) or not (0)
};

struct Toy final : transport::Responder {
  ptp::Identity identity() const override { return {.guid = {1, 2, 3}, .name = "toy", .version = 0x00010000}; }
  std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> open(const ptp::Identity& initiator,
                                                                               transport::Outlet&) override;
  u32 opened = 0, closed = 0;
  std::string last_name;
  bool reject = false;
  Bytes taken;
  u64 announced = 0;
  bool complete = false;
  u32 finished = 0, dropped = 0, cancelled = 0;
  std::shared_ptr<const transport::File> file;
  std::shared_ptr<const Bytes> frame;  // of live view
  transport::Duration frame_interval = std::chrono::milliseconds(100);
};

// The byte at an offset of everything that the toy generates.
inline u8 pattern(u64 offset) { return static_cast<u8>(offset * 7 + (offset >> 8)); }

// A loop and a clock that goes on only while nothing else can happen.
class Stage {
 public:
  // A coroutine of the test: run() returns when it has ended, or fails when it waits for something that never comes.
  void run(std::function<Task<>()> test);
  // Lets everything go as far as it can without time passing.
  void settle();
  void advance(transport::Duration);

  asio::io_context io{1};
  FakeClock clock;
};

class World : public Stage {
 public:
  explicit World(transport::ServerOptions options = {});
  ~World();

  // A fresh connection to the server; nothing has been sent on it.
  std::unique_ptr<Link> connect(transport::Lane lane = transport::Lane::first_packet_says);

  Toy toy;
  std::vector<std::string> log;
  std::unique_ptr<transport::Server> server;
  std::function<std::unique_ptr<Link>(std::unique_ptr<Link>)> wrap;  // around the camera's end of the next connections
  const ptp::Framing &framing, &server_framing;
};

Bytes someone(std::string_view name);  // an encoded identity
Bytes hex(std::string_view digits);    // "0a 1b …"

// A client with both connections open.
struct Client {
  std::unique_ptr<Link> command, events;
  u32 number = 0;
};
Task<Client> handshake(World& world, bool with_events = true);
using Connect = std::function<std::unique_ptr<Link>()>;
Task<Client> handshake(Connect connect, bool with_events = true);

Message request(u16 code, u32 transaction_id);
Message request(u16 code, u32 transaction_id, u32 param);
Message announced_request(u16 code, u32 transaction_id);  // DataPhaseInfo 2
Message plain(Kind kind, u32 value = 0);
Task<> send(Link& link, Message message);
Task<> send_raw(Link& link, Bytes bytes);
Task<Message> receive(Link& link);  // fails the test (throws) on a message that does not parse
// A whole data phase to the client and its response.
struct Received {
  Bytes data;
  u64 total = 0;
  std::size_t packets = 0;  // Data and EndData
  Message response;
};
Task<Received> transaction(Link& link, Message message);
Task<> send_data(Link& link, u32 transaction_id, Bytes data, std::size_t packet = 0);

}  // namespace stuntcam::tests
