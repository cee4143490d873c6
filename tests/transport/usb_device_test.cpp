// A virtual USB device, told as a host sees it: docs/protocol.md §6, docs/virtual-usb.md.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "tests/transport/usb_host.h"
#include "transport/usb/out_endpoint.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;
using transport::usb::Description;
using transport::usb::Speed;
using transport::usb::StatusAnswer;

constexpr u16 ok = 0x2001, incomplete = 0x2007, not_supported = 0x2005;

Description camera() {
  Description device;
  device.vendor_id = 0x1234;
  device.product_id = 0x5678;
  device.manufacturer = "Maker";
  device.product = "Camera";
  device.serial = "42";
  return device;
}

Bytes made(u64 size) {
  Bytes bytes(size);
  for (u64 i = 0; i < size; ++i) bytes[i] = pattern(i);
  return bytes;
}

Bytes payload(const Bytes& container) { return {container.begin() + 12, container.end()}; }

struct Usb : testing::Test {
  World world;
  UsbHost host{world, camera()};
};

TEST_F(Usb, DescribesItself) {
  const auto device = host.control(0x80, 6, 0x0100, 0, 18);
  ASSERT_TRUE(device);
  EXPECT_EQ(*device, hex("12 01 00 02 00 00 00 40 34 12 78 56 00 01 01 02 03 01"));
  const auto head = host.control(0x80, 6, 0x0200, 0, 9);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size(), 9u);
  const auto whole = host.control(0x80, 6, 0x0200, 0, 255);
  ASSERT_TRUE(whole);
  EXPECT_EQ(*whole, hex("09 02 27 00 01 01 00 c0 01  09 04 00 00 03 06 01 01 00"
                        "07 05 81 02 00 02 00  07 05 02 02 00 02 00  07 05 83 03 40 00 06"));
  EXPECT_EQ(host.control(0x80, 6, 0x0300, 0, 255), hex("04 03 09 04"));
  EXPECT_EQ(host.control(0x80, 6, 0x0301, 0x0409, 255), hex("0c 03 4d 00 61 00 6b 00 65 00 72 00"));
  EXPECT_EQ(host.control(0x80, 6, 0x0303, 0x0409, 255), hex("06 03 34 00 32 00"));
  EXPECT_FALSE(host.control(0x80, 6, 0x0304, 0x0409, 255));
  EXPECT_FALSE(host.control(0x80, 6, 0x0F00, 0, 255)) << "no BOS below super speed";
}

TEST(UsbSpeeds, HavePacketsOfTheirOwn) {
  World world;
  auto description = camera();
  description.speed = Speed::super;
  UsbHost host(world, description);
  const auto configuration = host.control(0x80, 6, 0x0200, 0, 255);
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->size(), 0x39u);
  EXPECT_EQ(Bytes(configuration->begin() + 18, configuration->begin() + 31),
            hex("07 05 81 02 00 04 00 06 30 00 00 00 00"));
  EXPECT_EQ(host.control(0x80, 6, 0x0F00, 0, 255)->size(), 22u);
  description.speed = Speed::full;
  UsbHost slow(world, description);
  EXPECT_EQ(slow.control(0x80, 6, 0x0200, 0, 255)->at(22), 64);
}

TEST_F(Usb, StallsOnRequestsThatItDoesNotKnow) {
  EXPECT_FALSE(host.control(0x80, 0x77, 0, 0, 10));
  EXPECT_FALSE(host.control(0x21, 0x69, 0, 0, 0));
  EXPECT_FALSE(host.control(0x21, 0x64, 0, 0, 6, hex("0240 01000000"))) << "no cancellation code";
  EXPECT_FALSE(host.control(0x21, 0x64, 0, 0, 4, hex("0140 0100"))) << "cut";
  EXPECT_FALSE(host.control(0xA1, 0x67, 0, 1, 20)) << "there is one interface";
  EXPECT_FALSE(host.control(0x00, 9, 2, 0, 0)) << "there is one configuration";
  EXPECT_FALSE(host.control(0x82, 0, 0, 0x84, 2)) << "no such endpoint";
}

