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

// One that a client before left open: closed, gone on in, or a failure, as the caller wants.
TEST(Session, FindsASessionOpen) {
  using initiator::WhenOpen;
  for (const auto when : {WhenOpen::fail, WhenOpen::close, WhenOpen::join}) {
    Script script;
    script.session.when_open = when;
    script.play(
        [&]() -> Task<> {
          const auto connection = co_await script.connect();
          Session session(*connection, script.session);
          if (when == WhenOpen::fail) {
            co_await expect_trouble(session.open(), Trouble::refused, "SessionAlreadyOpened");
            co_return;
          }
          co_await session.open();
          EXPECT_TRUE(session.is_open());
          const u32 count = co_await session.num_objects();
          EXPECT_EQ(count, 4u);
        },
        [when](Peer& peer) -> Task<> {
          co_await peer.shake_hands();
          co_await peer.request(OperationCode::OpenSession);
          co_await peer.respond(0, ResponseCode::SessionAlreadyOpened, 1);
          if (when == WhenOpen::fail) co_return;
          if (when == WhenOpen::close) {
            co_await peer.request(OperationCode::CloseSession);
            co_await peer.respond(0);
            co_await peer.request(OperationCode::OpenSession);
            co_await peer.respond(0);
          }
          co_await peer.request(OperationCode::GetNumObjects);
          co_await peer.respond(1, ResponseCode::OK, 4);
        });
  }
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

// That the camera is asked for just this, and has answered.
Task<Message> asked(Peer& peer, OperationCode code, std::vector<u32> params) {
  const Message message = co_await peer.request(code);
  EXPECT_EQ(std::vector<u32>(message.params.begin(), message.params.begin() + message.count), params)
      << ptp::to_string(code);
  co_return message;
}
Task<> granted(Peer& peer, OperationCode code, std::vector<u32> params) {
  const Message message = co_await asked(peer, code, std::move(params));
  co_await peer.respond(message.transaction_id);
}
template <class... T>
std::vector<u32> numbers(T... values) {
  return {static_cast<u32>(values)...};
}
template <class... T>
Task<> grant(Peer& peer, OperationCode code, T... params) {
  return granted(peer, code, numbers(params...));
}

TEST(Session, CallsWithoutData) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await session.initiate_capture(0x10001, 0x3801);
        co_await session.initiate_open_capture(0x10001);
        co_await session.terminate_open_capture(session.last_transaction());
        const u32 copy = co_await session.copy_object(3, 0x20001, 4);
        EXPECT_EQ(copy, 9u);
        co_await session.move_object(3, 0x10001, 4);
        co_await session.set_object_protection(3, 1);
        co_await session.delete_object(3);
        co_await session.format_store(0x10001);
        co_await session.reset_prop_value(0xFFFFFFFF);
        co_await session.self_test(0x8001);
        co_await session.reset_device();
        co_await session.power_down();
      },
      [](Peer& peer) -> Task<> {
        co_await grant(peer, OperationCode::InitiateCapture, 0x10001, 0x3801);
        co_await grant(peer, OperationCode::InitiateOpenCapture, 0x10001, 0);
        co_await grant(peer, OperationCode::TerminateOpenCapture, 2);
        co_await asked(peer, OperationCode::CopyObject, numbers(3, 0x20001, 4));
        co_await peer.respond(4, ResponseCode::OK, 9);
        co_await grant(peer, OperationCode::MoveObject, 3, 0x10001, 4);
        co_await grant(peer, OperationCode::SetObjectProtection, 3, 1);
        co_await grant(peer, OperationCode::DeleteObject, 3, 0);
        co_await grant(peer, OperationCode::FormatStore, 0x10001);
        co_await grant(peer, OperationCode::ResetDevicePropValue, 0xFFFFFFFF);
        co_await grant(peer, OperationCode::SelfTest, 0x8001);
        co_await grant(peer, OperationCode::ResetDevice);
        co_await grant(peer, OperationCode::PowerDown);
      });
}

