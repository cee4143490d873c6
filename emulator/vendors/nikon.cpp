#include "emulator/vendors/nikon.h"

#include <algorithm>
#include <cstdlib>

#include "emulator/camera.h"
#include "emulator/vendors/nikon_codes.h"

namespace stuntcam::emulator {

using ptp::EventCode;
using ptp::PropertyCode;
using transport::Duration;

namespace {

// CompressionSetting: 0 basic, 1 normal, 2 fine, 4 RAW, 5 to 7 RAW with one of the first three.
constexpr i64 raw_bit = 4;
struct JpegQuality {
  int quality;
  u32 pixels_per_byte;  // of the finished file: a fine picture of 24 megapixels has 12 MB
};
constexpr std::array<JpegQuality, 3> jpeg_qualities{{{75, 8}, {85, 4}, {95, 2}}};
constexpr u32 raw_pixels_per_byte = 1;

constexpr i64 continuous_high = 2, continuous_low = 0x8010, self_timer = 0x8011;  // StillCaptureMode
constexpr i64 recording_media_sdram = 1;
constexpr i64 color_space_adobe = 1;
constexpr u32 exposure_time_units = 10000;  // ExposureTime counts 0.1 ms
// The handle of a picture in memory. In a burst the body shows one after the other under it (by
// what libgphoto2 does: it fetches and drops the same handle again and again). A second file of a shot has the next
// one: assumed.
constexpr u32 first_sdram_handle = 0xFFFF0001;

constexpr u16 exposure_time = static_cast<u16>(PropertyCode::ExposureTime);
constexpr u16 exposure_index = static_cast<u16>(PropertyCode::ExposureIndex);
constexpr u16 image_size = static_cast<u16>(PropertyCode::ImageSize);

struct Pixels {
  u32 width = 0, height = 0;
  u64 count() const { return u64{width} * height; }
};

Pixels parse_pixels(const std::string& text) {  // "6000x4000"
  char* end = nullptr;
  Pixels pixels;
  pixels.width = static_cast<u32>(std::strtoul(text.c_str(), &end, 10));
  if (*end == 'x') pixels.height = static_cast<u32>(std::strtoul(end + 1, nullptr, 10));
  return pixels;
}

// The sensor's: raw files have all of it, whatever ImageSize says.
Pixels largest_size(const Camera& camera, const Properties& properties) {
  Pixels largest = parse_pixels(camera.profile().property(image_size)->current.text());
  if (const auto* sizes = std::get_if<ptp::EnumerationForm>(&properties.definition(image_size).form))
    for (const Value& value : sizes->values)
      if (const Pixels pixels = parse_pixels(value.text()); pixels.count() > largest.count()) largest = pixels;
  return largest;
}

// A shutter speed is numerator << 16 | denominator, in seconds.
u32 numerator(u32 speed) { return speed >> 16; }
u32 denominator(u32 speed) { return speed & 0xFFFF; }
bool is_time(u32 speed) { return speed != nikon::speed_bulb && speed != nikon::speed_time && denominator(speed) != 0; }

// ExposureTime says the same, cut to 0.1 ms.
u32 exposure_time_of(u32 speed) {
  return is_time(speed) ? static_cast<u32>(u64{numerator(speed)} * exposure_time_units / denominator(speed)) : speed;
}

void move_shutter_speed(Properties& properties) {
  if (!properties.has(nikon::property::ShutterSpeed)) return;
  const auto wanted = static_cast<u32>(properties.integer(exposure_time));
  if (exposure_time_of(static_cast<u32>(properties.integer(nikon::property::ShutterSpeed))) == wanted) return;
  const auto* speeds = std::get_if<ptp::EnumerationForm>(&properties.definition(nikon::property::ShutterSpeed).form);
  if (speeds == nullptr) return;
  const auto found = std::ranges::find_if(speeds->values, [wanted](const Value& value) {
    return exposure_time_of(static_cast<u32>(value.integer())) == wanted;
  });
  if (found != speeds->values.end()) properties.change(nikon::property::ShutterSpeed, *found);
}

// AFModeSelect 0 AF-S, 1 AF-C, 2 AF-A, 3 and 4 manual; FocusMode 8010, 8011, 8012, 1.
void move_focus_mode(Properties& properties) {
  constexpr i64 manual = 1, af_s = 0x8010;
  const i64 mode = properties.integer(nikon::property::AfModeSelect);
  properties.change(PropertyCode::FocusMode, mode <= 2 ? af_s + mode : manual);
}

// Why no movie can be recorded. Of its bits one is known, by what gphoto2 makes of it and by the value that was read
// from a body in application mode 0.
void move_movie_prohibition(Properties& properties) {
  constexpr i64 not_in_application_mode = 0x4000;
  const i64 others = properties.integer(nikon::property::MovieProhibition) & ~not_in_application_mode;
  const bool application = properties.integer(nikon::property::ApplicationMode) != 0;
  properties.change(nikon::property::MovieProhibition, others | (application ? 0 : not_in_application_mode));
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string label(const Properties& properties, PropertyCode code) {
  const auto value = properties.get(static_cast<u16>(code));
  if (!value) return {};
  const auto& labels = properties.definition(static_cast<u16>(code)).labels;
  const auto found = labels.find(value->to_string());
  return found == labels.end() ? value->to_string() : found->second;
}

Shot shot_as_set(Camera& camera) {
  const Properties& properties = camera.properties();
  const profiles::Device& device = camera.profile().device;
  Shot shot;
  shot.manufacturer = upper(device.manufacturer);
  shot.model = shot.title = camera.title();
  shot.software = device.version.starts_with('V') ? "Ver." + device.version.substr(1) : device.version;
  if (const auto size = properties.get(image_size)) {
    const Pixels pixels = parse_pixels(size->text());
    shot.width = pixels.width;
    shot.height = pixels.height;
  }
  const auto speed = static_cast<u32>(properties.integer(nikon::property::ShutterSpeed));
  if (is_time(speed)) {
    shot.exposure_numerator = numerator(speed);
    shot.exposure_denominator = denominator(speed);
  }
  shot.f_number_hundredths = static_cast<u32>(properties.integer(PropertyCode::FNumber));
  shot.iso = static_cast<u32>(properties.integer(PropertyCode::ExposureIndex));
  shot.focal_length_hundredths = static_cast<u32>(properties.integer(PropertyCode::FocalLength));
  shot.bias_thousandths = static_cast<int>(properties.integer(PropertyCode::ExposureBiasCompensation));
  shot.white_balance = label(properties, PropertyCode::WhiteBalance);
  shot.seed = camera.seed();
  return shot;
}

// The raw file first: its name comes first in a listing by number too.
std::vector<PlannedFile> files_as_set(Camera& camera, u16 format, const Shot& shot) {
  constexpr u16 jpeg_format = 0x3801, raw_format = 0x3000;
  const i64 compression = camera.properties().integer(PropertyCode::CompressionSetting, 1);
  const bool raw = format == 0 ? (compression & raw_bit) != 0 : format == raw_format;
  const bool jpeg = format == 0 ? compression != raw_bit : format == jpeg_format;
  std::vector<PlannedFile> files;
  if (raw) {
    const Pixels sensor = largest_size(camera, camera.properties());
    files.push_back({.format = raw_format,
                     .extension = "NEF",
                     .raw = true,
                     .size = sensor.count() / raw_pixels_per_byte,
                     .width = sensor.width,
                     .height = sensor.height});
  }
  if (jpeg) {
    // RAW alone, when a JPEG is asked for: basic.
    const i64 index = compression < raw_bit ? compression : std::max<i64>(compression - raw_bit - 1, 0);
    const JpegQuality& quality = jpeg_qualities.at(static_cast<std::size_t>(std::clamp<i64>(index, 0, 2)));
    files.push_back({.format = jpeg_format,
                     .extension = "JPG",
                     .size = Pixels{shot.width, shot.height}.count() / quality.pixels_per_byte,
                     .quality = quality.quality});
  }
  return files;
}

}  // namespace

void NikonModule::property_changed(Camera& camera, u16 code) {
  Properties& properties = camera.properties();
  if (code == exposure_time)
    move_shutter_speed(properties);
  else if (code == nikon::property::ShutterSpeed)
    properties.change(exposure_time, exposure_time_of(static_cast<u32>(properties.integer(code))));
  else if (code == exposure_index)
    properties.change(nikon::property::CurrentIso, properties.integer(code));
  else if (code == nikon::property::AfModeSelect)
    move_focus_mode(properties);
  else if (code == nikon::property::ApplicationMode)
    move_movie_prohibition(properties);
}

ResponseCode NikonModule::ready_to_capture(Camera& camera, const Release& release) {
  if (movie_) return nikon::response::InvalidStatus;  // assumed
  if (camera.clock().now() < focusing_until_ || live_view_starting(camera)) return ResponseCode::DeviceBusy;
  focus_failed_ = release.autofocus && camera.profile().quirks.out_of_focus;
  return ResponseCode::OK;
}

CapturePlan NikonModule::plan(Camera& camera, const Release& release) {
  const Properties& properties = camera.properties();
  const profiles::Timing& timing = camera.profile().timing;
  CapturePlan plan;
  const bool to_sdram = properties.integer(nikon::property::RecordingMedia) == recording_media_sdram;
  plan.target = release.target.value_or(to_sdram ? CaptureTarget::memory : CaptureTarget::card);
  plan.first_memory_handle = first_sdram_handle;
  plan.shot = shot_as_set(camera);
  plan.shot.adobe_rgb = properties.integer(nikon::property::ColorSpace) == color_space_adobe;
  // DCF: names of pictures in Adobe RGB begin with an underscore.
  if (plan.shot.adobe_rgb) plan.name_prefix = "_DSC";
  plan.files = files_as_set(camera, release.format, plan.shot);
  const i64 mode = properties.integer(PropertyCode::StillCaptureMode, 1);
  if (mode == continuous_high || mode == continuous_low)
    plan.shots = static_cast<u32>(std::max<i64>(properties.integer(PropertyCode::BurstNumber, 1), 1));
  if (mode == self_timer) plan.delay = timing.self_timer;
  if (release.autofocus) {
    plan.autofocus = timing.autofocus;
    plan.out_of_focus = camera.profile().quirks.out_of_focus;
  }
  const auto speed = static_cast<u32>(properties.integer(nikon::property::ShutterSpeed));
  plan.bulb = speed == nikon::speed_bulb || speed == nikon::speed_time;
  plan.exposure = timing.capture;
  if (is_time(speed)) plan.exposure += Duration{std::chrono::seconds{numerator(speed)}} / denominator(speed);
  plan.interval = timing.burst_interval;
  return plan;
}

void NikonModule::file_added(Camera& camera, const Release& release, u32 handle) {
  const bool memory = release.target == CaptureTarget::memory;
  camera.announce(memory ? nikon::event::ObjectAddedInSdram : EventCode::ObjectAdded, handle, release);
}

void NikonModule::capture_complete(Camera& camera, const Release& release) {
  if (release.target == CaptureTarget::memory)
    camera.announce(nikon::event::CaptureCompleteRecInSdram, 0, release);
  else
    camera.announce(EventCode::CaptureComplete, release.transaction_id, release);
}

// With the last session the camera is its owner's again: no live view, its own mode dial. Assumed.
void NikonModule::session_closed(Camera& camera, CameraSession& session) {
  positions_.erase(&session);
  const bool others = std::ranges::any_of(
      camera.sessions(), [&](const CameraSession* other) { return other != &session && other->open(); });
  if (others) return;
  finish_movie(camera);
  stop_live_view(camera);
  set_host_mode(camera, false);
}

}  // namespace stuntcam::emulator
