// Clients that are let through to a real camera: on PTP/IP, and on USB.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/transport/usb_toy.h"
#include "transport/remote_camera.h"
#include "transport/usb/usb_camera.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;
using transport::Line;
using transport::RealCamera;
using transport::ServerOptions;

// A server in front of a camera; clients over memory links.
struct Front : Stage {
  ~Front() { end(); }
  void end() {
    if (!server) return;
    bool stopped = false;
    server->stop([&] { stopped = true; });
    settle();
    for (int turns = 0; !stopped && clock.waiting() && turns < 1000; ++turns) {
      clock.advance_to_next();
      settle();
    }
    EXPECT_TRUE(stopped) << "a coroutine of the server did not end";
    server.reset();
    camera.reset();
    settle();
  }
  void serve(std::unique_ptr<RealCamera> real, ServerOptions options = {}) {
    camera = std::move(real);
    options.log = [this](const std::string& line) { log.push_back(line); };
    server = std::make_unique<transport::Server>(io, *camera, clock, std::move(options));
  }
  std::unique_ptr<Link> connect() {
    auto [client, front] = transport::make_memory_links(io, framing, framing);
    asio::co_spawn(
        io, [this, link = std::move(front)]() mutable { return server->serve(std::move(link)); }, asio::detached);
    return std::move(client);
  }
  Connect connector() {
    return [this] { return connect(); };
  }
  ptp::PacketFraming framing;
  std::vector<std::string> log;
  std::unique_ptr<RealCamera> camera;
  std::unique_ptr<transport::Server> server;
};

// A camera on USB behind it.
struct UsbFront : Front {
  explicit UsbFront(Manners manners = {}, bool shared = false) {
    toy->manners = manners;
    toy->clock = &clock;
    auto usb = transport::usb::make_usb_camera(
        io, clock, {},
        [this](const transport::usb::Selector&) -> std::unique_ptr<transport::usb::Pipe> {
          if (toy->gone) throw transport::usb::Problem("no camera on USB", "plug it in");
          return std::make_unique<UsbToy>(io, toy);
        },
        [this](const std::string& line) { log.push_back(line); });
    usb->shared = shared;
    serve(std::move(usb));
  }
  ~UsbFront() {
    end();
    EXPECT_EQ(toy->pipes, 0u);
  }
  std::shared_ptr<UsbToy::State> toy = std::make_shared<UsbToy::State>(io);
};

// A camera of the emulator's server on PTP/IP behind it, over memory links.
struct Far final : RealCamera {
  explicit Far(World& there) : world(there) {}
  void let_go() override {}
  Task<std::shared_ptr<Line>> open(ptp::Identity client) override {
    if (unreachable) throw transport::Unavailable(ptp::InitFailReason::unspecified, "nobody there");
    (void)client;
    Client hands = co_await handshake(world);
    auto line = std::make_shared<Line>();
    line->command = std::move(hands.command);
    line->events = std::move(hands.events);
    line->introduction = someone("far");
    co_return line;
  }
  Task<> hang_up(std::shared_ptr<Line> line, bool in_step) override {
    ++hung_up;
    left_in_step = in_step;
    line->command->close();
    co_return;
  }
  World& world;
  bool unreachable = false, left_in_step = false;
  unsigned hung_up = 0;
};

Bytes expected(u64 size) {
  Bytes bytes(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern(i);
  return bytes;
}

Message cancel_of(u32 id) {
  Message message = plain(Kind::cancel);
  message.transaction_id = id;
  return message;
}

Task<Message> response(Link& link) {
  for (;;) {
    const Message message = co_await receive(link);
    if (message.kind == Kind::operation_response) co_return message;
  }
}

Task<bool> ended(Link& link) {
  try {
    for (;;) co_await receive(link);
  } catch (const std::system_error&) {
    co_return true;
  }
}

TEST(Bridge, DataBothWaysOverUsb) {
  UsbFront front;
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    const Received opened = co_await transaction(*client.command, request(0x1002, 0, 1));
    EXPECT_EQ(opened.response.code, 0x2001);
    u32 id = 0;
    for (const u32 size : {0u, 1u, 500u, 512u, 300'000u, 5'000'000u, 20'000'000u}) {
      const Received got = co_await transaction(*client.command, request(op_bytes, ++id, size));
      EXPECT_EQ(got.response.code, 0x2001);
      EXPECT_EQ(got.data, expected(size));
      co_await send(*client.command, announced_request(op_take, ++id));
      co_await send_data(*client.command, id, expected(size), 65536);
      const Received taken = co_await transaction(*client.command, {});
      EXPECT_EQ(taken.response.code, 0x2001);
      EXPECT_EQ(front.toy->taken.size(), size + 12u);
    }
  });
}

