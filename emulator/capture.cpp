#include "emulator/capture.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "emulator/camera.h"

namespace stuntcam::emulator {

using ptp::EventCode;
using ptp::ResponseCode;
using transport::Duration;

namespace {

// A capture that goes on until somebody ends it is no faster than this, whatever the profile's timing says: every
// picture of it stays on the card.
constexpr Duration shortest_period = std::chrono::milliseconds(10);
constexpr u32 milliseconds_per_second = 1000;
constexpr u32 picture_bit_depth = 24;
constexpr u16 jpeg_thumbnail_format = 0x3808;
constexpr u32 max_file_number = 9999;  // DCF: four digits

u64 size_of_shot(const CapturePlan& plan) {
  u64 size = 0;
  for (const PlannedFile& file : plan.files) size += std::max<u64>(file.size, 1);
  return size;
}

Object make_picture(const PlannedFile& file, Shot shot, const std::string& name,
                    const std::shared_ptr<Renderings>& renderings) {
  if (file.width != 0) {
    shot.width = file.width;
    shot.height = file.height;
  }
  shot.quality = file.quality;
  Object object;
  object.format = file.format;
  object.name = name;
  object.pixel_width = shot.width;
  object.pixel_height = shot.height;
  object.bit_depth = picture_bit_depth;
  object.captured = object.modified = shot.taken;
  object.content = file.raw ? raw_content(shot, file.size, renderings) : jpeg_content(shot, file.size, renderings);
  object.size = object.content->size();
  object.thumb_format = jpeg_thumbnail_format;
  object.thumb_size = thumbnail_size;
  object.thumb_width = thumbnail_width;
  object.thumb_height = thumbnail_height;
  return object;
}

}  // namespace

// One release at a time. Each step schedules the next; a step whose release is no longer the running one does nothing.
struct Shutter::State : std::enable_shared_from_this<Shutter::State> {
  struct Running {
    Release release;
    CapturePlan plan;
    u32 shots = 0;        // finished
    bool stored = false;  // something, in memory
    bool exposing = false;
    bool bulb_open = false;
    bool last = false;  // terminated: the exposure under way is the last one
    Duration opened{};  // when this exposure began
  };
  struct OpenCapture {
    u32 transaction_id;
    const CameraSession* by;
    bool operator==(const OpenCapture&) const = default;
  };

  explicit State(Camera& of) : camera(of) {}

  std::expected<Store*, ResponseCode> store_for(const Release&) const;
  void begin(const Release&, CapturePlan);
  void after(Duration delay, void (State::*step)());
  void open_shutter();
  void close_bulb();
  void shot_done();
  bool store_files();  // false: the card takes no more
  std::expected<void, StoreError> store(Object, const PlannedFile&);
  std::expected<u32, StoreError> folder(Store&);
  void end_open_capture();
  void complete();
  void card_full();
  void give_up() { over(); }
  void over();
  bool open_capture() const { return running && (running->release.open_ended || running->plan.bulb); }

