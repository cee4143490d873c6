#include "tests/transport/world.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;

TEST(Handshake, CommandThenEvent) {
  World world;
  world.run([&]() -> Task<> {
    const Client client = co_await handshake(world);
    EXPECT_EQ(world.toy.last_name, "tester");
    EXPECT_NE(client.number, 0u);
    EXPECT_EQ(world.server->initiators(), 1u);
  });
}

TEST(Handshake, SessionEndsWithEitherConnection) {
  for (const bool command : {true, false}) {
    World world;
    world.run([&]() -> Task<> {
      Client client = co_await handshake(world);
      (command ? client.command : client.events)->close();
      co_await asio::post(world.io.get_executor(), asio::use_awaitable_t<asio::io_context::executor_type>{});
    });
    world.settle();
    EXPECT_EQ(world.toy.closed, 1u);
    EXPECT_EQ(world.server->initiators(), 0u);
    EXPECT_EQ(world.server->connections(), 0u);
  }
}

TEST(Handshake, OperationsWorkWithoutAnEventConnection) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world, false);
    const Received got = co_await transaction(*client.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(Handshake, RefusedInitiatorHearsWhy) {
  World world;
  world.toy.reject = true;
  world.run([&]() -> Task<> {
    const auto link = world.connect();
    const Bytes identity = someone("tester");
    Message hello = plain(Kind::init_command_request);
    hello.wire = identity;
    co_await send(*link, hello);
    const Message answer = co_await receive(*link);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    EXPECT_EQ(answer.params[0], 1u);
  });
}

TEST(Handshake, EventConnectionOfNobodyIsRefused) {
  World world;
  world.run([&]() -> Task<> {
    const auto link = world.connect();
    co_await send(*link, plain(Kind::init_event_request, 77));
    const Message answer = co_await receive(*link);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    EXPECT_EQ(answer.params[0], 2u);
  });
  EXPECT_EQ(world.log.size(), 1u);
}

TEST(Handshake, SecondEventConnectionIsRefusedAndTheFirstStays) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const auto link = world.connect();
    co_await send(*link, plain(Kind::init_event_request, client.number));
    const Message answer = co_await receive(*link);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    const Received got = co_await transaction(*client.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(Handshake, OneByteAtATime) {
  World world;
  world.run([&]() -> Task<> {
    const auto link = world.connect();
    Bytes bytes;
    const Bytes identity = someone("slow");
    Message hello = plain(Kind::init_command_request);
    hello.wire = identity;
    world.framing.encode(hello, bytes);
    for (const u8 byte : bytes) {
      Bytes one(1, byte);
      co_await send_raw(*link, one);
      co_await asio::post(world.io.get_executor(), asio::use_awaitable_t<asio::io_context::executor_type>{});
    }
    const Message ack = co_await receive(*link);
    EXPECT_EQ(ack.kind, Kind::init_command_ack);
  });
  EXPECT_EQ(world.toy.last_name, "slow");
}

TEST(Handshake, AnythingElseFirstEndsTheConnection) {
  for (const Bytes& bytes : {Bytes{'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P'}, Bytes{8, 0, 0, 0, 13, 0, 0, 0},
                             Bytes{4, 0, 0, 0, 1, 0, 0, 0}, Bytes{255, 255, 255, 255, 1, 0, 0, 0},
                             Bytes{12, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0}}) {
    World world;
    std::unique_ptr<Link> link = world.connect();
    world.run([&]() -> Task<> { co_await send_raw(*link, bytes); });
    world.settle();
    EXPECT_EQ(world.server->connections(), 0u);
    EXPECT_EQ(world.log.size(), 1u) << testing::PrintToString(world.log);
  }
}

TEST(Handshake, SilenceIsClosedAfterTheLimit) {
  World world;
  const auto link = world.connect();
  world.settle();
  EXPECT_EQ(world.server->connections(), 1u);
  for (int second = 0; second < 12; ++second) world.advance(1s);
  EXPECT_EQ(world.server->connections(), 0u);
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_TRUE(world.log[0].contains("no whole first packet for 10 s")) << world.log[0];
}

TEST(Handshake, AnInitiatorThatIsLetInAndSaysNothingIsClosedAfterTheLimit) {
  World world;
  Client mute;
  world.run([&]() -> Task<> { mute = co_await handshake(world, false); });
  for (int second = 0; second < 9; ++second) world.advance(1s);
  EXPECT_EQ(world.server->initiators(), 1u);
  for (int second = 0; second < 3; ++second) world.advance(1s);
  EXPECT_EQ(world.server->initiators(), 0u);
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_TRUE(world.log[0].contains("neither an event connection nor a request for 10 s")) << world.log[0];
}

TEST(Handshake, ARequestOrTheEventConnectionEndsTheLimit) {
  for (const bool events : {false, true}) {
    World world;
    Client client;
    world.run([&]() -> Task<> {
      client = co_await handshake(world, events);
      if (!events) co_await transaction(*client.command, request(op_nothing, 1));
    });
    for (int second = 0; second < 60; ++second) world.advance(1s);
    EXPECT_EQ(world.server->initiators(), 1u);
    EXPECT_TRUE(world.log.empty()) << world.log[0];
    world.run([&]() -> Task<> {
      const Received got = co_await transaction(*client.command, request(op_nothing, 2));
      EXPECT_EQ(got.response.code, 0x2001);
    });
  }
}

TEST(Handshake, AShorterLimitForIdlenessHoldsFromTheBeginning) {
  World world({.idle = 3s});
  Client mute;
  world.run([&]() -> Task<> { mute = co_await handshake(world, false); });
  for (int second = 0; second < 5; ++second) world.advance(1s);
  EXPECT_EQ(world.server->initiators(), 0u);
}

TEST(Slots, OneMoreThanThereAreIsBusy) {
  World world({.max_initiators = 1});
  world.run([&]() -> Task<> {
    Client first = co_await handshake(world);
    const auto link = world.connect();
    const Bytes identity = someone("tester");
    Message hello = plain(Kind::init_command_request);
    hello.wire = identity;
    co_await send(*link, hello);
    const Message answer = co_await receive(*link);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    EXPECT_EQ(answer.params[0], 2u);
    first.command->close();
    first.events->close();
    Client next = co_await handshake(world);
    EXPECT_NE(next.number, first.number);
  });
}

TEST(Slots, SilentPeerIsProbedBeforeANewcomerIsRefused) {
  World world({.max_initiators = 1});
  Client first;
  world.run([&]() -> Task<> { first = co_await handshake(world); });
  world.advance(5s);
  const auto link = world.connect();
  world.run([&]() -> Task<> {
    const Bytes identity = someone("tester");
    Message hello = plain(Kind::init_command_request);
    hello.wire = identity;
    co_await send(*link, hello);
    const Message probe = co_await receive(*first.events);
    EXPECT_EQ(probe.kind, Kind::probe_request);
    co_await send(*first.events, plain(Kind::probe_response));
    const Message answer = co_await receive(*link);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    const Received got = co_await transaction(*first.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

// A host that is gone: its kernel acknowledges nothing any more.
struct Unreachable final : transport::Wrapper {
  using Wrapper::Wrapper;
  bool acknowledged() const override { return false; }
};

TEST(Slots, PeerWhoseHostIsGoneLosesItsSlot) {
  World world({.max_initiators = 1});
  Client first;
  world.wrap = [](std::unique_ptr<Link> link) { return std::make_unique<Unreachable>(std::move(link)); };
  world.run([&]() -> Task<> { first = co_await handshake(world); });
  world.wrap = nullptr;
  world.advance(5s);
  world.run([&]() -> Task<> {
    Client second = co_await handshake(world);
    const Received got = co_await transaction(*second.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
  EXPECT_EQ(world.toy.closed, 2u);
  ASSERT_FALSE(world.log.empty());
  EXPECT_TRUE(world.log[0].contains("did not answer a probe")) << world.log[0];
}

TEST(Strict, OperationsWaitForTheEventConnection) {
  World world({.strict = true});
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world, false);
    co_await send(*client.command, request(op_nothing, 1));
    const bool more = co_await client.command->ready();
    EXPECT_FALSE(more);
  });
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_TRUE(world.log[0].contains("before the event connection")) << world.log[0];
}

TEST(Probe, IsAnsweredOnBothConnections) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await send(*client.events, plain(Kind::probe_request));
    const Message on_events = co_await receive(*client.events);
    EXPECT_EQ(on_events.kind, Kind::probe_response);
    co_await send(*client.command, plain(Kind::probe_request));
    const Message on_command = co_await receive(*client.command);
    EXPECT_EQ(on_command.kind, Kind::probe_response);
  });
}

TEST(Probe, IsAnsweredDuringALongTransaction) {
  World world;
  Client client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    co_await send(*client.command, request(op_slow, 1, 60000));
  });
  bool answered = false;
  asio::co_spawn(
      world.io,
      [&]() -> Task<> {
        co_await send(*client.events, plain(Kind::probe_request));
        const Message answer = co_await receive(*client.events);
        answered = answer.kind == Kind::probe_response;
      },
      asio::detached);
  world.settle();
  EXPECT_TRUE(answered);
}

TEST(Events, FollowTheResponse) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_event, 5));
    EXPECT_EQ(got.response.transaction_id, 5u);
    const Message event = co_await receive(*client.events);
    EXPECT_EQ(event.kind, Kind::event);
    EXPECT_EQ(event.code, 0x4002);
    EXPECT_EQ(event.count, 1);
    EXPECT_EQ(event.params[0], 7u);
  });
}