TEST_F(Usb, AnswersWithAResponse) {
  host.send_command(op_nothing, 1);
  EXPECT_EQ(host.receive(), hex("0c000000 0300 0120 01000000"));
}

// The bus carries the answers of one endpoint to their end before those of another.
TEST_F(Usb, AnEventComesWholeAmidData) {
  host.send_command(op_event, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  host.room = host.carried + 100'000;
  const u32 picture = host.in(1 << 20);
  host.send_command(op_generated, 2, {500'000});
  ASSERT_NE(host.ended(picture), nullptr);
  ASSERT_LT(host.ended(picture)->data.size(), 500'012u);
  const u32 asks = host.events();
  host.room = ~u64{0};
  host.device.carried();
  ASSERT_NE(host.ended(asks), nullptr);
  EXPECT_EQ(host.ended(asks)->data, hex("10000000 0400 0240 ffffffff 07000000"));
  EXPECT_EQ(payload(host.ended(picture)->data), made(500'000));
}

struct Watched final : transport::usb::BusObserver {
  explicit Watched(std::vector<std::string>& to) : said(to) {}
  ~Watched() override { said.emplace_back("left"); }
  void control(const transport::usb::Setup& setup, View data) override {
    say("control {:02x} {} {}", setup.request_type, setup.request, data.size());
  }
  void controlled(UrbStatus status, View data) override {
    say("controlled {} {}", std::to_underlying(status), data.size());
  }
  void submitted(u8 endpoint, u32 urb, u64 length) override { say("submitted {:02x} {} {}", endpoint, urb, length); }
  void arrived(View data) override { say("arrived {}", data.size()); }
  void unlinked(u32 urb) override { say("unlinked {}", urb); }
  void answered(u32 urb, UrbStatus status, u64 size, View data) override {
    say("answered {} {} {} {}", urb, std::to_underlying(status), size, data.size());
  }
  void more(View data) override { say("more {}", data.size()); }
  void accepted(u32 urb, UrbStatus status, u64 size) override {
    say("accepted {} {} {}", urb, std::to_underlying(status), size);
  }
  void note(std::string_view what) override { said.emplace_back(what); }

  template <class... Values>
  void say(fmt::format_string<Values...> text, Values&&... values) {
    said.push_back(fmt::format(text, std::forward<Values>(values)...));
  }
  std::vector<std::string>& said;
};

TEST(UsbObserver, SeesWhatPassesInItsOrder) {
  // The fault's place: what it marks is told to whoever watches the bus.
  transport::ServerOptions options;
  options.wrap = [](std::unique_ptr<Link> link, u64) {
    link->mark("a fault");
    return link;
  };
  World world(std::move(options));
  std::vector<std::string> said, hosts;
  UsbHost host(world, camera());
  host.device.detach(host);
  host.device.watch([&](const std::string& name) {
    hosts.push_back(name);
    return std::make_unique<Watched>(said);
  });
  world.settle();
  ASSERT_TRUE(host.device.attach(host, "watched"));
  world.settle();
  EXPECT_EQ(hosts, std::vector<std::string>{"watched"});
  EXPECT_EQ(said, (std::vector<std::string>{"a fault", "a fault"}));
  said.clear();
  host.control(0x80, 6, 0x0100, 0, 18);
  const u32 read = host.in(), waits = host.events(), forgotten = host.in(512);
  host.send_command(op_nothing, 1);
  EXPECT_TRUE(host.device.unlink(forgotten));
  host.cancel(1);
  const u32 command = forgotten + 1;
  host.device.detach(host);
  const auto text = [](const char* form, u32 urb) { return fmt::format(fmt::runtime(form), urb); };
  EXPECT_EQ(said,
            (std::vector<std::string>{"control 80 6 0", "controlled 0 18", text("submitted 81 {} 65536", read),
                                      text("submitted 83 {} 64", waits), text("submitted 81 {} 512", forgotten),
                                      text("submitted 02 {} 12", command), "arrived 12",
                                      text("accepted {} 0 12", command), text("answered {} 0 12 12", read),
                                      text("unlinked {}", forgotten), "control 21 100 6", "controlled 0 0", "left"}));
}

// Announces another length than it sends, and marks it, as faults do. 0: none.
struct Liar final : transport::Wrapper {
  Liar(std::unique_ptr<Link> inner, i64 surplus) : Wrapper(std::move(inner)), surplus_(surplus) {}
  void put(const Message& message) override {
    Message lie = message;
    if (message.kind == Kind::data) {
      mark("a lie");
      lie.total = lie.size = surplus_ == 0 ? unknown_size : message.total + static_cast<u64>(surplus_);
    }
    Wrapper::put(lie);
  }

 private:
  i64 surplus_;
};

// On the bus are the bytes that there are, whatever their head says, and the next transaction is not touched.
TEST(UsbLies, DoNotReachBeyondTheirTransfer) {
  for (const bool zlp : {true, false}) {
    for (const i64 surplus : {100, -50, 0}) {
      for (const u64 length : {512u, 4096u, 65536u}) {
        transport::ServerOptions options;
        options.wrap = [surplus](std::unique_ptr<Link> link, u64) -> std::unique_ptr<Link> {
          return std::make_unique<Liar>(std::move(link), surplus);
        };
        World world(std::move(options));
        auto description = camera();
        description.zlp = zlp;
        UsbHost host(world, description);
        u32 id = 0;
        for (const u32 size : {60u, 500u, 1012u, 4084u, 70'000u}) {
          host.send_command(op_bytes, ++id, {size});
          Bytes all;
          while (all.size() < size + 24 && !testing::Test::HasFailure()) {
            const auto got = host.receive(length);
            all.insert(all.end(), got.begin(), got.end());
          }
          ASSERT_EQ(all.size(), size + 24u) << "zlp " << zlp << ", surplus " << surplus << ", URBs of " << length;
          const u32 announced = surplus == 0 ? 0xFFFFFFFF : static_cast<u32>(size + 12 + surplus);
          EXPECT_EQ(static_cast<u32>(all[0] | all[1] << 8 | all[2] << 16 | all[3] << 24), announced);
          EXPECT_EQ(Bytes(all.begin() + 12, all.end() - 12), made(size));
          EXPECT_EQ(UsbHost::response({all.end() - 12, all.end()}), ok);
        }
      }
    }
  }
}

TEST_F(Usb, KeepsUrbsUntilThereIsData) {
  const u32 waiting = host.in();
  EXPECT_EQ(host.ended(waiting), nullptr);
  host.send_command(op_nothing, 1);
  ASSERT_NE(host.ended(waiting), nullptr);
  EXPECT_EQ(UsbHost::response(host.ended(waiting)->data), ok);
}

TEST_F(Usb, SendsDataAndResponseInTransfersOfTheirOwn) {
  host.send_command(op_bytes, 5, {1000});
  const auto data = host.receive();
  ASSERT_EQ(data.size(), 1012u);
  EXPECT_EQ(Bytes(data.begin(), data.begin() + 12), hex("f4030000 0200 0290 05000000"));
  EXPECT_EQ(payload(data), made(1000));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, DataOfNoBytesIsAHeader) {
  host.send_command(op_generated, 5, {0});
  EXPECT_EQ(host.receive(), hex("0c000000 0200 0390 05000000"));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

// The container fills its last packet: 12 + 500.
TEST_F(Usb, EndsFullPacketsWithAnEmptyOne) {
  host.send_command(op_bytes, 1, {500});
  EXPECT_EQ(host.receive(512).size(), 512u);
  EXPECT_EQ(host.receive(512).size(), 0u);
  EXPECT_EQ(UsbHost::response(host.receive(512)), ok);
  host.send_command(op_bytes, 2, {500});
  EXPECT_EQ(host.receive(1024).size(), 512u) << "the empty packet ends the larger URB";
  EXPECT_EQ(UsbHost::response(host.receive(512)), ok);
}

TEST(UsbQuirks, WithoutEmptyPacketsAnUrbGoesOnIntoTheResponse) {
  World world;
  auto description = camera();
  description.zlp = false;
  UsbHost host(world, description);
  host.send_command(op_bytes, 1, {500});
  EXPECT_EQ(host.receive(512).size(), 512u);
  EXPECT_EQ(UsbHost::response(host.receive(512)), ok);
  host.send_command(op_bytes, 2, {500});
  const auto both = host.receive(1024);
  ASSERT_EQ(both.size(), 524u);
  EXPECT_EQ(UsbHost::response({both.begin() + 512, both.end()}), ok);
}

TEST(UsbQuirks, SplitHeaders) {
  World world;
  auto description = camera();
  description.split_header = true;
  UsbHost host(world, description);
  host.send_command(op_bytes, 1, {100});
  EXPECT_EQ(host.receive().size(), 12u);
  EXPECT_EQ(host.receive(), made(100));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, CutsAnObjectIntoTheUrbsThatWait) {
  host.send_command(op_generated, 1, {3 << 20});
  Bytes all;
  for (int i = 0; i < 13; ++i) {
    const auto piece = host.receive(256 << 10);
    all.insert(all.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(payload(all), made(3 << 20));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, AnUrbThatIsNoMultipleOfThePacketOverflows) {
  host.send_command(op_bytes, 1, {1000});
  const u32 urb = host.in(100);
  ASSERT_NE(host.ended(urb), nullptr);
  EXPECT_EQ(host.ended(urb)->status, UrbStatus::overflow);
  EXPECT_EQ(host.ended(urb)->data.size(), 100u);
  EXPECT_EQ(host.receive(512).size(), 500u) << "the rest of the first packet is lost";
}

TEST_F(Usb, TakesDataWhole) {
  host.send_command(op_take, 1);
  host.out(UsbHost::data(op_take, 1, made(100'000)));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  EXPECT_EQ(world.toy.taken, made(100'000));
  EXPECT_EQ(world.toy.announced, 100'000u);
}

TEST_F(Usb, TakesHeaderAndPayloadInTransfersOfTheirOwn) {
  host.send_command(op_take, 1);
  host.out(UsbHost::data(op_take, 1, {}, 12 + 600));
  host.out(made(600));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  EXPECT_EQ(world.toy.taken, made(600));
}

TEST_F(Usb, TakesDataWithAndWithoutAnEmptyPacket) {
  for (u32 id = 1; id <= 6; id += 2) {
    host.send_command(op_take, id);
    host.out(UsbHost::data(op_take, id, made(500)), id == 3);
    if (id == 5) host.out({});
    EXPECT_EQ(UsbHost::response(host.receive()), ok) << id;
    EXPECT_EQ(world.toy.taken.size(), 500u);
    host.send_command(op_nothing, id + 1);
    EXPECT_EQ(UsbHost::response(host.receive()), ok) << id;
  }
}

// Hosts write it, and wait for that, before they read the response.
TEST_F(Usb, AcceptsTheEmptyPacketBeforeTheResponseIsRead) {
  host.send_command(op_take, 1);
  host.out(UsbHost::data(op_take, 1, made(500)));
  EXPECT_NE(host.ended(host.out({})), nullptr);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  host.send_command(op_nothing, 2);
  EXPECT_NE(host.ended(host.out(UsbHost::command(op_nothing, 3))), nullptr)
      << "and a command, while it answers another";
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, TakesDataOfUnknownLengthUpToAShortPacket) {
  host.send_command(op_take, 1);
  host.out(UsbHost::data(op_take, 1, made(1012), 0xFFFFFFFF));
  EXPECT_EQ(world.toy.finished, 0u);
  host.out(made(100));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  EXPECT_EQ(world.toy.taken.size(), 1112u);
  EXPECT_EQ(world.toy.announced, unknown_size);
}

TEST_F(Usb, AShortPacketEndsDataEarly) {
  host.send_command(op_take, 1);
  host.out(UsbHost::data(op_take, 1, made(100), 12 + 1000));
  EXPECT_EQ(UsbHost::response(host.receive()), incomplete);
  EXPECT_FALSE(world.toy.complete);
}

TEST_F(Usb, DropsWhatIsBehindTheLength) {
  host.send_command(op_take, 1);
  host.out(UsbHost::data(op_take, 1, made(900), 12 + 100));
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  EXPECT_EQ(world.toy.taken, made(100));
  host.send_command(op_nothing, 2);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, EventsComeOnTheInterruptEndpoint) {
  const u32 urb = host.events();
  host.send_command(op_event, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  ASSERT_NE(host.ended(urb), nullptr);
  EXPECT_EQ(host.ended(urb)->data, hex("10000000 0400 0240 ffffffff 07000000"));
  EXPECT_EQ(host.control(0xA1, 0x65, 0, 0, 64), hex("0240 ffffffff 0100 0400 07000000"));
}

TEST_F(Usb, NobodyNeedsToReadEvents) {
  host.send_command(op_flood, 1, {5000});
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  world.advance(10min);
  EXPECT_FALSE(host.gone);
  EXPECT_EQ(host.ended(host.events())->data.size(), 12u);
}

TEST(UsbQuirks, EventsComeInPieces) {
  World world;
  auto description = camera();
  description.interrupt_packet = 8;
  UsbHost host(world, description);
  host.send_command(op_event, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  for (int piece = 0; piece < 2; ++piece) {
    const Urb* got = host.ended(host.events(8));
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(got->data.size(), 8u);
  }
}

TEST_F(Usb, ACancelEndsADataPhaseToTheHost) {
  host.send_command(op_generated, 9, {64 << 20});
  EXPECT_EQ(host.receive(65536).size(), 65536u);
  EXPECT_TRUE(host.cancel(9));
  EXPECT_EQ(host.status(), hex("0400 1920")) << "busy until the camera has stopped";
  world.settle();
  EXPECT_EQ(host.status(), hex("0400 0120"));
  EXPECT_EQ(world.toy.cancelled, 1u);
  const u32 urb = host.in();
  EXPECT_EQ(host.ended(urb), nullptr) << "no response comes of it";
  host.send_command(op_nothing, 10);
  EXPECT_EQ(UsbHost::response(host.ended(urb)->data), ok);
}

TEST_F(Usb, ACancelEndsADataPhaseFromTheHost) {
  host.send_command(op_take, 9);
  host.out(UsbHost::data(op_take, 9, made(4084), 12 + 100'000));
  EXPECT_TRUE(host.cancel(9));
  world.settle();
  EXPECT_EQ(host.status(), hex("0400 0120"));
  EXPECT_EQ(world.toy.dropped, 1u);
  EXPECT_EQ(world.toy.finished, 0u);
  host.send_command(op_nothing, 10);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, ACancelEndsWaiting) {
  host.send_command(op_slow, 3, {60'000});
  EXPECT_TRUE(host.cancel(3));
  world.settle();
  EXPECT_EQ(host.status(), hex("0400 0120"));
  host.send_command(op_nothing, 4);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, ACancelOfAResponseThatNobodyRead) {
  host.send_command(op_nothing, 3);
  EXPECT_TRUE(host.cancel(3));
  world.settle();
  host.send_command(op_nothing, 4);
  EXPECT_EQ(host.receive().at(8), 4);
}

TEST_F(Usb, ACancelOfNothing) {
  EXPECT_TRUE(host.cancel(77));
  EXPECT_EQ(host.status(), hex("0400 0120"));
  host.send_command(op_nothing, 4);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

// What was promised of an URB still comes: as zeros.
TEST_F(Usb, ACancelWithinAnUrbFillsIt) {
  host.choked = true;
  host.send_command(op_generated, 9, {4 << 20});
  const u32 urb = host.in(8 << 20);
  EXPECT_EQ(host.ended(urb), nullptr);
  host.choked = false;
  host.device.carried();
  world.settle();
  ASSERT_NE(host.ended(urb), nullptr);
  EXPECT_TRUE(host.cancel(9));
  world.settle();
  EXPECT_EQ(host.ended(urb)->data.size(), host.ended(urb)->size);
}

TEST_F(Usb, StallsOnWhatIsNoContainer) {
  const u32 parked = host.in();
  host.out(hex("05000000 0100 0290 01000000"));
  ASSERT_NE(host.ended(parked), nullptr);
  EXPECT_EQ(host.ended(parked)->status, UrbStatus::stalled);
  EXPECT_EQ(host.ended(host.in())->status, UrbStatus::stalled);
  EXPECT_EQ(host.ended(host.out(UsbHost::command(op_nothing, 1)))->status, UrbStatus::stalled);
  EXPECT_EQ(host.status(), hex("0c00 1f20 81000000 02000000"));
  EXPECT_EQ(host.control(0x82, 0, 0, 0x81, 2), hex("0100"));
  EXPECT_TRUE(host.clear_halt(0x81));
  EXPECT_TRUE(host.clear_halt(0x02));
  EXPECT_EQ(host.status(), hex("0400 0120"));
  EXPECT_EQ(host.trouble.size(), 1u);
  host.send_command(op_nothing, 2);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, EveryBrokenContainerStallsAndNothingElse) {
  for (const char* bytes :
       {"0c000000 0100 0290", "14000000 0100 0290 01000000 0100", "0c000000 0300 0120 01000000",
        "0c000000 0400 0240 01000000", "0c000000 0900 0290 01000000", "40000000 0100 0290 01000000 01000000"}) {
    host.out(hex(bytes));
    EXPECT_EQ(host.status()->size(), 12u) << bytes;
    EXPECT_TRUE(host.clear_halt(0x81) && host.clear_halt(0x02));
    host.send_command(op_nothing, 2);
    EXPECT_EQ(UsbHost::response(host.receive()), ok) << bytes;
  }
  EXPECT_FALSE(host.gone);
}

TEST(UsbQuirks, StallsOnUnsupportedOperations) {
  World world;
  auto description = camera();
  UsbHost polite(world, description);
  polite.send_command(0x9FFF, 1);
  EXPECT_EQ(UsbHost::response(polite.receive()), not_supported);
  description.stall_unsupported = true;
  UsbHost host(world, description);
  const u32 urb = host.in();
  host.send_command(0x9FFF, 1);
  EXPECT_EQ(host.ended(urb)->status, UrbStatus::stalled);
}

TEST(UsbQuirks, StatusInManyWays) {
  World world;
  auto description = camera();
  description.status = StatusAnswer::empty;
  EXPECT_EQ(UsbHost(world, description).status(), Bytes{});
  description.status = StatusAnswer::stall;
  EXPECT_FALSE(UsbHost(world, description).status());
  description.status = StatusAnswer::busy;
  EXPECT_EQ(UsbHost(world, description).status(), hex("0400 1920"));
}

TEST_F(Usb, AResetBeginsANewSession) {
  EXPECT_EQ(world.toy.opened, 1u);
  host.send_command(op_generated, 9, {64 << 20});
  EXPECT_EQ(host.receive(65536).size(), 65536u);
  const u32 parked = host.in(512);
  EXPECT_NE(host.ended(parked), nullptr);
  EXPECT_TRUE(host.control(0x21, 0x66, 0, 0, 0));
  world.settle();
  EXPECT_EQ(world.toy.opened, 2u);
  EXPECT_EQ(world.toy.closed, 1u);
  EXPECT_FALSE(host.gone);
  host.send_command(op_nothing, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST(UsbQuirks, ResetThatKeepsTheSession) {
  World world;
  auto description = camera();
  description.reset_keeps_session = true;
  UsbHost host(world, description);
  host.send_command(op_generated, 9, {64 << 20});
  EXPECT_TRUE(host.control(0x21, 0x66, 0, 0, 0));
  world.settle();
  EXPECT_EQ(world.toy.opened, 1u);
  host.send_command(op_nothing, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

TEST_F(Usb, SettingTheConfigurationAgainIsAReset) {
  EXPECT_TRUE(host.control(0x00, 9, 1, 0, 0));
  EXPECT_EQ(world.toy.opened, 1u);
  EXPECT_EQ(host.control(0x80, 8, 0, 0, 1), hex("01"));
  EXPECT_TRUE(host.control(0x00, 9, 1, 0, 0));
  world.settle();
  EXPECT_EQ(world.toy.opened, 2u);
}

TEST_F(Usb, UnlinkedUrbsAreForgotten) {
  const u32 first = host.in(), second = host.in(), event = host.events();
  EXPECT_TRUE(host.device.unlink(first));
  EXPECT_FALSE(host.device.unlink(first));
  EXPECT_TRUE(host.device.unlink(event));
  EXPECT_FALSE(host.device.unlink(12345));
  host.send_command(op_nothing, 1);
  EXPECT_EQ(host.ended(first), nullptr);
  EXPECT_NE(host.ended(second), nullptr);
}

TEST_F(Usb, OneHostAtATime) {
  struct Other final : transport::usb::Bus {
    void answer(u32, UrbStatus, u64, View) override {}
    void more(View) override {}
    void accepted(u32, UrbStatus, u64) override {}
    bool full() const override { return false; }
    void unplugged() override {}
  } other;
  EXPECT_FALSE(host.device.attach(other, "other"));
  host.device.detach(host);
  EXPECT_TRUE(host.device.attach(other, "other"));
  world.settle();
  EXPECT_EQ(world.toy.opened, 2u);
  EXPECT_EQ(world.toy.closed, 1u);
  host.device.detach(other);
  world.settle();
}

TEST_F(Usb, ACameraThatClosesIsUnplugged) {
  host.send_command(op_close, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
  world.settle();
  EXPECT_TRUE(host.gone);
}

TEST_F(Usb, StopsWithItsServer) {
  host.send_command(op_generated, 9, {64 << 20});
  bool stopped = false;
  world.server->stop([&] { stopped = true; });
  world.settle();
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(host.gone);
}

struct NoBus final : transport::usb::Bus {
  void answer(u32, UrbStatus, u64, View) override {}
  void more(View) override {}
  void accepted(u32, UrbStatus, u64) override {}
  bool full() const override { return false; }
  void unplugged() override {}
};

std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0, pages = 0;
  file >> all >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Whoever takes it is always a little behind, so that it never is empty.
TEST(UsbOutEndpoint, ForgetsWhatWasTakenOfALargeUrb) {
  constexpr u64 size = 256 << 20;
  constexpr std::size_t piece = 60'001, behind = 3 * piece;
  NoBus bus;
  transport::usb::OutEndpoint endpoint(512);
  const std::size_t before = resident();
  endpoint.submit(bus, 1, size, false);
  u64 arrived = 0, taken = 0;
  std::size_t largest = 0;
  bool same = true;
  Bytes buffer(piece);
  while (taken < size) {
    buffer[0] = pattern(arrived);
    const View bytes = View(buffer).first(static_cast<std::size_t>(std::min<u64>(piece, size - arrived)));
    if (!bytes.empty()) endpoint.arrive(bus, bytes);
    arrived += bytes.size();
    const u64 parked = endpoint.parked();
    const auto count = static_cast<std::size_t>(arrived == size ? parked : parked - std::min<u64>(parked, behind));
    for (u64 i = (taken + piece - 1) / piece * piece; i < taken + count; i += piece)
      same = same && endpoint.bytes()[static_cast<std::size_t>(i - taken)] == pattern(i);
    if (arrived == size && largest == 0) largest = resident();
    if (count != 0) endpoint.take(bus, count);
    taken += count;
  }
  EXPECT_TRUE(same);
  EXPECT_LT(largest, before + (64 << 20));
  EXPECT_EQ(endpoint.parked(), 0u);
}

TEST_F(Usb, WorksBesideNetworkClients) {
  world.run([&]() -> Task<> {
    const Client client = co_await handshake(world);
    const auto answered = co_await transaction(*client.command, request(op_nothing, 1));
    EXPECT_EQ(answered.response.code, ok);
  });
  host.send_command(op_nothing, 1);
  EXPECT_EQ(UsbHost::response(host.receive()), ok);
}

}  // namespace
}  // namespace stuntcam::tests
