#include "emulator/vendor.h"

#include <algorithm>
#include <cstdlib>

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

using ptp::PropertyCode;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// "6000x4000", as ImageSize says it. A profile may let initiators set any text: nonsense changes nothing.
void read_size(const std::string& text, Shot& shot) {
  constexpr unsigned long largest = 20000;  // pixels a side; wider than any sensor, and a picture is drawn at once
  char* end = nullptr;
  const auto width = std::strtoul(text.c_str(), &end, 10);
  const auto height = *end == 'x' ? std::strtoul(end + 1, nullptr, 10) : 0;
  if (width == 0 || height == 0 || width > largest || height > largest) return;
  shot.width = static_cast<u32>(width);
  shot.height = static_cast<u32>(height);
}

// CompressionSetting is a scale of the device's own (docs/protocol.md §5.5): its least value is the coarsest picture,
// its greatest the finest.
int jpeg_quality(const Properties& properties) {
  constexpr int coarsest = 60, finest = 95, usual = 90;
  const auto code = static_cast<u16>(PropertyCode::CompressionSetting);
  if (!properties.has(code)) return usual;
  i64 low = 0, high = 0;
  const auto& form = properties.definition(code).form;
  if (const auto* const range = std::get_if<ptp::RangeForm>(&form)) {
    low = static_cast<i64>(range->minimum.integer());
    high = static_cast<i64>(range->maximum.integer());
  } else if (const auto* const list = std::get_if<ptp::EnumerationForm>(&form); list && !list->values.empty()) {
    const auto [least, greatest] = std::ranges::minmax(list->values, {}, &ptp::Value::integer);
    low = static_cast<i64>(least.integer());
    high = static_cast<i64>(greatest.integer());
  }
  if (high <= low) return usual;
  const auto value = std::clamp(properties.integer(code), low, high);
  return coarsest + static_cast<int>((value - low) * (finest - coarsest) / (high - low));
}

u32 unsigned_property(const Properties& properties, PropertyCode code, u32 otherwise = 0) {
  return static_cast<u32>(properties.integer(code, otherwise));
}

void describe_shot(Camera& camera, Shot& shot) {
  const auto& device = camera.profile().device;
  const auto& properties = camera.properties();
  shot.manufacturer = device.manufacturer;
  shot.model = device.model;
  shot.software = device.version;
  shot.title = camera.title();
  shot.seed = camera.seed();
  if (const auto size = properties.get(static_cast<u16>(PropertyCode::ImageSize))) read_size(size->text(), shot);
  shot.quality = jpeg_quality(properties);
  shot.f_number_hundredths = unsigned_property(properties, PropertyCode::FNumber);
  shot.focal_length_hundredths = unsigned_property(properties, PropertyCode::FocalLength);
  const auto iso = unsigned_property(properties, PropertyCode::ExposureIndex);
  shot.iso = iso == 0xFFFF ? 0 : iso;  // 0xFFFF: automatic
  shot.bias_thousandths = static_cast<int>(properties.integer(PropertyCode::ExposureBiasCompensation));
  const auto balance = static_cast<u16>(PropertyCode::WhiteBalance);
  if (const auto value = properties.get(balance)) {
    const auto& labels = properties.definition(balance).labels;
    const auto label = labels.find(value->to_string());
    if (label != labels.end()) shot.white_balance = label->second;
  }
}

// ExposureTime counts 0.1 ms; all ones is bulb on the bodies that have it.
void plan_exposure(const Properties& properties, CapturePlan& plan) {
  constexpr u32 bulb = 0xFFFFFFFF, units_per_second = 10000;
  const auto time = unsigned_property(properties, PropertyCode::ExposureTime);
  plan.bulb = time == bulb;
  if (plan.bulb || time == 0) return;
  plan.shot.exposure_numerator = time;
  plan.shot.exposure_denominator = units_per_second;
  plan.exposure += microseconds(100) * time;
}

void plan_series(const Properties& properties, const profiles::Timing& timing, CapturePlan& plan) {
  constexpr i64 burst = 2, time_lapse = 3;
  const auto mode = properties.integer(PropertyCode::StillCaptureMode, 1);
  if (mode == burst) {
    plan.shots = std::max(1u, unsigned_property(properties, PropertyCode::BurstNumber, 1));
    const auto interval = properties.integer(PropertyCode::BurstInterval);
    plan.interval = interval > 0 ? milliseconds(interval) : timing.burst_interval;
  } else if (mode == time_lapse) {
    plan.shots = std::max(1u, unsigned_property(properties, PropertyCode::TimelapseNumber, 1));
    plan.interval = milliseconds(properties.integer(PropertyCode::TimelapseInterval));
  }
  plan.delay = milliseconds(properties.integer(PropertyCode::CaptureDelay));
}

}  // namespace

CapturePlan VendorModule::plan(Camera& camera, const Release& release) {
  const auto& timing = camera.profile().timing;
  CapturePlan plan;
  plan.target = release.target.value_or(CaptureTarget::card);
  plan.name_prefix = camera.profile().file_prefix;
  describe_shot(camera, plan.shot);
  PlannedFile file;
  if (release.format != 0) file.format = release.format;
  file.quality = plan.shot.quality;
  plan.files.push_back(file);
  plan.exposure = timing.capture;
  plan_exposure(camera.properties(), plan);
  plan_series(camera.properties(), timing, plan);
  if (release.autofocus) {
    plan.autofocus = timing.autofocus;
    plan.out_of_focus = camera.profile().quirks.out_of_focus;
  }
  return plan;
}

transport::Duration VendorModule::pause(Camera&, const CapturePlan& plan) {
  return std::max(plan.interval - plan.exposure, transport::Duration{});
}

void VendorModule::file_added(Camera& camera, const Release& release, u32 handle) {
  camera.announce(ptp::EventCode::ObjectAdded, handle, release);
}

void VendorModule::capture_complete(Camera& camera, const Release& release) {
  // An open capture has no CaptureComplete (docs/protocol.md §4.1).
  if (!release.open_ended) camera.announce(ptp::EventCode::CaptureComplete, release.transaction_id, release);
}

}  // namespace stuntcam::emulator
