// Device properties, as they stand: docs/protocol.md §2.8, §4.1, §5.5.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/data_sets.h"
#include "initiator/conform/trial.h"
#include "ptp/datetime.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::DataType;
using ptp::DevicePropDesc;
using ptp::PropertyCode;

constexpr u16 no_property = 0x5FFE;

std::string name(u16 code) { return ptp::to_string(static_cast<PropertyCode>(code)); }

void skip_without_properties(const Trial& t, const std::vector<u16>& codes) {
  (void)t;
  if (codes.empty()) skip("the camera lists no device properties");
}

Task<> described(Trial& t) {
  co_await t.enter();
  const auto& codes = t.subject().device.device_properties_supported;
  skip_without_properties(t, codes);
  for (const u16 code : codes) {
    const Answer answer = co_await t.ask(Op::GetDevicePropDesc, code);
    expect(answer.code() != Code::DevicePropNotSupported,
           fmt::format("a descriptor of {}, which DeviceInfo lists", name(code)), text(answer.code()));
  }
}

Task<> valued(Trial& t) {
  co_await t.enter();
  const auto& codes = t.subject().device.device_properties_supported;
  skip_without_properties(t, codes);
  for (const u16 code : codes) {
    const Answer answer = co_await t.ask(Op::GetDevicePropValue, code);
    expect(answer.code() != Code::DevicePropNotSupported,
           fmt::format("a value of {}, which DeviceInfo lists", name(code)), text(answer.code()));
  }
}

Task<> exact(Trial& t) {
  co_await t.enter();
  const auto& codes = t.subject().device.device_properties_supported;
  skip_without_properties(t, codes);
  for (const u16 code : codes) {
    const Answer answer = co_await t.ask(Op::GetDevicePropDesc, code);
    if (answer.ok()) expect_exact<DevicePropDesc>("DevicePropDesc of " + name(code), answer.bytes);
  }
}

Task<> own_code(Trial& t) {
  co_await t.enter(0x621);
  const auto& codes = t.subject().device.device_properties_supported;
  skip_without_properties(t, codes);
  for (const u16 code : codes) {
    const Answer answer = co_await t.ask(Op::GetDevicePropDesc, code);
    const auto desc = ptp::decode<DevicePropDesc>(answer.bytes);
    if (answer.ok() && desc)
      expect_equal("DevicePropCode", fmt::format("0x{:04X}", code), fmt::format("0x{:04X}", desc->code));
  }
}

Task<std::vector<DevicePropDesc>> descriptors(Trial& t, u32 session) {
  co_await t.enter(session);
  auto found = co_await t.properties();
  if (found.empty()) skip("the camera has no device properties");
  co_return found;
}

Task<> get_set(Trial& t) {
  const auto each_of = co_await descriptors(t, 0x622);
  for (const auto& desc : each_of)
    expect(desc.get_set <= 1, fmt::format("GetSet 0 or 1 of {}", name(desc.code)), fmt::format("{}", desc.get_set));
}

bool array_of_strings_or_unknown(DataType type) { return ptp::is_array(type) || type == DataType::string; }

Task<> current_allowed(Trial& t) {
  const auto each_of = co_await descriptors(t, 0x623);
  for (const auto& desc : each_of) {
    if (array_of_strings_or_unknown(desc.current.type()) && !std::holds_alternative<ptp::EnumerationForm>(desc.form))
      continue;
    expect(ptp::allows(desc.form, desc.current),
           fmt::format("a current value of {} that its form allows", name(desc.code)), desc.current.to_string());
  }
}

Task<> default_allowed(Trial& t) {
  const auto each_of = co_await descriptors(t, 0x624);
  for (const auto& desc : each_of) {
    if (desc.get_set == 0) continue;
    expect(ptp::allows(desc.form, desc.factory_default),
           fmt::format("a default value of {} that its form allows", name(desc.code)),
           desc.factory_default.to_string());
  }
}

