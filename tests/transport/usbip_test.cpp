// USB/IP on real sockets, told by a client that stands on the other side: a good one and hostile ones.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include <asio/executor_work_guard.hpp>

#include "tests/transport/usb_host.h"
#include "transport/usbip/server.h"

namespace stuntcam::tests {
namespace {

using transport::usb::Description;
using transport::usb::VirtualDevice;

constexpr u16 ok = 0x2001;
constexpr i32 stall = -32, reset = -104, overflow = -75;

void put32(Bytes& out, u32 value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<u8>(value >> shift));
}
u32 get32(const Bytes& from, std::size_t at) {
  return static_cast<u32>(from[at] << 24 | from[at + 1] << 16 | from[at + 2] << 8 | from[at + 3]);
}

struct Answer {
  u32 kind = 0, sequence = 0;
  i32 status = 0;
  u32 size = 0;
  Bytes data;
};

// A blocking socket; what takes longer than ten seconds fails.
class Wire {
 public:
  explicit Wire(u16 port, int buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{10, 0};
    for (const int each : {SO_RCVBUF, SO_SNDBUF})
      if (buffer != 0) ::setsockopt(fd_, SOL_SOCKET, each, &buffer, sizeof buffer);
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool send(const Bytes& bytes) const { return send_some(bytes) == bytes.size(); }
  // Fewer: the other side does not read, or has closed.
  std::size_t send_some(const Bytes& bytes) const {
    std::size_t at = 0;
    while (at < bytes.size()) {
      const ssize_t sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;
      at += static_cast<std::size_t>(sent);
    }
    return at;
  }
  void patience(time_t seconds) const {
    const timeval limit{seconds, 0};
    for (const int each : {SO_RCVTIMEO, SO_SNDTIMEO}) ::setsockopt(fd_, SOL_SOCKET, each, &limit, sizeof limit);
  }
  // Fewer: the other side has closed.
  Bytes receive(std::size_t size) const {
    Bytes bytes(size);
    std::size_t got = 0;
    while (got < size) {
      const ssize_t count = ::recv(fd_, bytes.data() + got, size - got, 0);
      if (count <= 0) break;
      got += static_cast<std::size_t>(count);
    }
    bytes.resize(got);
    return bytes;
  }
  bool closed() const { return receive(1).empty(); }

 private:
  int fd_;
};

// A host that has attached the device.
class Attached {
 public:
  explicit Attached(u16 port, const std::string& bus_id = "1-1", int buffer = 0) : wire(port, buffer) {
    Bytes hello = hex("0111 8003 00000000");
    hello.insert(hello.end(), bus_id.begin(), bus_id.end());
    hello.resize(40);
    wire.send(hello);
    const auto head = wire.receive(8);
    status = head.size() == 8 ? static_cast<i32>(get32(head, 4)) : -1;
    if (status == 0) record = wire.receive(312);
  }

  u32 submit(u32 endpoint, bool to_host, u32 length, const Bytes& data = {}, const Bytes& setup = Bytes(8),
             u32 packets = 0) {
    Bytes bytes;
    for (const u32 each : {1u, ++last, 0x10001u, to_host ? 1u : 0u, endpoint, 0u, length, 0u, packets, 0u})
      put32(bytes, each);
    bytes.insert(bytes.end(), setup.begin(), setup.end());
    bytes.insert(bytes.end(), data.begin(), data.end());
    wire.send(bytes);
    return last;
  }
  void put_unlink(Bytes& bytes, u32 urb) {
    const std::size_t end = bytes.size() + 48;
    for (const u32 each : {2u, ++last, 0x10001u, 0u, 0u, urb}) put32(bytes, each);
    bytes.resize(end);
  }
  u32 unlink(u32 urb) {
    Bytes bytes;
    put_unlink(bytes, urb);
    wire.send(bytes);
    return last;
  }
  Answer answer(bool to_host = true) const {
    const auto head = wire.receive(48);
    if (head.size() != 48) return {};
    Answer got{get32(head, 0), get32(head, 4), static_cast<i32>(get32(head, 20)), get32(head, 24), {}};
    if (got.kind == 3 && to_host && got.size != 0) got.data = wire.receive(got.size);
    return got;
  }
  Answer control(const Bytes& setup, const Bytes& out = {}) {
    const bool to_host = (setup[0] & 0x80) != 0;
    const u32 length = static_cast<u32>(setup[6] | setup[7] << 8);
    submit(0, to_host, length, out, setup);
    return answer(to_host);
  }
  void command(u16 code, u32 id, std::initializer_list<u32> params = {}) {
    const auto bytes = UsbHost::command(code, id, params);
    submit(2, false, static_cast<u32>(bytes.size()), bytes);
    EXPECT_EQ(answer(false).size, bytes.size());
  }
  Answer bulk_in(u32 length = 65536) {
    submit(1, true, length);
    return answer();
  }

