// The codes of Canon's EOS extension that the virtual camera uses (docs/cameras.md, canon-eos-r6).
#pragma once

#include "ptp/codes.h"

namespace stuntcam::emulator::canon {

namespace operation {
inline constexpr ptp::OperationCode EnableCommand{0x9050}, EnableCommand2{0x9051}, GetStorageIDs{0x9101},
    GetStorageInfo{0x9102}, GetObjectInfo{0x9103}, GetObject{0x9104}, DeleteObject{0x9105}, FormatStore{0x9106},
    GetPartialObject{0x9107}, GetDeviceInfoEx{0x9108}, GetObjectInfoEx{0x9109}, GetThumbEx{0x910A},
    RemoteRelease{0x910F}, SetDevicePropValueEx{0x9110}, SetRemoteMode{0x9114}, SetEventMode{0x9115}, GetEvent{0x9116},
    TransferComplete{0x9117}, CancelTransfer{0x9118}, PCHDDCapacity{0x911A}, SetUILock{0x911B}, ResetUILock{0x911C},
    KeepDeviceOn{0x911D}, SetNullPacketMode{0x911E}, BulbStart{0x9125}, BulbEnd{0x9126}, RequestDevicePropValue{0x9127},
    RemoteReleaseOn{0x9128}, RemoteReleaseOff{0x9129}, GetPartialObjectEx{0x912C}, EndGetPartialObjectEx{0x9132},
    SetRequestOLCInfoGroup{0x913D}, SetRequestRollingPitchingLevel{0x913E}, GetViewFinderData{0x9153}, DoAf{0x9154},
    DriveLens{0x9155}, ClickWB{0x9157}, Zoom{0x9158}, ZoomPosition{0x9159}, SetLiveAfFrame{0x915A},
    TouchAfPosition{0x915B}, AfCancel{0x9160}, GetObject64{0x9171}, GetPartialObject64{0x9172},
    GetPartialObjectEx64{0x9174};
}  // namespace operation

namespace response {
inline constexpr ptp::ResponseCode ObjectNotReady{0xA102};
}  // namespace response

// Of the records that GetEvent returns.
namespace event {
inline constexpr u32 ObjectAddedEx = 0xC181, ObjectRemoved = 0xC182, StorageInfoChanged = 0xC185,
                     RequestObjectTransfer = 0xC186, ObjectInfoChangedEx = 0xC187, PropValueChanged = 0xC189,
                     AvailListChanged = 0xC18A, CameraStatusChanged = 0xC18B, PowerZoomInfoChanged = 0xC19D,
                     CTGInfoCheckComplete = 0xC1A4, OLCInfoChanged = 0xC1A5, Unnamed = 0xC1F6;
}  // namespace event

namespace property {
inline constexpr u16 Aperture = 0xD101, ShutterSpeed = 0xD102, IsoSpeed = 0xD103, ExpCompensation = 0xD104,
                     AutoExposureMode = 0xD105, AutoExposureModeDial = 0xD138, DriveMode = 0xD106, FocusMode = 0xD108,
                     WhiteBalance = 0xD109, ColorSpace = 0xD10F, CameraTime = 0xD113, AvailableShots = 0xD11B,
                     CaptureDestination = 0xD11C, CurrentFolder = 0xD11F, ImageFormat = 0xD120, ImageFormatCF = 0xD121,
                     ImageFormatSD = 0xD122, UTCTime = 0xD17C, SerialNumber = 0xD1AF, EVFOutputDevice = 0xD1B0,
                     Artist = 0xD1D0, Copyright = 0xD1D1, LensName = 0xD1D8;
}  // namespace property

}  // namespace stuntcam::emulator::canon
