// The dialect with ports of their own for events and live view: docs/protocol.md §6.5.
#include "ptp/fuji.h"
#include "tests/transport/world.h"
#include "transport/dial.h"
#include "transport/fuji.h"
#include "transport/real_clock.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;
using transport::Lane;

transport::ServerOptions dialect(u32 max_initiators = 8) {
  transport::ServerOptions options;
  options.dialect = &transport::fuji_dialect();
  options.max_initiators = max_initiators;
  return options;
}

Message hello(View identity, u32 protocol = ptp::fuji_protocol) {
  Message message = plain(Kind::init_command_request, protocol);
  message.wire = identity;
  return message;
}

Bytes somebody(std::string_view name) {
  return ptp::encode_fuji_identity({{9, 8, 7}, std::string(name), 0}, ptp::fuji_request_name);
}

Task<std::unique_ptr<Link>> command(World& world) {
  auto link = world.connect(Lane::command);
  const Bytes identity = somebody("tester");
  co_await send(*link, hello(identity));
  const Message ack = co_await receive(*link);
  EXPECT_EQ(ack.kind, Kind::init_command_ack);
  co_return link;
}

Task<std::unique_ptr<Link>> open_command(World& world) {
  auto link = co_await command(world);
  co_await transaction(*link, request(op_lanes, 1, 1));
  co_return link;
}

// The camera has closed it, having sent nothing more.
Task<bool> closed(Link& link) {
  try {
    co_await link.receive();
  } catch (const std::system_error&) {
    co_return true;
  }
  co_return false;
}

struct Frame {
  u32 counter = 0;
  Bytes picture;
};
Task<Frame> next_frame(Link& link) {
  Frame frame;
  const Message head = co_await receive(link);
  frame.counter = head.transaction_id;
  frame.picture.resize(static_cast<std::size_t>(head.size));
  for (std::size_t at = 0; at < frame.picture.size();) {
    const std::size_t got = co_await link.read(Room(frame.picture).subspan(at));
    at += got;
  }
  co_return frame;
}

TEST(Lanes, AckHasTheSizeOfARealCamera) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = world.connect(Lane::command);
    const Bytes identity = somebody("phone");
    co_await send(*link, hello(identity));
    const Message ack = co_await receive(*link);
    EXPECT_EQ(ack.wire.size(), 68u);
    EXPECT_NE(ack.params[0], 0u);
    EXPECT_EQ(ptp::decode_identity(ptp::identity_body(ack))->identity.name, "toy");
    EXPECT_EQ(world.toy.last_name, "phone");
  });
}

TEST(Lanes, AShortInitPacketIsTaken) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = world.connect(Lane::command);
    const Bytes identity(16, 7);
    co_await send(*link, hello(identity));
    const Message ack = co_await receive(*link);
    EXPECT_EQ(ack.kind, Kind::init_command_ack);
  });
  EXPECT_EQ(world.toy.last_name, "");
}

TEST(Lanes, ASecondInitPacketGetsASecondAck) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await command(world);
    const Bytes identity = somebody("tester");
    co_await send(*link, hello(identity));
    const Message ack = co_await receive(*link);
    EXPECT_EQ(ack.kind, Kind::init_command_ack);
    const Received got = co_await transaction(*link, request(op_nothing, 0));
    EXPECT_EQ(got.response.code, 0x2001);
  });
  EXPECT_EQ(world.toy.opened, 1u);
}

TEST(Lanes, ReasonsAreResponseCodes) {
  World world(dialect(1));
  world.run([&]() -> Task<> {
    const auto stranger = world.connect(Lane::command);
    const Bytes identity = somebody("other");
    co_await send(*stranger, hello(identity, 0x00010000));
    const Message wrong_protocol = co_await receive(*stranger);
    EXPECT_EQ(wrong_protocol.kind, Kind::init_fail);
    EXPECT_EQ(wrong_protocol.params[0], 0x201Du);

    const auto link = co_await command(world);
    const auto late = world.connect(Lane::command);
    co_await send(*late, hello(identity));
    const Message busy = co_await receive(*late);
    EXPECT_EQ(busy.kind, Kind::init_fail);
    EXPECT_EQ(busy.params[0], 0x2019u);
  });
  World picky(dialect());
  picky.toy.reject = true;
  picky.run([&]() -> Task<> {
    const auto link = picky.connect(Lane::command);
    const Bytes identity = somebody("other");
    co_await send(*link, hello(identity));
    const Message rejected = co_await receive(*link);
    EXPECT_EQ(rejected.params[0], 0x2019u);
  });
}