TEST(Bridge, DataThatTheRequestDidNotAnnounceFindsItsWay) {
  UsbFront front;
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    co_await send(*client.command, request(op_take, 1));  // phase 1, as some clients always say
    co_await send_data(*client.command, 1, expected(1000));
    const Received taken = co_await transaction(*client.command, {});
    EXPECT_EQ(taken.response.code, 0x2001);
    EXPECT_EQ(front.toy->taken.size(), 1012u);
  });
}

TEST(Bridge, EventsReachTheClient) {
  UsbFront front;
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    front.toy->event(0x4002, {42});
    const Message event = co_await receive(*client.events);
    EXPECT_EQ(event.code, 0x4002);
    EXPECT_EQ(event.params[0], 42u);
  });
}

TEST(Bridge, CancelOnEitherConnectionReachesTheCamera) {
  for (const bool by_events : {false, true}) {
    UsbFront front;
    front.run([&]() -> Task<> {
      const Client client = co_await handshake(front.connector());
      co_await send(*client.command, request(op_bytes, 3, 30 << 20));
      co_await receive(*client.command);
      co_await send(by_events ? *client.events : *client.command, cancel_of(3));
      const Message last = co_await response(*client.command);
      EXPECT_EQ(last.code, 0x201F);
      EXPECT_EQ(front.toy->cancelled_id, 3u);
      if (by_events) co_await send(*client.command, cancel_of(3));  // the other one, late
      const Received next = co_await transaction(*client.command, request(op_bytes, 4, 3000));
      EXPECT_EQ(next.data, expected(3000));
    });
  }
}

TEST(Bridge, CancelOfASilentOperation) {
  UsbFront front({.silent = true});
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    co_await send(*client.command, request(op_nothing, 3));
    co_await send(*client.command, cancel_of(3));
    const Message last = co_await response(*client.command);
    EXPECT_EQ(last.code, 0x201F);
  });
}

TEST(Bridge, SecondClientGetsBusyAndTheNextOneTheCamera) {
  UsbFront front;
  front.run([&]() -> Task<> {
    Client first = co_await handshake(front.connector());
    co_await transaction(*first.command, request(0x1002, 0, 1));
    const auto second = front.connect();
    const Bytes name = someone("second");
    Message hello = plain(Kind::init_command_request);
    hello.wire = name;
    co_await send(*second, hello);
    const Message answer = co_await receive(*second);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    EXPECT_EQ(answer.params[0], 2u);
    first.command->close();
    const bool events_too = co_await ended(*first.events);
    EXPECT_TRUE(events_too);
    const Client third = co_await handshake(front.connector());
    EXPECT_FALSE(front.toy->session) << "what the first one opened is closed";
    const Received opened = co_await transaction(*third.command, request(0x1002, 0, 1));
    EXPECT_EQ(opened.response.code, 0x2001);
  });
}

