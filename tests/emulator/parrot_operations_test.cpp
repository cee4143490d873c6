// A Sequoia's own operations, as a client asks them: readings, status, calibration, firmware, storage, settings.
#include <gmock/gmock.h>

#include "tests/emulator/parrot.h"

namespace stuntcam::tests {
namespace {

namespace op = parrot::operation;
namespace property = parrot::property;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr u16 status_event = 0xC201, calibration_event = 0xC202;
constexpr u32 body_calibrating = 1 << 1, module_calibrating = 1 << 2, module = 1 << 3, gps = 1 << 4,
              body_ready = 1 << 11, module_ready = 1 << 12, running = 1 << 13;
constexpr u32 at_rest = module | gps | body_ready | module_ready;

TEST(ParrotReadings, HaveTheShapesOfTheManual) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_THAT(client.numbers<u32>(op::GetSunshineValues), SizeIs(8));
  EXPECT_THAT(client.numbers(op::GetTemperatureValues), SizeIs(6));
  EXPECT_THAT(client.numbers(op::GetGPSValues), SizeIs(7));
  for (const u32 imu : {0, 1}) {
    const auto all = client.numbers(op::GetIMUValues, {imu});
    ASSERT_THAT(all, SizeIs(12));
    std::vector<i32> parts;
    for (const auto operation :
         {op::GetGyroscopeValues, op::GetAccelerometerValues, op::GetMagnetometerValues, op::GetAngleValues})
      for (const i32 each : client.numbers(operation, {imu})) parts.push_back(each);
    EXPECT_EQ(all, parts);
  }
  EXPECT_EQ(client.numbers(op::GetIMUValues), client.numbers(op::GetIMUValues, {0}));
  EXPECT_NE(client.numbers(op::GetIMUValues, {0}), client.numbers(op::GetIMUValues, {1}));
  EXPECT_EQ(client.ask(op::GetIMUValues, {2}), Code::GeneralError);
  EXPECT_EQ(client.ask(op::GetAngleValues, {0, 1}), Code::ParameterNotSupported);
}

TEST(ParrotReadings, FlyWithTheClock) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  const auto before = client.numbers(op::GetGPSValues);
  EXPECT_EQ(before.back(), 15'000);  // cm, on the ground
  stage.advance(70);
  const auto after = client.numbers(op::GetGPSValues);
  EXPECT_EQ(after.back(), 20'000);
  EXPECT_NE(before, after);
}

TEST(ParrotReadings, AreTheSameForTheSameSeed) {
  const auto talk = [](u64 seed) {
    SequoiaStage stage;
    stage.options.seed = seed;
    SequoiaPlay client(stage.camera());
    Bytes all;
    for (int i = 0; i < 50; ++i) {
      stage.advance(3.3);
      for (const auto operation :
           {op::GetIMUValues, op::GetGPSValues, op::GetSunshineValues, op::GetTemperatureValues}) {
        EXPECT_EQ(client.ask(operation), Code::OK);
        all.insert(all.end(), client.data().begin(), client.data().end());
      }
    }
    return all;
  };
  EXPECT_EQ(talk(1), talk(1));
  EXPECT_NE(talk(1), talk(2));
}

TEST(ParrotReadings, SunshineFollowsTheCamerasClock) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  const auto at = [&](const std::string& date) {
    EXPECT_EQ(client.set(0x5011, std::string_view(date)), Code::OK);
    return client.numbers<u32>(op::GetSunshineValues);
  };
  const auto night = at("20240621T010000"), morning = at("20240621T070000"), noon = at("20240621T120000");
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_LE(night[i], 2u);
    EXPECT_GT(morning[i], night[i] + 100);
    EXPECT_GT(noon[i], morning[i]);
    EXPECT_LT(noon[i], 40'000u);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_GT(noon[i], noon[i + 4]);  // the second set sees the infrared only
  EXPECT_EQ(
      client.set(property::IrradianceIntegrationTime, ptp::DataType::array_of_uint32, {5000, 10'000, 10'000, 10'000}),
      Code::OK);
  EXPECT_EQ(client.set(property::IrradianceGain, ptp::DataType::array_of_uint32, {1, 0, 3, 1}), Code::OK);
  const auto set = client.numbers<u32>(op::GetSunshineValues);
  EXPECT_NEAR(set[0], noon[0] / 2.0, noon[0] * 0.03);
  EXPECT_NEAR(set[1], noon[1] / 4.0, noon[1] * 0.03);
  EXPECT_EQ(set[2], 65535u);  // full
  EXPECT_NEAR(set[3], noon[3], noon[3] * 0.03);
}

TEST(ParrotReadings, TemperaturesRiseToTheirPlace) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  const auto cold = client.numbers(op::GetTemperatureValues);
  stage.advance(3600);
  const auto warm = client.numbers(op::GetTemperatureValues);
  EXPECT_EQ(client.set(property::HeatingEnable, u32{3}), Code::OK);
  stage.advance(3600);
  const auto heated = client.numbers(op::GetTemperatureValues);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(cold[i], 22'000, 200);
    EXPECT_GT(warm[i], cold[i] + 3000);
    EXPECT_LT(heated[i], 200'000);
  }
  EXPECT_GT(heated[4], warm[4] + 10'000);
  EXPECT_GT(heated[5], warm[5] + 10'000);
}

TEST(ParrotReadings, WithoutItsModuleItSaysSo) {
  SequoiaStage stage("no-sunshine-module");
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetSunshineValues), Code::GeneralError);
  EXPECT_EQ(client.ask(op::GetGPSValues), Code::GeneralError);
  EXPECT_EQ(client.ask(op::GetIMUValues, {1}), Code::GeneralError);
  EXPECT_EQ(client.ask(op::StartMagnetoCalib, {1}), Code::GeneralError);
  EXPECT_EQ(client.numbers(op::GetTemperatureValues)[5], -999'000);
  EXPECT_THAT(client.numbers(op::GetIMUValues, {0}), SizeIs(12));
  EXPECT_EQ(client.status(), body_ready);
}

TEST(ParrotReadings, OnTheGroundItRests) {
  SequoiaStage stage("on-the-ground");
  SequoiaPlay client(stage.camera());
  stage.advance(1000);
  EXPECT_EQ(client.numbers(op::GetGPSValues).back(), 15'000);
  EXPECT_NEAR(client.numbers(op::GetAccelerometerValues)[2], -9'806'650, 10'000);
}

TEST(ParrotStatus, KeepOnTakesItsTimeAndEverybodyHears) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera(), 1), other(stage.camera(), 2);
  EXPECT_EQ(client.status(), at_rest);
  EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{1}), Code::OK);
  EXPECT_EQ(client.get(property::PhotoSensorsKeepOn).integer(), 0);
  stage.advance(2);
  EXPECT_EQ(client.get(property::PhotoSensorsKeepOn).integer(), 0);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.advance(8);
  EXPECT_EQ(client.get(property::PhotoSensorsKeepOn).integer(), 1);
  EXPECT_EQ(client.status(), at_rest | running);
  EXPECT_THAT(client.events(), ElementsAre(event(status_event, {at_rest | running})));
  EXPECT_THAT(other.events(), ElementsAre(event(status_event, {at_rest | running})));
}

TEST(ParrotStatus, KeepOnCanBeTakenBack) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{1}), Code::OK);
  EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{0}), Code::OK);
  stage.advance(10);
  EXPECT_EQ(client.get(property::PhotoSensorsKeepOn).integer(), 0);
  EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{2}), Code::InvalidDevicePropValue);
}

