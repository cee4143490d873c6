// Device properties.
#include <array>

#include "emulator/camera.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {

// More than any value of the cameras here: a string has at most 511 bytes, arrays have some hundred elements.
constexpr std::size_t max_value = 64u << 10;
constexpr u32 every_property = 0xFFFFFFFF;

// The property that parameter 1 names, or what refuses it.
std::expected<u16, ResponseCode> property_meant(const Context& context) {
  const auto code = context.param(0);
  const auto& properties = context.camera.properties();
  if (code <= 0xFFFF && properties.has(static_cast<u16>(code))) return static_cast<u16>(code);
  const auto refusal = code <= 0xFFFF ? properties.refusal(static_cast<u16>(code)) : std::nullopt;
  return std::unexpected(refusal.value_or(ResponseCode::DevicePropNotSupported));
}

Answer get_device_prop_desc(Context& context) {
  const auto code = property_meant(context);
  if (!code) return Reply(code.error());
  if (const auto refusal = context.camera.properties().definition(*code).refusal; refusal != 0)
    return Reply(static_cast<ResponseCode>(refusal));
  const auto& properties = context.camera.properties();
  if (const auto& raw = properties.definition(*code).raw_description; !raw.empty()) return Reply(Body(View(raw)));
  const auto* const desc = properties.describe(*code);
  return desc != nullptr ? reply_with(context, *desc) : Reply(ResponseCode::DevicePropNotSupported);
}

Answer get_device_prop_value(Context& context) {
  const auto code = property_meant(context);
  if (!code) return Reply(code.error());
  const auto& properties = context.camera.properties();
  if (const auto& raw = properties.definition(*code).raw_value; !raw.empty()) return Reply(Body(View(raw)));
  const auto value = properties.get(*code);
  if (!value) return Reply(ResponseCode::DevicePropNotSupported);
  Bytes& bytes = context.session.scratch();
  ptp::Writer writer(bytes);
  value->encode(writer);
  return Reply(Body(View(bytes)));
}

Answer set_device_prop_value(Context& context) {
  const auto code = property_meant(context);
  if (!code) return Reply(code.error());
  auto& properties = context.camera.properties();
  if (!properties.writable(*code)) return Reply(ResponseCode::AccessDenied);
  const auto set = [&properties, code = *code, by = &context.session](View bytes) {
    auto value = ptp::decode_value(bytes, properties.definition(code).type);
    return Reply(value ? properties.set(code, std::move(*value), by) : ResponseCode::InvalidDevicePropFormat);
  };
  return collect(max_value, set, ResponseCode::InvalidDevicePropFormat);
}

Answer reset_device_prop_value(Context& context) {
  auto& properties = context.camera.properties();
  if (context.param(0) == every_property) {
    properties.reset_all(&context.session);
    return Reply();
  }
  const auto code = property_meant(context);
  if (!code) return Reply(code.error());
  return Reply(properties.reset(*code, &context.session));
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::GetDevicePropDesc, .run = get_device_prop_desc, .parameters = 1},
    OperationRow{.code = OperationCode::GetDevicePropValue, .run = get_device_prop_value, .parameters = 1},
    OperationRow{.code = OperationCode::SetDevicePropValue, .run = set_device_prop_value, .parameters = 1},
    OperationRow{.code = OperationCode::ResetDevicePropValue, .run = reset_device_prop_value, .parameters = 1},
};

}  // namespace

std::span<const OperationRow> property_operations() { return rows; }

}  // namespace stuntcam::emulator
