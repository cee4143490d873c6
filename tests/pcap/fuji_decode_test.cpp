// Fujifilm's dialect in a capture: three connections on three ports, containers behind the init packets.
#include <gtest/gtest.h>

#include "pcap/decode.h"
#include "ptp/fuji.h"
#include "usb.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;

std::vector<Json> records_of(const std::vector<Bytes>& frames) {
  const TemporaryFile stored(pcap_file(frames));
  std::vector<Json> records;
  decode(stored.path(), {}, [&](const Json& record) { records.push_back(record); });
  return records;
}
std::vector<Json> of_type(std::vector<Json> records, const std::string& type) {
  std::erase_if(records, [&](const Json& record) { return record["type"] != type; });
  return records;
}

Bytes encoded(ptp::Message message, const Bytes& wire = {}) {
  message.wire = wire;
  Bytes out;
  ptp::FujiFraming().encode(message, out);
  return out;
}

std::vector<Bytes> command_connection(Connection& wire) {
  const auto who = ptp::encode_fuji_identity({.guid = {1, 2, 3}, .name = "phone"}, ptp::fuji_request_name);
  const auto camera = ptp::encode_fuji_identity({.guid = {4, 5, 6}, .name = "X-T1"}, ptp::fuji_ack_name);
  auto frames = wire.open();
  frames.push_back(
      wire.send(false, encoded({.kind = ptp::Kind::init_command_request, .params = {ptp::fuji_protocol}}, who)));
  frames.push_back(wire.send(true, encoded({.kind = ptp::Kind::init_command_ack, .params = {0}}, camera)));
  frames.push_back(wire.send(false, container(1, 0x1002, 1, words({1}))));
  frames.push_back(wire.send(true, container(3, 0x2001, 1)));
  frames.push_back(wire.send(false, container(1, 0x1015, 2, words({0x5001}))));
  frames.push_back(wire.send(true, container(2, 0x1015, 2, {3})));
  frames.push_back(wire.send(true, container(3, 0x2001, 2)));
  return frames;
}

TEST(FujiDecode, GivesTransactionsBehindTheInitPackets) {
  for (const u16 port : {u16{55740}, u16{4242}}) {  // by its port, and by the look of its first packet
    Connection wire(1, 2, port);
    const auto records = records_of(command_connection(wire));
    const auto packets = of_type(records, "packet");
    ASSERT_EQ(packets.size(), 2u);
    EXPECT_EQ(packets[0]["friendly_name"], "phone");
    EXPECT_EQ(packets[1]["friendly_name"], "X-T1");
    const auto list = of_type(records, "transaction");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[1]["operation"]["name"], "GetDevicePropValue");
    EXPECT_EQ(list[1]["data"]["size"], 1);
    EXPECT_EQ(list[1]["incomplete"], false);
    EXPECT_EQ(of_type(records, "warning").size(), 0u);
  }
}

class FujiLanes : public testing::TestWithParam<std::array<u16, 3>> {};
// The usual ports, and free ones, where the live view is behind the events.
INSTANTIATE_TEST_SUITE_P(Ports, FujiLanes,
                         testing::Values(std::array<u16, 3>{55740, 55741, 55742},
                                         std::array<u16, 3>{41111, 40002, 40003}));

TEST_P(FujiLanes, AreJoinedToTheirSession) {
  const auto [first, second, third] = GetParam();
  Connection command(1, 2, first), events(10, 20, second), live_view(100, 200, third);
  auto frames = command_connection(command);
  for (const auto& frame : events.open()) frames.push_back(frame);
  frames.push_back(events.send(true, encoded({.kind = ptp::Kind::event, .count = 1, .code = 0x4002, .params = {7}})));
  for (const auto& frame : live_view.open()) frames.push_back(frame);
  ptp::Message picture{.kind = ptp::Kind::data, .first = true, .last = true, .total = 5000, .size = 5000};
  for (u32 i = 0; i < 2; ++i) {
    picture.transaction_id = i;
    frames.push_back(live_view.send(true, encoded(picture) + Bytes(5000, 9)));
  }
  frames.push_back(command.send(false, encoded({.kind = ptp::Kind::goodbye})));
  const auto records = records_of(frames);
  EXPECT_EQ(of_type(records, "warning").size(), 0u);
  for (const auto& record : records) EXPECT_EQ(record["session"], 1) << record;
  const auto event = of_type(records, "event");
  ASSERT_EQ(event.size(), 1u);
  EXPECT_EQ(event[0]["name"], "ObjectAdded");
  const auto packets = of_type(records, "packet");
  ASSERT_EQ(packets.size(), 5u);
  EXPECT_EQ(packets[2]["packet"], "LiveViewFrame");
  EXPECT_EQ(packets[2]["size"], 5000);
  EXPECT_EQ(packets[4]["packet"], "Goodbye");
}

}  // namespace
}  // namespace stuntcam::pcap