TEST(ParrotStatus, TheManualsBits) {
  SequoiaStage stage;
  stage.profile.quirks.status_bits_by_manual = true;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.status(), module | gps);
  EXPECT_EQ(client.set(property::PhotoSensorsKeepOn, u32{1}), Code::OK);
  stage.advance(10);
  EXPECT_EQ(client.status(), 1u | module | gps);
}

TEST(ParrotCalibration, GoesThroughItsSteps) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera(), 1), other(stage.camera(), 2);
  EXPECT_EQ(client.number(op::MagnetoCalibStatus, {1}), 0u);
  EXPECT_EQ(client.ask(op::StartMagnetoCalib, {1}), Code::OK);
  EXPECT_EQ(client.status(), at_rest | module_calibrating);
  EXPECT_EQ(client.ask(op::StartMagnetoCalib, {1}), Code::DeviceBusy);
  std::vector<u32> seen{client.number(op::MagnetoCalibStatus, {1})};
  for (int i = 0; i < 4; ++i) {
    stage.advance(2);
    seen.push_back(client.number(op::MagnetoCalibStatus, {1}));
  }
  EXPECT_THAT(seen, ElementsAre(2, 3, 4, 5, 1));
  EXPECT_EQ(client.status(), at_rest);
  EXPECT_EQ(client.number(op::MagnetoCalibStatus), 0u);  // the other IMU's
  const auto expected =
      ElementsAre(event(calibration_event, {1, 2}), event(status_event, {at_rest | module_calibrating}),
                  event(calibration_event, {1, 3}), event(calibration_event, {1, 4}), event(calibration_event, {1, 5}),
                  event(calibration_event, {1, 1}), event(status_event, {at_rest}));
  EXPECT_THAT(client.events(), expected);
  EXPECT_THAT(other.events(), expected);
}

