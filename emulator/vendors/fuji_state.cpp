// How an initiator comes to control the camera, and properties in the forms of this dialect.
#include <algorithm>
#include <array>

#include "emulator/camera.h"
#include "emulator/vendors/fuji.h"
#include "emulator/vendors/fuji_codes.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {

namespace property = fuji::property;
using transport::Duration;

namespace {

// Some write every value as 4 bytes or as 20 (docs/clients.md §3); more is nonsense.
constexpr std::size_t longest_value = 1024;
// The camera's question to its owner goes away by itself.
constexpr Duration patience = std::chrono::seconds(30);

// What CurrentState tells, in the order of the X-T1.
constexpr std::array state_properties{
    property::BatteryLevel,
    property::ImageAspectRatio,
    property::WhiteBalance,
    property::FocusMode,
    property::FlashMode,
    property::ExposureProgramMode,
    property::ExposureBiasCompensation,
    property::SelfTimer,
    property::FilmSimulation,
    property::ImageQuality,
    property::CommandDialMode,
    property::ExposureIndex,
    property::FocusPoint,
    property::FocusLock,
    property::DeviceError,
    property::CapturesRemaining,
    property::MovieRemainingTime,
};
// What GetCapabilities describes, in the order of the X-T1.
constexpr std::array capabilities{
    property::SelfTimer,      property::FlashMode,     property::WhiteBalance, property::ExposureBiasCompensation,
    property::FilmSimulation, property::ExposureIndex, property::RecMode,      property::FocusPoint,
};

Reply nothing() { return Reply(Body(Bytes{})); }

// The row that says what the standard does.
Answer standard(OperationCode code, Context& context) {
  const auto rows = property_operations();
  return std::ranges::find(rows, code, &OperationRow::code)->run(context);
}

bool has_property(const Context& context) {
  return context.param(0) <= 0xFFFF && context.camera.properties().has(static_cast<u16>(context.param(0)));
}

Reply absent(const Context& context) {
  if (context.param(0) > 0xFFFF) return nothing();
  const auto refusal = context.camera.properties().refusal(static_cast<u16>(context.param(0)));
  return refusal ? Reply(*refusal) : nothing();
}

// Of the modes that a client can ask for these are the ones for remote control.
bool is_remote(i64 client_state) {
  namespace client = fuji::client;
  return client_state == client::remote || client_state == client::remote_without_prompt ||
         client_state == client::remote_view;
}

}  // namespace

// Describes nothing before the capabilities were asked for, and what it does not have never: no data and OK.
Answer FujiModule::get_device_prop_desc(Context& context) {
  if (!modes_[&context.session].described) return nothing();
  if (!has_property(context)) return absent(context);
  return standard(OperationCode::GetDevicePropDesc, context);
}

Answer FujiModule::get_device_prop_value(Context& context) {
  if (context.param(0) == property::CurrentState) return Reply(Body(current_state(context.camera)));
  if (!has_property(context)) return absent(context);
  const auto& definition = context.camera.properties().definition(static_cast<u16>(context.param(0)));
  if (definition.dormant && !remote(context.session)) return Reply(Body(definition.dormant->bytes()));
  return standard(OperationCode::GetDevicePropValue, context);
}

Bytes FujiModule::current_state(Camera& camera) const {
  const auto& properties = camera.properties();
  Bytes out;
  ptp::Writer writer(out);
  const auto report = [&](u16 code) {
    const auto value = properties.get(code);
    writer.integer(code);
    // A negative value keeps the width of its type.
    const auto bytes = value ? value->bytes() : Bytes{};
    for (std::size_t i = 0; i < 4; ++i) writer.integer(i < bytes.size() ? bytes[i] : u8{0});
  };
  std::vector<u16> codes(state_properties.begin(), state_properties.end());
  std::erase_if(codes, [&](u16 code) { return !properties.has(code); });
  // Some wait for it to say what the camera is ready for (docs/clients.md §3), before they say what they want.
  const bool waiting = remote_ == nullptr && properties.integer(property::CameraState) != 0;
  writer.integer(static_cast<u16>(codes.size() + (waiting ? 1 : 0)));
  if (waiting) report(property::CameraState);
  for (const u16 code : codes) report(code);
  return out;
}

