// Live view, and what works only in it: driving the focus by hand, the AF area, movies.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/vendors/movie.h"
#include "emulator/vendors/nikon.h"
#include "emulator/vendors/nikon_codes.h"

namespace stuntcam::emulator {

using transport::Duration;

namespace {

// Only "the JPEG begins at 384" is known of the header: zeros.
constexpr std::size_t live_view_header = 384;
// The lens goes this far each way from where it is at first. Assumed; clients step by 1 to 32767.
constexpr int focus_travel = 32767;
constexpr u32 towards_near = 1, towards_far = 2;

constexpr u64 movie_bytes_per_second = 3'000'000;  // assumed: 24 Mbit/s

u64 movie_size(Duration length) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  return std::max(static_cast<u64>(milliseconds) * movie_bytes_per_second / 1000, min_movie_size);
}

}  // namespace

bool NikonModule::live_view_starting(Camera& camera) const {
  return camera.live_view().on() && camera.clock().now() < live_view_ready_;
}

Answer NikonModule::start_live_view(Context& context) {
  Camera& camera = context.camera;
  if (camera.live_view().on()) return Reply(ResponseCode::OK);
  if (camera.properties().integer(nikon::property::LiveViewProhibition) != 0)
    return Reply(nikon::response::InvalidStatus);  // assumed
  camera.live_view().start();
  live_view_ready_ = camera.clock().now() + camera.profile().timing.live_view_start;
  camera.properties().change(nikon::property::LiveViewStatus, 1);
  return Reply(ResponseCode::OK);
}

void NikonModule::stop_live_view(Camera& camera) {
  camera.live_view().stop();
  camera.properties().change(nikon::property::LiveViewStatus, 0);
}

// OK whether it is on or not: clients end every session with it (docs/clients.md §2). A movie ends with it: assumed.
Answer NikonModule::end_live_view(Context& context) {
  finish_movie(context.camera);
  stop_live_view(context.camera);
  return Reply(ResponseCode::OK);
}

Answer NikonModule::get_live_view_image(Context& context) {
  if (!context.camera.live_view().on()) return Reply(nikon::response::NotLiveView);
  if (live_view_starting(context.camera)) return Reply(ResponseCode::DeviceBusy);
  const auto frame = context.camera.live_view().frame();
  Bytes image(live_view_header, 0);
  image.insert(image.end(), frame->begin(), frame->end());
  return Reply(Body(std::move(image)));
}

Answer NikonModule::mf_drive(Context& context) {
  const u32 direction = context.param(0), amount = context.param(1);
  if (direction != towards_near && direction != towards_far) return Reply(ResponseCode::InvalidParameter);
  if (!context.camera.live_view().on()) return Reply(nikon::response::NotLiveView);
  if (amount == 0) return Reply(nikon::response::MfDriveStepInsufficiency);
  const i64 step = direction == towards_near ? -i64{amount} : i64{amount};
  const i64 wanted = focus_position_ + step;
  focus_position_ = static_cast<int>(std::clamp<i64>(wanted, -focus_travel, focus_travel));
  return Reply(wanted == focus_position_ ? ResponseCode::OK : nikon::response::MfDriveStepEnd);
}

// The range of the coordinates is unknown: any point will do. Assumed: not without live view.
Answer NikonModule::change_af_area(Context& context) {
  return Reply(context.camera.live_view().on() ? ResponseCode::OK : nikon::response::NotLiveView);
}

Answer NikonModule::start_movie_rec(Context& context) {
  Camera& camera = context.camera;
  if (!camera.live_view().on()) return Reply(nikon::response::NotLiveView);  // assumed
  if (movie_) return Reply(nikon::response::InvalidStatus);                  // assumed
  const Store* const store = camera.default_store();
  if (store == nullptr || !store->present()) return Reply(ResponseCode::StoreNotAvailable);
  const u64 free = store->info().free_space_in_bytes;
  if (free < min_movie_size) return Reply(ResponseCode::StoreFull);
  const Duration now = camera.clock().now();
  movie_ = Movie{store->id(), now};
  // The card will be full by then. A day is longer than any movie, and short enough to count in nanoseconds.
  constexpr u64 day = std::chrono::seconds(std::chrono::hours(24)).count();
  const std::chrono::seconds until_full(std::min(free / movie_bytes_per_second, day));
  camera.clock().after(until_full, [this, &camera, alive = std::weak_ptr(alive_), started = now] {
    if (alive.expired() || !movie_ || movie_->started != started) return;
    finish_movie(camera);
    // Why is told by a code that no source knows: assumed to be the response's.
    camera.announce(nikon::event::MovieRecordInterrupted, {static_cast<u32>(ResponseCode::StoreFull)});
  });
  return Reply(ResponseCode::OK);
}

Answer NikonModule::end_movie_rec(Context& context) {
  if (!movie_) return Reply(nikon::response::InvalidStatus);  // assumed
  finish_movie(context.camera);
  return Reply(ResponseCode::OK);
}

void NikonModule::finish_movie(Camera& camera) {
  const auto recorded = std::exchange(movie_, std::nullopt);
  if (!recorded) return;
  const Movie& movie = *recorded;
  Store* const store = camera.store(movie.storage);
  if (store == nullptr || !store->present()) return;
  const auto folder = capture_folder(*store);
  if (!folder) return;
  for (const u32 handle : folder->made) camera.announce(ptp::EventCode::ObjectAdded, {handle});
  const Duration length = camera.clock().now() - movie.started;
  const u64 size = std::min(movie_size(length), store->info().free_space_in_bytes);
  Object object = make_movie("DSC_", store->next_file_number("DSC_"), size, length, camera.seed());
  object.parent = folder->handle;
  object.captured = object.modified = camera.now();
  if (const auto added = store->add(std::move(object))) camera.announce(ptp::EventCode::ObjectAdded, {*added});
}

}  // namespace stuntcam::emulator