  Wire wire;
  i32 status = -1;
  Bytes record;
  u32 last = 0;
};

struct UsbIp : testing::Test {
  UsbIp() {
    Description what;
    what.vendor_id = 0x1234;
    what.product_id = 0x5678;
    for (int i = 0; i < 2; ++i) {
      device = std::make_shared<VirtualDevice>(world.io, what, [this](std::unique_ptr<Link> command, auto events) {
        return world.server->attach(std::move(command), std::move(events), ptp::Identity{.guid = {}, .name = "host"});
      });
      EXPECT_EQ(server->add({&world.io, device}), i == 0 ? "1-1" : "1-2");
    }
    port = server->listen("127.0.0.1", 0);
    thread = std::thread([this] { world.io.run(); });
  }
  ~UsbIp() override {
    asio::post(world.io, [this] {
      server->stop();
      world.server->stop([this] {
        busy.reset();
        world.io.stop();
      });
    });
    thread.join();
    world.io.restart();
  }
  // Once the camera has noticed that the host before has gone.
  void is_free_again() const {
    for (int i = 0; i < 1000; ++i) {
      Attached host(port);
      if (host.status == 0) {
        host.command(op_nothing, 1);
        EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
        return;
      }
      std::this_thread::yield();
    }
    FAIL() << "the device stays busy";
  }

