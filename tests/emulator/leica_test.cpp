// The LE dialect as the notes of the project ols and reports about a Q3 describe it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/load.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr Op open_le{0x9005}, close_le{0x9006}, heartbeat{0x901D}, get_looks{0x9033}, set_looks{0x9035},
    get_stream_data{0x9025}, get_lens{0x9003}, release_stages{0x9004};
constexpr u32 enabled_streams = 0x5021;

class Leica : public testing::Test {
 protected:
  Leica() { stage.profile = profiles::load("leica-sl").value(); }
  Stage stage;
};

TEST_F(Leica, PropertiesWantAnLeSession) {
  Play client(stage.camera());
  for (const auto operation : {Op::GetDevicePropDesc, Op::GetDevicePropValue, Op::ResetDevicePropValue})
    EXPECT_EQ(client.ask(operation, {0x5005}), Code::SessionNotOpen);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0x5005}, bytes<u16>(1)), Code::SessionNotOpen);
  EXPECT_EQ(client.ask(heartbeat), Code::SessionNotOpen);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK) << "the card does not";
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0x5005}), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0x5005}, bytes<u16>(1)), Code::OK);
  EXPECT_EQ(client.ask(heartbeat), Code::OK);
  EXPECT_EQ(client.ask(close_le), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0x5005}), Code::SessionNotOpen);
}

TEST_F(Leica, EveryClientHasItsOwn) {
  Play one(stage.camera()), other(stage.camera());
  EXPECT_EQ(one.ask(open_le, {0xFF55}), Code::OK);
  EXPECT_EQ(other.ask(Op::GetDevicePropValue, {0x5005}), Code::SessionNotOpen);
  EXPECT_EQ(one.ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(one.ask(Op::OpenSession, {0x412}), Code::OK);
  EXPECT_EQ(one.ask(Op::GetDevicePropValue, {0x5005}), Code::SessionNotOpen) << "it ends with the session";
}

TEST_F(Leica, WithoutAHeartbeatItEnds) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  for (int i = 0; i < 5; ++i) {
    stage.clock.advance(9s);
    EXPECT_EQ(client.ask(heartbeat), Code::OK);
  }
  stage.clock.advance(11s);
  EXPECT_EQ(client.ask(heartbeat), Code::SessionNotOpen);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0x5005}), Code::SessionNotOpen);
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK) << "the connection goes on";
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0x5005}), Code::OK);
}

TEST_F(Leica, WhileATransferLastsNobodyMissesTheHeartbeat) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  ptp::Message request;
  request.code = static_cast<u16>(Op::GetObject);
  request.count = 1;
  request.params[0] = client.find("L1000001.JPG");
  request.transaction_id = client.transaction_id++;
  const auto answer = client.raw().request(request);
  EXPECT_EQ(std::get<transport::Reply>(answer).code, static_cast<u16>(Code::OK));
  stage.clock.advance(1min);
  client.raw().answered();
  stage.clock.advance(9s);
  EXPECT_EQ(client.ask(heartbeat), Code::OK);
}

TEST_F(Leica, AProfileMayWaitForEver) {
  stage.profile.timing.vendor_session = {};
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  stage.clock.advance(24h);
  EXPECT_EQ(client.ask(heartbeat), Code::OK);
}

TEST_F(Leica, LooksAreAListOfProperties) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(get_looks, {0xFFFF}), Code::SessionNotOpen);
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  ASSERT_EQ(client.ask(get_looks, {0xFFFF}), Code::OK);
  std::map<u32, std::string> names;
  for (const auto& element : client.decoded<ptp::ObjectPropList>().elements)
    if (element.code == 0xDC44) names[element.handle] = element.value.text();
  EXPECT_THAT(names, ElementsAre(std::pair(2u, "Classic"), std::pair(7u, "Brass"), std::pair(15u, "Standard"),
                                 std::pair(16u, "Monochrome"), std::pair(22u, "Bleach"), std::pair(26u, "Pure")));
  EXPECT_EQ(client.ask(get_looks, {99}), Code::InvalidParameter);
}

ptp::ObjectPropList look(u32 handle, u32 id, const std::string& name) {
  return {{{handle, 0xD861, ptp::Value(ptp::DataType::uint32, id)}, {handle, 0xDC44, ptp::Value(name)}}};
}