TEST(Bridge, ClientThatVanishesInTheMiddleLeavesTheCameraUsable) {
  for (const bool upload : {false, true}) {
    UsbFront front;
    front.run([&]() -> Task<> {
      Client client = co_await handshake(front.connector());
      co_await transaction(*client.command, request(0x1002, 0, 1));
      if (upload) {
        co_await send(*client.command, announced_request(op_take, 1));
        Message data = plain(Kind::data);
        data.transaction_id = 1;
        data.first = true;
        data.total = 1 << 20;
        client.command->put(data);
        data.first = false;
        data.size = 100'000;
        client.command->put(data);
        const Bytes half(50'000);
        co_await client.command->write(View(half));
        co_await client.command->flush();
      } else {
        co_await send(*client.command, request(op_bytes, 1, 40 << 20));
        co_await receive(*client.command);
      }
      client.command->close(!upload);  // a reset would overtake the data
      const bool noticed = co_await ended(*client.events);
      EXPECT_TRUE(noticed);
      const Client next = co_await handshake(front.connector());
      EXPECT_EQ(front.toy->cancelled_id, 1u) << (upload ? "upload" : "download");
      EXPECT_FALSE(front.toy->session);
      EXPECT_EQ(front.toy->port_resets, 0u);
      const Received got = co_await transaction(*next.command, request(op_bytes, 1, 3000));
      EXPECT_EQ(got.data, expected(3000));
    });
  }
}

TEST(Bridge, SharedCameraServesTwoInTurns) {
  UsbFront front({}, true);
  front.run([&]() -> Task<> {
    Client first = co_await handshake(front.connector());
    const Client second = co_await handshake(front.connector());
    const std::array<const Client*, 2> both{&first, &second};
    const Received early = co_await transaction(*second.command, request(op_bytes, 1, 10));
    EXPECT_EQ(early.response.code, 0x2003) << "its own session is not open yet";
    for (const Client* const client : both) {
      const Received opened = co_await transaction(*client->command, request(0x1002, 0, 1));
      EXPECT_EQ(opened.response.code, 0x2001);
    }
    const Received again = co_await transaction(*second.command, request(0x1002, 1, 1));
    EXPECT_EQ(again.response.code, 0x201E);
    // Both ask at once, with the same ids.
    co_await send(*first.command, request(op_bytes, 5, 3 << 20));
    co_await send(*second.command, request(op_bytes, 5, 1000));
    const Received long_one = co_await transaction(*first.command, {});
    const Received short_one = co_await transaction(*second.command, {});
    EXPECT_EQ(long_one.data, expected(3 << 20));
    EXPECT_EQ(short_one.data, expected(1000));
    EXPECT_EQ(long_one.response.transaction_id, 5u);
    EXPECT_EQ(short_one.response.transaction_id, 5u);
    front.toy->event(0x4002, {42});
    for (const Client* const client : both) {
      const Message event = co_await receive(*client->events);
      EXPECT_EQ(event.params[0], 42u);
    }
    const Received closed = co_await transaction(*first.command, request(0x1003, 6));
    EXPECT_EQ(closed.response.code, 0x2001);
    EXPECT_TRUE(front.toy->session) << "the other one has it still";
    // One vanishes in the middle; the other waits no longer than that takes to clean up.
    co_await transaction(*first.command, request(0x1002, 0, 1));
    co_await send(*first.command, request(op_bytes, 7, 30 << 20));
    co_await receive(*first.command);
    first.command->close(true);
    const Received after = co_await transaction(*second.command, request(op_bytes, 8, 500));
    EXPECT_EQ(after.data, expected(500));
    EXPECT_NE(front.toy->cancelled_id, 0u);
    second.command->close();
    const bool noticed = co_await ended(*second.events);
    EXPECT_TRUE(noticed);
    const Client third = co_await handshake(front.connector());
    EXPECT_FALSE(front.toy->session) << "the last one's leaving closed it";
  });
}

TEST(Bridge, SharedCameraThatVanishesEndsForAll) {
  UsbFront front({}, true);
  front.run([&]() -> Task<> {
    const Client first = co_await handshake(front.connector());
    const Client second = co_await handshake(front.connector());
    front.toy->plug_out();
    const bool one = co_await ended(*first.command);
    const bool two = co_await ended(*second.command);
    EXPECT_TRUE(one && two);
    front.toy->plug_in();
  });
  front.advance(3s);
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    const Received got = co_await transaction(*client.command, request(0x1002, 0, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(Bridge, SessionThatSomebodyLeftOpenIsReplaced) {
  UsbFront front;
  front.toy->session = true;
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    const Received opened = co_await transaction(*client.command, request(0x1002, 0, 1));
    EXPECT_EQ(opened.response.code, 0x2001);
    EXPECT_EQ(front.toy->operations, (std::vector<u16>{0x1002, 0x1003, 0x1002}));
    const Received again = co_await transaction(*client.command, request(0x1002, 1, 1));
    EXPECT_EQ(again.response.code, 0x201E) << "the client's own mistake it is told";
  });
}

TEST(Bridge, CameraThatVanishesIsServedAgainWhenItReturns) {
  UsbFront front({.dies_after = 3 << 20});
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    co_await send(*client.command, request(op_bytes, 1, 8 << 20));
    const bool command_ends = co_await ended(*client.command);
    const bool events_end = co_await ended(*client.events);
    EXPECT_TRUE(command_ends && events_end);
    const auto early = front.connect();
    const Bytes name = someone("early");
    Message hello = plain(Kind::init_command_request);
    hello.wire = name;
    co_await send(*early, hello);
    const Message answer = co_await receive(*early);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    front.toy->plug_in();
  });
  front.advance(3s);
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    const Received got = co_await transaction(*client.command, request(op_bytes, 1, 3000));
    EXPECT_EQ(got.data, expected(3000));
  });
}

