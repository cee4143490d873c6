// The codes of Nikon's extension that a D5300 uses (docs/cameras.md §1).
#pragma once

#include "ptp/codes.h"

namespace stuntcam::emulator::nikon {

namespace operation {
inline constexpr ptp::OperationCode InitiateCaptureRecInSdram{0x90C0}, AfDrive{0x90C1}, ChangeCameraMode{0x90C2},
    DelImageSDRAM{0x90C3}, GetLargeThumb{0x90C4}, GetEvent{0x90C7}, DeviceReady{0x90C8}, SetPreWBData{0x90C9},
    GetVendorPropCodes{0x90CA}, AfCaptureSDRAM{0x90CB}, GetPicCtrlData{0x90CC}, SetPicCtrlData{0x90CD},
    DelCustomPicCtrl{0x90CE}, GetPicCtrlCapability{0x90CF}, StartLiveView{0x9201}, EndLiveView{0x9202},
    GetLiveViewImage{0x9203}, MfDrive{0x9204}, ChangeAfArea{0x9205}, AfDriveCancel{0x9206},
    InitiateCaptureRecInMedia{0x9207}, GetVendorStorageIDs{0x9209}, StartMovieRec{0x920A}, EndMovieRec{0x920B},
    TerminateCapture{0x920C}, GetPartialObjectHiSpeed{0x9400};
}  // namespace operation

namespace response {
inline constexpr ptp::ResponseCode OutOfFocus{0xA002}, ChangeCameraModeFailed{0xA003}, InvalidStatus{0xA004},
    NotLiveView{0xA00B}, MfDriveStepEnd{0xA00C}, MfDriveStepInsufficiency{0xA00E}, BulbReleaseBusy{0xA200},
    ShutterSpeedTime{0xA204};
}  // namespace response

namespace event {
inline constexpr ptp::EventCode ObjectAddedInSdram{0xC101}, CaptureCompleteRecInSdram{0xC102},
    MovieRecordInterrupted{0xC105};
}  // namespace event

namespace property {
inline constexpr u16 ColorSpace = 0xD032, MovieProhibition = 0xD0A4, ApplicationMode = 0xD1F0, CurrentIso = 0xD0B5,
                     ShutterSpeed = 0xD100, RecordingMedia = 0xD10B, AfModeSelect = 0xD161, LiveViewStatus = 0xD1A2,
                     LiveViewProhibition = 0xD1A4, ActivePicCtrlItem = 0xD200;
}  // namespace property

// Values of ExposureTime and ShutterSpeed that are no time.
inline constexpr u32 speed_bulb = 0xFFFFFFFF, speed_time = 0xFFFFFFFD;

}  // namespace stuntcam::emulator::nikon
