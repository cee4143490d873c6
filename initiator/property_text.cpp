#include "initiator/property_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace stuntcam::initiator {

using ptp::PropertyCode;
using ptp::Value;

namespace {

constexpr u16 code(PropertyCode property) { return static_cast<u16>(property); }

// docs/protocol.md §5.5.
constexpr std::array standard_labels = std::to_array<Label>({
    {code(PropertyCode::FunctionalMode), 0, "standard"},
    {code(PropertyCode::FunctionalMode), 1, "sleep"},
    {code(PropertyCode::WhiteBalance), 1, "manual"},
    {code(PropertyCode::WhiteBalance), 2, "auto"},
    {code(PropertyCode::WhiteBalance), 3, "one-push"},
    {code(PropertyCode::WhiteBalance), 4, "daylight"},
    {code(PropertyCode::WhiteBalance), 5, "fluorescent"},
    {code(PropertyCode::WhiteBalance), 6, "tungsten"},
    {code(PropertyCode::WhiteBalance), 7, "flash"},
    {code(PropertyCode::FocusDistance), 0xFFFF, "infinity"},
    {code(PropertyCode::FocusMode), 1, "manual"},
    {code(PropertyCode::FocusMode), 2, "auto"},
    {code(PropertyCode::FocusMode), 3, "auto macro"},
    {code(PropertyCode::ExposureMeteringMode), 1, "average"},
    {code(PropertyCode::ExposureMeteringMode), 2, "centre-weighted"},
    {code(PropertyCode::ExposureMeteringMode), 3, "multi-spot"},
    {code(PropertyCode::ExposureMeteringMode), 4, "centre spot"},
    {code(PropertyCode::FlashMode), 1, "auto"},
    {code(PropertyCode::FlashMode), 2, "off"},
    {code(PropertyCode::FlashMode), 3, "fill"},
    {code(PropertyCode::FlashMode), 4, "red-eye auto"},
    {code(PropertyCode::FlashMode), 5, "red-eye fill"},
    {code(PropertyCode::FlashMode), 6, "external sync"},
    {code(PropertyCode::ExposureTime), 0xFFFFFFFF, "bulb"},
    {code(PropertyCode::ExposureProgramMode), 1, "manual"},
    {code(PropertyCode::ExposureProgramMode), 2, "auto"},
    {code(PropertyCode::ExposureProgramMode), 3, "aperture priority"},
    {code(PropertyCode::ExposureProgramMode), 4, "shutter priority"},
    {code(PropertyCode::ExposureProgramMode), 5, "creative"},
    {code(PropertyCode::ExposureProgramMode), 6, "action"},
    {code(PropertyCode::ExposureProgramMode), 7, "portrait"},
    {code(PropertyCode::ExposureIndex), 0xFFFF, "auto"},
    {code(PropertyCode::StillCaptureMode), 1, "normal"},
    {code(PropertyCode::StillCaptureMode), 2, "burst"},
    {code(PropertyCode::StillCaptureMode), 3, "time lapse"},
    {code(PropertyCode::EffectMode), 1, "standard"},
    {code(PropertyCode::EffectMode), 2, "black and white"},
    {code(PropertyCode::EffectMode), 3, "sepia"},
    {code(PropertyCode::FocusMeteringMode), 1, "centre spot"},
    {code(PropertyCode::FocusMeteringMode), 2, "multi-spot"},
});

constexpr std::array standard_names = std::to_array<ShortName>({
    {"iso", code(PropertyCode::ExposureIndex)},
    {"whitebalance", code(PropertyCode::WhiteBalance)},
    {"exposure", code(PropertyCode::ExposureTime)},
    {"exp-bias", code(PropertyCode::ExposureBiasCompensation)},
    {"delay", code(PropertyCode::CaptureDelay)},
    {"effect", code(PropertyCode::EffectMode)},
    {"flashmode", code(PropertyCode::FlashMode)},
    {"focusmtr", code(PropertyCode::FocusMeteringMode)},
    {"aperture", code(PropertyCode::FNumber)},
    {"battery", code(PropertyCode::BatteryLevel)},
    {"mode", code(PropertyCode::ExposureProgramMode)},
});

constexpr std::array standard_units = std::to_array<PropertyUnit>({
    {code(PropertyCode::BatteryLevel), Unit::percent},
    {code(PropertyCode::FNumber), Unit::f_number_100},
    {code(PropertyCode::FocalLength), Unit::millimetres_100},
    {code(PropertyCode::ExposureTime), Unit::seconds_10000},
    {code(PropertyCode::ExposureBiasCompensation), Unit::ev_1000},
    {code(PropertyCode::CaptureDelay), Unit::milliseconds},
});

// Shutter speeds as cameras are engraved; tenths of a second's denominator.
constexpr std::array engraved = {80000, 64000, 50000, 40000, 32000, 25000, 20000, 16000, 12500, 10000, 8000, 6400,
                                 5000,  4000,  3200,  2500,  2000,  1600,  1250,  1000,  800,   600,   500,  400,
                                 300,   250,   200,   150,   130,   100,   80,    60,    50,    40};

constexpr double longest_exposure = 3600;  // s; what is longer is bulb

Unit unit_of(const Extension& extension, u16 property) {
  const auto own = std::ranges::find(extension.units(), property, &PropertyUnit::property);
  if (own != extension.units().end()) return own->unit;
  const auto* known = std::ranges::find(standard_units, property, &PropertyUnit::property);
  return known == standard_units.end() ? Unit::none : known->unit;
}

std::string_view label_of(const Extension& extension, u16 property, i64 value) {
  const auto same = [&](const Label& label) { return label.property == property && label.value == value; };
  const auto own = std::ranges::find_if(extension.labels(), same);
  if (own != extension.labels().end()) return own->text;
  const auto* known = std::ranges::find_if(standard_labels, same);
  return known == standard_labels.end() ? std::string_view() : known->text;
}

// Cameras cut 1/320 s down to 31: the engraved speed that comes to the same number, when there is just one.
std::string exposure_text(i64 tenths) {
  if (tenths >= 3000) return fmt::format("{:.3g} s", static_cast<double>(tenths) / 1e4);
  const auto fits = [&](int speed) { return 100000 / speed == tenths; };
  const auto* speed = std::ranges::find_if(engraved, fits);
  if (std::ranges::count_if(engraved, fits) == 1) return fmt::format("1/{:g}", *speed / 10.0);
  return fmt::format("1/{:.0f}", 1e4 / static_cast<double>(tenths));
}

std::string fraction_text(u32 value) {
  const u32 numerator = value >> 16, denominator = value & 0xFFFF;
  if (denominator == 0) return {};
  if (numerator == 1 && denominator > 1) return fmt::format("1/{}", denominator);
  const double seconds = static_cast<double>(numerator) / denominator;
  return seconds < 0.3 ? fmt::format("1/{:g}", 1 / seconds) : fmt::format("{:g} s", seconds);
}

double eighths(i64 value) {
  const i64 whole = value / 8, part = value % 8;
  const double sign = value < 0 ? -1 : 1;
  switch (std::abs(part)) {
    case 3:
      return static_cast<double>(whole) + sign / 3;
    case 5:
      return static_cast<double>(whole) + sign * 2 / 3;
    default:
      return static_cast<double>(value) / 8;
  }
}

// "" where the number stands for itself.
std::string unit_text(Unit unit, i64 value) {
  const auto number = static_cast<double>(value);
  switch (unit) {
    case Unit::none:
      break;
    case Unit::percent:
      return fmt::format("{:g} %", number);
    case Unit::f_number_100:
      return value > 0 && value < 0xFFFF ? fmt::format("f/{:g}", number / 100) : "";
    case Unit::f_number_10:
      return value > 0 && value < 0xFFFF ? fmt::format("f/{:g}", number / 10) : "";
    case Unit::seconds_10000:
      return value > 0 && value <= 36'000'000 ? exposure_text(value) : "";
    case Unit::fraction:
      return fraction_text(static_cast<u32>(value));
    case Unit::ev_1000:  // some cameras say uint16 and mean int16
      return fmt::format("{:+.1f} EV", (value > 0x7FFF ? number - 0x10000 : number) / 1000);
    case Unit::ev_8:  // thirds and halves are both cut to eighths: 3 and 5 are thirds, 4 is a half
      return fmt::format("{:+.1f} EV", eighths(value > 0x7F ? value - 0x100 : value));
    case Unit::millimetres_100:
      return fmt::format("{:g} mm", number / 100);
    case Unit::milliseconds:
      return fmt::format("{:g} s", number / 1000);
  }
  return {};
}

bool is_integer(const Value& value) {
  return value.type() != ptp::DataType::string && value.type() != ptp::DataType::undefined &&
         !ptp::is_array(value.type());
}

// "-0.3 EV" and "-0.3ev" are one: spaces and the case of letters don't count, nor a plus in front.
std::string plain(std::string_view text) {
  std::string plain;
  for (const char c : text)
    if (c != ' ') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain.starts_with('+') ? plain.substr(1) : plain;
}

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

std::optional<double> without(std::string_view text, std::string_view before, std::string_view behind) {
  if (!text.starts_with(before) || !text.ends_with(behind)) return {};
  text.remove_prefix(before.size());
  text.remove_suffix(std::min(behind.size(), text.size()));
  return number_in(text);
}

// Seconds in "1/250", "1/2.5s", "2s"; "2" alone is the number on the wire.
std::optional<double> seconds_in(std::string_view text) {
  if (const auto part = without(text, "1/", text.ends_with('s') ? "s" : ""))
    return *part > 0 ? std::optional(1 / *part) : std::nullopt;
  return without(text, "", "s");
}

std::optional<i64> number_by_unit(Unit unit, std::string_view text) {
  std::optional<double> number;
  double factor = 1;
  switch (unit) {
    case Unit::none:
      return {};
    case Unit::percent:
      number = without(text, "", "%");
      break;
    case Unit::f_number_100:
    case Unit::f_number_10:
      number = without(text, "f/", "");
      factor = unit == Unit::f_number_100 ? 100 : 10;
      break;
    case Unit::seconds_10000:
      number = seconds_in(text);
      if (!number || *number < 0 || *number > longest_exposure) return {};
      return static_cast<i64>(std::floor(*number * 1e4 + 1e-6));
    case Unit::fraction: {
      const auto part = without(text, "1/", "");
      if (part && *part >= 1 && *part <= 0xFFFF) return 0x10000 | static_cast<i64>(std::lround(*part));
      const auto seconds = without(text, "", "s");
      if (!seconds || *seconds <= 0 || *seconds * 10 > 0xFFFF) return {};
      return static_cast<i64>(std::lround(*seconds * 10)) << 16 | 10;
    }
    case Unit::ev_8:  // only as one of those that are allowed
      return {};
    case Unit::ev_1000:
      number = without(text, "", "ev");
      factor = 1000;
      break;
    case Unit::millimetres_100:
      number = without(text, "", "mm");
      factor = 100;
      break;
    case Unit::milliseconds:
      number = without(text, "", "s");
      factor = 1000;
      break;
  }
  if (!number || std::abs(*number * factor) > 1e15) return {};
  return std::llround(*number * factor);
}

}  // namespace

