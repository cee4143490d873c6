#include "usb.h"

#include <gtest/gtest.h>

#include "pcap/decode.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;

std::vector<Json> records_of(const Bytes& file) {
  const TemporaryFile stored(file);
  std::vector<Json> records;
  decode(stored.path(), {}, [&](const Json& record) { records.push_back(record); });
  return records;
}
std::vector<Json> of_type(std::vector<Json> records, const std::string& type) {
  std::erase_if(records, [&](const Json& record) { return record["type"] != type; });
  return records;
}

constexpr u16 command = 1, data = 2, answer = 3, event = 4;

// OpenSession, GetStorageIDs, an upload of 5000 bytes, an event, CloseSession.
void converse(UsbFrames& usb) {
  const Bytes upload(5000, 'x');
  usb.transfer(Way::out, container(command, 0x1002, 0, words({1})))
      .transfer(Way::in, container(answer, 0x2001, 0))
      .transfer(Way::out, container(command, 0x1004, 1))
      .transfer(Way::in, container(data, 0x1004, 1, words({1, 0x10001})))
      .transfer(Way::in, container(answer, 0x2001, 1))
      .transfer(Way::out, container(command, 0x100D, 2))
      .transfer(Way::out, container(data, 0x100D, 2, upload))
      .transfer(Way::event, container(event, 0x4002, 2, words({7})))
      .transfer(Way::in, container(answer, 0x2013, 2))
      .transfer(Way::out, container(command, 0x1003, 3))
      .transfer(Way::in, container(answer, 0x2001, 3));
}

TEST(Usb, GivesTransactionsFromEveryKindOfCapture) {
  for (const u32 link_type : {189u, 220u, 249u}) {
    for (const bool big : {false, true}) {
      UsbFrames usb{link_type, big};
      converse(usb);
      const auto records = records_of(usb.file());
      const auto list = of_type(records, "transaction");
      ASSERT_EQ(list.size(), 4u) << link_type << big;
      EXPECT_EQ(list[0]["operation"], (Json{{"code", 0x1002}, {"name", "OpenSession"}, {"params", {1}}}));
      EXPECT_EQ(list[1]["data"]["dataset"], Json{0x10001});
      EXPECT_EQ(list[1]["frames"], (Json{5, 10}));
      EXPECT_EQ(list[2]["data"]["size"], 5000);
      EXPECT_EQ(list[2]["data"]["direction"], "to_responder");
      EXPECT_EQ(list[2]["response"]["name"], "StoreNotAvailable");
      for (const auto& one : list) {
        EXPECT_EQ(one["incomplete"], false);
        EXPECT_EQ(one["session"], 1);
      }
      const auto events = of_type(records, "event");
      ASSERT_EQ(events.size(), 1u);
      EXPECT_EQ(events[0]["params"], Json{7});
      EXPECT_EQ(of_type(records, "warning").size(), 0u);
    }
  }
}

TEST(Usb, BeginsASessionAfterEachCloseSession) {
  UsbFrames usb;
  converse(usb);
  converse(usb);
  const auto list = of_type(records_of(usb.file()), "transaction");
  ASSERT_EQ(list.size(), 8u);
  EXPECT_EQ(list[3]["session"], 1);
  EXPECT_EQ(list[4]["session"], 2);
}

TEST(Usb, PutsAContainerTogetherFromManyTransfers) {
  const Bytes picture(2048 - 12, 9);
  const auto whole = container(data, 0x1009, 1, picture);
  for (const std::size_t size : {12u, 512u, 1024u, 2048u}) {
    UsbFrames usb;
    usb.transfer(Way::out, container(command, 0x1009, 1, words({1})));
    for (std::size_t at = 0; at < whole.size(); at += size) {
      const auto end = std::min(at + size, whole.size());
      usb.transfer(Way::in,
                   {whole.begin() + static_cast<std::ptrdiff_t>(at), whole.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    usb.transfer(Way::in, {});  // it was a multiple of the packet size
    usb.transfer(Way::in, container(answer, 0x2001, 1));
    const auto list = of_type(records_of(usb.file()), "transaction");
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0]["data"]["size"], 2036) << size;
    EXPECT_EQ(list[0]["incomplete"], false) << size;
  }
}

TEST(Usb, TakesAResponseInTheTransferOfItsData) {
  UsbFrames usb;
  usb.transfer(Way::out, container(command, 0x1004, 1));
  usb.transfer(Way::in, container(data, 0x1004, 1, words({0})) + container(answer, 0x2001, 1));
  const auto list = of_type(records_of(usb.file()), "transaction");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["response"]["name"], "OK");
}

