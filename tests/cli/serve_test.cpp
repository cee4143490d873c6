// `serve`: ready, reachable, and gone again.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "process.h"

namespace stuntcam::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

// A TCP socket on loopback: port 0 listens on a free one, others are connected to.
class Socket {
 public:
  explicit Socket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ok_ = (port ? ::connect(descriptor_, generic, sizeof address) : ::bind(descriptor_, generic, sizeof address)) == 0;
    if (!port) ok_ = ok_ && ::listen(descriptor_, 1) == 0;
    socklen_t size = sizeof address;
    ::getsockname(descriptor_, generic, &size);
    port_ = ntohs(address.sin_port);
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  bool ok() const { return ok_; }
  std::uint16_t port() const { return port_; }
  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(descriptor_, bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }
  // One packet, by its length field.
  std::string packet() const {
    std::string bytes(4, '\0');
    if (::recv(descriptor_, bytes.data(), 4, MSG_WAITALL) != 4) return {};
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data(), 4);
    bytes.resize(size);
    return ::recv(descriptor_, bytes.data() + 4, size - 4, MSG_WAITALL) == std::ssize(bytes) - 4 ? bytes
                                                                                                 : std::string();
  }

 private:
  int descriptor_;
  bool ok_ = false;
  std::uint16_t port_ = 0;
};

std::string init_command_request() {
  using namespace std::string_literals;
  return "\x20\0\0\0\x01\0\0\0"s + std::string(16, 'g') + "a\0\0\0\0\0\1\0"s;
}

TEST(Serve, SaysWhenItIsReadyAndAnswers) {
  Process serve({"serve", "generic", "--port", "0"});
  const auto ready = serve.json_line();
  EXPECT_EQ(ready["event"], "ready");
  EXPECT_EQ(ready["camera"], "generic");
  EXPECT_EQ(ready["host"], "127.0.0.1");
  EXPECT_EQ(ready["event_port"], ready["port"]);
  const auto port = std::to_string(ready["port"].get<int>());
  EXPECT_EQ(ready["target"], "ptpip:127.0.0.1:" + port + ":" + port);
  const Socket client(ready["port"].get<std::uint16_t>());
  ASSERT_TRUE(client.ok());
  client.send(init_command_request());
  EXPECT_EQ(client.packet().substr(4, 4), std::string("\2\0\0\0", 4));
  serve.signal(SIGTERM);
  EXPECT_EQ(serve.wait(), 0);
  EXPECT_THAT(serve.out(), IsEmpty());  // stdout is data only
  EXPECT_THAT(serve.err(), HasSubstr("gphoto2 --port ptpip:127.0.0.1:" + port));
}

TEST(Serve, EndsWithStatus0OnInterruptAndHangup) {
  for (const int number : {SIGINT, SIGHUP}) {
    Process serve({"serve", "generic", "--port", "0", "-q"});
    serve.line();
    serve.signal(number);
    EXPECT_EQ(serve.wait(), 0);
    EXPECT_THAT(serve.err(), IsEmpty());
  }
}

TEST(Serve, NamesThePortThatIsTaken) {
  const Socket taken(0);
  ASSERT_TRUE(taken.ok());
  const auto result = stuntcam({"serve", "generic", "--port", std::to_string(taken.port())});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("127.0.0.1:" + std::to_string(taken.port())));
  EXPECT_THAT(result.err, HasSubstr("--port 0"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST(Serve, SaysNothingIsReadyWhenOneOfManyPortsIsTaken) {
  const Socket taken(0);
  ASSERT_TRUE(taken.ok());
  const auto result = stuntcam({"serve", "generic", "--count", "3", "--port", std::to_string(taken.port() - 1)});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, IsEmpty());
}

TEST(Serve, NamesTheFolderThatCannotBeRead) {
  const auto result = stuntcam({"serve", "generic", "--port", "0", "--media", "/nonexistent/folder"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("/nonexistent/folder"));
}

TEST(Serve, NamesTheTranscriptThatCannotBeWritten) {
  const auto result = stuntcam({"serve", "generic", "--port", "0", "--transcript", "/nonexistent/t.jsonl"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("/nonexistent/t.jsonl"));
}

TEST(Serve, IsFiftyCamerasEachItsOwn) {
  const Folder folder;
  Process serve({"serve", "generic", "--port", "0", "--count", "50", "--ready-file", folder.path("ready")});
  std::set<int> ports;
  std::set<std::string> serials, guids;
  for (int i = 0; i < 50; ++i) {
    const auto ready = serve.json_line();
    ports.insert(ready["port"].get<int>());
    serials.insert(ready["serial_number"].get<std::string>());
    guids.insert(ready["guid"].get<std::string>());
  }
  EXPECT_EQ(ports.size(), 50u);
  EXPECT_EQ(serials.size(), 50u);
  EXPECT_EQ(guids.size(), 50u);
  for (const int port : ports) EXPECT_TRUE(Socket(static_cast<std::uint16_t>(port)).ok());
  serve.signal(SIGTERM);
  EXPECT_EQ(serve.wait(), 0);
  const auto file = read(folder.path("ready"));
  EXPECT_EQ(std::ranges::count(file, '\n'), 50);
  EXPECT_FALSE(std::filesystem::exists(folder.path("ready.part")));
}

TEST(Serve, IsTheSameCameraForTheSameSeed) {
  const auto identity = [](const std::string& seed) {
    Process serve({"serve", "generic", "--port", "0", "--seed", seed});
    const auto ready = serve.json_line();
    return std::pair(ready["serial_number"], ready["guid"]);
  };
  EXPECT_EQ(identity("7"), identity("7"));
  EXPECT_NE(identity("7"), identity("8"));
}

TEST(Serve, WritesDownWhatWentOverTheWire) {
  const Folder folder;
  const auto path = folder.path("talk.jsonl");
  Process serve({"serve", "generic", "--port", "0", "--transcript", path});
  {
    const Socket client(serve.json_line()["port"].get<std::uint16_t>());
    client.send(init_command_request());
    EXPECT_FALSE(client.packet().empty());
    client.send(std::string("\x04\0\0\0\0\0\0\0", 8));  // a packet can't be shorter than its head
    EXPECT_TRUE(client.packet().empty());
  }
  serve.signal(SIGTERM);
  EXPECT_EQ(serve.wait(), 0);
  std::istringstream lines(read(path));
  std::vector<std::string> kinds;
  for (std::string line; std::getline(lines, line);) {
    const auto parsed = Json::parse(line);
    kinds.push_back(parsed.value("type", parsed.value("note", "")));
  }
  EXPECT_THAT(kinds,
              ::testing::ElementsAre("connected", "InitCommandRequest", "InitCommandAck", "malformed", "closed"));
}

TEST(Serve, EndsAlthoughClientsAreConnected) {
  Process serve({"serve", "generic", "--port", "0"});
  const auto port = serve.json_line()["port"].get<std::uint16_t>();
  const Socket silent(port), greeted(port);
  greeted.send(init_command_request());
  EXPECT_FALSE(greeted.packet().empty());
  serve.signal(SIGTERM);
  EXPECT_EQ(serve.wait(), 0);
}

}  // namespace
}  // namespace stuntcam::test