  Camera& camera;
  std::unique_ptr<Running> running;  // null: nothing is under way
  std::optional<OpenCapture> ended;  // the last open capture, when the camera itself ended it
  u64 serial = 0;                    // of the release
  u32 shots_taken = 0;
  ResponseCode hindrance = ResponseCode::OK;
  std::shared_ptr<Renderings> renderings = std::make_shared<Renderings>();
};

std::expected<Store*, ResponseCode> Shutter::State::store_for(const Release& release) const {
  Store* const store = release.storage == 0 ? camera.default_store() : camera.store(release.storage);
  if (store == nullptr)
    return std::unexpected(release.storage == 0 ? ResponseCode::StoreNotAvailable : ResponseCode::InvalidStorageId);
  if (!store->present()) return std::unexpected(ResponseCode::StoreNotAvailable);
  return store;
}

void Shutter::State::begin(const Release& release, CapturePlan plan) {
  ++serial;
  ended.reset();
  running = std::make_unique<Running>(Running{.release = release, .plan = std::move(plan)});
  const Duration focused = running->plan.delay + running->plan.autofocus;
  after(focused, running->plan.out_of_focus ? &State::give_up : &State::open_shutter);
  camera.vendor().shutter_changed(camera);
}

void Shutter::State::after(Duration delay, void (State::*step)()) {
  camera.clock().after(delay, [weak = weak_from_this(), mine = serial, step] {
    const auto state = weak.lock();
    if (state && state->running && state->serial == mine) (state.get()->*step)();
  });
}

void Shutter::State::open_shutter() {
  if (running->last) return complete();
  running->exposing = true;
  running->opened = camera.clock().now();
  running->bulb_open = running->plan.bulb;
  if (!running->bulb_open) after(running->plan.exposure, &State::shot_done);
}

void Shutter::State::close_bulb() {
  running->bulb_open = false;
  const auto open =
      std::chrono::duration_cast<std::chrono::milliseconds>(camera.clock().now() - running->opened).count();
  running->plan.shot.exposure_numerator = static_cast<u32>(std::max<i64>(open, 1));
  running->plan.shot.exposure_denominator = milliseconds_per_second;
  after(running->plan.exposure, &State::shot_done);
}

void Shutter::State::shot_done() {
  running->exposing = false;
  ++running->shots;
  ++shots_taken;
  if (!store_files()) return card_full();
  const CapturePlan& plan = running->plan;
  const bool enough = plan.most_shots != 0 && running->shots >= plan.most_shots;
  const bool more = running->release.open_ended ? !enough : running->shots < plan.shots;
  if (running->last || !more) return complete();
  const Duration pause = camera.vendor().pause(camera, plan);
  const Duration least = shortest_period - std::min(plan.exposure, shortest_period);
  if (pause != Duration::max()) after(std::max(pause, least), &State::open_shutter);
}

bool Shutter::State::store_files() {
  Running& now = *running;
  now.plan.shot.number = shots_taken;
  now.plan.shot.taken = camera.now();
  camera.vendor().exposed(camera, now.plan.shot);
  const Store* const card = camera.store(now.release.storage);
  // What stays in memory is named as if the camera had no card.
  const u32 number =
      card != nullptr ? card->next_file_number(now.plan.name_prefix) : (shots_taken - 1) % max_file_number + 1;
  for (const PlannedFile& file : now.plan.files) {
    const auto name = fmt::format("{}{:04}.{}", now.plan.name_prefix, number, file.extension);
    Object picture = make_picture(file, now.plan.shot, name, renderings);
    camera.vendor().develop(camera, file, now.plan.shot, picture);
    const auto stored = store(std::move(picture), file);
    if (stored) continue;
    if (stored.error() != StoreError::full)
      camera.log(fmt::format("{} cannot be stored ({}); the capture ends as on a full card", name,
                             ptp::to_string(response_for(stored.error()), camera.profile().device.vendor)));
    return false;
  }
  return true;
}

std::expected<void, StoreError> Shutter::State::store(Object object, const PlannedFile& file) {
  Running& now = *running;
  u32 handle = 0;
  if (now.plan.target == CaptureTarget::memory) {
    if (!std::exchange(now.stored, true) && !now.plan.keeps_memory) camera.drop_all_from_memory();
    const auto index = &file - now.plan.files.data();
    handle = object.handle = now.plan.first_memory_handle + static_cast<u32>(index);
    camera.queue_in_memory(std::move(object));
  } else {
    Store* const card = camera.store(now.release.storage);
    const auto parent = folder(*card);
    if (!parent) return std::unexpected(parent.error());
    object.parent = *parent;
    const auto added = card->add(std::move(object));
    if (!added) return std::unexpected(added.error());
    handle = *added;
  }
  camera.vendor().file_added(camera, now.release, handle);
  return {};
}

// The folder for this picture; those that had to be made for it are told first, as objects like any other.
std::expected<u32, StoreError> Shutter::State::folder(Store& card) {
  const auto folder = capture_folder(card);
  if (!folder) return std::unexpected(folder.error());
  for (const u32 handle : folder->made) camera.announce(EventCode::ObjectAdded, handle, running->release);
  return folder->handle;
}

void Shutter::State::end_open_capture() {
  running->last = true;
  if (running->bulb_open)
    close_bulb();
  else if (!running->exposing)
    complete();
}

void Shutter::State::over() {
  running.reset();
  camera.vendor().shutter_changed(camera);
}

void Shutter::State::complete() {
  const Release release = running->release;
  // Not terminated: the camera itself has ended it.
  if (release.open_ended && !running->last) ended = OpenCapture{release.transaction_id, release.by};
  over();
  camera.vendor().capture_complete(camera, release);
}

// docs/protocol.md §4.1: StoreFull with the transaction of the capture, and no CaptureComplete.
void Shutter::State::card_full() {
  const Release release = running->release;
  if (open_capture()) ended = OpenCapture{release.transaction_id, release.by};
  over();
  camera.announce(EventCode::StoreFull, release.storage, release);
}

Shutter::Shutter(Camera& camera) : state_(std::make_shared<State>(camera)) {}
Shutter::~Shutter() = default;

ResponseCode Shutter::release(const Release& asked) {
  Camera& camera = state_->camera;
  if (busy()) return ResponseCode::DeviceBusy;
  if (state_->hindrance != ResponseCode::OK) return state_->hindrance;
  const auto& formats = camera.profile().device.capture_formats;
  if (asked.format != 0 && std::ranges::find(formats, asked.format) == formats.end())
    return ResponseCode::InvalidObjectFormatCode;
  if (const auto ready = camera.vendor().ready_to_capture(camera, asked); ready != ResponseCode::OK) return ready;
  CapturePlan plan = camera.vendor().plan(camera, asked);
  Release release = asked;
  release.target = plan.target;
  if (plan.target == CaptureTarget::card) {
    const auto store = state_->store_for(asked);
    if (!store) return store.error();
    release.storage = (*store)->id();
    if ((*store)->info().free_space_in_bytes < size_of_shot(plan)) {
      camera.announce(EventCode::StoreFull, release.storage, release);
      return ResponseCode::StoreFull;
    }
  } else {
    release.storage = 0;
  }
  state_->begin(release, std::move(plan));
  return ResponseCode::OK;
}

void Shutter::hinder(ResponseCode reason) { state_->hindrance = reason; }

bool Shutter::busy() const { return state_->running != nullptr; }
bool Shutter::bulb_open() const { return state_->running && state_->running->bulb_open; }

ResponseCode Shutter::terminate(u32 transaction_id, const CameraSession* by) {
  const State::OpenCapture meant{transaction_id, by};
  if (state_->open_capture() &&
      meant == State::OpenCapture{state_->running->release.transaction_id, state_->running->release.by}) {
    state_->end_open_capture();
    return ResponseCode::OK;
  }
  return state_->ended == meant ? ResponseCode::CaptureAlreadyTerminated : ResponseCode::InvalidTransactionID;
}

bool Shutter::close_bulb() {
  if (!bulb_open()) return false;
  state_->end_open_capture();
  return true;
}

void Shutter::session_closed(const CameraSession& session) {
  if (auto& ended = state_->ended; ended && ended->by == &session) ended.reset();
  if (!state_->running || state_->running->release.by != &session) return;
  state_->running->release.by = nullptr;
  if (state_->open_capture()) state_->end_open_capture();
}

void Shutter::abort() {
  if (busy()) state_->over();
}
u32 Shutter::shots_taken() const { return state_->shots_taken; }

}  // namespace stuntcam::emulator
