#include "pcap/redact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "pcap/decode.h"
#include "ptp/text.h"
#include "usb.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;

const std::string serial = "4711081512", owner = "Anne Owner", host = "annes-laptop", label = "ANNES CARD",
                  ssid = "AnnesHome", passphrase = "correct horse", file_name = "Anne at the sea";
const Bytes guid = {0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x17, 0x28, 0x39, 0x4A, 0x5B, 0x6C, 0x7D, 0x8E, 0x9F, 0xA0};
const std::vector<std::string> texts = {serial, owner, host, label, ssid, passphrase, file_name};

Bytes wide(const std::string& text) {
  Bytes out;
  for (const char16_t unit : ptp::utf16_from_utf8(text)) {
    out.push_back(static_cast<u8>(unit));
    out.push_back(static_cast<u8>(unit >> 8));
  }
  return out;
}
Bytes text_of(const std::string& text) { return {text.begin(), text.end()}; }
std::string hex(View bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

bool holds(const Bytes& file, const Bytes& secret) { return !std::ranges::search(file, secret).empty(); }

void expect_no_secret(const Bytes& file) {
  for (const auto& secret : texts) {
    EXPECT_FALSE(holds(file, text_of(secret))) << secret;
    EXPECT_FALSE(holds(file, wide(secret))) << secret;
    EXPECT_FALSE(holds(file, text_of(hex(text_of(secret))))) << secret;
    EXPECT_FALSE(holds(file, text_of(hex(wide(secret))))) << secret;
  }
  EXPECT_FALSE(holds(file, guid));
  EXPECT_FALSE(holds(file, text_of(hex(guid))));
}

// What is asked, and what is answered: data to the initiator, or from it.
struct Step {
  u16 code;
  std::vector<u32> parameters;
  Bytes data;
  bool upload = false;
};
Bytes words(const std::vector<u32>& values) {
  Body body;
  for (const auto value : values) body.add(value);
  return body;
}
std::vector<Step> steps() {
  ptp::DeviceInfo device;
  device.manufacturer = "Maker";
  device.model = "Model 1";
  device.serial_number = serial;
  ptp::StorageInfo storage;
  storage.volume_label = label;
  storage.storage_description = "SD";
  ptp::ObjectInfo object;
  object.filename = file_name + ".JPG";
  object.object_format = 0x3801;
  ptp::DevicePropDesc artist{.code = 0xD001, .type = ptp::DataType::string, .get_set = 1};
  artist.current = ptp::Value(owner);
  artist.factory_default = ptp::Value("");
  ptp::DevicePropDesc size{.code = 0x5003, .type = ptp::DataType::string};
  size.current = size.factory_default = ptp::Value("6000x4000");
  size.form = ptp::EnumerationForm{{ptp::Value("6000x4000")}};
  const Bytes picture = Bytes{0xFF, 0xD8, 0xFF} + text_of(owner) + Bytes(3000, 9) + text_of(passphrase);
  return {{0x1002, {1}, {}},
          {0x1001, {}, ptp::encode(device)},
          {0x1005, {0x10001}, ptp::encode(storage)},
          {0x1014, {0xD001}, ptp::encode(artist)},
          {0x1014, {0x5003}, ptp::encode(size)},
          {0x1015, {0xD001}, ptp::Value(owner).bytes()},
          {0x1016, {0xD777}, ptp::Value(ssid).bytes(), true},
          {0x1008, {7}, ptp::encode(object)},
          {0x1009, {7}, picture},
          {0x9999, {}, text_of(passphrase) + guid + text_of(hex(guid)) + text_of(hex(wide(ssid)))},
          {0x1007, {}, text_of(passphrase)},  // no handles
          {0x1003, {}, {}}};
}

Bytes identity(const std::string& name) { return Body().add(guid).add(wide(name)).add(u16{0}).add(u32{0x10000}); }

std::vector<Bytes> frames_over_tcp() {
  Connection wire, other(7, 9, 80);
  auto frames = wire.open();
  const auto send = [&](bool sent, const Bytes& bytes) { frames.push_back(wire.send(sent, bytes)); };
  send(false, packet(1, identity(host)));
  send(true, packet(2, Body().add(u32{1}).add(identity("Model 1"))));
  for (auto& frame : other.open()) frames.push_back(frame);
  frames.push_back(other.send(false, text_of("GET /?name=" + owner + "&key=" + passphrase)));
  u32 id = 0;
  for (const auto& step : steps()) {
    Body body;
    body.add(step.upload ? 2u : 1u).add(step.code).add(id).add(words(step.parameters));
    send(false, packet(6, body));
    if (!step.data.empty()) send(!step.upload, start_data(id, step.data.size()) + end_data(id, step.data));
    send(true, response(0x2001, id++));
  }
  return frames;
}
UsbFrames frames_over_usb(u32 link_type) {
  UsbFrames usb{link_type};
  u32 id = 0;
  for (const auto& step : steps()) {
    usb.transfer(Way::out, container(1, step.code, id, words(step.parameters)));
    if (!step.data.empty()) usb.transfer(step.upload ? Way::out : Way::in, container(2, step.code, id, step.data));
    usb.transfer(Way::in, container(3, 0x2001, id++));
  }
  return usb;
}

struct Redacted {
  Bytes file;
  Redaction done;
  std::vector<Json> before, after;
};
std::vector<Json> records_of(const std::string& path) {
  std::vector<Json> records;
  decode(path, {}, [&](const Json& record) { records.push_back(record); });
  return records;
}
Redacted redacted(const Bytes& file, const RedactOptions& options = {}) {
  const TemporaryFile in(file), out({});
  Redacted result;
  result.done = redact(in.path(), out.path(), options);
  std::ifstream read(out.path(), std::ios::binary);
  result.file.assign(std::istreambuf_iterator<char>(read), {});
  result.before = records_of(in.path());
  result.after = records_of(out.path());
  return result;
}

// All that is no content.
void expect_same_structure(const Redacted& result) {
  ASSERT_EQ(result.before.size(), result.after.size());
  for (std::size_t i = 0; i < result.before.size(); ++i) {
    auto before = result.before[i], after = result.after[i];
    for (auto* one : {&before, &after}) {
      one->erase("friendly_name");
      if (one->contains("data") && !(*one)["data"].is_null())
        for (const auto* field : {"dataset", "bytes", "problem"}) (*one)["data"].erase(field);
    }
    EXPECT_EQ(before, after);
  }
}

TEST(Redact, LeavesNoSecretInACaptureOfTcp) {
  const auto result = redacted(pcap_file(frames_over_tcp()));
  expect_no_secret(result.file);
  expect_same_structure(result);
  EXPECT_EQ(result.done.blanked_frames, 4u);  // of the other connection
  EXPECT_EQ(result.done.replaced.at("serial number").values, 1u);
  EXPECT_EQ(result.done.replaced.at("GUID").places, 2u);
  EXPECT_EQ(result.done.blanked.count("GetObject"), 1u);
}

TEST(Redact, LeavesNoSecretInACaptureOfUsb) {
  for (const u32 link_type : {189u, 220u, 249u}) {
    const auto result = redacted(frames_over_usb(link_type).file());
    expect_no_secret(result.file);
    expect_same_structure(result);
    EXPECT_GT(result.after.size(), 10u);
  }
}

TEST(Redact, KeepsWhatTheCameraIs) {
  const auto result = redacted(pcap_file(frames_over_tcp()));
  const auto data = [&](const std::string& operation) {
    for (const auto& record : result.after)
      if (record["type"] == "transaction" && record["operation"]["name"] == operation) return record["data"];
    return Json();
  };
  EXPECT_EQ(data("GetDeviceInfo")["dataset"]["Model"], "Model 1");
  EXPECT_EQ(data("GetDeviceInfo")["dataset"]["SerialNumber"].get<std::string>().size(), serial.size());
  EXPECT_EQ(data("GetStorageInfo")["dataset"]["StorageDescription"], "SD");
  EXPECT_TRUE(data("GetObjectInfo")["dataset"]["Filename"].get<std::string>().ends_with(".JPG"));
  EXPECT_NE(std::ranges::search(result.file, wide("6000x4000")).size(), 0u);
}

// A copy shows the same where there was the same.
TEST(Redact, ReplacesTheSameByTheSame) {
  const auto result = redacted(pcap_file(frames_over_tcp()));
  std::vector<std::string> values;
  for (const auto& record : result.after) {
    if (record["type"] != "transaction" || record["operation"]["params"] != Json{0xD001}) continue;
    const auto& set = record["data"]["dataset"];
    values.push_back(set.is_string() ? set.get<std::string>() : set["CurrentValue"].get<std::string>());
  }
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0], values[1]);
  EXPECT_EQ(values[0].size(), owner.size());
}

