// The shutter: what happens between a release and the last picture of it, on the camera's clock.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/imaging/picture.h"
#include "ptp/codes.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

class Camera;
class CameraSession;

enum class CaptureTarget : u8 {
  card,
  memory
};  // memory: the camera's RAM, to be fetched and dropped (Nikon calls it SDRAM)

struct Release {
  std::optional<CaptureTarget> target;  // none: as the camera is set. Decided by the plan; from then on it has a value
  bool autofocus = false;
  u32 storage = 0;          // 0: the default store
  u16 format = 0;           // 0: as the camera is set
  u32 transaction_id = 0;   // carried by the events of this capture
  bool open_ended = false;  // InitiateOpenCapture: goes on until terminated
  const CameraSession* by = nullptr;
};

// One file of one shot: a JPEG or a raw file.
struct PlannedFile {
  u16 format = 0x3801;
  std::string extension = "JPG";
  bool raw = false;
  u64 size = 0;               // bytes of the finished file; 0: as it comes out
  u32 width = 0, height = 0;  // pixels; 0: the shot's
  int quality = 90;
  u32 sensor = 0;  // which one it is from, on cameras with several
};

// What one release will do with the camera as it is set now. The vendor's module works it out.
struct CapturePlan {
  CaptureTarget target = CaptureTarget::card;
  // Target memory: handle of the first file of a shot; its other files follow. Every shot of a burst has the same
  // handles and appears when the one before has been dropped.
  u32 first_memory_handle = 0;
  bool keeps_memory = false;         // what earlier releases left in memory stays; otherwise it is dropped
  std::string name_prefix = "DSC_";  // four characters in front of the file's number
  std::vector<PlannedFile> files;    // of each shot
  Shot shot;                         // number and date are filled in at each exposure
  u32 shots = 1;                     // burst
  // An open capture ends by itself after so many; 0: it does not.
  u32 most_shots = 0;
  bool bulb = false;            // exposure lasts until terminated
  transport::Duration delay{};  // self-timer
  transport::Duration autofocus{};
  bool out_of_focus = false;       // the autofocus fails, and the release with it: no picture
  transport::Duration exposure{};  // of one shot, shutter time included
  transport::Duration interval{};  // between the shots of a burst
};

class Shutter {
 public:
  explicit Shutter(Camera&);
  ~Shutter();

  // OK: accepted, pictures follow. DeviceBusy, StoreFull, StoreNotAvailable, StoreReadOnly, InvalidStorageId, ….
  ptp::ResponseCode release(const Release&);
  // Something on the body is in the way (no lens, too hot): every release is refused with it. OK: nothing is.
  void hinder(ptp::ResponseCode);
  bool busy() const;
  bool bulb_open() const;
  // Ends the open capture or bulb exposure of that transaction. CaptureAlreadyTerminated when the camera ended it by
  // itself, InvalidTransactionID when there is none or it is another session's.
  ptp::ResponseCode terminate(u32 transaction_id, const CameraSession* by);
  // Ends a bulb exposure, whosever it is; false when none is open.
  bool close_bulb();
  // The session has ended: its open capture or bulb ends with it; other captures finish.
  void session_closed(const CameraSession&);
  // Drops what is under way: power off, reset.
  void abort();
  u32 shots_taken() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
