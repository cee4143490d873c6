// Pictures: a file from each sensor that is enabled.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "emulator/camera.h"
#include "emulator/imaging/noise.h"
#include "emulator/vendors/parrot.h"

namespace stuntcam::emulator {

using ptp::PropertyCode;
using transport::Duration;
namespace property = parrot::property;
namespace mode = parrot::mode;

namespace {

constexpr u16 tiff_format = 0x380D;  // which of the TIFF codes is assumed
constexpr u32 sample_size = 2;
constexpr u32 jpeg_pixels_per_byte = 8;
constexpr u64 tiff_head = 4096;  // at most: for what a picture is expected to take

// assumed: sensors that sleep between pictures have to wake up first.
constexpr Duration wake_up = std::chrono::milliseconds(1500);

struct Size {
  u32 width = 0, height = 0;
};

// "1280 x 960", "1280x960": a profile may write it either way.
Size parse_size(const std::string& text, Size otherwise) {
  constexpr unsigned long most = 20'000;
  char* end = nullptr;
  const auto width = std::strtoul(text.c_str(), &end, 10);
  while (*end == ' ' || *end == 'x' || *end == 'X') ++end;
  const auto height = std::strtoul(end, nullptr, 10);
  if (width == 0 || height == 0 || width > most || height > most) return otherwise;
  return {static_cast<u32>(width), static_cast<u32>(height)};
}

Size size_of_sensor(const Properties& properties, u32 sensor) {
  const bool rgb = sensor == parrot::rgb_sensor;
  const auto text = properties.get(rgb ? static_cast<u16>(PropertyCode::ImageSize) : property::MultispectralImageSize);
  const Size usual = rgb ? Size{4608, 3456} : Size{1280, 960};
  return text ? parse_size(text->text(), usual) : usual;
}

u16 greatest_sample(const Properties& properties) {
  const auto bits = std::clamp<i64>(properties.integer(property::MultispectralBitDepth, 10), 1, 16);
  return static_cast<u16>((1 << bits) - 1);
}

i64 element(const Properties& properties, u16 code, u32 index, i64 otherwise) {
  const auto value = properties.get(code);
  return value && index < value->array().size() ? static_cast<i64>(value->array()[index]) : otherwise;
}

PlannedFile file_from(const Properties& properties, u32 sensor) {
  const Size size = size_of_sensor(properties, sensor);
  const u64 pixels = u64{size.width} * size.height;
  PlannedFile file{.sensor = sensor};
  file.width = size.width;
  file.height = size.height;
  if (sensor == parrot::rgb_sensor) {
    file.size = pixels / jpeg_pixels_per_byte;
  } else {
    file.format = tiff_format;
    file.extension = "TIF";
    file.raw = true;
    file.size = pixels * sample_size + tiff_head;
  }
  return file;
}

bool by_place(i64 capture_mode) {
  return capture_mode == mode::gps_distance || capture_mode == mode::automatic_overlap;
}

double degrees(double radians) { return radians * 180 / std::numbers::pi; }

}  // namespace

ResponseCode ParrotModule::ready_to_capture(Camera& camera, const Release& release) {
  if (plan(camera, release).files.empty()) return ResponseCode::InvalidObjectFormatCode;
  const i64 capture_mode = camera.properties().integer(PropertyCode::StillCaptureMode, mode::normal);
  // Without a GPS nobody knows how far it went.
  if (release.open_ended && by_place(capture_mode) && !module(camera)) return ResponseCode::GeneralError;
  return ResponseCode::OK;
}

CapturePlan ParrotModule::plan(Camera& camera, const Release& release) {
  const Properties& properties = camera.properties();
  CapturePlan plan = VendorModule::plan(camera, release);
  plan.target = CaptureTarget::card;
  plan.files.clear();
  const i64 mask = properties.integer(property::PhotoSensorEnableMask, 1);
  for (u32 sensor = 0; sensor < parrot::sensors; ++sensor) {
    PlannedFile file = file_from(properties, sensor);
    file.quality = plan.shot.quality;
    if ((mask >> sensor & 1) != 0 && (release.format == 0 || release.format == file.format))
      plan.files.push_back(std::move(file));
  }
  if (!sensors_on(camera)) plan.delay += wake_up;
  const i64 capture_mode = properties.integer(PropertyCode::StillCaptureMode, mode::normal);
  if (capture_mode == mode::time_lapse)
    plan.most_shots = static_cast<u32>(properties.integer(PropertyCode::TimelapseNumber));
  else
    plan.interval = camera.profile().timing.burst_interval;
  return plan;
}

Duration ParrotModule::pause(Camera& camera, const CapturePlan& plan) {
  constexpr double centimetre = 0.01;
  const Properties& properties = camera.properties();
  const double now = time(camera);
  double metres = 0;
  switch (properties.integer(PropertyCode::StillCaptureMode, mode::normal)) {
    case mode::gps_distance:
      metres = static_cast<double>(properties.integer(property::GPSInterval)) * centimetre;
      break;
    case mode::automatic_overlap: {
      const auto overlap = static_cast<double>(properties.integer(property::OverlapRate));
      metres = parrot::footprint(flight_->motion(now).position.up) * std::max(0.0, 1 - overlap / 100);
      break;
    }
    default:
      return VendorModule::pause(camera, plan);
  }
  // From where the last picture was taken, which is at the end of its exposure.
  const auto seconds = flight_->until_gone(now, metres);
  constexpr double most = 1e9;  // some thirty years
  if (!seconds || *seconds > most) return Duration::max();
  const auto until = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
  return std::max(until - plan.exposure, Duration{});
}

parrot::Exposure ParrotModule::exposure_of(Camera& camera, u32 sensor) const {
  constexpr i64 manual = 1, automatic_iso = 0xFFFF;
  const Properties& properties = camera.properties();
  parrot::Exposure exposure = parrot::automatic_exposure(moment_.viewpoint.daylight);
  if (element(properties, property::ExposureProgramMode, sensor, 0) != manual) return exposure;
  exposure.microseconds = static_cast<u32>(
      std::clamp<i64>(element(properties, property::ExposureTime, sensor, exposure.microseconds), 1, 1'000'000));
  const i64 iso = element(properties, property::ExposureIndex, sensor, automatic_iso);
  if (iso != automatic_iso) exposure.iso = static_cast<u32>(std::max<i64>(iso, 1));
  return exposure;
}

void ParrotModule::exposed(Camera& camera, Shot& shot) {
  const double now = time(camera);
  const parrot::Motion motion = flight_->motion(now);
  moment_.viewpoint = {motion.position, motion.heading, daylight(camera)};
  moment_.attitude = flight_->attitude(now);
  moment_.id = fmt::format("{:016X}{:016X}", mixed(camera.seed()), mixed(mixed(camera.seed()) + shot.number));
  shot.place = module(camera) ? std::optional(flight_->place(now)) : std::nullopt;
  if (const auto tag = std::exchange(geotag_, std::nullopt)) {
    shot.place = tag->place;
    moment_.attitude = tag->attitude;
  }
  const parrot::Exposure exposure = exposure_of(camera, parrot::rgb_sensor);
  shot.exposure_numerator = exposure.microseconds;
  shot.exposure_denominator = 1'000'000;
  shot.iso = exposure.iso;
  shot.xmp = xmp(std::nullopt);
}

// IMG_240506_101500_0000_GRE.TIF: as in collections of such pictures that were published.
void ParrotModule::develop(Camera& camera, const PlannedFile& file, const Shot& shot, Object& object) {
  const bool rgb = file.sensor == parrot::rgb_sensor;
  const std::size_t band = rgb ? 0 : file.sensor - 1;
  const ptp::DateTime& taken = shot.taken;
  object.name = fmt::format("IMG_{:02}{:02}{:02}_{:02}{:02}{:02}_{:04}_{}.{}", taken.year % 100, taken.month, taken.day,
                            taken.hour, taken.minute, taken.second, shot.number - 1,
                            rgb ? "RGB" : parrot::band(band).suffix, file.extension);
  if (rgb) return;
  const u16 most = greatest_sample(camera.properties());
  const parrot::Exposure exposure = exposure_of(camera, file.sensor);
  Shot grey = shot;
  grey.width = file.width;
  grey.height = file.height;
  grey.exposure_numerator = exposure.microseconds;
  grey.iso = exposure.iso;
  grey.white_balance.clear();
  grey.xmp = xmp(band);
  object.content = grey_content(
      grey, most, parrot::ground(moment_.viewpoint, band, exposure, most, file.width, file.height, camera.seed()));
  object.bit_depth = 8 * sample_size;
}

// In the name space that photogrammetry programs agreed on, http://pix4d.com/camera/1.0.
std::string ParrotModule::xmp(std::optional<std::size_t> band) const {
  std::string bands;
  if (band) {
    const auto sequence = [](std::string_view name, auto value) {
      return fmt::format("<Camera:{0}><rdf:Seq><rdf:li>{1}</rdf:li></rdf:Seq></Camera:{0}>", name, value);
    };
    const parrot::Band& known = parrot::band(*band);
    bands = sequence("BandName", known.name) + sequence("CentralWavelength", known.wavelength) +
            sequence("WavelengthFWHM", known.width);
  }
  return fmt::format(
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" "
      "xmlns:Camera=\"http://pix4d.com/camera/1.0\" Camera:Yaw=\"{:.4f}\" Camera:Pitch=\"{:.4f}\" "
      "Camera:Roll=\"{:.4f}\" Camera:CaptureUUID=\"{}\" Camera:RigCameraIndex=\"{}\">{}</rdf:Description></rdf:RDF>"
      "</x:xmpmeta><?xpacket end=\"r\"?>",
      degrees(std::remainder(moment_.attitude.yaw, 2 * std::numbers::pi)), degrees(moment_.attitude.pitch),
      degrees(moment_.attitude.roll), moment_.id, band ? *band + 1 : 0, bands);
}

}  // namespace stuntcam::emulator
