// Pictures and movies. A release is told by ObjectAdded, then PreviewAvailable; once the preview has been fetched, by
// CaptureComplete, and only then the camera takes another.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/vendors/fuji.h"
#include "emulator/vendors/fuji_codes.h"
#include "emulator/vendors/movie.h"

namespace stuntcam::emulator {

namespace property = fuji::property;
using transport::Duration;
using transport::EventOut;

namespace {

constexpr u16 jpeg_format = 0x3801, raw_format = 0xB103;
constexpr u32 preview_width = 640, preview_height = 424;  // assumed
// A client that never fetches the preview does not stop the camera for ever. Assumed.
constexpr Duration preview_lasts = std::chrono::seconds(10);
constexpr u64 movie_bytes_per_second = 4'500'000;  // 36 Mbit/s, full HD

// Parameter 1 is the transaction once more; no parameter ever names the object.
EventOut capture_event(ptp::EventCode code, u32 transaction_id, u32 second = 0) {
  EventOut event;
  event.code = static_cast<u16>(code);
  event.transaction_id = transaction_id;
  event.count = 3;
  event.params = {transaction_id, second, 0};
  return event;
}

struct Pixels {
  u32 width, height;
};

// ImageAspectRatio: small, medium, large, each as 3:2, 16:9 and 1:1. Pixels as the X-T1's specification has them.
Pixels picture_size(i64 code) {
  switch (code) {
    case 2:
      return {2496, 1664};
    case 3:
      return {2496, 1408};
    case 4:
      return {1664, 1664};
    case 6:
      return {3456, 2304};
    case 7:
      return {3456, 1944};
    case 8:
      return {2304, 2304};
    case 11:
      return {4896, 2760};
    case 12:
      return {3264, 3264};
    default:
      return {4896, 3264};
  }
}

// ImageQuality. 1, which the description of a body said while its state said 4, is no quality that was seen in force:
// as fine, assumed.
struct Quality {
  bool raw;  // beside the JPEG
  int jpeg_quality;
  u32 pixels_per_byte;  // of the JPEG, about
};
Quality quality(i64 code) {
  constexpr int fine = 95, normal = 88;
  switch (code) {
    case 3:
      return {false, normal, 6};
    case 4:
      return {true, fine, 3};
    case 5:
      return {true, normal, 6};
    default:
      return {false, fine, 3};
  }
}

// CaptureDelay: 1, 2, 5 and 10 seconds.
Duration self_timer(i64 code) {
  constexpr std::array seconds{0, 1, 2, 5, 10};
  return std::chrono::seconds(code > 0 && code < static_cast<i64>(seconds.size()) ? seconds[static_cast<u64>(code)]
                                                                                  : 0);
}

void read_exposure(const Properties& properties, Shot& shot, Duration& exposure) {
  constexpr u32 none = 0xFFFFFFFF, fraction = 0x80000000, thousand = 1000;
  const auto speed = static_cast<u32>(properties.integer(property::ShutterSpeed, none));
  const u32 value = speed & ~fraction;
  if (speed != none && value != 0) {
    shot.exposure_numerator = speed & fraction ? thousand : value;
    shot.exposure_denominator = speed & fraction ? value : thousand;
    exposure += Duration(std::chrono::seconds(shot.exposure_numerator)) / shot.exposure_denominator;
  } else {
    shot.exposure_numerator = shot.exposure_denominator = 0;
  }
  // The upper two bits say that it is automatic up to this, or beyond the sensor's range.
  const auto iso = static_cast<u32>(properties.integer(property::ExposureIndex, none));
  shot.iso = iso == none ? 0 : iso & 0x00FFFFFF;
  const auto aperture = static_cast<u32>(properties.integer(property::FNumber));
  shot.f_number_hundredths = aperture == 0xFFFF ? 0 : aperture;
}

}  // namespace

CapturePlan FujiModule::plan(Camera& camera, const Release& release) {
  const Properties& properties = camera.properties();
  const auto& timing = camera.profile().timing;
  CapturePlan plan = VendorModule::plan(camera, release);
  plan.name_prefix = "DSCF";
  plan.bulb = false;
  plan.shots = 1;
  plan.exposure = timing.capture;
  plan.delay = self_timer(properties.integer(property::SelfTimer));
  const Pixels pixels = picture_size(properties.integer(property::ImageAspectRatio));
  plan.shot.width = pixels.width;
  plan.shot.height = pixels.height;
  read_exposure(properties, plan.shot, plan.exposure);
  const Quality how = quality(properties.integer(property::ImageQuality));
  plan.files.clear();
  const Pixels sensor = picture_size(0);
  if (how.raw)
    plan.files.push_back({.format = raw_format,
                          .extension = "RAF",
                          .raw = true,
                          .size = u64{sensor.width} * sensor.height * 2,
                          .width = sensor.width,
                          .height = sensor.height});
  plan.files.push_back({.format = jpeg_format,
                        .extension = "JPG",
                        .size = u64{pixels.width} * pixels.height / how.pixels_per_byte,
                        .quality = how.jpeg_quality});
  return plan;
}

Answer FujiModule::initiate_capture(Context& context) {
  Camera& camera = context.camera;
  if (!remote(context.session)) return Reply(ResponseCode::DeviceBusy);  // assumed
  if (camera.properties().integer(property::ReleaseMode) == fuji::half_press) return focus(camera);
  if (preview_ || movie_) return Reply(ResponseCode::DeviceBusy);
  constexpr i64 manual_focus = 1;
  Release release;
  release.autofocus = camera.properties().integer(property::FocusMode) != manual_focus;
  release.transaction_id = context.request.transaction_id;
  release.by = &context.session;
  announced_ = false;
  return Reply(camera.shutter().release(release));
}

// The release button half pressed. Who releases so does without previews (docs/clients.md §3): one that waits is
// dropped, or nobody would ever fetch it.
Answer FujiModule::focus(Camera& camera) {
  Reply reply;
  if (preview_) reply.then.push_back(give_up_preview());
  camera.properties().change(property::FocusLock, fuji::locked);
  camera.clock().after(camera.profile().timing.autofocus, [&camera, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || camera.properties().integer(property::FocusLock) != fuji::locked) return;
    camera.properties().change(property::FocusLock,
                               camera.profile().quirks.out_of_focus ? fuji::no_focus : fuji::focused);
  });
  return reply;
}

