#include "emulator/vendors/canon.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "emulator/camera.h"
#include "emulator/vendors/canon_codes.h"
#include "emulator/vendors/canon_records.h"

namespace stuntcam::emulator {

namespace property = canon::property;
using transport::Duration;

namespace {

constexpr i64 destination_host = 4;  // CaptureDestination: into the camera's memory, for the host to fetch
constexpr i64 color_space_adobe = 2;
constexpr i64 bulb_mode = 4;  // AutoExposureMode
constexpr i64 large_fine_jpeg = 0x0300;
// DriveMode.
constexpr i64 timer_10_s = 0x10, timer_2_s = 0x11;
// Pictures in memory have handles of their own, a new block for every release. Assumed: no source shows one.
constexpr u32 first_memory_handle = 0xF0000001, handles_per_shot = 0x10;
// What waits in memory for the host. A body's buffer holds a few dozen.
constexpr std::size_t max_in_memory = 32;

// What the camera picks where it is the one who picks: assumed, as any scene might ask for.
constexpr u32 metered_f_number = 560, metered_iso = 400;
struct Seconds {
  u32 numerator = 0, denominator = 0;
};
constexpr Seconds metered_time{1, 125};

struct Pixels {
  u32 width, height;
  u64 count() const { return u64{width} * height; }
};
// Sizes as the ImageFormat properties count them, for a sensor of 20 megapixels (assumed: by the camera's manual).
Pixels pixels_of(u8 size) {
  switch (size) {
    case 1:
      return {3648, 2432};
    case 2:
    case 0xD:
      return {2736, 1824};
    case 0xE:
      return {2400, 1600};
    default:
      return {5472, 3648};
  }
}

std::string label(const Properties& properties, u16 code) {
  const auto value = properties.get(code);
  if (!value) return {};
  const auto& labels = properties.definition(code).labels;
  const auto found = labels.find(value->to_string());
  return found == labels.end() ? std::string() : found->second;
}

// "5.6" and 100: 560. 0: no number.
u32 scaled(const std::string& text, double scale) {
  return static_cast<u32>(std::lround(std::strtod(text.c_str(), nullptr) * scale));
}

// "1/125", "0.3", "30" as the camera's list shows them; nothing for "bulb".
Seconds seconds_of(const std::string& text) {
  constexpr u32 tenths = 10;
  if (const auto slash = text.find('/'); slash != text.npos)
    return {scaled(text.substr(0, slash), 1), scaled(text.substr(slash + 1), 1)};
  const u32 count = scaled(text, tenths);
  return count % tenths == 0 ? Seconds{count / tenths, 1} : Seconds{count, tenths};
}

// Eighths of a step in which thirds are 3 and 5.
int thousandths_of_bias(i64 code) {
  constexpr std::array<int, 8> part{0, 125, 250, 333, 500, 667, 750, 875};
  const auto eighths = static_cast<i8>(code);
  const int size = std::abs(eighths);
  const int bias = size / 8 * 1000 + part.at(static_cast<std::size_t>(size % 8));
  return eighths < 0 ? -bias : bias;
}

// "3-1.5.0": the camera's own firmware comes behind the dash.
std::string firmware(const std::string& version) {
  const auto dash = version.find('-');
  return "Firmware Version " + (dash == version.npos ? version : version.substr(dash + 1));
}

PlannedFile planned(canon::ImageFormat format) {
  constexpr u16 jpeg_format = 0x3801, raw_format = 0xB108;
  constexpr u8 fine = 3, lossless = 4;
  const Pixels pixels = pixels_of(format.size);
  const u8 compression = format.compression & 7;
  PlannedFile file;
  file.width = pixels.width;
  file.height = pixels.height;
  if (format.raw()) {
    file.format = raw_format;
    file.extension = "CR3";
    file.raw = true;
    // One byte a pixel, as the files of the R6's listing; about half of it for cRAW.
    file.size = compression == lossless ? pixels.count() : pixels.count() * 11 / 20;
  } else {
    file.format = jpeg_format;
    file.size = pixels.count() / (compression == fine ? 2 : 4);
    file.quality = compression == fine ? 95 : 85;
  }
  return file;
}

}  // namespace

void CanonModule::attach(Camera& camera) {
  Properties& properties = camera.properties();
  const auto set = [&camera](const Value& value) {
    camera.set_time(ptp::DateTime::from_seconds(static_cast<i64>(value.integer())));
  };
  for (const u16 clock : {property::CameraTime, property::UTCTime})
    properties.compute(clock, [&camera] { return Value(ptp::DataType::uint32, camera.now().seconds()); }, set);
  properties.compute(property::AvailableShots,
                     [this, &camera] { return Value(ptp::DataType::uint32, available_shots(camera)); }, {});
  properties.compute(property::SerialNumber, [&camera] { return Value(camera.serial_number().substr(0, 12)); }, {});
}

bool CanonModule::stays_in_camera(Camera& camera) const {
  return camera.properties().integer(property::CaptureDestination, 1) != destination_host;
}

u32 CanonModule::available_shots(Camera& camera) {
  if (stays_in_camera(camera)) return camera.remaining_shots();
  u64 size = 0;
  for (const PlannedFile& file : plan(camera, {}).files) size += file.size;
  return static_cast<u32>(std::min<u64>(host_capacity_ / std::max<u64>(size, 1), 0xFFFFFFFF));
}

ResponseCode CanonModule::ready_to_capture(Camera& camera, const Release&) {
  if (camera.memory().size() >= max_in_memory) return ResponseCode::DeviceBusy;
  // A host that has not said how much room it has gets nothing: assumed.
  if (!stays_in_camera(camera) && available_shots(camera) == 0) return ResponseCode::StoreFull;
  return ResponseCode::OK;
}

void CanonModule::plan_exposure(Camera& camera, CapturePlan& plan) const {
  const Properties& properties = camera.properties();
  const std::string aperture =
      available(camera, property::Aperture).empty() ? "" : label(properties, property::Aperture);
  const u32 f_number = scaled(aperture, 100), iso = scaled(label(properties, property::IsoSpeed), 1);
  plan.shot.f_number_hundredths = f_number == 0 ? metered_f_number : f_number;
  plan.shot.iso = iso == 0 ? metered_iso : iso;
  const bool can_choose = !available(camera, property::ShutterSpeed).empty();
  const std::string speed = can_choose ? label(properties, property::ShutterSpeed) : "";
  plan.bulb = speed == "bulb" || properties.integer(property::AutoExposureMode) == bulb_mode;
  plan.exposure = camera.profile().timing.capture;
  if (plan.bulb) return;
  const Seconds chosen = seconds_of(speed);
  const Seconds time = chosen.numerator == 0 || chosen.denominator == 0 ? metered_time : chosen;
  plan.shot.exposure_numerator = time.numerator;
  plan.shot.exposure_denominator = time.denominator;
  plan.exposure += Duration{std::chrono::seconds{time.numerator}} / time.denominator;
}

CapturePlan CanonModule::plan(Camera& camera, const Release& release) {
  const Properties& properties = camera.properties();
  const profiles::Timing& timing = camera.profile().timing;
  CapturePlan plan;
  plan.target = release.target.value_or(stays_in_camera(camera) ? CaptureTarget::card : CaptureTarget::memory);
  plan.first_memory_handle = first_memory_handle + camera.shutter().shots_taken() * handles_per_shot;
  plan.keeps_memory = true;
  plan.shot.adobe_rgb = properties.integer(property::ColorSpace) == color_space_adobe;
  plan.name_prefix = plan.shot.adobe_rgb ? "_U4A" : "2U4A";
  const i64 format = properties.integer(property::ImageFormat, large_fine_jpeg);
  plan.files.push_back(planned(canon::first_format(format)));
  if ((format & 0xFF) != 0) plan.files.push_back(planned(canon::second_format(format)));
  Shot& shot = plan.shot;
  shot.manufacturer = "Canon";
  shot.model = shot.title = camera.title();
  shot.software = firmware(camera.profile().device.version);
  shot.width = plan.files.back().width;
  shot.height = plan.files.back().height;
  shot.bias_thousandths = thousandths_of_bias(properties.integer(property::ExpCompensation));
  shot.white_balance = label(properties, property::WhiteBalance);
  shot.seed = camera.seed();
  plan_exposure(camera, plan);
  const i64 drive = properties.integer(property::DriveMode);
  if (drive == timer_10_s) plan.delay = timing.self_timer;
  if (drive == timer_2_s) plan.delay = std::chrono::seconds(2);
  if (release.autofocus) plan.autofocus = timing.autofocus;
  return plan;
}

}  // namespace stuntcam::emulator
