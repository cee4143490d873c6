#include "pcap/recorder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "recording.h"
#include "wire.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

struct Packet : RecordedPacket {
  explicit Packet(RecordedPacket packet) : RecordedPacket(std::move(packet)) {}
  u32 big(std::size_t at, std::size_t size) const {
    u32 value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | frame.at(at + i);
    return value;
  }
  // Of IPv4 without options.
  u16 source() const { return static_cast<u16>(big(34, 2)); }
  u32 sequence() const { return big(38, 4); }
  u32 acknowledged() const { return big(42, 4); }
  u8 flags() const { return frame.at(47); }
  Bytes payload() const { return {frame.begin() + 34 + (frame.at(46) >> 4) * 4, frame.end()}; }
};

u16 internet_sum(View bytes, u64 sum) {
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += static_cast<u64>(bytes[i]) << (i % 2 ? 0 : 8);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<u16>(sum);
}

class Recorder : public ::testing::Test {
 protected:
  Recorder()
      : path_(std::filesystem::temp_directory_path() /
              ("recorder." + std::to_string(::getpid()) + "." +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        file_(std::make_shared<RecordingFile>(path_)) {}
  ~Recorder() override { std::filesystem::remove(path_); }

  std::shared_ptr<transport::Observer> watch(u64 connection = 1, const std::string& peer = "127.0.0.1:50000") {
    return make_recorder(file_, {connection, peer, "127.0.0.1:15740", {}, ptp::Vendor::nikon});
  }
  // Read while the file is still open: a process that is killed leaves as much.
  std::vector<Packet> packets() const {
    std::vector<Packet> list;
    for (auto& packet : recorded_packets(path_)) list.emplace_back(std::move(packet));
    return list;
  }
  // The payload of one side, put together by sequence numbers; each packet begins where the last one ended.
  Bytes stream(u16 from) const {
    Bytes bytes;
    std::optional<u32> next;
    for (const auto& packet : packets()) {
      if (packet.source() != from) continue;
      EXPECT_EQ(packet.sequence(), next.value_or(packet.sequence()));
      const auto payload = packet.payload();
      bytes.insert(bytes.end(), payload.begin(), payload.end());
      next = packet.sequence() + static_cast<u32>(payload.size()) + ((packet.flags() & 3) ? 1 : 0);
    }
    return bytes;
  }

  std::string path_;
  std::shared_ptr<RecordingFile> file_;
};

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_F(Recorder, KeepsEveryByteInOrder) {
  const auto from_client = request(0x1009, 1, {0x10001}) + request(0x100D, 2, {}, 2) + start_data(2, 200'000) +
                           data(2, Bytes(150'000, 7)) + end_data(2, Bytes(50'000, 8));
  const auto from_camera = start_data(1, 3) + end_data(1, {1, 2, 3}) + response(0x2001, 1) + response(0x2001, 2);
  auto observer = watch();
  feed(*observer, false, from_client, 10'000);
  feed(*observer, true, from_camera, 2);
  observer->closed(false, false);
  EXPECT_EQ(stream(50000), from_client);
  EXPECT_EQ(stream(15740), from_camera);
  for (const auto& packet : packets()) EXPECT_LE(packet.frame.size(), 14 + 65'535u);
}

TEST_F(Recorder, BeginsAndEndsConnectionsAsTcpDoes) {
  watch(1)->closed(false, false);
  watch(2)->closed(true, false);
  watch(3)->closed(true, true);
  std::vector<std::pair<u16, int>> flags;
  for (const auto& packet : packets()) flags.emplace_back(packet.source(), packet.flags());
  const std::vector<std::pair<u16, int>> expected = {{50000, 0x02}, {15740, 0x12}, {50000, 0x10}, {50000, 0x11},
                                                     {15740, 0x11}, {50000, 0x10}, {50000, 0x02}, {15740, 0x12},
                                                     {50000, 0x10}, {15740, 0x11}, {50000, 0x11}, {15740, 0x10},
                                                     {50000, 0x02}, {15740, 0x12}, {50000, 0x10}, {15740, 0x14}};
  EXPECT_EQ(flags, expected);
}

TEST_F(Recorder, AcknowledgesWhatTheOtherSideSent) {
  auto observer = watch();
  feed(*observer, false, request(0x1001, 1));
  feed(*observer, true, response(0x2001, 1));
  const auto list = packets();
  ASSERT_EQ(list.size(), 5u);
  EXPECT_EQ(list[1].acknowledged(), list[0].sequence() + 1);
  EXPECT_EQ(list[4].acknowledged(), list[3].sequence() + 18);
}

TEST_F(Recorder, HasRightChecksums) {
  auto observer = watch();
  feed(*observer, false, request(0x1009, 1, {0x10001}));
  feed(*observer, true, end_data(1, Bytes(101, 0xEE)));  // an odd length
  for (const auto& packet : packets()) {
    const auto ip = View(packet.frame).subspan(14);
    EXPECT_EQ(packet.big(16, 2), ip.size());
    EXPECT_EQ(internet_sum(ip.first(20), 0), 0xFFFF);
    EXPECT_EQ(internet_sum(ip.subspan(12, 8), internet_sum(ip.subspan(20), 6 + ip.size() - 20)), 0xFFFF);
  }
}

TEST_F(Recorder, NamesWhatAPacketIs) {
  auto observer = watch();
  feed(*observer, false, request(0x90C7, 1));
  feed(*observer, true, end_data(1, {0, 0}));
  feed(*observer, true, response(0x2019, 1));
  observer->malformed(Bytes{1, 2, 3}, ptp::Error{"Length", 0, "too short"});
  const auto list = packets();
  ASSERT_EQ(list.size(), 7u);
  EXPECT_EQ(list[0].comment, "");
  EXPECT_EQ(list[3].comment, "GetEvent()");
  EXPECT_EQ(list[4].comment, "EndData of GetEvent");
  EXPECT_EQ(list[5].comment, "GetEvent -> DeviceBusy()");
  EXPECT_EQ(list[6].comment, "malformed: Length at byte 0: too short");
  EXPECT_EQ(list[6].payload(), (Bytes{1, 2, 3}));
}

TEST_F(Recorder, TimesNeverGoBack) {
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  for (u64 connection = 1; connection <= 20; ++connection) watch(connection);
  u64 last = static_cast<u64>(std::chrono::duration_cast<std::chrono::seconds>(before).count() - 10) * 1'000'000'000;
  for (const auto& packet : packets()) {
    EXPECT_GE(packet.time, last);
    last = packet.time;
  }
}

TEST_F(Recorder, ShowsPeersOfIpv6AndPeersWithoutAddress) {
  watch(1, "fe80::2%eth0:50001");
  watch(2, "memory");
  const auto list = packets();
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(list[0].big(12, 2), 0x86DDu);
  EXPECT_EQ(list[0].big(22, 2), 0xFE80u);
  EXPECT_EQ(list[0].big(54, 2), 50001u);
  EXPECT_EQ(list[3].big(26, 4), 0x7F000001u);
}

TEST(RecordingFile, ThrowsForAPathThatCannotBe) {
  EXPECT_THROW(RecordingFile("/nonexistent/folder/file"), std::system_error);
}

TEST(RecordingFile, RemembersThatADiskWasFull) {
  RecordingFile full("/dev/full");
  const Bytes head(60);
  const EthernetFrame frame{.head = head, .payload = {}};
  full.write(std::span(&frame, 1));
  EXPECT_EQ(full.error(), ENOSPC);
}

}  // namespace
}  // namespace stuntcam::pcap
