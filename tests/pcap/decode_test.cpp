#include "pcap/decode.h"

#include <gtest/gtest.h>

#include "capture.h"
#include "wire.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Json;

const Bytes init_request = packet(1, Body().add(Bytes(16, 7)).add(u16{'a'}).add(u16{0}).add(u32{0x00010000}));
const Bytes init_ack = packet(2, Body().add(u32{5}).add(Bytes(16, 8)).add(u16{'b'}).add(u16{0}).add(u32{0x00010000}));
const Bytes storage_ids = {1, 0, 0, 0, 1, 0, 1, 0};

// The frames of one command connection: who sends what.
std::vector<Bytes> frames_of(Connection& wire, const std::vector<std::pair<bool, Bytes>>& talk) {
  auto frames = wire.open();
  for (const auto& [sent, bytes] : talk) frames.push_back(wire.send(sent, bytes));
  return frames;
}
std::vector<std::pair<bool, Bytes>> talk() {
  return {{false, init_request},
          {true, init_ack},
          {false, request(0x1002, 0, {1})},
          {true, response(0x2001, 0)},
          {false, request(0x1004, 1)},
          {true, start_data(1, 8) + end_data(1, storage_ids)},
          {true, response(0x2001, 1)},
          {false, request(0x100D, 2, {}, 2) + start_data(2, 5000)},
          {false, data(2, Bytes(4000)) + end_data(2, Bytes(1000))},
          {true, response(0x2013, 2)}};
}

std::vector<Json> decoded(const Bytes& file, const DecodeOptions& options = {}) {
  const TemporaryFile stored(file);
  std::vector<Json> records;
  decode(stored.path(), options, [&](const Json& record) { records.push_back(record); });
  return records;
}
std::vector<Json> of_type(std::vector<Json> records, const std::string& type) {
  std::erase_if(records, [&](const Json& record) { return record["type"] != type; });
  return records;
}
// What a transaction is, without where it was.
std::vector<Json> essence(const Bytes& file) {
  auto list = of_type(decoded(file), "transaction");
  for (auto& record : list)
    for (const auto* field : {"frames", "time", "duration", "connection"}) record.erase(field);
  return list;
}

TEST(Decode, GivesOneRecordForEachTransaction) {
  Connection wire;
  const auto list = of_type(decoded(pcap_file(frames_of(wire, talk()))), "transaction");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0]["operation"], (Json{{"code", 0x1002}, {"name", "OpenSession"}, {"params", {1}}}));
  EXPECT_EQ(list[0]["response"]["name"], "OK");
  EXPECT_EQ(list[0]["data"], nullptr);
  EXPECT_EQ(list[0]["frames"], (Json{6, 7}));
  EXPECT_EQ(list[1]["data"], (Json{{"direction", "to_initiator"}, {"size", 8}, {"dataset", {0x10001}}}));
  EXPECT_EQ(list[1]["frames"], (Json{8, 10}));
  EXPECT_EQ(list[2]["data"]["direction"], "to_responder");
  EXPECT_EQ(list[2]["data"]["size"], 5000);
  EXPECT_EQ(list[2]["response"]["code"], 0x2013);
  for (const auto& record : list) EXPECT_EQ(record["incomplete"], false);
}

TEST(Decode, SameFromWhateverSegments) {
  Connection wire;
  const auto expected = essence(pcap_file(frames_of(wire, talk())));
  for (const std::size_t size : {1u, 7u, 100u}) {
    std::vector<std::pair<bool, Bytes>> pieces;
    for (const auto& [sent, bytes] : talk())
      for (std::size_t at = 0; at < bytes.size(); at += size)
        pieces.emplace_back(sent,
                            Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + size, bytes.size()))));
    Connection cut;
    auto frames = frames_of(cut, pieces);
    EXPECT_EQ(essence(pcap_file(frames)), expected);
    for (std::size_t i = 3; i + 1 < frames.size(); i += 5) std::swap(frames[i], frames[i + 1]);
    EXPECT_EQ(essence(pcap_file(frames)), expected);
    std::vector<Bytes> doubled;
    for (const auto& frame : frames) doubled.insert(doubled.end(), 2, frame);
    EXPECT_EQ(essence(pcap_file(doubled)), expected);
  }
}

TEST(Decode, FindsSessionsOnOtherPorts) {
  Connection wire(1, 2, 4242);
  const auto frames = frames_of(wire, talk());
  EXPECT_EQ(of_type(decoded(pcap_file(frames)), "transaction").size(), 3u);
  DecodeOptions options;
  options.port = 15740;
  EXPECT_TRUE(decoded(pcap_file(frames), options).empty());
  options.port = 4242;
  EXPECT_EQ(of_type(decoded(pcap_file(frames), options), "transaction").size(), 3u);
}

