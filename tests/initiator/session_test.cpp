// Sessions: transaction ids, retries, and what the typed calls make of data sets.
#include "tests/initiator/script.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;

template <class T>
Task<> forget(Task<T> task) {
  co_await std::move(task);
}

TEST(Session, BusyCamerasAreAskedAgain) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const u32 count = co_await session.num_objects();
        EXPECT_EQ(count, 4u);
        EXPECT_EQ(script.clock.now(), 300ms) << "100 ms, then 200 ms";
      },
      [](Peer& peer) -> Task<> {
        for (u32 tid = 1; tid <= 3; ++tid) {
          const Message asked = co_await peer.request(OperationCode::GetNumObjects);
          EXPECT_EQ(asked.transaction_id, tid);
          const auto code = tid < 3 ? ResponseCode::DeviceBusy : ResponseCode::OK;
          co_await peer.respond(tid, code, 4);
        }
      });
}

TEST(Session, BusyForGood) {
  Script script;
  script.session.busy.times = 2;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await expect_trouble(forget(session.num_objects()), Trouble::refused, "DeviceBusy");
      },
      [](Peer& peer) -> Task<> {
        for (u32 tid = 1; tid <= 3; ++tid) {
          co_await peer.request(OperationCode::GetNumObjects);
          co_await peer.respond(tid, ResponseCode::DeviceBusy);
        }
      });
}

TEST(Session, DataIsSentAgainToABusyCamera) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await session.set_prop_value(0x5007, ptp::Value(ptp::DataType::uint16, 560));
      },
      [](Peer& peer) -> Task<> {
        for (u32 tid = 1; tid <= 2; ++tid) {
          const Message asked = co_await peer.request(OperationCode::SetDevicePropValue);
          EXPECT_EQ(asked.params[0], 0x5007u);
          co_await peer.expect(Kind::data);
          co_await peer.expect(Kind::data);
          const Bytes value = co_await peer.payload();
          EXPECT_EQ(value, (Bytes{0x30, 0x02}));
          co_await peer.respond(tid, tid == 1 ? ResponseCode::DeviceBusy : ResponseCode::OK);
        }
      });
}

TEST(Session, ClosesOnce) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await session.close();
        EXPECT_FALSE(session.is_open());
        co_await session.close();
      },
      [](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::CloseSession);
        co_await peer.respond(1);
      });
}

TEST(Session, TypedCallsDecode) {
  ptp::DeviceInfo device;
  device.vendor_extension_id = 10;
  device.model = "Model";
  ptp::ObjectInfo object;
  object.filename = "A.JPG";
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const auto info = co_await session.device_info();
        EXPECT_EQ(info, device);
        EXPECT_EQ(session.vendor(), ptp::Vendor::nikon);
        const auto got = co_await session.object_info(3);
        EXPECT_EQ(got, object);
        const auto handles = co_await session.object_handles();
        EXPECT_EQ(handles, (std::vector<u32>{5, 6}));
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.answer(OperationCode::GetDeviceInfo, ptp::encode(device));
        co_await peer.answer(OperationCode::GetObjectInfo, ptp::encode(object));
        const std::vector<u32> handles{5, 6};
        co_await peer.answer(OperationCode::GetObjectHandles, ptp::encode_array(handles));
      });
}

TEST(Session, DataSetsThatLie) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await expect_trouble(forget(session.device_info()), Trouble::violation, "the data of GetDeviceInfo");
        co_await expect_trouble(forget(session.object_handles()), Trouble::violation, "the data of GetObjectHandles");
        const ptp::ObjectInfo nothing;
        co_await expect_trouble(forget(session.send_object_info(nothing)), Trouble::violation, "without storage");
        EXPECT_TRUE(session.connection().usable());
      },
      [](Peer& peer) -> Task<> {
        co_await peer.answer(OperationCode::GetDeviceInfo, Bytes(3));
        Bytes lie{0, 0, 0, 0x80};  // 2³¹ handles
        co_await peer.answer(OperationCode::GetObjectHandles, std::move(lie));
        co_await peer.request(OperationCode::SendObjectInfo);
        co_await peer.expect(Kind::data);
        co_await peer.expect(Kind::data);
        co_await peer.respond(3);
      });
}

}  // namespace
}  // namespace stuntcam::tests