  World world;
  std::unique_ptr<transport::usbip::Server> server = std::make_unique<transport::usbip::Server>(
      world.io, world.clock, [this](const std::string& line) { said.push_back(line); });
  std::shared_ptr<VirtualDevice> device;
  asio::executor_work_guard<asio::io_context::executor_type> busy{world.io.get_executor()};
  std::vector<std::string> said;
  u16 port = 0;
  std::thread thread;
};

TEST_F(UsbIp, ListsWhatItHas) {
  const Wire wire(port);
  wire.send(hex("0111 8005 00000000"));
  const auto head = wire.receive(12);
  EXPECT_EQ(head, hex("0111 0005 00000000 00000002"));
  const auto list = wire.receive(632);
  ASSERT_EQ(list.size(), 632u);
  EXPECT_EQ(std::string(list.begin() + 256, list.begin() + 259), "1-1");
  EXPECT_EQ(Bytes(list.begin() + 288, list.begin() + 316),
            hex("00000001 00000001 00000003 1234 5678 0100 000000 00 01 01 06010100"));
  EXPECT_TRUE(wire.closed());
}

TEST_F(UsbIp, GivesEachDeviceToOneHost) {
  const Attached first(port);
  EXPECT_EQ(first.status, 0);
  EXPECT_EQ(first.record.size(), 312u);
  EXPECT_EQ(Attached(port).status, 2);
  EXPECT_EQ(Attached(port, "1-2").status, 0);
  EXPECT_EQ(Attached(port, "9-9").status, 4);
}

TEST_F(UsbIp, CarriesASession) {
  Attached host(port);
  EXPECT_EQ(host.control(hex("80 06 0001 0000 1200")).data.size(), 18u);
  EXPECT_EQ(host.control(hex("00 09 0100 0000 0000")).status, 0);
  EXPECT_EQ(host.control(hex("80 77 0000 0000 0400")).status, stall);
  host.command(op_bytes, 1, {100});
  EXPECT_EQ(host.bulk_in().data.size(), 112u);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
  host.command(op_event, 2);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
  host.submit(3, true, 64);
  EXPECT_EQ(host.answer().data.size(), 16u);
}

TEST_F(UsbIp, TakesData) {
  Attached host(port);
  host.command(op_take, 1);
  const auto bytes = UsbHost::data(op_take, 1, Bytes(3 << 20, 7));
  host.submit(2, false, static_cast<u32>(bytes.size()), bytes);
  const auto taken = host.answer(false);
  EXPECT_EQ(taken.size, bytes.size());
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

TEST_F(UsbIp, StreamsIntoManyUrbs) {
  constexpr u32 size = 8 << 20, piece = 64 << 10;
  Attached host(port);
  host.command(op_generated, 1, {size});
  u32 asked = 0;
  Bytes all;
  for (; asked < 16; ++asked) host.submit(1, true, piece);
  while (all.size() < size + 12) {
    const auto got = host.answer();
    ASSERT_EQ(got.status, 0);
    ASSERT_FALSE(got.data.empty());
    all.insert(all.end(), got.data.begin(), got.data.end());
    host.submit(1, true, piece);
  }
  bool same = all.size() == size + 12;
  for (u32 i = 0; same && i < size; ++i) same = all[i + 12] == pattern(i);
  EXPECT_TRUE(same);
  EXPECT_EQ(UsbHost::response(host.answer().data), ok);
}

TEST_F(UsbIp, OneUrbForAll) {
  Attached host(port);
  host.command(op_generated, 1, {9 << 20});
  const auto got = host.bulk_in(64 << 20);
  EXPECT_EQ(got.data.size(), (9u << 20) + 12);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

// So much that it cannot be on its way whole when the event is asked for.
TEST_F(UsbIp, AnEventDoesNotGetIntoAPicture) {
  constexpr u32 size = 64 << 20;
  Attached host(port);
  host.command(op_event, 1);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
  host.command(op_generated, 2, {size});
  const u32 picture = host.submit(1, true, size + 512), event = host.submit(3, true, 64);
  auto got = host.answer();
  ASSERT_EQ(got.sequence, picture);
  ASSERT_EQ(got.data.size(), size + 12);
  bool same = true;
  for (u32 i = 0; same && i < size; ++i) same = got.data[i + 12] == pattern(i);
  EXPECT_TRUE(same);
  got = host.answer();
  EXPECT_EQ(got.sequence, event);
  EXPECT_EQ(got.data.size(), 16u);
}

TEST_F(UsbIp, UnlinksWhatWaits) {
  Attached host(port);
  const u32 parked = host.submit(1, true, 512);
  const u32 sequence = host.unlink(parked);
  auto got = host.answer();
  EXPECT_EQ(got.kind, 4u);
  EXPECT_EQ(got.sequence, sequence);
  EXPECT_EQ(got.status, reset);
  host.unlink(parked);
  EXPECT_EQ(host.answer().status, 0);
  host.command(op_nothing, 1);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

TEST_F(UsbIp, CancelsADataPhase) {
  Attached host(port);
  host.command(op_generated, 7, {1u << 30});
  EXPECT_EQ(host.bulk_in().data.size(), 65536u);
  EXPECT_EQ(host.control(hex("21 64 0000 0000 0600"), hex("0140 07000000")).status, 0);
  const Bytes idle = hex("0400 0120");
  Bytes status;
  for (int i = 0; i < 1000 && status != idle; ++i) status = host.control(hex("a1 67 0000 0000 2000")).data;
  EXPECT_EQ(status, idle);
  host.command(op_nothing, 8);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

TEST_F(UsbIp, TellsStallsAndOverflows) {
  Attached host(port);
  host.command(op_bytes, 1, {1000});
  EXPECT_EQ(host.bulk_in(100).status, overflow);
  EXPECT_EQ(host.bulk_in().data.size(), 500u);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
  host.submit(2, false, 12, hex("01000000 0100 0290 01000000"));
  host.answer(false);
  EXPECT_EQ(host.bulk_in().status, stall);
  host.submit(9, false, 3, hex("010203"));
  EXPECT_EQ(host.answer(false).status, stall) << "no such endpoint";
  EXPECT_EQ(host.control(hex("02 01 0000 8100 0000")).status, 0);
  EXPECT_EQ(host.control(hex("02 01 0000 0200 0000")).status, 0);
  host.command(op_nothing, 2);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

TEST_F(UsbIp, ClosesOnLies) {
  {
    Attached host(port);
    host.submit(2, false, 0x80000000);
    EXPECT_TRUE(host.wire.closed()) << "a negative length";
  }
  is_free_again();
  {
    Attached host(port);
    host.submit(1, true, 512, {}, Bytes(8), 3);
    EXPECT_TRUE(host.wire.closed()) << "isochronous";
  }
  is_free_again();
  {
    Attached host(port);
    host.wire.send(Bytes(48, 0x55));
    EXPECT_TRUE(host.wire.closed()) << "no command";
  }
  is_free_again();
  {
    Attached host(port);
    host.submit(0, false, 1 << 20);
    EXPECT_TRUE(host.wire.closed()) << "a huge control transfer";
  }
  is_free_again();
  const Wire stranger(port);
  stranger.send(hex("0111 4711 00000000"));
  EXPECT_TRUE(stranger.closed());
}

TEST_F(UsbIp, SurvivesHostsThatVanish) {
  {
    Attached host(port);
    host.submit(2, false, 100 << 20, Bytes(1000));  // announces 100 MiB
  }
  is_free_again();
  {
    Attached host(port);
    host.command(op_generated, 1, {1u << 30});
    for (int i = 0; i < 100; ++i) host.submit(1, true, 1 << 20);
  }
  is_free_again();
  {
    Attached host(port);
    host.command(op_take, 1);
    host.submit(2, false, 1 << 20, Bytes(500, 2));
  }
  is_free_again();
}

TEST_F(UsbIp, BoundsWhatWaits) {
  Attached host(port);
  for (int i = 0; i < 20'000; ++i) host.submit(3, true, 64);
  EXPECT_TRUE(host.wire.closed());
  is_free_again();
}

TEST_F(UsbIp, UnlinksEverything) {
  Attached host(port);
  for (int i = 0; i < 2000; ++i) host.submit(i % 2 == 0 ? 1 : 3, true, 512);
  for (u32 urb = 1; urb <= 2000; ++urb) host.unlink(urb);
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(host.answer().status, reset);
  host.command(op_nothing, 1);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

TEST_F(UsbIp, UnlinksWhatIsOnItsWay) {
  constexpr u32 size = 12 << 20;
  Attached host(port);
  host.command(op_generated, 1, {size});
  // Nobody takes them while the camera sends.
  for (int i = 0; i < 10; ++i) {
    const u32 out = host.submit(2, false, 4096, Bytes(4096, 7));
    const u32 taken_back = host.unlink(out);
    const auto got = host.answer();
    ASSERT_EQ(got.kind, 4u);
    EXPECT_EQ(got.sequence, taken_back);
    EXPECT_EQ(got.status, reset);
  }
  // Too late for one whose bytes are coming: they come all, and then that is said.
  const u32 picture = host.submit(1, true, size);
  const auto head = host.wire.receive(48);
  ASSERT_EQ(head.size(), 48u);
  EXPECT_EQ(get32(head, 4), picture);
  EXPECT_EQ(get32(head, 24), size);
  EXPECT_EQ(host.wire.receive(1000).size(), 1000u);
  const u32 late = host.unlink(picture);
  const auto rest = host.wire.receive(size - 1000);
  ASSERT_EQ(rest.size(), size - 1000u);
  bool same = true;
  for (u32 i = 0; same && i < rest.size(); ++i) same = rest[i] == pattern(i + 1000 - 12);
  EXPECT_TRUE(same);
  const auto got = host.answer();
  EXPECT_EQ(got.kind, 4u);
  EXPECT_EQ(got.sequence, late);
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(host.bulk_in().data.size(), 12u);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

// Answers that nobody reads hold up the commands: they are not read any more, so nothing grows.
TEST_F(UsbIp, AHostThatDoesNotListen) {
  constexpr std::size_t command = 48, most_unheard = 4 << 20, no_end = 64 << 20;
  {
    // Small buffers: the kernel wakes a sender when a third of its buffer is free, which must not take long.
    Attached host(port, "1-1", 64 << 10);
    host.wire.patience(6);
    std::size_t sent = 0;
    for (bool taken = true; taken && sent < no_end;) {
      Bytes many;
      for (int i = 0; i < 4096; ++i) host.put_unlink(many, 77);
      const std::size_t some = host.wire.send_some(many);
      sent += some;
      taken = some == many.size();
    }
    ASSERT_LT(sent, no_end);
    EXPECT_GT(sent, most_unheard);
    host.wire.patience(60);  // both windows are shut: the kernel waits before it tries again, longer each time
    constexpr std::size_t piece = 4096 * command;
    for (std::size_t left = sent / command * command; left != 0;) {
      const auto answers = host.wire.receive(std::min(left, piece));
      ASSERT_EQ(answers.size(), std::min(left, piece));
      for (std::size_t at = 0; at < answers.size(); at += command) ASSERT_EQ(get32(answers, at), 4u);
      left -= answers.size();
    }
  }
  is_free_again();
}

TEST_F(UsbIp, ControlTransfersWhoseLengthsDisagree) {
  Attached host(port);
  host.submit(0, true, 64, {}, hex("80 06 0001 0000 0400"));
  EXPECT_EQ(host.answer().data.size(), 4u);
  host.submit(0, true, 8, {}, hex("80 06 0001 0000 1200"));
  EXPECT_EQ(host.answer().data.size(), 8u);
  host.submit(0, true, 0, {}, hex("80 06 0001 0000 1200"));
  EXPECT_EQ(host.answer().data.size(), 0u);
  host.submit(0, false, 2, hex("0140"), hex("21 64 0000 0000 0600"));
  EXPECT_EQ(host.answer(false).status, stall);
  host.command(op_nothing, 1);
  EXPECT_EQ(UsbHost::response(host.bulk_in().data), ok);
}

TEST_F(UsbIp, ClosesStrangersThatSayNothing) {
  const Wire silent(port), slow(port), late(port);
  slow.send(hex("0111 80"));
  late.send(hex("0111 8003 00000000 312d"));  // no whole bus id
  const Wire last(port);
  last.send(hex("0111 8005 00000000"));
  EXPECT_EQ(last.receive(12).size(), 12u);  // so those before were accepted
  asio::post(world.io, [this] { world.clock.advance(std::chrono::seconds(11)); });
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(slow.closed());
  EXPECT_TRUE(late.closed());
  is_free_again();
}

TEST_F(UsbIp, ClosesStrangersBeyondMeasure) {
  std::vector<std::unique_ptr<Wire>> strangers;
  strangers.reserve(200);
  for (int i = 0; i < 200; ++i) strangers.push_back(std::make_unique<Wire>(port));
  EXPECT_TRUE(strangers.back()->closed());
  strangers.clear();
  is_free_again();
}

}  // namespace
}  // namespace stuntcam::tests