TEST(Session, CallsThatBringData) {
  ptp::StorageInfo storage;
  storage.volume_label = "CARD";
  ptp::DevicePropDesc desc;
  desc.code = 0x5007;
  desc.type = ptp::DataType::uint16;
  desc.factory_default = desc.current = ptp::Value(ptp::DataType::uint16, 560);
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const auto ids = co_await session.storage_ids();
        EXPECT_EQ(ids, (std::vector<u32>{0x10001}));
        const auto store = co_await session.storage_info(0x10001);
        EXPECT_EQ(store, storage);
        const Bytes thumb = co_await session.thumb(3);
        EXPECT_EQ(thumb, counted(100));
        initiator::BytesSink object, part;
        const Response whole = co_await session.object(3, object);
        EXPECT_EQ(whole.received, 1000u);
        EXPECT_EQ(object.take(), counted(1000));
        const Response piece = co_await session.partial_object(3, 500, 20, part);
        EXPECT_EQ(piece.params[0], 20u);
        EXPECT_EQ(part.take(), counted(20));
        const auto told = co_await session.prop_desc(0x5007);
        EXPECT_EQ(told.current, desc.current);
        const auto value = co_await session.prop_value(0x5007, ptp::DataType::uint16);
        EXPECT_EQ(value, desc.current);
      },
      [&](Peer& peer) -> Task<> {
        const std::vector<u32> ids{0x10001};
        co_await peer.answer(OperationCode::GetStorageIDs, ptp::encode_array(ids));
        co_await peer.answer(OperationCode::GetStorageInfo, ptp::encode(storage));
        co_await peer.answer(OperationCode::GetThumb, counted(100));
        co_await peer.answer(OperationCode::GetObject, counted(1000));
        const Message message = co_await asked(peer, OperationCode::GetPartialObject, numbers(3, 500, 20));
        co_await peer.start_data(message.transaction_id, 20);
        co_await peer.data(message.transaction_id, counted(20), true);
        co_await peer.respond(message.transaction_id, ResponseCode::OK, 20);
        co_await peer.answer(OperationCode::GetDevicePropDesc, ptp::encode(desc));
        co_await peer.answer(OperationCode::GetDevicePropValue, desc.current.bytes());
      });
}

TEST(Session, CallsThatSendData) {
  ptp::ObjectInfo info;
  info.filename = "A.JPG";
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const auto place = co_await session.send_object_info(info, 0x10001, 4);
        EXPECT_EQ(place.storage, 0x10001u);
        EXPECT_EQ(place.parent, 4u);
        EXPECT_EQ(place.handle, 9u);
        transport::Body body = counted(1000);
        co_await session.send_object(std::move(body));
      },
      [&](Peer& peer) -> Task<> {
        const Message message = co_await asked(peer, OperationCode::SendObjectInfo, numbers(0x10001, 4));
        co_await peer.expect(Kind::data);
        co_await peer.expect(Kind::data);
        const Bytes sent = co_await peer.payload();
        EXPECT_EQ(sent, ptp::encode(info));
        Message response;
        response.kind = Kind::operation_response;
        response.code = static_cast<u16>(ResponseCode::OK);
        response.transaction_id = message.transaction_id;
        response.count = 3;
        response.params[0] = 0x10001;
        response.params[1] = 4;
        response.params[2] = 9;
        co_await peer.put(response);
        co_await peer.request(OperationCode::SendObject);
        co_await peer.expect(Kind::data);
        co_await peer.expect(Kind::data);
        const Bytes object = co_await peer.payload();
        EXPECT_EQ(object, counted(1000));
        co_await peer.respond(2);
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
        co_await expect_trouble(forget(session.num_objects()), Trouble::violation, "without a number");
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
        co_await peer.request(OperationCode::GetNumObjects);
        co_await peer.respond(4);
      });
}

}  // namespace
}  // namespace stuntcam::tests
