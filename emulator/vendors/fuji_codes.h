// The codes of Fujifilm's extension that an X-T1 uses over Wi-Fi (docs/cameras.md, fujifilm-x-t1).
#pragma once

#include "ptp/codes.h"

namespace stuntcam::emulator::fuji {

namespace operation {
inline constexpr ptp::OperationCode InitiateMovieCapture{0x9020}, TerminateMovieCapture{0x9021},
    GetCapturePreview{0x9022}, SetFocusPoint{0x9026}, ReleaseFocusPoint{0x9027}, GetCapabilities{0x902B},
    StepShutterSpeed{0x902C}, StepAperture{0x902D}, StepExposureCompensation{0x902E}, CancelInitiateCapture{0x9030};
}  // namespace operation

namespace event {
inline constexpr ptp::EventCode PreviewAvailable{0xC001}, ObjectAdded{0xC004};
}  // namespace event

namespace property {
inline constexpr u16 BatteryLevel = 0x5001, WhiteBalance = 0x5005, FNumber = 0x5007, FocusMode = 0x500A,
                     FlashMode = 0x500C, ExposureProgramMode = 0x500E, ExposureBiasCompensation = 0x5010,
                     SelfTimer = 0x5012, FilmSimulation = 0xD001, ImageQuality = 0xD018, RecMode = 0xD019,
                     CommandDialMode = 0xD028, ExposureIndex = 0xD02A, FocusPoint = 0xD17C, ReleaseMode = 0xD208,
                     FocusLock = 0xD209, CurrentState = 0xD212, DeviceError = 0xD21B, ObjectCount = 0xD222,
                     EnableCorrectFileSize = 0xD227, CapturesRemaining = 0xD229, MovieRemainingTime = 0xD22A,
                     ShutterSpeed = 0xD240, ImageAspectRatio = 0xD241, ObjectCount2 = 0xD401, CameraState = 0xDF00,
                     ClientState = 0xDF01, RemoteVersion = 0xDF24;
}  // namespace property

// Of ClientState: what the initiator wants to do.
namespace client {
inline constexpr i64 view_multiple = 1, view_all = 2, remote_without_prompt = 4, remote = 5, remote_image_view = 11,
                     remote_view = 20;
}

// Of ReleaseMode: what InitiateCapture will do.
inline constexpr i64 half_press = 0x0200;
// Of FocusLock. 2 and 3 end a half press, for gphoto2, which takes 1 for "not yet"; 2 is assumed.
inline constexpr i64 unlocked = 0, locked = 1, focused = 2, no_focus = 3;

}  // namespace stuntcam::emulator::fuji