TEST(Decode, LeavesOtherConversationsAlone) {
  Connection wire(1, 2, 80);
  const Bytes http = {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P'};
  EXPECT_TRUE(decoded(pcap_file(frames_of(wire, {{false, http}, {true, http}}))).empty());
}

TEST(Decode, JoinsTheEventConnectionToItsSession) {
  Connection command(1, 2);
  auto frames = frames_of(command, talk());
  const auto event = packet(8, Body().add(u16{0x4002}).add(u32{5}).add(u32{0x10001}));
  auto to_other_port = Connection(100, 200);
  auto more = frames_of(to_other_port, {{false, packet(3, Body().add(u32{5}))}, {true, packet(4, {})}, {true, event}});
  for (auto& frame : more) {  // the event connection's client port: 50001
    const auto at = frame[5] == 1 ? 36 : 34;
    frame[static_cast<std::size_t>(at) + 1] = 0x51;
  }
  frames.insert(frames.end(), more.begin(), more.end());
  const auto events = of_type(decoded(pcap_file(frames)), "event");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0]["session"], 1);
  EXPECT_EQ(events[0]["connection"], 2);
  EXPECT_EQ(events[0]["name"], "ObjectAdded");
  EXPECT_EQ(events[0]["params"], Json{0x10001});
}

TEST(Decode, OneGapWhereEveryPacketOfAPhaseWasCut) {
  Connection wire;
  auto frames = wire.open();
  frames.push_back(wire.send(false, request(0x1009, 1, {7})));
  frames.push_back(wire.send(true, start_data(1, 1000)));
  const auto payload = end_data(1, Bytes(1000));
  const auto first = static_cast<u32>(frames.size()) + 1;
  auto file = pcap_file(frames);
  for (u32 at = 0; at < payload.size(); at += 100) {
    const Bytes piece(payload.begin() + at,
                      payload.begin() + std::min<std::ptrdiff_t>(at + 100, payload.end() - payload.begin()));
    auto frame = wire.send(true, piece);
    const auto size = static_cast<u32>(frame.size());
    if (at > 0) frame.resize(frame.size() - piece.size());  // what --record-cut leaves of them
    file = file + pcap_record(false, 1'700'000'000, 0, frame, size);
  }
  file = file + pcap_record(false, 1'700'000'000, 0, wire.send(true, response(0x2001, 1)));
  const auto records = decoded(file);
  const auto gaps = of_type(records, "gap");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0]["bytes"], 912);
  EXPECT_EQ(gaps[0]["frame"], first + 1);
  EXPECT_EQ(gaps[0]["last_frame"], first + 10);
  EXPECT_NE(plain(gaps[0]).find(std::to_string(first + 1) + "-" + std::to_string(first + 10)), std::string::npos);
  ASSERT_EQ(of_type(records, "transaction").size(), 1u);
  EXPECT_EQ(of_type(records, "transaction")[0]["incomplete"], true);
}

TEST(Decode, MarksWhatAGapMadeIncomplete) {
  for (const std::size_t lost : {8u, 9u, 10u, 11u}) {  // request, data, response, next request
    Connection wire;
    auto frames = frames_of(wire, talk());
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(lost) - 1);
    const auto records = decoded(pcap_file(frames));
    EXPECT_EQ(of_type(records, "gap").size(), 1u) << lost;
    const auto list = of_type(records, "transaction");
    EXPECT_GE(list.size(), 3u) << lost;
    EXPECT_EQ(list[0]["incomplete"], false) << lost;
    const auto whole = std::ranges::count_if(list, [](const Json& one) { return one["incomplete"] == false; });
    EXPECT_GE(whole, 1) << lost;
    EXPECT_LE(whole, 2) << lost;
  }
}