Task<> ranges(Trial& t) {
  const auto each_of = co_await descriptors(t, 0x625);
  for (const auto& desc : each_of) {
    const auto* const range = std::get_if<ptp::RangeForm>(&desc.form);
    if (range == nullptr || ptp::size_of(desc.type) == 0) continue;
    expect(ptp::compare(range->minimum, range->maximum) <= 0,
           fmt::format("a minimum of {} up to its maximum", name(desc.code)),
           fmt::format("{} to {}", range->minimum.to_string(), range->maximum.to_string()));
  }
}

// Types of docs/protocol.md §5.5.
struct StandardType {
  PropertyCode code;
  DataType type;
};
constexpr std::array standard_types{
    StandardType{PropertyCode::BatteryLevel, DataType::uint8},
    StandardType{PropertyCode::FunctionalMode, DataType::uint16},
    StandardType{PropertyCode::ImageSize, DataType::string},
    StandardType{PropertyCode::CompressionSetting, DataType::uint8},
    StandardType{PropertyCode::WhiteBalance, DataType::uint16},
    StandardType{PropertyCode::RGBGain, DataType::string},
    StandardType{PropertyCode::FNumber, DataType::uint16},
    StandardType{PropertyCode::FocalLength, DataType::uint32},
    StandardType{PropertyCode::FocusDistance, DataType::uint16},
    StandardType{PropertyCode::FocusMode, DataType::uint16},
    StandardType{PropertyCode::ExposureMeteringMode, DataType::uint16},
    StandardType{PropertyCode::FlashMode, DataType::uint16},
    StandardType{PropertyCode::ExposureTime, DataType::uint32},
    StandardType{PropertyCode::ExposureProgramMode, DataType::uint16},
    StandardType{PropertyCode::ExposureIndex, DataType::uint16},
    StandardType{PropertyCode::ExposureBiasCompensation, DataType::int16},
    StandardType{PropertyCode::DateTime, DataType::string},
    StandardType{PropertyCode::CaptureDelay, DataType::uint32},
    StandardType{PropertyCode::StillCaptureMode, DataType::uint16},
    StandardType{PropertyCode::Contrast, DataType::uint8},
    StandardType{PropertyCode::Sharpness, DataType::uint8},
    StandardType{PropertyCode::DigitalZoom, DataType::uint8},
    StandardType{PropertyCode::EffectMode, DataType::uint16},
    StandardType{PropertyCode::BurstNumber, DataType::uint16},
    StandardType{PropertyCode::BurstInterval, DataType::uint16},
    StandardType{PropertyCode::TimelapseInterval, DataType::uint32},
    StandardType{PropertyCode::FocusMeteringMode, DataType::uint16},
    StandardType{PropertyCode::UploadURL, DataType::string},
    StandardType{PropertyCode::Artist, DataType::string},
    StandardType{PropertyCode::CopyrightInfo, DataType::string},
};

Task<> types(Trial& t) {
  const auto each_of = co_await descriptors(t, 0x626);
  for (const auto& desc : each_of) {
    const auto* const known =
        std::ranges::find(standard_types, static_cast<PropertyCode>(desc.code), &StandardType::code);
    if (known == standard_types.end()) continue;
    expect(desc.type == known->type, fmt::format("{} of type {}", name(desc.code), ptp::name(known->type)),
           std::string(ptp::name(desc.type)));
  }
}

Task<> value_as_described(Trial& t) {
  const auto each_of = co_await descriptors(t, 0x627);
  for (const auto& desc : each_of) {
    if (desc.code == static_cast<u16>(PropertyCode::DateTime)) continue;  // it goes on between two questions
    const Answer answer = co_await t.ask(Op::GetDevicePropValue, desc.code);
    if (!answer.ok()) continue;
    expect(answer.bytes == desc.current.bytes(),
           fmt::format("the current value of {} in its descriptor, {}", name(desc.code), hex(desc.current.bytes())),
           hex(answer.bytes));
  }
}

