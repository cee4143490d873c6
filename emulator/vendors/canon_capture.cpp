// The release button, pressed by a host: half way for the autofocus, all the way for the picture.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/canon_codes.h"
#include "emulator/vendors/canon_records.h"

namespace stuntcam::emulator {

namespace property = canon::property;

namespace {

// RemoteReleaseOn and Off, parameter 1; both: from none to all the way.
constexpr u32 half_way = 1, all_the_way = 2;
// RemoteReleaseOn, parameter 2.
constexpr u32 without_autofocus = 1;

constexpr i64 manual_focus = 3;  // FocusMode

// DriveMode: pictures go on for as long as the button is down.
bool continuous(const Properties& properties) {
  constexpr std::array<i64, 3> modes{0x12, 0x4, 0x5};
  return std::ranges::find(modes, properties.integer(property::DriveMode)) != modes.end();
}

}  // namespace

bool CanonModule::autofocus_on(Camera& camera) const {
  return camera.properties().integer(property::FocusMode) != manual_focus;
}

// Of the stages that bodies tell on the way, only the last is told: libgphoto2 takes the first that comes for the
// result.
void CanonModule::start_focusing(Camera& camera) {
  focusing_now_ = true;
  focus_failed_ = false;
  camera.clock().after(camera.profile().timing.autofocus,
                       [this, &camera, alive = std::weak_ptr(alive_), mine = ++focusing_] {
                         if (!alive.expired() && focusing_now_ && mine == focusing_) focused(camera);
                       });
}

void CanonModule::focused(Camera& camera) {
  focusing_now_ = false;
  focus_failed_ = camera.profile().quirks.out_of_focus;
  if (focus_failed_) {
    tell_focus(2, 2);
    tell_focus(2, 0);
    tell_focus(0, 0);
  } else {
    tell_focus(1, 1);
  }
  const bool wanted = std::exchange(button_.shoot_when_focused, false);
  if (wanted && !focus_failed_) shoot(camera);
}

ResponseCode CanonModule::shoot(Camera& camera) {
  const auto code = camera.shutter().release({.transaction_id = button_.transaction_id, .by = button_.by});
  if (code == ResponseCode::OK) tell(canon::record(canon::event::CameraStatusChanged, 1));
  return code;
}

void CanonModule::let_go(Camera& camera) {
  camera.shutter().close_bulb();
  button_ = {};
  focusing_now_ = focus_failed_ = false;
}

// In one go; the response's parameter is the result: 1 when nothing could be focused on.
Answer CanonModule::remote_release(Context& context) {
  Camera& camera = context.camera;
  const bool focus = autofocus_on(camera);
  Reply reply;
  reply.count = 1;
  if (focus && camera.profile().quirks.out_of_focus) {
    reply.params[0] = 1;
    reply.before_response = camera.profile().timing.autofocus;
    return reply;
  }
  const auto code = camera.shutter().release(
      {.autofocus = focus, .transaction_id = context.request.transaction_id, .by = &context.session});
  if (code != ResponseCode::OK) return Reply(code);
  tell(canon::record(canon::event::CameraStatusChanged, 1));
  return reply;
}

Answer CanonModule::remote_release_on(Context& context) {
  Camera& camera = context.camera;
  const u32 how = context.param(0);
  if (how == 0 || how > (half_way | all_the_way)) return Reply(ResponseCode::InvalidParameter);
  const bool full = (how & all_the_way) != 0;
  if (full && camera.shutter().busy()) return Reply(ResponseCode::DeviceBusy);
  button_.by = &context.session;
  button_.transaction_id = context.request.transaction_id;
  if ((how & half_way) != 0 && !button_.half) {
    button_.half = true;
    if (autofocus_on(camera) && context.param(1) != without_autofocus)
      start_focusing(camera);
    else
      tell_focus(0, 0);
  }
  if (!full) return Reply(ResponseCode::OK);
  button_.full = true;
  button_.shoot_when_focused = focusing_now_;
  // A button that is down without a focus takes no picture, and says nothing: assumed.
  if (focusing_now_ || focus_failed_) return Reply(ResponseCode::OK);
  return Reply(shoot(camera));
}

Answer CanonModule::remote_release_off(Context& context) {
  Camera& camera = context.camera;
  const u32 how = context.param(0);
  if (how == 0 || how > (half_way | all_the_way)) return Reply(ResponseCode::InvalidParameter);
  if ((how & all_the_way) != 0) {
    button_.full = false;
    camera.shutter().close_bulb();
  }
  if ((how & half_way) != 0 && button_.half) {
    button_.half = focus_failed_ = false;
    // A picture that waits for the focus is still taken: clients let go at once.
    if (!button_.shoot_when_focused) focusing_now_ = false;
    tell_focus(0, 0);
  }
  return Reply(ResponseCode::OK);
}

// The mode dial must stand on bulb: otherwise an ordinary picture would be taken.
Answer CanonModule::bulb_start(Context& context) {
  Camera& camera = context.camera;
  if (!plan(camera, {}).bulb) return Reply(ResponseCode::DeviceBusy);
  button_.by = &context.session;
  button_.transaction_id = context.request.transaction_id;
  return Reply(shoot(camera));
}

Answer CanonModule::bulb_end(Context& context) {
  context.camera.shutter().close_bulb();
  return Reply(ResponseCode::OK);
}

Answer CanonModule::do_af(Context& context) {
  if (autofocus_on(context.camera))
    start_focusing(context.camera);
  else
    tell_focus(0, 0);
  return Reply(ResponseCode::OK);
}

// Clients end every session with it.
Answer CanonModule::af_cancel(Context&) {
  if (!button_.shoot_when_focused) focusing_now_ = false;
  return Reply(ResponseCode::OK);
}

void CanonModule::file_added(Camera& camera, const Release& release, u32 handle) {
  const Object* const object = camera.find(handle);
  if (object == nullptr) return;
  if (release.target == CaptureTarget::card) {
    camera.properties().change(property::CurrentFolder, i64{object->parent});
    tell(canon::record(canon::event::ObjectAddedEx, canon::object_entry(*object)));
    return;
  }
  // The host that pressed the button fetches it; when the camera's own was pressed, whoever is there.
  const auto pressed = hosts_.find(release.by);
  if (pressed != hosts_.end() && pressed->second.events)
    tell(pressed->second, canon::transfer_request(*object));
  else
    tell(canon::transfer_request(*object));
}

void CanonModule::capture_complete(Camera& camera, const Release& release) {
  tell_available_shots(camera);
  tell(canon::record(canon::event::CameraStatusChanged, 0));
  const bool more = button_.full && button_.by == release.by && continuous(camera.properties());
  if (!more) return;
  camera.clock().after(camera.profile().timing.burst_interval, [this, &camera, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && button_.full) shoot(camera);
  });
}

}  // namespace stuntcam::emulator