// The first bytes of the property's size count.
Answer FujiModule::set_device_prop_value(Context& context) {
  if (!has_property(context)) return Reply(ResponseCode::DevicePropNotSupported);  // assumed
  const auto code = static_cast<u16>(context.param(0));
  auto& properties = context.camera.properties();
  // How text in a raw field is set, nobody has seen: not at all. Assumed.
  if (!properties.writable(code) || !properties.definition(code).raw_value.empty())
    return Reply(ResponseCode::AccessDenied);
  const auto set = [this, &camera = context.camera, &session = context.session, code](View bytes) {
    const auto type = camera.properties().definition(code).type;
    const auto size = ptp::size_of(type);
    if (size != 0 && bytes.size() > size) bytes = bytes.first(size);
    auto value = ptp::decode_value(bytes, type);
    if (!value) return Reply(ResponseCode::InvalidDevicePropFormat);
    const Duration wait = until_accepted(camera, session, code, *value);
    Reply reply(ResponseCode::DeviceBusy);  // assumed: what the init packet of the next try is answered with
    if (wait <= patience) reply = Reply(camera.properties().set(code, std::move(*value), &session));
    if (reply.code == static_cast<u16>(ResponseCode::OK)) property_written(camera, session, code);
    reply.before_response = std::min(wait, patience);
    return reply;
  };
  return collect(longest_value, set, ResponseCode::InvalidDevicePropFormat);
}

// A client of another name than the one stored has to be accepted by the camera's owner; meanwhile it waits for the
// answer.
Duration FujiModule::until_accepted(const Camera& camera, const CameraSession& session, u16 code,
                                    const Value& value) const {
  const bool asks = code == property::ClientState && value.integer() == fuji::client::remote;
  return asks && session.initiator().name != accepted_client_ ? camera.confirm() : Duration{};
}

// The name is stored with the last step of the sequence, if the others came before it.
void FujiModule::property_written(Camera& camera, CameraSession& session, u16 code) {
  Mode& mode = modes_[&session];
  if (code == property::ClientState) mode.client_state = camera.properties().integer(code);
  if (code == property::RemoteVersion && is_remote(mode.client_state)) accepted_client_ = session.initiator().name;
}

Answer FujiModule::get_capabilities(Context& context) {
  modes_[&context.session].described = true;
  const auto& properties = context.camera.properties();
  Bytes out;
  ptp::Writer writer(out);
  u32 count = 0;
  writer.integer(count);
  for (const u16 code : capabilities) {
    const auto* const description = properties.describe(code);
    if (description == nullptr) continue;
    const Bytes bytes = ptp::encode(*description);
    writer.integer(static_cast<u32>(bytes.size() + sizeof(u32)));
    writer.bytes(bytes);
    ++count;
  }
  out[0] = static_cast<u8>(count);
  return Reply(Body(std::move(out)));
}

// In the other modes the camera stays as it is. Assumed: DeviceBusy.
Answer FujiModule::start_remote_control(Context& context) {
  const bool wanted = is_remote(modes_[&context.session].client_state);
  if (!wanted || (remote_ != nullptr && !remote(context.session))) return Reply(ResponseCode::DeviceBusy);
  remote_ = &context.session;
  context.session.open_lanes(true);
  context.camera.live_view().start();
  return Reply();
}

Answer FujiModule::stop_remote_control(Context& context) {
  if (!remote(context.session)) return Reply(ResponseCode::InvalidTransactionID);  // assumed
  context.session.open_lanes(false);
  leave_remote_control(context.camera);
  return Reply();
}

void FujiModule::leave_remote_control(Camera& camera) {
  finish_movie(camera);
  camera.live_view().stop();
  remote_ = nullptr;
}

}  // namespace stuntcam::emulator
