#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "pcap/decode.h"
#include "usb.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;

std::string dump(const Bytes& bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    std::string hex;
    for (std::size_t i = at; i < std::min(at + 16, bytes.size()); ++i)
      hex += fmt::format("{:02x}{}", bytes[i], i - at == 7 ? '-' : ' ');
    text += fmt::format("{:04x}  {:<49} ........\n", at, hex);
  }
  return text + "\n";
}

// As its versions write it: what passed over USB.
std::string wrote(const Bytes& bytes) {
  return fmt::format(
      "0.100000 gp_port_write               (3): Writing {0} = {0:#x} bytes to port...\n"
      "0.100100 gp_port_write               (3): Wrote   {0} = {0:#x} bytes to port: (hexdump of {0} bytes)\n{1}",
      bytes.size(), dump(bytes));
}
std::string read(const Bytes& bytes) {
  return fmt::format(
      "0.200000 gp_port_read                (3): Read    {0} = {0:#x} out of 1024 bytes from port: "
      "(hexdump of {0} bytes)\n{1}",
      bytes.size(), dump(bytes));
}
std::string packet_line(const std::string& function, const std::string& what, const Bytes& bytes) {
  return fmt::format("0.300000 {} (3): ptpip/{}: (hexdump of {} bytes)\n{}", function, what, bytes.size(), dump(bytes));
}

std::vector<Json> records_of(const std::string& text) {
  const TemporaryFile stored(Bytes(text.begin(), text.end()));
  std::vector<Json> records;
  decode(stored.path(), {}, [&](const Json& record) { records.push_back(record); });
  return records;
}
std::vector<Json> of_type(std::vector<Json> records, const std::string& type) {
  std::erase_if(records, [&](const Json& record) { return record["type"] != type; });
  return records;
}

const std::string head = "0.000012 main                        (2): gphoto2 2.5.28\n";

TEST(DebugLog, IsReadAsACaptureOfUsb) {
  const auto records = records_of(head + wrote(container(1, 0x1002, 0, words({1}))) + read(container(3, 0x2001, 0)) +
                                  "something that somebody wrote between\n" + wrote(container(1, 0x1004, 1)) +
                                  read(container(2, 0x1004, 1, words({1, 0x10001}))) + read(container(3, 0x2001, 1)));
  const auto list = of_type(records, "transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["operation"]["name"], "OpenSession");
  EXPECT_EQ(list[1]["data"]["dataset"], Json{0x10001});
  EXPECT_EQ(list[0]["frames"], (Json{3, 6}));  // the lines
  EXPECT_DOUBLE_EQ(list[0]["duration"].get<double>(), 0.0999);
  EXPECT_EQ(of_type(records, "warning").size(), 0u);
}

TEST(DebugLog, KnowsTheOlderForm) {
  const auto command = container(1, 0x1003, 5), answer = container(3, 0x2001, 5);
  const auto list = of_type(records_of(fmt::format("0.000010 main                        (2): gphoto2 2.4\n"
                                                   "0.036183 gphoto2-port(2): Writing 12=0xc byte(s) to port...\n"
                                                   "0.036189 gphoto2-port(3): Hexdump of 12 = 0xc bytes follows:\n{}"
                                                   "0.036200 gphoto2-port(2): Reading 512=0x200 byte(s) from port...\n"
                                                   "0.036300 gphoto2-port(3): Hexdump of 12 = 0xc bytes follows:\n{}",
                                                   dump(command), dump(answer))),
                            "transaction");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["operation"]["name"], "CloseSession");
  EXPECT_EQ(list[0]["response"]["name"], "OK");
}

// Both connections are read by one function.
TEST(DebugLog, IsReadAsACaptureOfPtpIp) {
  const auto in = [&](const Bytes& packet) {
    const Bytes header(packet.begin(), packet.begin() + 8), rest(packet.begin() + 8, packet.end());
    return packet_line("ptp_ptpip_generic_read      ", "generic_read header", header) +
           (rest.empty() ? "" : packet_line("ptp_ptpip_generic_read      ", "generic_read data", rest));
  };
  const auto event = packet(8, Body().add(u16{0x4002}).add(u32{1}).add(u32{7}));
  const auto records =
      records_of(head +
                 packet_line("ptp_ptpip_init_command_request", "init_cmd data",
                             packet(1, Body().add(Bytes(16, 7)).add(u16{'a'}).add(u16{0}).add(u32{0x10000}))) +
                 in(packet(2, Body().add(u32{5}).add(Bytes(16, 8)).add(u16{'b'}).add(u16{0}).add(u32{0x10000}))) +
                 packet_line("ptp_ptpip_init_event_request", "init_event data", packet(3, Body().add(u32{5}))) +
                 in(packet(4, {})) + packet_line("ptp_ptpip_sendreq           ", "oprequest data", request(0x1004, 1)) +
                 in(event) + in(start_data(1, 8)) + in(end_data(1, words({1, 0x10001}))) + in(response(0x2001, 1)));
  const auto list = of_type(records, "transaction");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["data"]["dataset"], Json{0x10001});
  const auto events = of_type(records, "event");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["session"], 1);
  EXPECT_EQ(events[0]["connection"], 2);
}

TEST(DebugLog, MarksWhatItLeavesOut) {
  auto cut = read(container(2, 0x1009, 1, Bytes(500)));
  cut.resize(cut.size() / 2);
  const auto list = of_type(
      records_of(head + wrote(container(1, 0x1009, 1, words({1}))) + cut + "\n" + read(container(3, 0x2001, 1)) +
                 wrote(container(1, 0x1003, 2)) + read(container(3, 0x2001, 2))),
      "transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["incomplete"], true);
  EXPECT_EQ(list[1]["incomplete"], false);
}

TEST(DebugLog, KnowsHowMuchOfALongDumpIsLeftOut) {
  auto cut = read(container(2, 0x1009, 1, Bytes(500)));
  cut.replace(cut.find("hexdump of 512"), 14, "hexdump of the first 512 of 1012");
  auto whole = container(2, 0x1009, 1, Bytes(500));
  const Bytes length = words({1012});
  auto dumped = cut.substr(0, cut.find('\n') + 1);
  std::ranges::copy(length, whole.begin());
  dumped += dump(whole);
  const auto list =
      of_type(records_of(head + wrote(container(1, 0x1009, 1, words({1}))) + dumped + read(container(3, 0x2001, 1))),
              "transaction");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["data"]["size"], 500);
  EXPECT_EQ(list[0]["data"]["announced"], 1000);
  EXPECT_EQ(list[0]["incomplete"], true);
  EXPECT_EQ(list[0]["response"]["name"], "OK");
}

TEST(DebugLog, SurvivesEveryByteBeingWrong) {
  const auto good = head + wrote(container(1, 0x1004, 1)) + read(container(2, 0x1004, 1, words({1, 0x10001}))) +
                    read(container(3, 0x2001, 1));
  for (std::size_t at = head.size(); at < good.size(); ++at) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    try {
      for (const auto& record : records_of(bad)) EXPECT_FALSE(plain(record).empty());
    } catch (const std::runtime_error&) {  // no log any more
    }
  }
}

}  // namespace
}  // namespace stuntcam::pcap