TEST(Bridge, CameraThatIsUnpluggedWhileNobodyAsksClosesItsClient) {
  UsbFront front;
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    front.toy->plug_out();
    const bool closed = co_await ended(*client.command);
    EXPECT_TRUE(closed);
  });
}

// All that a client does with a camera. false: its connection ended.
Task<bool> whole_visit(UsbFront& front, Client& client) {
  try {
    Link& camera = *client.command;
    co_await transaction(camera, request(0x1002, 0, 1));
    const Received got = co_await transaction(camera, request(op_bytes, 1, 30'000));
    EXPECT_EQ(got.data, expected(30'000));
    co_await send(camera, announced_request(op_take, 2));
    co_await send_data(camera, 2, expected(300'000));
    const Received taken = co_await transaction(camera, {});
    EXPECT_EQ(taken.response.code, 0x2001);
    co_await send(camera, request(op_bytes, 3, 2 << 20));
    co_await receive(camera);
    co_await send(camera, cancel_of(3));
    co_await response(camera);
    front.toy->manners.stall_in = true;
    const Received stalled = co_await transaction(camera, request(op_bytes, 4, 5000));
    EXPECT_EQ(stalled.response.code, 0x2002);
    front.toy->event(0x4002, {42});
    const Message event = co_await receive(*client.events);
    EXPECT_EQ(event.params[0], 42u);
    const Received closed = co_await transaction(camera, request(0x1003, 5));
    EXPECT_EQ(closed.response.code, 0x2001);
  } catch (const std::system_error&) {
    co_return false;
  }
  co_return true;
}

TEST(Bridge, UnpluggedAtEveryMoment) {
  bool through = false;
  unsigned call = 0;
  while (!through && call < 1000 && !HasFailure()) {
    UsbFront front;
    SCOPED_TRACE(fmt::format("at call {}", ++call));
    Client client;
    front.run([&]() -> Task<> {
      client = co_await handshake(front.connector());
      front.toy->manners.dies_at_call = front.toy->calls + call;
      through = co_await whole_visit(front, client);
      if (through) co_return;
      const bool command_ended = co_await ended(*client.command);
      const bool events_ended = co_await ended(*client.events);
      EXPECT_TRUE(command_ended && events_ended);
    });
    if (through) {
      EXPECT_EQ(front.toy->cancelled_id, 3u);
      continue;
    }
    front.advance(2s);
    EXPECT_EQ(front.toy->pipes, 0u);
    front.toy->plug_in();
    front.toy->manners.stall_in = false;
    front.advance(2s);
    front.run([&]() -> Task<> {
      const Client next = co_await handshake(front.connector());
      const Received got = co_await transaction(*next.command, request(op_bytes, 1, 3000));
      EXPECT_EQ(got.data, expected(3000));
    });
  }
  EXPECT_TRUE(through);
  EXPECT_GT(call, 30u);
}

// A cancel that ends in a reset costs its transaction, and not the client's session.
TEST(Bridge, SessionOutlivesAReset) {
  for (const bool keeps : {false, true}) {
    UsbFront front({.keeps_session = keeps});
    Client client;
    front.run([&]() -> Task<> {
      client = co_await handshake(front.connector());
      co_await transaction(*client.command, request(0x1002, 0, 1));
      front.toy->manners.busy_polls = 1'000'000;
      co_await send(*client.command, request(op_bytes, 1, 30 << 20));
      co_await receive(*client.command);
      co_await send(*client.command, cancel_of(1));
      const Message last = co_await response(*client.command);
      EXPECT_EQ(last.code, 0x201F);
      EXPECT_EQ(front.toy->port_resets, 1u);
      EXPECT_TRUE(front.toy->session);
      const Received again = co_await transaction(*client.command, request(0x1002, 2, 1));
      EXPECT_EQ(again.response.code, 0x201E) << "as the client sees it, it never was closed";
      client.command->close();
      const bool noticed = co_await ended(*client.events);
      EXPECT_TRUE(noticed);
      const Client next = co_await handshake(front.connector());
      const Received opened = co_await transaction(*next.command, request(0x1002, 0, 1));
      EXPECT_EQ(opened.response.code, 0x2001);
    });
  }
}

// One that keeps it in a reset after a client was lost, too: the next client's takes its place.
TEST(Bridge, SessionThatAResetDidNotCloseIsReplaced) {
  UsbFront front({.keeps_session = true});
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    co_await transaction(*client.command, request(0x1002, 0, 1));
    front.toy->manners.silent = true;
    co_await send(*client.command, request(op_nothing, 1));
    const bool closed = co_await ended(*client.command);
    EXPECT_TRUE(closed);
    front.toy->manners.silent = false;
    const Client next = co_await handshake(front.connector());
    EXPECT_TRUE(front.toy->session);
    const Received opened = co_await transaction(*next.command, request(0x1002, 0, 1));
    EXPECT_EQ(opened.response.code, 0x2001);
    EXPECT_EQ(front.toy->operations, (std::vector<u16>{0x1002, op_nothing, 0x1002, 0x1003, 0x1002}));
  });
}

struct Complaint {
  Manners manners;
  bool cancels;
  std::string what, remedy;
};

TEST(Bridge, EachComplaintNamesTheCameraAndWhatHelps) {
  using transport::usb::Status;
  const std::vector<Complaint> complaints{
      {{.silent = true}, false, "it is silent, no answer to", "switch it off and on"},
      {{.silent = true, .babbles = true}, false, "it sends what is no answer", "switch it off and on"},
      {{.busy_polls = 1'000'000}, true, "does not become idle", "switch it off and on"},
      {{.busy_polls = 1'000'000}, true, "resetting it", "switch it off and on"},
      {{.surplus = -20'000}, false, "less than it announced", "ask for it again"},
      {{.wrong_id = 5}, false, "came with id", "put right"},
      {{.next_read = Status::failed, .no_response = true}, false, "a transfer of operation 0x9002 failed", "cable"},
      {{.interrupt_stalls = 1000}, false, "its events fail", "plug it in again"},
      {{.dies_after = 10'000}, false, "it is gone (", "is it on"},
      {{.dies_after = 10'000}, false, "gone; it is served again", "plug it in"}};
  for (const auto& [manners, cancels, what, remedy] : complaints) {
    UsbFront front;
    front.toy->about.bus = 1;
    front.toy->about.device = 23;
    front.run([&]() -> Task<> {
      const Client client = co_await handshake(front.connector());
      co_await transaction(*client.command, request(0x1002, 0, 1));
      front.toy->manners = manners;
      try {
        if (manners.interrupt_stalls != 0) front.toy->event(0x4002, {1});
        co_await send(*client.command, request(op_bytes, 3, 50'000));
        if (cancels) co_await send(*client.command, cancel_of(3));
        co_await response(*client.command);
      } catch (const std::system_error&) {  // some end the connection
      }
    });
    front.advance(2s);
    bool said = false;
    for (const std::string& line : front.log) {
      EXPECT_TRUE(line.contains("Toy (usb:001,023): ")) << line;
      said = said || (line.contains(what) && line.contains(remedy));
    }
    EXPECT_TRUE(said) << what;
  }
}

TEST(Bridge, CameraThatIsLeftAsItIsIsNamed) {
  UsbFront front({.silent = true, .deaf = true});
  Client client;
  front.run([&]() -> Task<> {
    client = co_await handshake(front.connector());
    co_await send(*client.command, request(0x1002, 0, 1));
  });
  front.server->stop([] {});
  front.advance(2s);
  ASSERT_FALSE(front.log.empty());
  EXPECT_TRUE(front.log.back().contains("Toy (usb:000,000) does not answer; it is left as it is: switch it off"))
      << front.log.back();
  front.server.reset();
  front.camera.reset();
}

TEST(Bridge, SilentCameraDoesNotKeepItsClientForEver) {
  UsbFront front({.silent = true});
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    co_await send(*client.command, request(op_nothing, 3));
    const auto began = front.clock.now();
    const bool closed = co_await ended(*client.command);
    EXPECT_TRUE(closed);
    EXPECT_LE(front.clock.now() - began, 121s);
    front.toy->manners.silent = false;
    const Client next = co_await handshake(front.connector());
    const Received got = co_await transaction(*next.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
  EXPECT_TRUE(std::ranges::any_of(front.log, [](const std::string& line) { return line.contains("silent"); }));
}

// Whatever the client was at, and whether it is still there.
TEST(Bridge, EndsInTimeInFrontOfACameraThatAnswersNothing) {
  const Manners silences[] = {{.silent = true},
                              {.silent = true, .deaf = true},
                              {.takes_nothing = true, .deaf = true},
                              {.silent = true, .refuses_class_reset = true}};
  for (const Manners& manners : silences) {
    for (const bool vanishes : {true, false}) {
      for (const bool in_session : {true, false}) {
        UsbFront front;
        Client client;
        front.run([&]() -> Task<> {
          client = co_await handshake(front.connector());
          if (in_session) co_await transaction(*client.command, request(0x1002, 0, 1));
          front.toy->manners = manners;
          if (!in_session) co_await send(*client.command, request(op_take, 3));
          if (vanishes) client.command->close();
        });
        front.settle();
        bool stopped = false;
        front.server->stop([&] { stopped = true; });
        front.settle();
        front.advance(1500ms);
        front.settle();
        EXPECT_TRUE(stopped) << "silent " << manners.silent << ", deaf " << manners.deaf << ", vanishes " << vanishes
                             << ", in session " << in_session;
        if (!stopped) continue;
        front.server.reset();
        front.camera.reset();
        front.settle();
      }
    }
  }
}

// One that answers is put right, and nobody lets go of it.
TEST(Bridge, EndsWithTheSessionClosed) {
  UsbFront front;
  Client client;
  front.run([&]() -> Task<> {
    client = co_await handshake(front.connector());
    co_await transaction(*client.command, request(0x1002, 0, 1));
  });
  bool stopped = false;
  front.server->stop([&] { stopped = true; });
  front.settle();
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(front.toy->session);
  EXPECT_TRUE(front.log.empty());
}

TEST(Bridge, StallMeansAnErrorResponseAndNothingElse) {
  UsbFront front({.stall_in = true});
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    const Received got = co_await transaction(*client.command, request(op_bytes, 1, 5000));
    EXPECT_EQ(got.response.code, 0x2002);
    const Received next = co_await transaction(*client.command, request(op_bytes, 2, 5000));
    EXPECT_EQ(next.data, expected(5000));
  });
}

TEST(Bridge, FrameThatTheCameraCutShortIsFilledUp) {
  UsbFront front({.surplus = -20000});
  front.run([&]() -> Task<> {
    const Client client = co_await handshake(front.connector());
    const Received got = co_await transaction(*client.command, request(op_bytes, 1, 50000));
    EXPECT_EQ(got.data.size(), 50000u);
    EXPECT_EQ(Bytes(got.data.begin(), got.data.begin() + 30000), expected(30000));
  });
}

// The same over PTP/IP. The camera's server and the one in front of it share the world's loop.
struct IpPair {
  IpPair() : camera(world) {
    ServerOptions options;
    options.log = [this](const std::string& line) { log.push_back(line); };
    server = std::make_unique<transport::Server>(world.io, camera, world.clock, std::move(options));
  }
  ~IpPair() {
    bool stopped = false;
    server->stop([&] { stopped = true; });
    world.settle();
    EXPECT_TRUE(stopped);
  }
  Connect connector() {
    return [this] {
      auto [client, front] = transport::make_memory_links(world.io, framing, framing);
      asio::co_spawn(
          world.io, [this, link = std::move(front)]() mutable { return server->serve(std::move(link)); },
          asio::detached);
      return std::move(client);
    };
  }
  World world;
  Far camera;
  ptp::PacketFraming framing;
  std::vector<std::string> log;
  std::unique_ptr<transport::Server> server;
};

TEST(Bridge, PacketsGoAcrossAsTheyAre) {
  IpPair pair;
  pair.world.run([&]() -> Task<> {
    const Client client = co_await handshake(pair.connector());
    for (const u32 size : {0u, 1u, 70'000u, 17u << 20}) {
      const Received got = co_await transaction(*client.command, request(op_generated, 1, size));
      EXPECT_EQ(got.data, expected(size));
      EXPECT_EQ(got.packets, size > (16u << 20) ? 17u : 1u);
      co_await send(*client.command, announced_request(op_take, 2));
      co_await send_data(*client.command, 2, expected(size), 10'000);
      const Received taken = co_await transaction(*client.command, {});
      EXPECT_EQ(taken.response.code, 0x2001);
      EXPECT_EQ(pair.world.toy.taken, expected(size));
    }
    const Received unknown = co_await transaction(*client.command, request(op_unknown_total, 3, 5000));
    EXPECT_EQ(unknown.total, unknown_size);
    EXPECT_EQ(unknown.data, expected(5000));
    const Received refused = co_await transaction(*client.command, request(0x9FFF, 4));
    EXPECT_EQ(refused.response.code, 0x2005);
    co_await transaction(*client.command, request(op_event, 5));
    const Message event = co_await receive(*client.events);
    EXPECT_EQ(event.params[0], 7u);
  });
}

TEST(Bridge, CancelReachesACameraOnPtpIp) {
  IpPair pair;
  pair.world.run([&]() -> Task<> {
    const Client client = co_await handshake(pair.connector());
    co_await send(*client.command, request(op_generated, 3, 200 << 20));
    co_await receive(*client.command);
    co_await send(*client.events, cancel_of(3));
    co_await send(*client.command, cancel_of(3));
    const Message last = co_await response(*client.command);
    EXPECT_EQ(last.code, 0x201F);
    EXPECT_EQ(pair.world.toy.cancelled, 1u);
    const Received next = co_await transaction(*client.command, request(op_bytes, 4, 3000));
    EXPECT_EQ(next.data, expected(3000));
  });
}

TEST(Bridge, VanishedClientOfACameraOnPtpIp) {
  IpPair pair;
  pair.world.run([&]() -> Task<> {
    Client client = co_await handshake(pair.connector());
    co_await send(*client.command, request(op_generated, 3, 40 << 20));
    co_await receive(*client.command);
    client.command->close(true);
    const Client next = co_await handshake(pair.connector());
    EXPECT_EQ(pair.camera.hung_up, 1u);
    EXPECT_TRUE(pair.camera.left_in_step);
    const Received got = co_await transaction(*next.command, request(op_bytes, 4, 3000));
    EXPECT_EQ(got.data, expected(3000));
  });
}

TEST(Bridge, CameraOnPtpIpThatClosesClosesItsClient) {
  IpPair pair;
  pair.world.run([&]() -> Task<> {
    const Client client = co_await handshake(pair.connector());
    co_await transaction(*client.command, request(op_close, 1));
    const bool closed = co_await ended(*client.command);
    EXPECT_TRUE(closed);
  });
}

TEST(Bridge, UnreachableCameraIsAnInitFail) {
  IpPair pair;
  pair.camera.unreachable = true;
  pair.world.run([&]() -> Task<> {
    const auto link = pair.connector()();
    const Bytes name = someone("hopeful");
    Message hello = plain(Kind::init_command_request);
    hello.wire = name;
    co_await send(*link, hello);
    const Message answer = co_await receive(*link);
    EXPECT_EQ(answer.kind, Kind::init_fail);
    EXPECT_EQ(answer.params[0], 3u);
  });
  EXPECT_EQ(pair.log.size(), 1u);
}

}  // namespace
}  // namespace stuntcam::tests
