#include "pcap/usb_recorder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "pcap/decode.h"
#include "pcap/recorder.h"
#include "recording.h"
#include "usb.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;
using transport::usb::UrbStatus;

constexpr u16 command = 1, data = 2, answer = 3, event = 4;
constexpr u8 bulk_in = 0x81, bulk_out = 0x02, interrupt_in = 0x83;

// The fields of usbmon's header that matter here.
struct Mon : RecordedPacket {
  explicit Mon(RecordedPacket packet) : RecordedPacket(std::move(packet)) {}
  u32 word(std::size_t at) const {
    u32 value = 0;
    std::memcpy(&value, frame.data() + at, 4);
    return value;
  }
  u64 urb() const { return u64{word(4)} << 32 | word(0); }
  char kind() const { return static_cast<char>(frame.at(8)); }
  u8 endpoint() const { return frame.at(10); }
  i32 status() const { return static_cast<i32>(word(28)); }
  u32 length() const { return word(32); }
  u32 kept() const { return word(36); }
};

class UsbRecorder : public ::testing::Test {
 protected:
  UsbRecorder()
      : path_(std::filesystem::temp_directory_path() /
              ("usb_recorder." + std::to_string(::getpid()) + "." +
               ::testing::UnitTest::GetInstance()->current_test_info()->name())) {}
  ~UsbRecorder() override { std::filesystem::remove(path_); }

  void attach(std::optional<u64> cut = {}) {
    if (!file_) file_ = std::make_shared<RecordingFile>(path_, cut);
    bus_ = make_usb_recorder(file_, {1, 5, "camera", "host", ptp::Vendor::nikon});
  }
  void out(const Bytes& bytes, std::size_t piece = 1000, UrbStatus status = UrbStatus::ok) {
    bus_->submitted(bulk_out, ++urb_, bytes.size());
    for (View rest = bytes; !rest.empty();) {
      const auto now = rest.first(std::min(piece, rest.size()));
      bus_->arrived(now);
      rest = rest.subspan(now.size());
    }
    bus_->accepted(urb_, status, status == UrbStatus::ok ? bytes.size() : 0);
  }
  // One URB of so many bytes, answered in pieces.
  void in(const Bytes& bytes, u64 length = 65536, std::size_t piece = 1 << 20, u8 endpoint = bulk_in) {
    bus_->submitted(endpoint, ++urb_, length);
    View rest = bytes;
    const auto first = rest.first(std::min(piece, rest.size()));
    bus_->answered(urb_, UrbStatus::ok, bytes.size(), first);
    for (rest = rest.subspan(first.size()); !rest.empty();) {
      const auto now = rest.first(std::min(piece, rest.size()));
      bus_->more(now);
      rest = rest.subspan(now.size());
    }
  }
  void control(transport::usb::Setup setup, const Bytes& sent, const Bytes& got,
               UrbStatus status = UrbStatus::ok) const {
    bus_->control(setup, sent);
    bus_->controlled(status, got);
  }
  std::vector<Mon> packets() const {
    std::vector<Mon> list;
    for (auto& packet : recorded_packets(path_)) list.emplace_back(std::move(packet));
    return list;
  }
  std::vector<std::string> comments() const {
    std::vector<std::string> list;
    for (const auto& packet : packets())
      if (!packet.comment.empty()) list.push_back(packet.comment);
    return list;
  }
  std::vector<Json> decoded(const std::string& type) const {
    std::vector<Json> records;
    decode(path_, {}, [&](const Json& record) {
      if (record["type"] == type) records.push_back(record);
    });
    return records;
  }
  // Every URB was submitted once and completed once, in that order.
  void each_is_submitted_and_completed() const {
    std::set<u64> open, ended;
    for (const auto& packet : packets()) {
      if (packet.kind() == 'S') {
        EXPECT_TRUE(open.insert(packet.urb()).second);
      } else {
        EXPECT_EQ(open.erase(packet.urb()), 1u);
        EXPECT_TRUE(ended.insert(packet.urb()).second);
      }
    }
    EXPECT_TRUE(open.empty());
  }

  std::string path_;
  std::shared_ptr<RecordingFile> file_;
  std::unique_ptr<transport::usb::BusObserver> bus_;
  u32 urb_ = 0;
};