TEST(Decode, KnowsHowMuchOfAPayloadIsMissing) {
  Connection wire;
  auto frames = frames_of(wire, {{false, request(0x1009, 1, {1})}, {true, start_data(1, 3000)}, {true, {}}});
  const auto object = end_data(1, Bytes(3000, 6));
  frames.pop_back();
  frames.push_back(wire.send(true, {object.begin(), object.begin() + 1000}));
  wire.send(true, {object.begin() + 1000, object.begin() + 2000});  // not captured
  frames.push_back(wire.send(true, {object.begin() + 2000, object.end()}));
  frames.push_back(wire.send(true, response(0x2001, 1)));
  frames.push_back(wire.send(false, request(0x1003, 2)));
  frames.push_back(wire.send(true, response(0x2001, 2)));
  const auto records = decoded(pcap_file(frames));
  EXPECT_EQ(of_type(records, "warning").size(), 0u);
  const auto list = of_type(records, "transaction");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["data"]["size"], 2000);
  EXPECT_EQ(list[0]["data"]["announced"], 3000);
  EXPECT_EQ(list[0]["incomplete"], true);
  EXPECT_EQ(list[1]["incomplete"], false);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Decode, SavesTheFilesThatWereTransferred) {
  const auto folder = std::filesystem::temp_directory_path() / ("objects." + std::to_string(::getpid()));
  ptp::ObjectInfo info;
  info.filename = "../A.JPG";
  const auto described = ptp::encode(info);
  Connection wire;
  auto frames = frames_of(wire, {{false, request(0x1008, 1, {7})},
                                 {true, start_data(1, described.size()) + end_data(1, described)},
                                 {true, response(0x2001, 1)},
                                 {false, request(0x1009, 2, {7})},
                                 {true, start_data(2, 6) + data(2, {'a', 'b', 'c'})},
                                 {true, end_data(2, {'d', 'e', 'f'})},
                                 {true, response(0x2001, 2)},
                                 {false, request(0x1009, 3, {7})},
                                 {true, start_data(3, 6) + data(3, {'a', 'b', 'c'})}});
  wire.send(true, {});
  const auto rest = data(3, Bytes(9, 'x'));
  frames.push_back(wire.send(true, {rest.begin(), rest.begin() + 14}));
  wire.send(true, {rest.begin() + 14, rest.begin() + 20});  // not captured
  frames.push_back(wire.send(true, {rest.begin() + 20, rest.end()}));
  frames.push_back(wire.send(true, end_data(3, {}) + response(0x2001, 3)));
  DecodeOptions options;
  options.objects = std::make_shared<const ObjectFiles>(folder.string());
  const auto list = of_type(decoded(pcap_file(frames), options), "transaction");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[1]["data"]["file"], "_.._A.JPG");
  EXPECT_EQ(list[2]["data"]["file"], "_.._A.JPG.incomplete");
  EXPECT_EQ(read_file(folder / "_.._A.JPG"), "abcdef");
  EXPECT_EQ(read_file(folder / "_.._A.JPG.incomplete"), std::string("abcxx") + std::string(6, '\0') + "x");
  EXPECT_EQ(of_type(decoded(pcap_file(frames), options), "transaction")[1]["data"]["file"], "_.._A-2.JPG");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 4);
  std::filesystem::remove_all(folder);
}

TEST(Decode, TellsOfAGapInFrontOfEverything) {
  Connection wire;
  auto frames = frames_of(wire, talk());
  frames.erase(frames.begin() + 3);  // the first packet
  const auto records = decoded(pcap_file(frames));
  EXPECT_EQ(of_type(records, "gap").size(), 1u);
  EXPECT_EQ(of_type(records, "transaction").size(), 3u);
}

TEST(Decode, GoesOnAtTheNextPacketWhenItComesInInTheMiddle) {
  Connection wire;
  auto frames = frames_of(wire, talk());
  frames.erase(frames.begin(), frames.begin() + 3);
  frames[0].erase(frames[0].begin() + 54, frames[0].begin() + 60);  // and inside a packet
  frames[0][17] = static_cast<u8>(frames[0][17] - 6);
  const auto list = of_type(decoded(pcap_file(frames)), "transaction");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[2]["incomplete"], false);
}

TEST(Decode, SaysWhichSideWasNotCaptured) {
  for (const bool sent : {false, true}) {
    Connection wire;
    std::vector<Bytes> frames;
    for (const auto& [from_camera, bytes] : talk()) {
      const auto frame = wire.send(from_camera, bytes);
      if (from_camera == sent) frames.push_back(frame);
    }
    const auto records = decoded(pcap_file(frames));
    const auto list = of_type(records, "transaction");
    EXPECT_EQ(list.size(), 3u);
    for (const auto& one : list) EXPECT_TRUE(one["incomplete"].get<bool>());
    EXPECT_EQ(list[0]["operation"].is_null(), sent);
    EXPECT_EQ(list[0]["response"].is_null(), !sent);
    const auto warnings = of_type(records, "warning");
    ASSERT_EQ(warnings.size(), 2u);
    EXPECT_EQ(warnings[0]["text"], "connection 1: its beginning was not captured");
    EXPECT_NE(warnings[1]["text"].get<std::string>().find(sent ? "10.0.0.1:50000" : "10.0.0.2:15740"),
              std::string::npos);
  }
}