TEST(ParrotCalibration, CanBeStopped) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::StopMagnetoCalib), Code::OK);
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.ask(op::StartMagnetoCalib), Code::OK);
  stage.advance(3);
  EXPECT_EQ(client.status(), at_rest | body_calibrating);
  EXPECT_EQ(client.ask(op::StopMagnetoCalib), Code::OK);
  stage.advance(60);
  EXPECT_EQ(client.number(op::MagnetoCalibStatus), 7u);
  EXPECT_EQ(client.ask(op::StartMagnetoCalib), Code::OK);
  stage.advance(1);  // the steps of the one that was stopped are gone
  EXPECT_EQ(client.number(op::MagnetoCalibStatus), 2u);
}

TEST(ParrotFirmware, IsCheckedAndDropped) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  Bytes image(100'000);
  std::ranges::copy(std::string_view("PLF!"), image.begin());
  client.piece = 3;
  EXPECT_EQ(client.send(op::SendFirmwareUpdate, {100'000}, image), Code::OK);
  EXPECT_EQ(client.send(op::SendFirmwareUpdate, {0xFFFFFFFF}, image), Code::OK);
  EXPECT_EQ(client.send(op::SendFirmwareUpdate, {99'999}, image), Code::InvalidDataSet);
  image[3] = '?';
  EXPECT_EQ(client.send(op::SendFirmwareUpdate, {0xFFFFFFFF}, image), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SendFirmwareUpdate, {0}, {}), Code::InvalidDataSet);
  client.lie = 5;
  EXPECT_EQ(client.send(op::SendFirmwareUpdate, {0xFFFFFFFF}, image), Code::IncompleteTransfer);
}

TEST(ParrotFirmware, OneAtATimeAndNotDuringACapture) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera(), 1), other(stage.camera(), 2);
  ptp::Message request;
  request.code = static_cast<u16>(op::SendFirmwareUpdate);
  request.transaction_id = 7;
  request.data_phase = 2;
  {
    const auto under_way = client.raw().request(request);
    EXPECT_EQ(other.send(op::SendFirmwareUpdate, {0xFFFFFFFF}, {'P', 'L', 'F', '!', 0}), Code::DeviceBusy);
  }
  EXPECT_EQ(other.send(op::SendFirmwareUpdate, {0xFFFFFFFF}, {'P', 'L', 'F', '!', 0}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  EXPECT_EQ(other.send(op::SendFirmwareUpdate, {0xFFFFFFFF}, {'P', 'L', 'F', '!', 0}), Code::DeviceBusy);
}

TEST(ParrotStorage, TheCardCanBeEjectedTheRestCannot) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera(), 1), other(stage.camera(), 2);
  EXPECT_EQ(client.ask(op::EjectStorage, {0x00030001}), Code::InvalidStorageId);
  EXPECT_EQ(client.ask(op::EjectStorage, {internal}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {sd_card}), Code::OK);
  EXPECT_EQ(client.ask(op::EjectStorage, {sd_card}), Code::GeneralError);
  stage.advance(10);
  client.events(), other.events();
  EXPECT_EQ(client.ask(op::EjectStorage, {sd_card}), Code::OK);
  EXPECT_THAT(client.events(), ElementsAre(event(Event::StoreRemoved, {sd_card})));
  EXPECT_THAT(other.events(), ElementsAre(event(Event::StoreRemoved, {sd_card})));
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {sd_card}), Code::StoreNotAvailable);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {sd_card}), Code::StoreNotAvailable);
  EXPECT_EQ(client.ask(op::EjectStorage, {sd_card}), Code::StoreNotAvailable);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);  // to the other
}

