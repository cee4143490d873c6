// Over real sockets on loopback: what memory links cannot show.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>
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
    options.log = [this](const std::string& line) { log_.push_back(line); };
    server_ = std::make_unique<transport::Server>(io_, toy, clock_, std::move(options));
    port_ = server_->listen("127.0.0.1", 0).command;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TcpWorld() {
    asio::post(io_, [this] { server_->stop([] {}); });
    thread_.join();
  }
  u16 port() const { return port_; }
  // What the server says of itself, asked between two of its steps.
  std::size_t connections() {
    return on_loop<std::size_t>([this] { return server_->connections(); });
  }
  std::vector<std::string> log() {
    return on_loop<std::vector<std::string>>([this] { return log_; });
  }
  Toy toy;

 private:
  template <typename T>
  T on_loop(std::function<T()> ask) {
    std::promise<T> answer;
    asio::post(io_, [&] { answer.set_value(ask()); });
    return answer.get_future().get();
  }
  std::vector<std::string> log_;
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

// Connections that say nothing, all made at once: `count` sockets.
std::vector<transport::TcpSocket> sockets(asio::io_context& io, std::size_t count) {
  std::vector<transport::TcpSocket> made;
  for (std::size_t i = 0; i < count; ++i) made.emplace_back(io).open(asio::ip::tcp::v4());
  return made;
}
void connect(transport::TcpSocket& socket, const TcpWorld& world) {
  socket.connect({asio::ip::make_address("127.0.0.1"), world.port()});
}
bool closed(transport::TcpSocket& socket) {
  u8 byte = 0;
  asio::error_code error;
  socket.receive(asio::buffer(&byte, 1), 0, error);  // nothing is ever sent to it
  return bool(error);
}
Task<> greet_and_ask(Link& link) {
  co_await greet(link);
  const Received got = co_await transaction(link, request(op_nothing, 1));
  EXPECT_EQ(got.response.code, 0x2001);
}

TEST(Crowd, TheOldestThatSaysNothingMakesRoomForANewcomer) {
  TcpWorld world({.max_connections = 4});
  asio::io_context io;
  auto silent = sockets(io, 4);
  for (auto& each : silent) {
    const auto before = world.connections();
    connect(each, world);
    while (world.connections() == before) std::this_thread::yield();
  }
  run_client(world.port(), greet_and_ask);
  EXPECT_TRUE(closed(silent.front()));
  EXPECT_GE(world.connections(), 3u) << "the others stay";
  const auto log = world.log();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_TRUE(log[0].contains("4 connections are open")) << log[0];
}

TEST(Crowd, ThoseWhoWereLetInStay) {
  TcpWorld world({.max_connections = 1});
  run_client(world.port(), [&](Link& first) -> Task<> {
    co_await greet_and_ask(first);
    asio::io_context io;
    auto newcomer = sockets(io, 1);
    connect(newcomer[0], world);
    EXPECT_TRUE(closed(newcomer[0]));
    const Received got = co_await transaction(first, request(op_nothing, 2));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(Crowd, ALackOfDescriptorsLetsNewcomersInAsWell) {
  TcpWorld world;
  // UBSan looks at the first object of a type by means of a pipe, and later there is no descriptor for one.
  run_client(world.port(), greet_and_ask);
  EXPECT_NE(asio::error::make_error_code(asio::error::no_descriptors).message(), "");
  asio::io_context io;
  auto silent = sockets(io, 20);
  // A few are left for the server: the lowest free one tells how far they have been given out.
  rlimit usual{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &usual));
  rlimit few = usual;
  transport::TcpSocket last(io);
  last.open(asio::ip::tcp::v4());
  const int lowest = ::fcntl(0, F_DUPFD, 0);
  ::close(lowest);
  few.rlim_cur = static_cast<rlim_t>(lowest) + 6;
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &few));
  for (auto& each : silent) connect(each, world);
  connect(last, world);
  const ptp::PacketFraming framing;
  const auto link = transport::make_tcp_link(std::move(last), framing);
  std::exception_ptr failure;
  asio::co_spawn(io, greet_and_ask(*link), [&](const std::exception_ptr& error) { failure = error; });
  io.run();
  EXPECT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &usual));
  EXPECT_FALSE(failure);
  EXPECT_TRUE(closed(silent.front()));
  const auto log = world.log();
  ASSERT_EQ(log.size(), 1u) << "it says so once";
  EXPECT_TRUE(log[0].contains("cannot accept a connection")) << log[0];
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
