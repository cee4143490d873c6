// The codes of Parrot's extension as a Sequoia uses them (docs/cameras.md).
#pragma once

#include "ptp/codes.h"

namespace stuntcam::emulator::parrot {

namespace operation {
inline constexpr ptp::OperationCode GetSunshineValues{0x9201}, GetTemperatureValues{0x9202}, GetAngleValues{0x9203},
    GetGPSValues{0x9204}, GetGyroscopeValues{0x9205}, GetAccelerometerValues{0x9206}, GetMagnetometerValues{0x9207},
    GetIMUValues{0x9208}, GetStatusMask{0x9209}, EjectStorage{0x920A}, StartMagnetoCalib{0x9210},
    StopMagnetoCalib{0x9211}, MagnetoCalibStatus{0x9212}, SendFirmwareUpdate{0x9213}, SetGeotag{0x9400};
}  // namespace operation

namespace event {
inline constexpr ptp::EventCode Status{0xC201}, MagnetoCalibrationStatus{0xC202};
}  // namespace event

namespace property {
inline constexpr u16 PhotoSensorEnableMask = 0xD201, PhotoSensorsKeepOn = 0xD202, MultispectralImageSize = 0xD203,
                     MultispectralBitDepth = 0xD205, HeatingEnable = 0xD206, WifiStatus = 0xD207, WifiSSID = 0xD208,
                     WifiPassphrase = 0xD20A, GPSInterval = 0xD212, ExposureTime = 0xD214, ExposureProgramMode = 0xD215,
                     ExposureIndex = 0xD216, IrradianceGain = 0xD217, IrradianceIntegrationTime = 0xD218,
                     OverlapRate = 0xD219;
}  // namespace property

namespace mode {  // StillCaptureMode
inline constexpr i64 normal = 1, time_lapse = 3, gps_distance = 0x8002, automatic_overlap = 0x8003,
                     calibration = 0x8004;
}  // namespace mode

// The sensors, in the order of their bits in PhotoSensorEnableMask and of the arrays that have a value for each.
inline constexpr u32 sensors = 5, rgb_sensor = 0;

// Of a magnetometer calibration.
enum class Calibration : u32 { none, ok, running, roll_pending, pitch_pending, yaw_pending, failed, aborted };

}  // namespace stuntcam::emulator::parrot