TEST(Events, APeerThatDoesNotReadThemIsClosedNotWaitedFor) {
  World world;
  Client client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    co_await send(*client.command, request(op_flood, 1, 100000));
  });
  world.settle();
  EXPECT_EQ(world.server->initiators(), 0u);
  ASSERT_FALSE(world.log.empty());
  EXPECT_TRUE(world.log[0].contains("does not read its events"));
}

TEST(Session, CameraClosesAfterItsResponse) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_close, 1));
    EXPECT_EQ(got.response.code, 0x2001);
    const bool more = co_await client.command->ready();
    EXPECT_FALSE(more);
  });
  EXPECT_EQ(world.server->initiators(), 0u);
}

TEST(Session, PaddedResponseAndEventParameters) {
  World world({.five_response_parameters = true, .three_event_parameters = true});
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_event, 5));
    EXPECT_EQ(got.response.count, 5);
    const Message event = co_await receive(*client.events);
    EXPECT_EQ(event.count, 3);
    EXPECT_EQ(event.params[0], 7u);
  });
}

TEST(Session, ThatAsksForNothingIsClosedAfterTheLimit) {
  World world({.idle = 5s});
  Client client;
  world.run([&]() -> Task<> { client = co_await handshake(world); });
  for (u32 second = 0; second < 12; ++second) {
    world.advance(1s);
    if (second < 6) {  // a request now and then keeps it
      world.run([&]() -> Task<> { co_await transaction(*client.command, request(op_nothing, second)); });
    }
    EXPECT_EQ(world.server->initiators(), second < 10 ? 1u : 0u) << "after second " << second;
  }
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_TRUE(world.log[0].contains("no request for 5 s")) << world.log[0];
}

TEST(Session, UnknownPacketTypeEndsIt) {
  World world;
  Client client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    Bytes odd = hex("0c 00 00 00 4d 00 00 00 01 02 03 04");
    co_await send_raw(*client.command, odd);
  });
  world.settle();
  EXPECT_EQ(world.server->initiators(), 0u);
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_TRUE(world.log[0].contains("unknown packet type 0x4D")) << world.log[0];
}

TEST(Session, UnknownPacketTypeOnTheEventConnectionIsIgnored) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    Bytes odd = hex("0c 00 00 00 4d 00 00 00 01 02 03 04");
    co_await send_raw(*client.events, odd);
    const Received got = co_await transaction(*client.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(Session, RequestsThatArriveTogetherAreAnsweredInOrder) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    for (u32 i = 1; i <= 50; ++i) client.command->put(request(op_bytes, i, i));
    co_await client.command->flush();
    for (u32 i = 1; i <= 50; ++i) {
      const Received got = co_await transaction(*client.command, plain(Kind::unknown));
      EXPECT_EQ(got.response.transaction_id, i);
      EXPECT_EQ(got.data.size(), i);
    }
  });
}

}  // namespace
}  // namespace stuntcam::tests