TEST(Redact, DropsCommentsNamesAndSecretsOfTheFile) {
  const auto comment = text_of("taken by " + owner + " ");
  auto file = block(false, 0x0A0D0D0A,
                    Fields{}
                        .add(0x1A2B3C4Du)
                        .add(u16{1})
                        .add(u16{0})
                        .add(~u64{0})
                        .add(u16{1})
                        .add(static_cast<u16>(comment.size()))
                        .add(comment)
                        .add(u32{0})
                        .bytes);
  file = file + interface(false, 1) + block(false, 4, text_of("1234" + host + passphrase));
  for (const auto& frame : frames_over_tcp()) file = file + enhanced(false, 0, 1, frame);
  const auto result = redacted(file + block(false, 10, text_of(passphrase)));
  expect_no_secret(result.file);
  expect_same_structure(result);
}

TEST(Redact, KeepsUnknownDataOnRequestButForText) {
  RedactOptions options;
  options.keep_unknown = true;
  const auto result = redacted(pcap_file(frames_over_tcp()), options);
  expect_no_secret(result.file);
  expect_same_structure(result);
  EXPECT_EQ(result.done.blanked.size(), 2u);  // the picture, and what was no list of handles
}

TEST(Redact, SurvivesRetransmissionsThatDiffer) {
  auto frames = frames_over_tcp();
  const auto again = frames;
  for (std::size_t i = 3; i < again.size(); ++i) {
    auto other = again[i];
    if (other.size() > 60) std::ranges::copy(text_of("Anne Owner"), other.end() - 10);
    frames.push_back(other);
  }
  expect_no_secret(redacted(pcap_file(frames)).file);
}

TEST(Redact, SurvivesEveryByteBeingWrong) {
  const auto good = pcap_file(frames_over_tcp());
  for (std::size_t at = 24; at < std::min<std::size_t>(good.size(), 2500); at += 3) {
    auto bad = good;
    bad[at] ^= 0xFF;
    redacted(bad);
  }
}

}  // namespace
}  // namespace stuntcam::pcap