void FujiModule::file_added(Camera& camera, const Release& release, u32) {
  if (std::exchange(announced_, true)) return;
  camera.announce(capture_event(fuji::event::ObjectAdded, release.transaction_id));
}

void FujiModule::capture_complete(Camera& camera, const Release& release) {
  auto& properties = camera.properties();
  const i64 left = properties.integer(property::CapturesRemaining);
  properties.change(property::CapturesRemaining, std::max<i64>(left - 1, 0));
  if (release.by == nullptr) return;
  Shot shot = plan(camera, release).shot;
  shot.width = preview_width;
  shot.height = preview_height;
  shot.number = camera.shutter().shots_taken();
  shot.taken = camera.now();
  preview_ = Preview{render_jpeg(shot), release.transaction_id, ++previews_};
  camera.announce(
      capture_event(fuji::event::PreviewAvailable, release.transaction_id, static_cast<u32>(preview_->picture.size())));
  camera.clock().after(preview_lasts, [this, &camera, alive = std::weak_ptr(alive_), serial = previews_] {
    if (!alive.expired() && preview_ && preview_->serial == serial) camera.announce(give_up_preview());
  });
}

EventOut FujiModule::give_up_preview() {
  const auto event = capture_event(ptp::EventCode::CaptureComplete, preview_->transaction_id);
  preview_.reset();
  return event;
}

// Without a picture: no data and DeviceBusy, assumed.
Answer FujiModule::get_capture_preview(Context&) {
  if (!preview_) return Reply(ResponseCode::DeviceBusy);
  Reply reply(Body(std::move(preview_->picture)));
  reply.then.push_back(give_up_preview());
  return reply;
}

// Only its name is known. Assumed: it ends what InitiateCapture began.
Answer FujiModule::cancel_initiate_capture(Context& context) {
  Reply reply;
  context.camera.shutter().abort();
  if (preview_) reply.then.push_back(give_up_preview());
  return reply;
}

Answer FujiModule::initiate_movie_capture(Context& context) {
  Camera& camera = context.camera;
  if (!remote(context.session) || movie_ || preview_) return Reply(ResponseCode::DeviceBusy);  // assumed
  const Store* const store = camera.default_store();
  if (store == nullptr || !store->present()) return Reply(ResponseCode::StoreNotAvailable);
  if (store->info().free_space_in_bytes < min_movie_size) return Reply(ResponseCode::StoreFull);
  movie_ = Movie{store->id(), context.request.transaction_id, camera.clock().now()};
  return Reply();
}

Answer FujiModule::terminate_movie_capture(Context& context) {
  if (!movie_ || movie_->transaction_id != context.param(0)) return Reply(ResponseCode::InvalidTransactionID);
  finish_movie(context.camera);
  return Reply();
}

void FujiModule::finish_movie(Camera& camera) {
  const auto recorded = std::exchange(movie_, std::nullopt);
  if (!recorded) return;
  Store* const store = camera.store(recorded->storage);
  if (store == nullptr || !store->present()) return;
  const auto folder = capture_folder(*store);
  if (!folder) return;
  const Duration length = camera.clock().now() - recorded->started;
  const auto milliseconds = static_cast<u64>(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
  const u64 size = std::min(milliseconds * movie_bytes_per_second / 1000, store->info().free_space_in_bytes);
  Object object = make_movie("DSCF", store->next_file_number("DSCF"), size, length, camera.seed());
  object.parent = folder->handle;
  object.captured = object.modified = camera.now();
  (void)store->add(std::move(object));
  auto& properties = camera.properties();
  const i64 left = properties.integer(property::MovieRemainingTime);
  properties.change(property::MovieRemainingTime, std::max<i64>(left - static_cast<i64>(milliseconds / 1000), 0));
}

}  // namespace stuntcam::emulator
