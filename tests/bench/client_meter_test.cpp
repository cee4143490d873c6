#include "bench/engine/client_meter.h"

#include <gtest/gtest.h>

#include "tests/bench/stand.h"

namespace stuntcam::bench {
namespace {

using ptp::OperationCode;
using tests::Stand;

u16 number(OperationCode code) { return static_cast<u16>(code); }

TEST(ClientMeter, CountsWhatAClientAsksAndGets) {
  const auto meter = std::make_shared<ClientMeter>();
  Stand stand("generic", meter->wrap());
  u64 down = 0;
  {
    initiator::Camera camera("127.0.0.1", stand.port());
    auto& session = camera.session();
    down += camera.run(session.fetch(initiator::Request(OperationCode::GetDeviceInfo))).size();
    down += camera.run(session.fetch(initiator::Request(OperationCode::GetDevicePropValue, {0x5001}))).size();
    camera.run(session.num_objects());
    ptp::ObjectInfo info;
    info.object_format = static_cast<u16>(ptp::FormatCode::Undefined);
    info.object_compressed_size = 300'000;
    info.filename = "UP.DAT";
    camera.run(session.send_object_info(info));
    camera.run(session.send_object(Bytes(300'000)));
  }
  stand.stop();
  const auto& account = meter->account();
  EXPECT_EQ(account.sessions, 1u);
  EXPECT_EQ(account.operations, 7u);  // with OpenSession and CloseSession
  EXPECT_EQ(account.downloaded, down);
  EXPECT_GT(account.uploaded, 300'000u);
  EXPECT_EQ(account.thoughts.count(), 6u);
  EXPECT_EQ(account.answers.count(), 7u);
  EXPECT_EQ(account.by_operation.at(number(OperationCode::SendObject)).bytes, 300'000u);
  EXPECT_EQ(account.by_operation.at(number(OperationCode::GetNumObjects)).count, 1u);
  EXPECT_LE(account.thinking + account.transferring + account.answering, account.span * 1.001);
}

TEST(ClientMeter, CountsNoConnectionAfterItsEnd) {
  const auto meter = std::make_shared<ClientMeter>();
  Stand stand("generic", meter->wrap());
  meter->stop();
  {
    initiator::Camera camera("127.0.0.1", stand.port());
  }
  stand.stop();
  EXPECT_EQ(meter->account().operations, 0u);
}

}  // namespace
}  // namespace stuntcam::bench