Task<> date_time(Trial& t) {
  co_await t.enter(0x628);
  const auto desc = co_await t.property_where("DateTime property", [](const DevicePropDesc& each) {
    return each.code == static_cast<u16>(PropertyCode::DateTime);
  });
  expect(ptp::parse_datetime(desc.current.text()).has_value(), "a DateTime as YYYYMMDDThhmmss",
         desc.current.to_string());
}

Task<> unknown_desc(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetDevicePropDesc, no_property);
  expect_code(answer, Code::DevicePropNotSupported);
}

Task<> unknown_value(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetDevicePropValue, no_property);
  expect_code(answer, Code::DevicePropNotSupported);
}

Task<> unknown_set(Trial& t) {
  co_await t.enter(0x629);
  const Bytes value(2);
  const Answer answer = co_await t.send(Op::SetDevicePropValue, value, no_property);
  expect_code(answer, Code::DevicePropNotSupported);
}

Task<> unknown_reset(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::ResetDevicePropValue, no_property);
  expect_code(answer, Code::DevicePropNotSupported);
}

constexpr std::array<Op, 4> describing{Op::GetDevicePropDesc}, reading{Op::GetDevicePropDesc, Op::GetDevicePropValue};

constexpr std::array cases{
    Case{"properties.described", "4.1",
         "GetDevicePropDesc of a property that DeviceInfo lists is not answered by DevicePropNotSupported.", described,
         describing},
    Case{"properties.valued",
         "4.1",
         "GetDevicePropValue of a property that DeviceInfo lists is not answered by DevicePropNotSupported.",
         valued,
         {Op::GetDevicePropValue}},
    Case{"properties.exact", "2.8",
         "GetDevicePropDesc returns a DevicePropDesc data set, encoded as the standard says.", exact, describing},
    Case{"properties.own-code", "2.8", "DevicePropDesc begins with the code of the property that was asked for.",
         own_code, describing},
    Case{"properties.get-set", "2.8", "GetSet is 0, read-only, or 1, read-write.", get_set, describing},
    Case{.id = "properties.current-allowed",
         .section = "7",
         .rule = "The current value of a property is one that its form allows.",
         .run = current_allowed,
         .needs = describing,
         .weight = Weight::should},
    Case{.id = "properties.default-allowed",
         .section = "7",
         .rule = "The default value of a writable property is one that its form allows.",
         .run = default_allowed,
         .needs = describing,
         .weight = Weight::should},
    Case{"properties.ranges", "2.8", "A range has its minimum before its maximum.", ranges, describing},
    Case{"properties.types", "5.5", "A standard property has its standard type.", types, describing},
    Case{"properties.value-as-described", "4.1", "GetDevicePropValue returns the current value of the descriptor.",
         value_as_described, reading},
    Case{"properties.date-time", "2.4", "The DateTime property is YYYYMMDDThhmmss, with tenths and zone if any.",
         date_time, describing},
    Case{"properties.unknown-desc", "4",
         "GetDevicePropDesc of a property that is not there is answered by DevicePropNotSupported.", unknown_desc,
         describing},
    Case{"properties.unknown-value",
         "4",
         "GetDevicePropValue of a property that is not there is answered by DevicePropNotSupported.",
         unknown_value,
         {Op::GetDevicePropValue}},
    Case{"properties.unknown-set",
         "4",
         "SetDevicePropValue of a property that is not there is answered by DevicePropNotSupported.",
         unknown_set,
         {Op::SetDevicePropValue}},
    Case{"properties.unknown-reset",
         "4",
         "ResetDevicePropValue of a property that is not there is answered by DevicePropNotSupported.",
         unknown_reset,
         {Op::ResetDevicePropValue}},
};

}  // namespace

std::span<const Case> property_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