TEST(Lanes, DataIsOneContainerEachWay) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await command(world);
    const Received got = co_await transaction(*link, request(op_generated, 1, 3'000'000));
    EXPECT_EQ(got.packets, 1u);
    EXPECT_EQ(got.data.size(), 3'000'000u);
    EXPECT_EQ(got.data.back(), pattern(2'999'999));

    // A parameter's container, a value of 20 bytes, and both at once in one segment.
    co_await send_raw(*link, hex("20000000 0100 0690 02000000 0000000000000000000000000000000000000000"
                                 "20000000 0200 0690 02000000 0500000000000000000000000000000000000000"));
    const Message response = co_await receive(*link);
    EXPECT_EQ(response.kind, Kind::operation_response);
    EXPECT_EQ(response.transaction_id, 2u);
    EXPECT_EQ(world.toy.taken.size(), 20u);
    EXPECT_TRUE(world.toy.complete);
  });
}

TEST(Lanes, AnEmptyDataContainerIsADataPhase) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await command(world);
    const Received empty = co_await transaction(*link, request(op_bytes, 1, 0));
    EXPECT_EQ(empty.packets, 1u);
    EXPECT_EQ(empty.response.code, 0x2001);
    co_await send_raw(*link, hex("0C000000 0100 0690 02000000 0C000000 0200 0690 02000000"));
    const Message response = co_await receive(*link);
    EXPECT_EQ(response.kind, Kind::operation_response);
    EXPECT_EQ(world.toy.announced, 0u);
  });
}

TEST(Lanes, GoodbyeEndsTheConversationQuietly) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await open_command(world);
    const auto events = world.connect(Lane::event);
    co_await send(*link, plain(Kind::goodbye));
    const bool gone = co_await closed(*link);
    EXPECT_TRUE(gone);
    const bool events_gone = co_await closed(*events);
    EXPECT_TRUE(events_gone);
  });
  EXPECT_EQ(world.toy.closed, 1u);
  EXPECT_TRUE(world.log.empty()) << testing::PrintToString(world.log);
}

TEST(Lanes, EventsGoToTheConnectionThatCameForThem) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await open_command(world);
    // Never is allowed, and late: what happened before is lost.
    co_await transaction(*link, request(op_event, 2));
    const auto events = world.connect(Lane::event);
    co_await asio::post(world.io.get_executor(), asio::use_awaitable_t<asio::io_context::executor_type>{});
    co_await transaction(*link, request(op_event, 3));
    const Message event = co_await receive(*events);
    EXPECT_EQ(event.kind, Kind::event);
    EXPECT_EQ(event.wire.size(), 28u);
    EXPECT_EQ(event.params[0], 7u);
    EXPECT_FALSE(events->pending());
  });
}

TEST(Lanes, TooEarlyOrTwiceIsRefusedAndTheFirstStays) {
  for (const Lane lane : {Lane::event, Lane::live_view}) {
    World world(dialect());
    world.run([&]() -> Task<> {
      const auto nobody = world.connect(lane);
      const bool before_anybody = co_await closed(*nobody);
      EXPECT_TRUE(before_anybody);
      const auto link = co_await command(world);
      const auto early = world.connect(lane);
      const bool before_its_time = co_await closed(*early);
      EXPECT_TRUE(before_its_time);
      co_await transaction(*link, request(op_lanes, 1, 1));
      const auto first = world.connect(lane);
      const auto second = world.connect(lane);
      const bool twice = co_await closed(*second);
      EXPECT_TRUE(twice);
      const Received got = co_await transaction(*link, request(op_nothing, 2));
      EXPECT_EQ(got.response.code, 0x2001);
      EXPECT_EQ(world.server->connections(), 2u);
    });
    EXPECT_EQ(world.log.size(), 3u) << testing::PrintToString(world.log);
  }
}

TEST(Lanes, ALaneMayGoAndComeAgain) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await open_command(world);
    for (int time = 0; time < 3; ++time) {
      const auto events = world.connect(Lane::event);
      const Received got = co_await transaction(*link, request(op_event, 2));
      EXPECT_EQ(got.response.code, 0x2001);
      const Message event = co_await receive(*events);
      EXPECT_EQ(event.kind, Kind::event);
      events->close();
      co_await transaction(*link, request(op_nothing, 3));
    }
    co_await transaction(*link, request(op_lanes, 4, 0));
    const auto late = world.connect(Lane::event);
    const bool over = co_await closed(*late);
    EXPECT_TRUE(over);
  });
}