// 4 GiB and more, or a length nobody knew: the end is a short transfer, or the response.
TEST(Usb, EndsAPayloadOfUnknownLength) {
  for (const bool short_packet : {true, false}) {
    UsbFrames usb;
    auto first = container(data, 0x1009, 1, Bytes(500));
    std::fill_n(first.begin(), 4, 0xFF);
    usb.transfer(Way::out, container(command, 0x1009, 1, words({1})));
    usb.transfer(Way::in, first).transfer(Way::in, Bytes(1024));
    if (short_packet) usb.transfer(Way::in, Bytes(100));
    usb.transfer(Way::in, container(answer, 0x2001, 1));
    const auto list = of_type(records_of(usb.file()), "transaction");
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0]["data"]["size"], short_packet ? 1624 : 1524);
    EXPECT_EQ(list[0]["incomplete"], false);
  }
}

TEST(Usb, GoesOnAfterADataPhaseThatWasBrokenOff) {
  UsbFrames usb;
  usb.transfer(Way::out, container(command, 0x1009, 1, words({1})));
  const auto whole = container(data, 0x1009, 1, Bytes(5000));
  usb.transfer(Way::in, {whole.begin(), whole.begin() + 1024}).transfer(Way::in, container(answer, 0x2007, 1));
  usb.transfer(Way::out, container(command, 0x1003, 2)).transfer(Way::in, container(answer, 0x2001, 2));
  const auto list = of_type(records_of(usb.file()), "transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["incomplete"], true);
  EXPECT_EQ(list[0]["data"]["announced"], 5000);
  EXPECT_EQ(list[1]["incomplete"], false);
}

const Bytes cancel_of_1 = {0x01, 0x40, 1, 0, 0, 0};

TEST(Usb, GoesOnAfterACancel) {
  const auto whole = container(data, 0x1009, 1, Bytes(5000));
  const Bytes part(whole.begin(), whole.begin() + 1024);
  UsbFrames down;
  down.transfer(Way::out, container(command, 0x1009, 1, words({1}))).transfer(Way::in, part);
  UsbFrames up;
  up.transfer(Way::out, container(command, 0x100D, 1)).transfer(Way::out, part);
  for (auto* const usb : {&down, &up}) {
    usb->control({0x21, 0x64, 0, 0, 0, 0, 6, 0}, cancel_of_1);
    if (usb == &down) usb->transfer(Way::in, Bytes(512));  // what was on its way
    usb->transfer(Way::out, container(command, 0x1004, 2)).transfer(Way::in, container(data, 0x1004, 2, words({0})));
    usb->transfer(Way::in, container(answer, 0x2001, 2));
    const auto records = records_of(usb->file());
    const auto list = of_type(records, "transaction");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0]["incomplete"], true);
    EXPECT_EQ(list[1]["incomplete"], false);
    EXPECT_EQ(list[1]["data"]["size"], 4);
    EXPECT_EQ(of_type(records, "warning").size(), 0u);
  }
}

// A halt that is cleared, a reset of the device, its configuration set anew.
TEST(Usb, GoesOnAfterWhatEmptiesAPipe) {
  const auto whole = container(data, 0x100D, 1, Bytes(5000));
  for (const Bytes& setup :
       {Bytes{0x02, 1, 0, 0, 0x02, 0, 0, 0}, Bytes{0x21, 0x66, 0, 0, 0, 0, 0, 0}, Bytes{0x00, 9, 1, 0, 0, 0, 0, 0}}) {
    UsbFrames usb;
    usb.transfer(Way::out, container(command, 0x100D, 1)).transfer(Way::out, {whole.begin(), whole.begin() + 1024});
    usb.control({0x02, 1, 0, 0, 0x81, 0, 0, 0}).control(setup);
    usb.transfer(Way::out, container(command, 0x1003, 2)).transfer(Way::in, container(answer, 0x2001, 2));
    const auto list = of_type(records_of(usb.file()), "transaction");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[1]["operation"]["name"], "CloseSession");
    EXPECT_EQ(list[1]["incomplete"], false);
  }
}