// The last it sees of a transaction, when the next one was asked already, is no answer to that.
TEST(Decode, GivesALateResponseToNobodyWhenItsRequestWasNotCaptured) {
  for (const bool asked_first : {false, true}) {
    Connection wire;
    std::vector<Bytes> frames;
    if (asked_first) frames.push_back(wire.send(false, request(0x1003, 2)));
    frames.push_back(wire.send(true, data(1, storage_ids) + response(0x2001, 1)));
    if (!asked_first) frames.push_back(wire.send(false, request(0x1003, 2)));
    frames.push_back(wire.send(true, response(0x2013, 2)));
    const auto records = decoded(pcap_file(frames));
    EXPECT_EQ(of_type(records, "warning").size(), 1u);
    const auto list = of_type(records, "transaction");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0]["operation"], Json());
    EXPECT_EQ(list[0]["data"]["size"], 8);
    EXPECT_EQ(list[0]["data"]["bytes"], "0100000001000100");
    EXPECT_EQ(list[0]["response"]["name"], "OK");
    EXPECT_EQ(list[1]["operation"]["name"], "CloseSession");
    EXPECT_EQ(list[1]["response"]["code"], 0x2013);
    EXPECT_EQ(list[1]["incomplete"], false);
  }
}

// A snap length cuts the names of the handshake, which says how long it is: the packets behind it are known, and the
// event connection finds its session although the number that joins the two was cut as well.
TEST(Decode, GoesOnBehindAPacketWhoseEndWasCut) {
  Connection command(1000, 5000, 15740, 50000), events(1, 2, 15740, 50001);
  auto file = pcap_file(command.open());
  for (const bool sent : {false, true}) {
    auto frame = command.send(sent, sent ? init_ack : init_request);
    const auto size = static_cast<u32>(frame.size());
    frame.resize(frame.size() - 6);
    file = file + pcap_record(false, 1'700'000'000, 0, frame, size);
  }
  const auto add = [&](const std::vector<Bytes>& frames) {
    for (const auto& frame : frames) file = file + pcap_record(false, 1'700'000'000, 0, frame);
  };
  add(events.open());
  add({events.send(false, packet(3, Body().add(u32{5}))), events.send(true, packet(4, {}))});
  const auto all = talk();
  for (std::size_t i = 2; i < all.size(); ++i) add({command.send(all[i].first, all[i].second)});
  const auto records = decoded(file);
  EXPECT_EQ(of_type(records, "gap").size(), 2u);
  const auto list = of_type(records, "transaction");
  ASSERT_EQ(list.size(), 3u);
  for (const auto& one : list) {
    EXPECT_EQ(one["session"], 1);
    EXPECT_EQ(one["connection"], 1);
    EXPECT_EQ(one["incomplete"], false);
  }
  const auto packets = of_type(records, "packet");
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0]["session"], 1);
}

TEST(Decode, CountsTheBytesBehindADataSet) {
  Connection wire;
  const auto described = ptp::encode(ptp::StorageInfo{});
  const auto record = [&](const Bytes& sent) {
    const auto frames = frames_of(wire, {{false, request(0x1005, 1, {0x10001})},
                                         {true, start_data(1, sent.size()) + end_data(1, sent)},
                                         {true, response(0x2001, 1)}});
    return of_type(decoded(pcap_file(frames)), "transaction").at(0)["data"]["dataset"];
  };
  EXPECT_FALSE(record(described).contains("surplus"));
  EXPECT_EQ(record(described + Bytes{0, 1, 2})["surplus"], 3);
}

TEST(Decode, SurvivesEveryByteBeingWrong) {
  Connection wire;
  const auto good = pcap_file(frames_of(wire, talk()));
  for (std::size_t at = 24; at < 1200; ++at) {
    auto bad = good;
    bad[at] ^= 0xFF;
    const TemporaryFile stored(bad);
    decode(stored.path(), {}, [](const Json& record) { EXPECT_FALSE(plain(record).empty()); });
  }
}

TEST(Decode, TakesTimesFromAnywhere) {
  Connection wire;
  auto file = section(false) + interface(false, 1, 9);
  u64 time = 1'600'000'000'000'000'000;
  for (const auto& frame : frames_of(wire, talk())) file = file + enhanced(false, 0, time += 1ull << 62, frame);
  EXPECT_EQ(of_type(decoded(file), "transaction").size(), 3u);
}

TEST(Decode, PrintsALineForPeople) {
  Connection wire;
  std::vector<std::string> lines;
  for (const auto& record : decoded(pcap_file(frames_of(wire, talk())))) lines.push_back(plain(record));
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0], "          4    0.000000  1  InitCommandRequest 10.0.0.1:50000 \"a\"");
  EXPECT_EQ(lines[3], "       8-10    0.000000  1  GetStorageIDs() <- 8 bytes, OK(), 0.000 ms");
}

}  // namespace
}  // namespace stuntcam::pcap
