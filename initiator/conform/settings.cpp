#include "initiator/conform/settings.h"

#include <algorithm>

namespace stuntcam::initiator::conform {

using ptp::DevicePropDesc;
using ptp::EnumerationForm;
using ptp::PropertyCode;
using ptp::RangeForm;
using ptp::Value;

bool harmless(const DevicePropDesc& desc) {
  constexpr std::array codes{PropertyCode::WhiteBalance,
                             PropertyCode::ExposureIndex,
                             PropertyCode::CompressionSetting,
                             PropertyCode::ImageSize,
                             PropertyCode::ExposureMeteringMode,
                             PropertyCode::Sharpness,
                             PropertyCode::Contrast,
                             PropertyCode::FlashMode,
                             PropertyCode::ExposureBiasCompensation,
                             PropertyCode::StillCaptureMode};
  return std::ranges::find(codes, static_cast<PropertyCode>(desc.code)) != codes.end();
}

std::optional<Value> another_value(const DevicePropDesc& desc) {
  if (const auto* const list = std::get_if<EnumerationForm>(&desc.form)) {
    for (const Value& value : list->values)
      if (value != desc.current) return value;
  }
  if (const auto* const range = std::get_if<RangeForm>(&desc.form)) {
    if (range->minimum != desc.current) return range->minimum;
    if (range->maximum != desc.current) return range->maximum;
  }
  return {};
}

Task<DevicePropDesc> changeable(Initiator& t) {
  return t.property_where("harmless setting to change", [](const DevicePropDesc& desc) {
    return desc.get_set == 1 && harmless(desc) && another_value(desc);
  });
}

Task<> change(Trial& t, Initiator& by, DevicePropDesc desc, Value value) {
  const Bytes bytes = value.bytes();
  t.afterwards([&by, code = desc.code, old = desc.current.bytes()] {
    return ignore(by.send(Op::SetDevicePropValue, old, code));
  });
  const Answer answer = co_await by.send(Op::SetDevicePropValue, bytes, desc.code);
  expect_ok(answer);
}

}  // namespace stuntcam::initiator::conform