TEST(ParrotStorage, PowerBringsTheCardBackAndCoolsItDown) {
  SequoiaStage stage;
  {
    SequoiaPlay client(stage.camera());
    stage.advance(1000);
    EXPECT_EQ(client.ask(op::EjectStorage, {sd_card}), Code::OK);
    EXPECT_EQ(client.ask(op::StartMagnetoCalib), Code::OK);
    EXPECT_EQ(client.ask(Op::PowerDown), Code::OK);
    EXPECT_TRUE(client.closed());
  }
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {sd_card}), Code::OK);
  EXPECT_NEAR(client.numbers(op::GetTemperatureValues)[0], 22'000, 200);
  EXPECT_EQ(client.numbers(op::GetGPSValues).back(), 15'000);
  stage.advance(60);
  EXPECT_EQ(client.number(op::MagnetoCalibStatus), 0u);
}

TEST(ParrotSettings, Wifi) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.set(property::WifiStatus, std::string_view("ERROR")), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::WifiStatus, std::string_view("MAYBE")), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::WifiStatus, std::string_view("RESTART")), Code::OK);
  EXPECT_EQ(client.get(property::WifiStatus).text(), "RESTART");
  stage.advance(10);
  EXPECT_EQ(client.get(property::WifiStatus).text(), "ON");
  EXPECT_EQ(client.set(property::WifiStatus, std::string_view("OFF")), Code::OK);
  stage.advance(10);
  EXPECT_EQ(client.get(property::WifiStatus).text(), "OFF");
  EXPECT_EQ(client.set(property::WifiSSID, std::string_view("field")), Code::OK);
  EXPECT_EQ(client.set(property::WifiSSID, std::string_view("")), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::WifiSSID, std::string_view("123456789012345678901234567890123")),
            Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::WifiPassphrase, std::string_view("12345678")), Code::OK);
  EXPECT_EQ(client.set(property::WifiPassphrase, std::string_view("short")), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::WifiPassphrase, std::string_view("")), Code::OK);
}

TEST(ParrotSettings, ArraysKeepTheirLength) {
  SequoiaStage stage;
  SequoiaPlay client(stage.camera());
  using ptp::DataType;
  EXPECT_EQ(client.set(property::ExposureTime, DataType::array_of_uint32, {1, 2, 3, 4, 5}), Code::OK);
  EXPECT_EQ(client.set(property::ExposureTime, DataType::array_of_uint32, {1, 2, 3, 4}), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::ExposureTime, DataType::array_of_uint32, {}), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::ExposureTime, DataType::array_of_uint16, {1, 2, 3, 4, 5}),
            Code::InvalidDevicePropFormat);
}

TEST(ParrotSettings, APathThatCannotBeFlownIsNoCamera) {
  SequoiaStage stage;
  stage.profile.flight.path = "/nowhere/tour.gpx";
  EXPECT_THROW(stage.camera(), std::system_error);
}

}  // namespace
}  // namespace stuntcam::tests