TEST(Usb, LeavesOutWhatADeviceRefused) {
  for (const u32 link_type : {220u, 249u}) {
    UsbFrames usb{link_type};
    const auto begin = [&](u32 transaction) { return container(command, 0x1002, transaction, words({1})); };
    usb.refused(begin(0)).refused(begin(0));
    if (link_type == 220) usb.control({0x02, 1, 0, 0, 0x02, 0, 0, 0});
    usb.transfer(Way::out, begin(0)).transfer(Way::in, container(answer, 0x2001, 0));
    const auto records = records_of(usb.file());
    const auto list = of_type(records, "transaction");
    ASSERT_EQ(list.size(), 1u) << link_type;
    EXPECT_EQ(list[0]["incomplete"], false);
    EXPECT_EQ(list[0]["frames"], link_type == 220 ? (Json{7, 10}) : (Json{5, 8}));  // as submitted
    EXPECT_EQ(of_type(records, "warning").size(), 0u);
  }
}

TEST(Usb, CountsOfWhatWasRefusedOnlyWhatPassed) {
  UsbFrames usb;
  const auto upload = container(data, 0x100D, 1, Bytes(5000));
  usb.transfer(Way::out, container(command, 0x100D, 1)).refused(upload, 1024);
  usb.transfer(Way::in, container(answer, 0x2007, 1));
  usb.control({0x02, 1, 0, 0, 0x02, 0, 0, 0});
  usb.transfer(Way::out, container(command, 0x1003, 2)).transfer(Way::in, container(answer, 0x2001, 2));
  const auto list = of_type(records_of(usb.file()), "transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["data"]["size"], 1012);
  EXPECT_EQ(list[0]["incomplete"], true);
  EXPECT_EQ(list[1]["incomplete"], false);
}

// A capture without completions, or that ends before them.
TEST(Usb, TakesForPassedWhatNobodyRefused) {
  UsbFrames usb;
  converse(usb);
  std::erase_if(usb.frames, [](const Bytes& frame) { return frame[8] == 'C' && (frame[10] & 0x80) == 0; });
  const auto list = of_type(records_of(usb.file()), "transaction");
  ASSERT_EQ(list.size(), 4u);
  for (const auto& one : list) EXPECT_EQ(one["incomplete"], false);
  usb.frames.resize(1);
  EXPECT_EQ(of_type(records_of(usb.file()), "transaction").size(), 1u);
}

TEST(Usb, MarksWhatItsCaptureCutOff) {
  UsbFrames usb;
  usb.snap = 1000;
  converse(usb);
  const auto records = records_of(usb.file());
  const auto gaps = of_type(records, "gap");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0]["bytes"], 4012);
  const auto list = of_type(records, "transaction");
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[2]["incomplete"], true);
  EXPECT_EQ(list[2]["data"]["size"], 988);
  EXPECT_EQ(list[3]["incomplete"], false);
}

TEST(Usb, LeavesOtherDevicesAlone) {
  UsbFrames usb;
  usb.device = 9;
  const Bytes command_block = {'U', 'S', 'B', 'C', 1, 0, 0, 0, 0, 2, 0, 0, 0x80, 0, 10, 0x28};
  usb.transfer(Way::out, command_block).transfer(Way::in, Bytes(512)).transfer(Way::event, Bytes(8, 1));
  EXPECT_TRUE(records_of(usb.file()).empty());
  usb.device = 4;
  converse(usb);
  EXPECT_EQ(of_type(records_of(usb.file()), "transaction").size(), 4u);
}

TEST(Usb, SurvivesEveryByteBeingWrong) {
  for (const u32 link_type : {220u, 249u}) {
    UsbFrames usb{link_type};
    converse(usb);
    const auto good = usb.file();
    for (std::size_t at = 24; at < 1400; ++at) {
      auto bad = good;
      bad[at] ^= 0xFF;
      for (const auto& record : records_of(bad)) EXPECT_FALSE(plain(record).empty());
    }
  }
}

}  // namespace
}  // namespace stuntcam::pcap
