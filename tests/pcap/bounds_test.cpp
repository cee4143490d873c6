// What a capture made to hurt may cost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "capture.h"
#include "pcap/decode.h"
#include "pcap/replay_session.h"
#include "pcap/survey.h"
#include "usb.h"
#include "wire.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;
using testing::HasSubstr;

Bytes joins(u32 number) { return packet(3, Body().add(number)); }

TEST(Bounds, OneFlowBeginsOneSession) {
  Connection wire;
  auto frames = wire.open();
  Bytes many;
  for (u32 number = 1; number <= 500; ++number) many = std::move(many) + joins(number);
  for (int i = 0; i < 10; ++i) frames.push_back(wire.send(false, many));
  const TemporaryFile stored(pcap_file(frames));
  std::set<u64> sessions;
  std::size_t packets = 0;
  decode(stored.path(), {}, [&](const Json& record) {
    if (record["type"] != "packet") return;
    ++packets;
    sessions.insert(record["session"].get<u64>());
  });
  EXPECT_EQ(packets, 5000u);
  EXPECT_EQ(sessions, std::set<u64>{1});
}

// Every flow may begin one: all are told, the first of them are kept, and the end says so.
TEST(Bounds, SessionsThatAreKept) {
  std::vector<Bytes> frames;
  constexpr u32 flows = 5000;
  for (u32 i = 0; i < flows; ++i) {
    Connection wire(1000, 5000, 15740, static_cast<u16>(1024 + i));
    frames.push_back(wire.send(false, joins(1'000'000 + i)));
    frames.push_back(wire.send(false, request(0x1002, 1, {1})));
  }
  const TemporaryFile stored(pcap_file(frames));
  Survey survey;
  DecodeOptions options;
  options.also = &survey;
  u64 last = 0;
  decode(stored.path(), options, [&](const Json& record) {
    if (record["type"] == "transaction") last = std::max(last, record["session"].get<u64>());
  });
  EXPECT_EQ(last, flows);
  const auto listed = survey.sessions();
  ASSERT_EQ(listed.size(), max_surveyed + 1);
  EXPECT_THAT(survey_line(listed.back()), HasSubstr("only the first 4096 sessions"));
  const auto recorded = load_recording(stored.path());
  EXPECT_EQ(recorded.sessions.size(), max_kept_sessions);
  EXPECT_LE(recorded.warnings.size(), max_kept_warnings + 3);
  EXPECT_THAT(recorded.warnings, testing::Contains(HasSubstr("only the first 4096 sessions")));
}

TEST(Bounds, UsbDevices) {
  UsbFrames usb;
  for (u32 bus = 0; bus < 83; ++bus) {
    for (usb.device = 1; usb.device <= 50; ++usb.device) {
      usb.transfer(Way::out, container(1, 0x1003, 1));
      for (auto* const frame : {&usb.frames.back(), &usb.frames[usb.frames.size() - 2]})
        (*frame)[12] = static_cast<u8>(bus);
    }
  }
  const TemporaryFile stored(usb.file());
  std::vector<std::string> warnings;
  const auto found = decode(stored.path(), {}, [&](const Json& record) {
    if (record["type"] == "warning") warnings.push_back(plain(record));
  });
  EXPECT_EQ(found, 4096u);
  EXPECT_THAT(warnings, testing::ElementsAre(HasSubstr("only the first 4096 USB devices")));
}

}  // namespace
}  // namespace stuntcam::pcap