TEST_F(UsbRecorder, WritesWhatUsbmonWould) {
  attach();
  out(container(command, 0x1001, 7));
  control({0x80, 6, 0x0100, 0, 18}, {}, Bytes(18, 0x11));
  const auto list = packets();
  ASSERT_EQ(list.size(), 4u);
  for (const auto& packet : list) EXPECT_EQ(packet.link_type, 220);
  auto first = list[0].frame;
  EXPECT_EQ(first.size(), 64u + 12u);
  EXPECT_EQ(list[0].word(16), list[0].time / 1'000'000'000);
  EXPECT_EQ(list[0].word(24), list[0].time % 1'000'000'000 / 1000);
  std::fill_n(first.begin(), 8, u8{0});        // the URB's number
  std::fill_n(first.begin() + 16, 12, u8{0});  // the time
  Bytes expected = Body().add(u64{0}).add(Bytes{'S', 3, 0x02, 5, 1, 0, '-', 0}).add(u64{0}).add(u32{0});
  expected = Body()
                 .add(expected)
                 .add(i32{-EINPROGRESS})
                 .add(u32{12})
                 .add(u32{12})
                 .add(Bytes(24))
                 .add(container(command, 0x1001, 7));
  EXPECT_EQ(first, expected);
  EXPECT_EQ((std::pair{list[1].kind(), list[1].length()}), (std::pair{'C', 12u}));
  EXPECT_EQ(list[1].frame.size(), 64u);
  EXPECT_EQ(Bytes(list[2].frame.begin() + 40, list[2].frame.begin() + 48), (Bytes{0x80, 6, 0, 1, 0, 0, 18, 0}));
  EXPECT_EQ((std::pair{list[2].endpoint(), list[2].length()}), (std::pair{u8{0x80}, 18u}));
  EXPECT_EQ(Bytes(list[3].frame.begin() + 64, list[3].frame.end()), Bytes(18, 0x11));
  each_is_submitted_and_completed();
}

TEST_F(UsbRecorder, IsDecodedToTheTransactionsThatPassed) {
  attach();
  out(container(command, 0x1002, 0, words({1})));
  in(container(answer, 0x2001, 0));
  out(container(command, 0x1004, 1));
  in(container(data, 0x1004, 1, words({1, 0x10001})));
  in(container(answer, 0x2001, 1));
  out(container(command, 0x100D, 2));
  out(container(data, 0x100D, 2, Bytes(200'000, 9)), 1500);
  in(container(event, 0x4002, 2, words({7})), 64, 64, interrupt_in);
  in(container(answer, 0x2001, 2));
  out(container(command, 0x1009, 3, words({1})));
  in(container(data, 0x1009, 3, Bytes(300'000, 8)), 1 << 20, 1400);
  in(container(answer, 0x2001, 3));
  const auto list = decoded("transaction");
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[1]["data"]["dataset"], Json{0x10001});
  EXPECT_EQ(list[2]["data"]["size"], 200'000);
  EXPECT_EQ(list[3]["data"]["size"], 300'000);
  for (const auto& one : list) EXPECT_EQ(one["incomplete"], false);
  ASSERT_EQ(decoded("event").size(), 1u);
  EXPECT_TRUE(decoded("warning").empty());
  each_is_submitted_and_completed();
  for (const auto& packet : packets()) EXPECT_LE(packet.frame.size(), 64 + max_urb);
}

TEST_F(UsbRecorder, NamesWhatAPacketIs) {
  attach();
  out(container(command, 0x90C7, 1));
  in(container(data, 0x90C7, 1, {0, 0}) + container(answer, 0x2019, 1));
  bus_->note("fault 1: late");
  in(container(event, 0x4002, 1, words({7})), 64, 64, interrupt_in);
  control({0xA1, 0x67, 0, 0, 32}, {}, {4, 0, 1, 0x20});
  control({0x21, 0x64, 0, 0, 6}, {1, 0x40, 2, 1, 0, 0}, {});
  out(Bytes(20, 0xEE));
  const std::vector<std::string> expected = {"camera, attached by host; GetEvent()",
                                             "Data of GetEvent; GetEvent -> DeviceBusy()",
                                             "fault 1: late; ObjectAdded(0x7)",
                                             "GetDeviceStatus",
                                             "Cancel of transaction 258",
                                             "malformed: no container begins here"};
  EXPECT_EQ(comments(), expected);
}

TEST_F(UsbRecorder, EndsWhatWaitsWithItsHost) {
  attach();
  bus_->submitted(interrupt_in, 1, 64);
  bus_->submitted(bulk_in, 2, 512);
  bus_->unlinked(2);
  bus_->submitted(bulk_in, 3, 4096);
  bus_->answered(3, UrbStatus::ok, 4096, Bytes(100));
  bus_->submitted(bulk_out, 4, 5000);
  bus_->arrived(Bytes(70));
  bus_.reset();
  const auto list = packets();
  std::vector<std::tuple<char, u8, i32, u32, u32>> got;
  for (const auto& each : list)
    got.emplace_back(each.kind(), each.endpoint(), each.status(), each.length(), each.kept());
  const std::vector<std::tuple<char, u8, i32, u32, u32>> expected = {
      {'S', interrupt_in, -EINPROGRESS, 64, 0}, {'S', bulk_in, -EINPROGRESS, 512, 0},
      {'C', bulk_in, -ECONNRESET, 0, 0},        {'S', bulk_in, -EINPROGRESS, 4096, 0},
      {'S', bulk_out, -EINPROGRESS, 5000, 70},  {'C', bulk_in, -ESHUTDOWN, 100, 100},
      {'C', interrupt_in, -ESHUTDOWN, 0, 0},    {'C', bulk_out, -ESHUTDOWN, 0, 0}};
  EXPECT_EQ(got, expected);
  EXPECT_EQ(list[4].original_size, 64u + 5000);
  each_is_submitted_and_completed();
}

TEST_F(UsbRecorder, TellsStallsAndOverflows) {
  attach();
  out(Bytes(20), 20, UrbStatus::stalled);
  bus_->submitted(bulk_in, 9, 100);
  bus_->answered(9, UrbStatus::overflow, 100, Bytes(100));
  control({0x80, 0x77, 0, 0, 4}, {}, {}, UrbStatus::stalled);
  std::vector<std::pair<i32, u32>> got;
  for (const auto& each : packets())
    if (each.kind() == 'C') got.emplace_back(each.status(), each.length());
  const std::vector<std::pair<i32, u32>> expected = {{-EPIPE, 0}, {-EOVERFLOW, 100}, {-EPIPE, 0}};
  EXPECT_EQ(got, expected);
}

TEST_F(UsbRecorder, LeavesOutWhatIsBeyondTheCut) {
  attach(1000);
  out(container(command, 0x1009, 1, words({1})));
  in(container(data, 0x1009, 1, Bytes(300'000, 8)), 1 << 20, 4096);
  in(container(answer, 0x2001, 1));
  out(container(command, 0x1004, 2));
  in(container(data, 0x1004, 2, words({0})));
  in(container(answer, 0x2001, 2));
  EXPECT_LT(std::filesystem::file_size(path_), 5000u);
  const auto list = decoded("transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["incomplete"], true);
  EXPECT_EQ(list[0]["data"]["size"], 1000);
  EXPECT_EQ(list[0]["data"]["announced"], 300'000);
  EXPECT_EQ(list[1]["incomplete"], false);
  u64 lost = 0;
  for (const auto& gap : decoded("gap")) lost += gap["bytes"].get<u64>();
  EXPECT_EQ(lost, 299'000u);
  u32 on_the_wire = 0;
  for (const auto& packet : packets())
    if (packet.kind() == 'C' && packet.endpoint() == bulk_in) on_the_wire += packet.original_size - 64;
  EXPECT_EQ(on_the_wire, 300'012u + 16 + 12 + 12);
}

TEST_F(UsbRecorder, GoesOnAfterACancel) {
  attach();
  out(container(command, 0x1009, 1, words({1})));
  const auto whole = container(data, 0x1009, 1, Bytes(300'000));
  in({whole.begin(), whole.begin() + 65536});
  control({0x21, 0x64, 0, 0, 6}, {1, 0x40, 1, 0, 0, 0}, {});
  out(container(command, 0x1003, 2));
  in(container(answer, 0x2001, 2));
  EXPECT_EQ(comments().back(), "CloseSession -> OK()");
  const auto list = decoded("transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1]["incomplete"], false);
}

TEST_F(UsbRecorder, StandsBesideTcpInOneFile) {
  file_ = std::make_shared<RecordingFile>(path_);
  const auto tcp = make_recorder(file_, {1, "127.0.0.1:50000", "127.0.0.1:15740", {}, ptp::Vendor::nikon});
  const auto of_tcp = packets();
  attach();
  feed(*tcp, false, request(0x1002, 1, {1}));
  out(container(command, 0x1002, 0, words({1})));
  feed(*tcp, true, response(0x2001, 1));
  in(container(answer, 0x2001, 0));
  std::set<u16> link_types;
  for (const auto& packet : packets()) link_types.insert(packet.link_type);
  EXPECT_EQ(link_types, (std::set<u16>{1, 220}));
  const auto list = decoded("transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_NE(list[0]["session"], list[1]["session"]);
  for (const auto& one : list) EXPECT_EQ(one["response"]["name"], "OK");
}

}  // namespace
}  // namespace stuntcam::pcap