std::string value_text(const Extension& extension, u16 property, const Value& value) {
  if (!is_integer(value)) return value.to_string();
  const auto number = static_cast<i64>(value.integer());
  if (const auto label = label_of(extension, property, number); !label.empty()) return std::string(label);
  const auto text = unit_text(unit_of(extension, property), number);
  return text.empty() ? value.to_string() : text;
}

std::optional<u16> short_name(const Extension& extension, std::string_view name) {
  const auto own = std::ranges::find(extension.short_names(), name, &ShortName::name);
  if (own != extension.short_names().end()) return own->property;
  const auto* known = std::ranges::find(standard_names, name, &ShortName::name);
  if (known == standard_names.end()) return {};
  return known->property;
}

std::optional<Value> value_by_text(const Extension& extension, const ptp::DevicePropDesc& desc, std::string_view text) {
  const auto wanted = plain(text);
  if (const auto* list = std::get_if<ptp::EnumerationForm>(&desc.form))
    for (const auto& value : list->values)
      if (plain(value_text(extension, desc.code, value)) == wanted) return value;
  if (desc.type == ptp::DataType::string || ptp::is_array(desc.type)) return {};
  for (const auto& labels : {extension.labels(), std::span<const Label>(standard_labels)})
    for (const auto& label : labels)
      if (label.property == desc.code && plain(label.text) == wanted) return Value(desc.type, label.value);
  if (number_in(wanted)) return {};  // a bare number is the one on the wire
  const auto number = number_by_unit(unit_of(extension, desc.code), wanted);
  if (!number) return {};
  return Value(desc.type, *number);
}

std::string allowed_text(const Extension& extension, const ptp::DevicePropDesc& desc) {
  const auto text = [&](const Value& value) { return value_text(extension, desc.code, value); };
  if (const auto* range = std::get_if<ptp::RangeForm>(&desc.form))
    return fmt::format("{} to {} in steps of {}", text(range->minimum), text(range->maximum), range->step.to_string());
  const auto* list = std::get_if<ptp::EnumerationForm>(&desc.form);
  if (list == nullptr || list->values.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& value : list->values) texts.push_back(text(value));
  const auto last = texts.back();
  texts.pop_back();
  return texts.empty() ? last : fmt::format("{} or {}", fmt::join(texts, ", "), last);
}

}  // namespace stuntcam::initiator