TEST(Lanes, FramesComeAtASteadyRate) {
  World world(dialect());
  world.toy.frame = std::make_shared<const Bytes>(Bytes{0xFF, 0xD8, 1, 2, 3});
  world.toy.frame_interval = 40ms;
  world.run([&]() -> Task<> {
    const auto link = co_await open_command(world);
    const auto lane = world.connect(Lane::live_view);
    const auto start = world.clock.now();
    for (u32 counter = 0; counter < 60; ++counter) {
      const Frame frame = co_await next_frame(*lane);
      EXPECT_EQ(frame.counter, counter);
      EXPECT_EQ(frame.picture, *world.toy.frame);
      EXPECT_EQ(world.clock.now() - start, counter * 40ms);
    }
    // It ends with the mode.
    co_await transaction(*link, request(op_lanes, 2, 0));
    const bool over = co_await closed(*lane);
    EXPECT_TRUE(over);
  });
}

TEST(Lanes, ASlowWatcherMissesFramesAndHoldsUpNobody) {
  World world(dialect());
  world.toy.frame = std::make_shared<const Bytes>(Bytes(200'000, 0x55));
  world.run([&]() -> Task<> {
    const auto link = co_await open_command(world);
    const auto lane = world.connect(Lane::live_view);
    co_await next_frame(*lane);
    world.clock.advance(5s);  // the pipe holds one frame more, not fifty
    const Received got = co_await transaction(*link, request(op_nothing, 2));
    EXPECT_EQ(got.response.code, 0x2001);
    const Frame frame = co_await next_frame(*lane);
    EXPECT_LT(frame.counter, 5u);
  });
}

TEST(Lanes, AWatcherThatNeverReadsIsGivenUp) {
  World world(dialect());
  world.toy.frame = std::make_shared<const Bytes>(Bytes(1 << 20, 0x55));
  std::unique_ptr<Link> link, lane;
  world.run([&]() -> Task<> {
    link = co_await open_command(world);
    lane = world.connect(Lane::live_view);
    co_await transaction(*link, request(op_nothing, 2));
  });
  for (int second = 0; second < 63; ++second) world.advance(1s);
  EXPECT_EQ(world.server->connections(), 1u);
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_NE(world.log[0].find("live view"), std::string::npos);
}

TEST(Lanes, WhatSkipsTheHandshakeOrMakesNoSenseIsClosed) {
  for (const char* bytes : {"10000000 0100 0210 00000000 01000000",  // OpenSession at once
                            "474554202F20485454502F312E310D0A",      // HTTP
                            "08000000 FFFFFFFF",                     // goodbye without a hello
                            "FFFFFFFF 01000000 F2E4538F",            // a name of 4 GiB
                            "0C000000 02000000 00000000"}) {
    World world(dialect());
    const auto link = world.connect(Lane::command);
    world.run([&]() -> Task<> {
      const Bytes sent = hex(bytes);
      co_await send_raw(*link, sent);
    });
    world.settle();
    EXPECT_EQ(world.server->connections(), 0u) << bytes;
    EXPECT_EQ(world.log.size(), 1u) << testing::PrintToString(world.log);
  }
}

TEST(Lanes, NonsenseAfterTheHandshakeEndsTheSession) {
  for (const char* bytes : {"24000000 0100 0190 01000000",             // six parameters, it says
                            "FFFFFFFF 0200 0690 01000000",             // data without end
                            "0C000000 0900 0190 01000000",             // no such type
                            "0C000000 0300 0120 01000000",             // a response from the client
                            "00000000 00000000 00000000 00000000"}) {  // lengths that lie
    World world(dialect());
    std::unique_ptr<Link> link;
    world.run([&]() -> Task<> {
      link = co_await open_command(world);
      const Bytes sent = hex(bytes);
      co_await send_raw(*link, sent);
    });
    world.settle();
    EXPECT_EQ(world.server->connections(), 0u) << bytes;
    EXPECT_EQ(world.toy.closed, 1u);
  }
}

TEST(Lanes, NonsenseOnALaneEndsTheLaneOnly) {
  World world(dialect());
  world.run([&]() -> Task<> {
    const auto link = co_await open_command(world);
    const auto events = world.connect(Lane::event);
    const Bytes nonsense = hex("0C000000 0900 0190 01000000");
    co_await send_raw(*events, nonsense);
    const bool gone = co_await closed(*events);
    EXPECT_TRUE(gone);
    const Received got = co_await transaction(*link, request(op_nothing, 2));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

// A whole conversation, cut and merged in every way that byte streams may be.
TEST(Lanes, AnyCutOfTheBytesIsTheSameConversation) {
  Bytes all;
  const Bytes identity = somebody("cut");
  const ptp::FujiFraming framing;
  framing.encode(hello(identity), all);
  const Bytes rest =
      hex("10000000 0100 0190 01000000 00000000"
          "0C000000 0100 0690 02000000 10000000 0200 0690 02000000 01020304"
          "08000000 FFFFFFFF");
  all.insert(all.end(), rest.begin(), rest.end());
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    World world(dialect());
    const auto link = world.connect(Lane::command);
    world.run([&]() -> Task<> {
      Bytes head(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut));
      Bytes tail(all.begin() + static_cast<std::ptrdiff_t>(cut), all.end());
      co_await send_raw(*link, head);
      co_await asio::post(world.io.get_executor(), asio::use_awaitable_t<asio::io_context::executor_type>{});
      co_await send_raw(*link, tail);
      for (const Kind kind : {Kind::init_command_ack, Kind::operation_response, Kind::operation_response}) {
        const Message message = co_await receive(*link);
        EXPECT_EQ(message.kind, kind) << cut;
      }
      const bool gone = co_await closed(*link);
      EXPECT_TRUE(gone);
    });
    EXPECT_EQ(world.toy.taken, hex("01020304"));
    EXPECT_TRUE(world.log.empty());
  }
}

TEST(Lanes, FreePortsAreAPairOfNeighbours) {
  asio::io_context io{1};
  transport::RealClock clock(io);
  Toy toy;
  transport::Server server(io, toy, clock, dialect());
  const auto ports = server.listen("127.0.0.1", 0);
  EXPECT_NE(ports.command, 0);
  EXPECT_EQ(ports.live_view, ports.event + 1);
  transport::Server other(io, toy, clock, dialect());
  EXPECT_THROW(other.listen("127.0.0.1", ports.command), std::system_error);
  EXPECT_THROW(other.listen("127.0.0.1", 65534), std::system_error) << "no room for the lanes";
  bool stopped = false, other_stopped = false;
  server.stop([&] { stopped = true; });
  other.stop([&] { other_stopped = true; });
  io.run();
  EXPECT_TRUE(stopped && other_stopped);
}

// Over TCP, where the address tells whose a lane is.
TEST(Lanes, OverTcp) {
  asio::io_context io{1};
  transport::RealClock clock(io);
  Toy toy;
  toy.frame = std::make_shared<const Bytes>(Bytes{0xFF, 0xD8});
  transport::Server server(io, toy, clock, dialect());
  const auto ports = server.listen("127.0.0.1", 0);
  const ptp::FujiFraming framing;
  bool stopped = false, ended = false;
  asio::co_spawn(
      io,
      [&]() -> Task<> {
        const auto line = co_await transport::dial(io, clock, "127.0.0.1", ports.command, framing, 5s);
        const Bytes identity = somebody("tcp");
        co_await send(*line, hello(identity));
        const Message ack = co_await receive(*line);
        EXPECT_EQ(ack.kind, Kind::init_command_ack);
        co_await transaction(*line, request(op_lanes, 1, 1));
        const auto lane = co_await transport::dial(io, clock, "127.0.0.1", ports.live_view, framing, 5s);
        for (u32 counter = 0; counter < 3; ++counter) {
          const Frame frame = co_await next_frame(*lane);
          EXPECT_EQ(frame.counter, counter);
          EXPECT_EQ(frame.picture, *toy.frame);
        }
        ended = true;
      },
      [&](const std::exception_ptr& error) {
        EXPECT_FALSE(error);
        server.stop([&] { stopped = true; });
      });
  io.run();
  EXPECT_TRUE(ended && stopped);
}

// What is put around a connection is told which it is by the port, before anything has been said on it.
TEST(Lanes, TheirPortsTellThem) {
  asio::io_context io{1};
  transport::RealClock clock(io);
  Toy toy;
  std::vector<Lane> seen;
  auto options = dialect();
  options.wrap = [&](std::unique_ptr<Link> link, u64) {
    seen.push_back(link->lane());
    return link;
  };
  transport::Server server(io, toy, clock, std::move(options));
  const auto ports = server.listen("127.0.0.1", 0);
  const ptp::FujiFraming framing;
  bool stopped = false;
  asio::co_spawn(
      io,
      [&]() -> Task<> {
        std::vector<std::unique_ptr<Link>> links;
        for (const u16 port : {ports.command, ports.event, ports.live_view}) {
          auto link = co_await transport::dial(io, clock, "127.0.0.1", port, framing, 5s);
          links.push_back(std::move(link));
          while (seen.size() < links.size())
            co_await asio::post(io.get_executor(), asio::use_awaitable_t<asio::io_context::executor_type>{});
        }
      },
      [&](const std::exception_ptr& error) {
        EXPECT_FALSE(error);
        server.stop([&] {
          stopped = true;
          io.stop();  // it need not wait for what limited the dialling
        });
      });
  io.run();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(seen, (std::vector{Lane::command, Lane::event, Lane::live_view}));
}

}  // namespace
}  // namespace stuntcam::tests