TEST_F(Leica, LooksCanBeSet) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  EXPECT_EQ(client.send(set_looks, {}, ptp::encode(look(1, 99, "Mine"))), Code::OK);
  ASSERT_EQ(client.ask(get_looks, {99}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::ObjectPropList>(), look(1, 99, "Mine"));
  EXPECT_EQ(client.send(set_looks, {}, ptp::encode(look(0, 99, "Other"))), Code::OK) << "replaced";
  ASSERT_EQ(client.ask(get_looks, {99}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::ObjectPropList>(), look(0, 99, "Other"));
}

TEST_F(Leica, LooksThatAreNone) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  EXPECT_EQ(client.send(set_looks, {}, {}), Code::InvalidDataSet);
  EXPECT_EQ(client.send(set_looks, {}, {0xFF, 0xFF, 0xFF, 0xFF, 0}), Code::InvalidDataSet);
  auto nameless = look(1, 99, "Mine");
  nameless.elements.erase(nameless.elements.begin());
  EXPECT_EQ(client.send(set_looks, {}, ptp::encode(nameless)), Code::InvalidDataSet) << "without an id";
  EXPECT_EQ(client.send(set_looks, {}, ptp::encode(look(1, 0x12345, "Mine"))), Code::InvalidDataSet);
  ptp::ObjectPropList many;
  for (u32 id = 100; id < 200; ++id) many.elements.push_back(look(id, id, "").elements.front());
  EXPECT_EQ(client.send(set_looks, {}, ptp::encode(many)), Code::StoreFull);
  EXPECT_EQ(client.ask(get_looks, {100}), Code::InvalidParameter);
}

// All looks together, or clients could fill the camera's memory for good.
TEST_F(Leica, LooksThatAreTooMuch) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  client.piece = 1u << 20;
  const auto heavy = [&](u32 id, std::size_t size) {
    auto list = look(id, id, "Heavy");
    list.elements.push_back({id, 0xD865, ptp::Value(ptp::DataType::array_of_uint8, std::vector<i128>(size, 7))});
    return client.send(set_looks, {}, ptp::encode(list));
  };
  EXPECT_EQ(heavy(100, 400'000), Code::OK);
  EXPECT_EQ(heavy(101, 400'000), Code::OK);
  EXPECT_EQ(heavy(102, 400'000), Code::StoreFull);
  EXPECT_EQ(client.ask(get_looks, {102}), Code::InvalidParameter);
  EXPECT_EQ(heavy(101, 600'000), Code::OK) << "in the place of the smaller one";
  EXPECT_EQ(heavy(102, 400'000), Code::StoreFull);
  EXPECT_EQ(heavy(101, 400), Code::OK);
  EXPECT_EQ(heavy(102, 400'000), Code::OK);
  ASSERT_EQ(client.ask(get_looks, {0xFFFF}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::ObjectPropList>().elements.size(), 6u * 4 + 3 * 3);
  EXPECT_LT(client.data().size(), 1u << 20);
}

TEST_F(Leica, TheStreamIsHeaderAndJpeg) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(open_le, {0xFF55}), Code::OK);
  EXPECT_EQ(client.ask(get_stream_data), Code::NoStreamEnabled);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {enabled_streams}, bytes<u32>(1)), Code::OK);
  ASSERT_EQ(client.ask(Op::GetStreamInfo, {1}), Code::OK);
  const auto info = client.decoded<ptp::StreamInfo>();
  EXPECT_EQ(info, (ptp::StreamInfo{36, 33333333, 8, 1048558, 6, 1048576, 1}));
  ASSERT_EQ(client.ask(get_stream_data), Code::OK);
  ASSERT_GT(client.data().size(), 0xB4u + 1000);
  EXPECT_EQ(client.data().at(0xB4), 0xFF);
  EXPECT_EQ(client.data().at(0xB5), 0xD8);
  const auto first = client.data();
  stage.clock.advance(40ms);
  ASSERT_EQ(client.ask(get_stream_data), Code::OK);
  EXPECT_NE(client.data(), first);
  EXPECT_EQ(client.ask(Op::GetStreamInfo, {2}), Code::InvalidParameter);
}

TEST_F(Leica, LensAndStages) {
  Play client(stage.camera());
  ASSERT_EQ(client.ask(get_lens), Code::OK);
  ptp::Reader reader(client.data());
  EXPECT_TRUE(reader.string("lens").starts_with("VARIO"));
  EXPECT_EQ(client.ask(release_stages, {1, 0}), Code::OK);
  EXPECT_EQ(client.ask(release_stages, {3, 0}), Code::InvalidParameter);
}

TEST_F(Leica, ACaptureEndsWithCaptureComplete) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(1s);
  const auto events = client.events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].code, 0x4002);
  EXPECT_EQ(client.info(events[0].params[0]).filename, "L1000004.JPG");
  EXPECT_EQ(events[1].code, 0x400D);
}

}  // namespace
}  // namespace stuntcam::tests
