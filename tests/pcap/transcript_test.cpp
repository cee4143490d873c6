#include "pcap/transcript.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "wire.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;

class Transcript : public ::testing::Test {
 protected:
  Transcript()
      : path_(std::filesystem::temp_directory_path() /
              ("transcript." + std::to_string(::getpid()) + "." +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        file_(std::make_shared<TranscriptFile>(path_)) {}
  ~Transcript() override { std::filesystem::remove(path_); }

  std::shared_ptr<transport::Observer> watch(u64 connection) {
    auto camera = std::make_shared<TranscriptCamera>();
    camera->name = "cam";
    camera->dictionary.vendor = ptp::Vendor::none;
    camera->dictionary.property_types[0x5001] = ptp::DataType::uint8;
    return make_transcript(file_, camera, connection, "127.0.0.1:50000");
  }
  std::vector<Json> lines() const {
    std::vector<Json> list;
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);) list.push_back(Json::parse(line));
    return list;
  }
  std::vector<Json> packets() const {
    auto list = lines();
    std::erase_if(list, [](const Json& line) { return !line.contains("type"); });
    return list;
  }

  std::string path_;
  std::shared_ptr<TranscriptFile> file_;
};

std::size_t count_packets(View bytes) {
  std::size_t count = 0;
  for (; !bytes.empty(); ++count) bytes = bytes.subspan(std::size_t{bytes[0]} | bytes[1] << 8 | bytes[2] << 16);
  return count;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_F(Transcript, HasOneLineForEveryPacketAndEveryByte) {
  const auto from_client = packet(1, Body().add(Bytes(16)).add(u16{'a'}).add(u16{0}).add(u32{0x00010000})) +
                           request(0x1001, 0) + request(0x1009, 1, {0x10001}) + packet(13, {}) + packet(77, {1, 2, 3}) +
                           request(0x100C, 2, {}, 2) + start_data(2, 100'000) + data(2, Bytes(70'000)) +
                           end_data(2, Bytes(30'000)) + packet(11, Body().add(u32{2}));
  const auto from_camera = response(0x2001, 0) + start_data(1, 0) + end_data(1, {}) + response(0x2001, 1) +
                           packet(8, Body().add(u16{0x4002}).add(u32{5}).add(u32{0x10001})) + packet(14, {});
  auto observer = watch(1);
  feed(*observer, false, from_client, 4096);
  feed(*observer, true, from_camera);
  observer->closed(false, false);
  const auto list = packets();
  EXPECT_EQ(list.size(), count_packets(from_client) + count_packets(from_camera));
  u64 received = 0, sent = 0, number = 0;
  for (const auto& line : list) (line["dir"] == "i2r" ? received : sent) += line["length"].get<u64>();
  for (const auto& line : lines()) EXPECT_EQ(line["seq"], ++number);
  EXPECT_EQ(received, from_client.size());
  EXPECT_EQ(sent, from_camera.size());
}

TEST_F(Transcript, NamesCodesAndParameters) {
  auto observer = watch(3);
  feed(*observer, false, request(0x1009, 7, {0x10001}));
  feed(*observer, true, response(0x2009, 7));
  const auto list = packets();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["v"], 1);
  EXPECT_EQ(list[0]["camera"], "cam");
  EXPECT_EQ(list[0]["conn"], 3);
  EXPECT_EQ(list[0]["dir"], "i2r");
  EXPECT_EQ(list[0]["type"], "OperationRequest");
  EXPECT_EQ(list[0]["code"], 0x1009);
  EXPECT_EQ(list[0]["name"], "GetObject");
  EXPECT_EQ(list[0]["tid"], 7);
  EXPECT_EQ(list[0]["params"], Json::array({0x10001}));
  EXPECT_EQ(list[1]["name"], "InvalidObjectHandle");
  EXPECT_EQ(list[1]["operation"], "GetObject");
}

TEST_F(Transcript, DecodesDataSetsOnTheirLastPacket) {
  auto observer = watch(1);
  const Bytes ids = {1, 0, 0, 0, 1, 0, 1, 0};
  feed(*observer, false, request(0x1004, 1));
  feed(*observer, true, start_data(1, 8));
  feed(*observer, true, data(1, {ids.begin(), ids.begin() + 3}));
  feed(*observer, true, end_data(1, {ids.begin() + 3, ids.end()}));
  feed(*observer, true, response(0x2001, 1));
  feed(*observer, false, request(0x1015, 2, {0x5001}));
  feed(*observer, true, start_data(2, 1));
  feed(*observer, true, end_data(2, {80}));
  const auto list = packets();
  EXPECT_EQ(list[1]["total"], 8);
  EXPECT_EQ(list[2]["payload"], 3);
  EXPECT_FALSE(list[2].contains("data_set"));
  EXPECT_EQ(list[3]["data_set"], Json::array({0x10001}));
  EXPECT_EQ(list[7]["data_set"], 80);
}

TEST_F(Transcript, ShowsBytesOfWhatItCannotDecode) {
  auto observer = watch(1);
  feed(*observer, false, request(0x1004, 1));
  feed(*observer, true, start_data(1, 5));
  feed(*observer, true, end_data(1, {9, 0, 0, 0, 1}));
  feed(*observer, true, response(0x2001, 1));
  feed(*observer, false, request(0x9999, 2));
  feed(*observer, true, start_data(2, 100));
  feed(*observer, true, end_data(2, Bytes(100, 0xAB)));
  const auto list = packets();
  EXPECT_TRUE(list[2].contains("problem"));
  EXPECT_EQ(list[2]["bytes"], "0900000001");
  EXPECT_EQ(list[6]["bytes"].get<std::string>().size(), 2 * max_excerpt);
  EXPECT_EQ(list[6]["payload"], 100);
}

TEST_F(Transcript, TellsWhatIsMissingWhenAConnectionEnds) {
  auto observer = watch(1);
  feed(*observer, false, request(0x100D, 1, {}, 2));
  auto cut = start_data(1, 100) + end_data(1, Bytes(100));
  cut.resize(cut.size() - 30);
  feed(*observer, false, cut);
  EXPECT_EQ(packets().size(), 2u);  // not whole yet
  observer->closed(false, true);
  const auto list = lines();
  EXPECT_EQ(packets().size(), 3u);
  EXPECT_EQ(packets()[2]["missing"], 30);
  EXPECT_EQ(packets()[2]["length"], 82);
  EXPECT_EQ(list.back()["note"], "closed");
  EXPECT_EQ(list.back()["by"], "initiator");
  EXPECT_EQ(list.back()["reset"], true);
}

TEST_F(Transcript, ShowsMalformedBytesUpToALimit) {
  auto observer = watch(1);
  observer->malformed(Bytes(1000, 0xEE), ptp::Error{"Length", 0, "too large"});
  const auto line = lines().back();
  EXPECT_EQ(line["note"], "malformed");
  EXPECT_EQ(line["length"], 1000);
  EXPECT_EQ(line["bytes"].get<std::string>().size(), 2 * max_malformed);
  EXPECT_EQ(line["problem"], "Length at byte 0: too large");
}

TEST_F(Transcript, SurvivesNamesThatAreNoUtf8) {
  auto observer = watch(1);
  feed(*observer, false, packet(1, Body().add(Bytes(16)).add(u16{0xD800}).add(u16{0}).add(u32{0x00010000})));
  EXPECT_EQ(packets().size(), 1u);
}

TEST_F(Transcript, KeepsLinesOfSeveralThreadsApart) {
  std::vector<std::jthread> threads;
  for (u64 number = 1; number <= 4; ++number) {
    threads.emplace_back([this, number] {
      auto observer = watch(number);
      for (u32 i = 0; i < 200; ++i) feed(*observer, false, request(0x1001, i));
    });
  }
  threads.clear();
  EXPECT_EQ(packets().size(), 800u);  // each parsed
}

TEST_F(Transcript, RemembersThatADiskWasFull) {
  TranscriptFile full("/dev/full");
  full.write(Json{{"t", 0}});
  EXPECT_EQ(full.error(), ENOSPC);
}

TEST(TranscriptFile, ThrowsForAPathThatCannotBe) {
  EXPECT_THROW(TranscriptFile("/nonexistent/folder/file"), std::system_error);
}

}  // namespace
}  // namespace stuntcam::pcap
