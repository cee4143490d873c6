// Over real sockets on loopback: what memory links cannot show.
#include <thread>

#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>

#include "tests/transport/world.h"
#include "transport/file.h"
#include "transport/observer.h"
#include "transport/real_clock.h"
#include "transport/tcp_link.h"

namespace stuntcam::tests {
namespace {

// The toy on a port of its own, served by a thread; a blocking client.
class TcpWorld {
 public:
  explicit TcpWorld(transport::ServerOptions options = {}) {
    server_ = std::make_unique<transport::Server>(io_, toy, clock_, std::move(options));
    port_ = server_->listen("127.0.0.1", 0).command;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TcpWorld() {
    asio::post(io_, [this] { server_->stop([] {}); });
    thread_.join();
  }
  u16 port() const { return port_; }
  Toy toy;

 private:
  asio::io_context io_{1};
  transport::RealClock clock_{io_};
  std::unique_ptr<transport::Server> server_;
  u16 port_ = 0;
  std::thread thread_;
};

void run_client(u16 port, std::function<Task<>(Link&)> test) {
  asio::io_context io;
  const ptp::PacketFraming framing;
  transport::TcpSocket socket(io);
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  const auto link = transport::make_tcp_link(std::move(socket), framing);
  std::exception_ptr failure;
  asio::co_spawn(io, [&] { return test(*link); }, [&](const std::exception_ptr& error) { failure = error; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

Task<> greet(Link& link) {
  const Bytes identity = someone("tcp");
  Message hello = plain(Kind::init_command_request);
  hello.wire = identity;
  co_await send(link, hello);
  const Message ack = co_await receive(link);
  EXPECT_EQ(ack.kind, Kind::init_command_ack);
}

TEST(Tcp, FilesGeneratedBytesAndUploadsArriveWhole) {
  const auto file = transport::File::temporary();
  Bytes content(9'000'001);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = pattern(i);
  file->write(0, content);
  TcpWorld world({.data_packet = 4 << 20});
  world.toy.file = file;
  run_client(world.port(), [&](Link& link) -> Task<> {
    co_await greet(link);
    const Received sent = co_await transaction(link, request(op_file, 1, 9'000'001));
    EXPECT_TRUE(sent.data == content);
    const Received made = co_await transaction(link, request(op_generated, 2, 9'000'001));
    EXPECT_TRUE(made.data == content);
    co_await send(link, announced_request(op_take, 3));
    co_await send_data(link, 3, content, 65536);
    const Received taken = co_await transaction(link, plain(Kind::unknown));
    EXPECT_EQ(taken.response.code, 0x2001);
    EXPECT_TRUE(world.toy.taken == content);
  });
}

TEST(Tcp, ObjectsBeyond4GiBKeepTheirLengthInBothForms) {
  const auto file = transport::File::temporary();
  const u64 size = (u64{4} << 30) + 1;
  file->resize(size);  // sparse
  file->write(size - 1, Bytes(1, 0x5A));
  struct Big final : transport::Responder, transport::Session {
    ptp::Identity identity() const override { return {}; }
    std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> open(const ptp::Identity&,
                                                                                 transport::Outlet&) override {
      auto session = std::make_unique<Big>();
      session->body = body;
      return session;
    }
    Answer request(const Message&) override { return Reply(body); }
    transport::Body body;
  } big;
  big.body = transport::FileSlice{file, 0, size};
  asio::io_context io;
  transport::RealClock clock(io);
  transport::Server server(io, big, clock, {});
  const u16 port = server.listen("127.0.0.1", 0).command;
  std::thread thread([&] { io.run(); });
  run_client(port, [&](Link& link) -> Task<> {
    co_await greet(link);
    co_await send(link, request(op_file, 1));
    u64 received = 0;
    u8 last = 0;
    Bytes room(1 << 20);
    for (;;) {
      const Message message = co_await receive(link);
      if (message.kind == Kind::operation_response) break;
      EXPECT_TRUE(!message.first || message.total == size);
      for (;;) {
        const std::size_t got = co_await link.read(room);
        if (got == 0) break;
        received += got;
        last = room[got - 1];
      }
    }
    EXPECT_EQ(received, size);
    EXPECT_EQ(last, 0x5A);
  });
  asio::post(io, [&] { server.stop([] {}); });
  thread.join();
}

TEST(Tcp, TakenPortNamesItself) {
  TcpWorld world;
  asio::io_context io;
  transport::RealClock clock(io);
  Toy toy;
  transport::Server second(io, toy, clock, {});
  try {
    second.listen("127.0.0.1", world.port());
    FAIL() << "the port is taken";
  } catch (const std::system_error& error) {
    EXPECT_TRUE(std::string(error.what()).contains("127.0.0.1:" + std::to_string(world.port()))) << error.what();
  }
}

// Counts what passes, in one direction at a time.
struct Counter final : transport::Observer {
  void head(bool sent, const Message&, View wire) override { (sent ? bytes_out : bytes_in) += wire.size(); }
  void payload(bool sent, View bytes) override { (sent ? bytes_out : bytes_in) += bytes.size(); }
  void malformed(View bytes, const ptp::Error&) override { strange += bytes.size(); }
  void closed(bool, bool) override { ++ends; }
  u64 bytes_in = 0, bytes_out = 0, strange = 0, ends = 0;
};

TEST(Tap, SeesEveryByteOnce) {
  const auto counter = std::make_shared<Counter>();
  World world({.data_packet = 1 << 20});
  const auto file = transport::File::temporary();
  file->write(0, Bytes(2'500'000, 1));
  world.toy.file = file;
  auto [client, camera] = transport::make_memory_links(world.io, world.framing, world.framing);
  asio::co_spawn(
      world.io,
      [&world, link = transport::make_tap(std::move(camera), counter)]() mutable {
        return world.server->serve(std::move(link));
      },
      asio::detached);
  u64 sent = 0, received = 0;
  world.run([&, link = client.get()]() -> Task<> {
    co_await greet(*link);
    const Received file_data = co_await transaction(*link, request(op_file, 1, 2'500'000));
    EXPECT_EQ(file_data.data.size(), 2'500'000u);
    co_await transaction(*link, request(op_bytes, 2, 300));
    co_await send(*link, announced_request(0x9999, 3));  // refused: its data is dropped, and seen all the same
    co_await send_data(*link, 3, Bytes(100'000, 2), 30'000);
    co_await transaction(*link, plain(Kind::unknown));
  });
  // Requests: hello 8+16+8+4, then 22, 22, 18, StartData 20, four packets of 12 and their payload.
  sent = 36 + 22 + 22 + 18 + 20 + 4 * 12 + 100'000;
  // Ack 12+16+8+4; file: StartData 20, three packets of 12, response 14; bytes: 20, 12, 14; refusal 14.
  received = 40 + 20 + 3 * 12 + 2'500'000 + 14 + 20 + 12 + 300 + 14 + 14;
  EXPECT_EQ(counter->bytes_in, sent);
  EXPECT_EQ(counter->bytes_out, received);
  EXPECT_EQ(counter->strange, 0u);
  client->close();
  world.settle();
  EXPECT_EQ(counter->ends, 1u);
}

TEST(Tap, ShowsBytesThatDoNotParse) {
  const auto counter = std::make_shared<Counter>();
  World world;
  auto [client, camera] = transport::make_memory_links(world.io, world.framing, world.framing);
  asio::co_spawn(
      world.io,
      [&world, link = transport::make_tap(std::move(camera), counter)]() mutable {
        return world.server->serve(std::move(link));
      },
      asio::detached);
  world.run([&, link = client.get()]() -> Task<> {
    Bytes nonsense = hex("ffffffff 01000000 00");
    co_await send_raw(*link, nonsense);
  });
  world.settle();
  EXPECT_EQ(counter->strange, 9u);
}

}  // namespace
}  // namespace stuntcam::tests
