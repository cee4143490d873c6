// EOS properties: not those of the standard operations, but of GetEvent and SetDevicePropValueEx.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/canon_codes.h"
#include "emulator/vendors/canon_records.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {

namespace property = canon::property;

namespace {

// CustomFuncEx has some hundred bytes; nothing else is longer.
constexpr std::size_t max_value = 4096;

enum ExposureMode : i64 { program, shutter_priority, aperture_priority, manual, bulb };

const OperationRow& standard(OperationCode code) {
  const auto rows = property_operations();
  return *std::ranges::find(rows, code, &OperationRow::code);
}

// The standard operations know what DeviceInfo lists, and not these. Assumed; no source shows one asking for them.
bool vendors_own(const Context& context) {
  const u32 code = context.param(0);
  const Properties& properties = context.camera.properties();
  return code <= 0xFFFF && properties.has(static_cast<u16>(code)) &&
         properties.definition(static_cast<u16>(code)).vendor_list;
}

}  // namespace

// The mode dial decides whether the host or the camera chooses shutter speed and aperture: so on the 60D and the R6,
// whose lists were empty in P.
std::vector<Value> CanonModule::available(Camera& camera, u16 code) const {
  const Properties& properties = camera.properties();
  const i64 mode = properties.integer(property::AutoExposureMode, manual);
  if (code == property::ShutterSpeed && mode != shutter_priority && mode != manual) return {};
  if (code == property::Aperture && mode != aperture_priority && mode != manual && mode != bulb) return {};
  const auto* const list = std::get_if<ptp::EnumerationForm>(&properties.definition(code).form);
  return list == nullptr ? std::vector<Value>{} : list->values;
}

void CanonModule::property_changed(Camera& camera, u16 code) {
  Properties& properties = camera.properties();
  const auto value = properties.get(code);
  if (!value || !properties.definition(code).vendor_list) return;
  tell(canon::value_record(code, *value));
  switch (code) {
    case property::AutoExposureMode:
      properties.change(property::AutoExposureModeDial, properties.integer(code));
      for (const u16 moved : {property::ShutterSpeed, property::Aperture})
        if (properties.has(moved))
          tell(canon::list_record(moved, properties.definition(moved), available(camera, moved)));
      break;
    case property::EVFOutputDevice:
      follow_output(camera);
      break;
    case property::CaptureDestination:
      tell_available_shots(camera);
      break;
    // One setting for both cards, as in the dump of the R6, where the three agree.
    case property::ImageFormat:
    case property::ImageFormatCF:
    case property::ImageFormatSD:
      for (const u16 same : {property::ImageFormat, property::ImageFormatCF, property::ImageFormatSD})
        properties.change(same, properties.integer(code));
      tell_available_shots(camera);
      break;
    default:
      break;
  }
}

Answer CanonModule::request_device_prop_value(Context& context) {
  const u32 code = context.param(0);
  const auto value = code > 0xFFFF ? std::nullopt : context.camera.properties().get(static_cast<u16>(code));
  if (!value) return Reply(ResponseCode::GeneralError);  // by libgphoto2, which logs it and goes on
  tell(host(context.session), canon::value_record(static_cast<u16>(code), *value));
  return Reply(ResponseCode::OK);
}

// u32 size of the whole, u32 property, value. What can't be set in this mode is answered with DeviceBusy: so the 60D
// for an aperture in P.
Answer CanonModule::set_device_prop_value_ex(Context& context) {
  const auto set = [this, &camera = context.camera, by = &context.session](View bytes) {
    ptp::Reader reader(bytes);
    const u32 size = reader.integer<u32>("size"), wanted = reader.integer<u32>("property");
    if (!reader.ok() || size < reader.offset() || size > bytes.size()) return Reply(ResponseCode::InvalidDataSet);
    Properties& properties = camera.properties();
    const auto code = static_cast<u16>(wanted);
    if (wanted > 0xFFFF || !properties.has(code) || !properties.definition(code).vendor_list)
      return Reply(ResponseCode::DevicePropNotSupported);
    const auto& definition = properties.definition(code);
    if (std::holds_alternative<ptp::EnumerationForm>(definition.form) && available(camera, code).empty())
      return Reply(ResponseCode::DeviceBusy);
    auto value = canon::property_value(code, definition.type, reader.rest().first(size - reader.offset()));
    return Reply(value ? properties.set(code, std::move(*value), by) : value.error());
  };
  return collect(max_value, set);
}

// An EOS writes an enumeration of bytes with 16 bits each: seen on the 60D as 64 00 4B 00 32 00 19 00 00 00, and on the
// R6, of which libgphoto2 shows the first five bytes.
Answer CanonModule::get_device_prop_desc(Context& context) {
  if (vendors_own(context)) return Reply(ResponseCode::DevicePropNotSupported);
  const auto* const known = context.camera.properties().describe(static_cast<u16>(context.param(0)));
  const auto* const list = known != nullptr ? std::get_if<ptp::EnumerationForm>(&known->form) : nullptr;
  const bool eos = context.camera.profile().advertises(canon::operation::SetDevicePropValueEx);
  if (!eos || list == nullptr || ptp::size_of(known->type) != 1)
    return standard(OperationCode::GetDevicePropDesc).run(context);
  constexpr u8 enumeration = 2;
  const auto& values = list->values;
  ptp::DevicePropDesc desc = *known;
  desc.form = {};
  Bytes data = ptp::encode(desc);
  data.back() = enumeration;
  ptp::Writer writer(data);
  writer.integer(static_cast<u16>(values.size()));
  for (const Value& value : values) writer.integer(static_cast<u16>(value.integer()));
  return Reply(Body(std::move(data)));
}

Answer CanonModule::set_device_prop_value(Context& context) {
  if (vendors_own(context)) return Reply(ResponseCode::DevicePropNotSupported);
  return standard(OperationCode::SetDevicePropValue).run(context);
}

}  // namespace stuntcam::emulator
