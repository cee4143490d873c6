// What the camera says about itself, and the settings that are no properties.
#include "emulator/camera.h"
#include "emulator/vendors/nikon.h"
#include "emulator/vendors/nikon_codes.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {

// White balance and picture control data are a few hundred bytes on any camera; more is no such data.
constexpr std::size_t max_setting_data = 64 * 1024;
// Different items or parameter values that are remembered: no camera has more presets than this.
constexpr std::size_t max_settings = 256;
constexpr u32 first_custom_picture_control = 201;

bool picture_control_exists(Camera& camera, u32 item) {
  const Properties& properties = camera.properties();
  if (!properties.has(nikon::property::ActivePicCtrlItem)) return true;
  const auto& definition = properties.definition(nikon::property::ActivePicCtrlItem);
  return item <= 0xFFFF && ptp::allows(definition.form, Value(definition.type, item));
}

}  // namespace

// Only the host's mode lets an initiator set the program mode; on the body it is a dial.
void NikonModule::set_host_mode(Camera& camera, bool host) {
  host_mode_ = host;
  camera.properties().set_writable(static_cast<u16>(PropertyCode::ExposureProgramMode), host);
}

// Giving the camera back always works. Taking it fails while it is in the middle of something: assumed.
Answer NikonModule::change_camera_mode(Context& context) {
  const u32 mode = context.param(0);
  if (mode > 1) return Reply(ResponseCode::InvalidParameter);
  if (mode == 1 && !host_mode_ && (movie_ || context.camera.shutter().busy()))
    return Reply(nikon::response::ChangeCameraModeFailed);
  set_host_mode(context.camera, mode == 1);
  return Reply(ResponseCode::OK);
}

Answer NikonModule::device_ready(Context& context) {
  Camera& camera = context.camera;
  if (camera.shutter().bulb_open()) {
    const auto speed = static_cast<u32>(camera.properties().integer(nikon::property::ShutterSpeed));
    return Reply(speed == nikon::speed_time ? nikon::response::ShutterSpeedTime : nikon::response::BulbReleaseBusy);
  }
  if (camera.shutter().busy() || camera.clock().now() < focusing_until_ || live_view_starting(camera))
    return Reply(ResponseCode::DeviceBusy);
  if (std::exchange(focus_failed_, false)) return Reply(nikon::response::OutOfFocus);
  return Reply(ResponseCode::OK);
}

// u16 count, then code and first parameter of each event; the queue is empty afterwards.
Answer NikonModule::get_event(Context& context) {
  auto& queue = context.session.queued_events();
  Bytes data;
  ptp::Writer writer(data);
  writer.integer(static_cast<u16>(queue.size()));
  for (const transport::EventOut& event : queue) {
    writer.integer(event.code);
    writer.integer(event.count > 0 ? event.params[0] : 0);
  }
  queue.clear();
  return Reply(Body(std::move(data)));
}

Answer NikonModule::get_vendor_prop_codes(Context& context) {
  return Reply(Body(ptp::encode_array(std::span<const u16>(context.camera.properties().codes(true)))));
}

Answer NikonModule::get_vendor_storage_ids(Context& context) {
  std::vector<u32> ids;
  for (const Store* store : context.camera.stores()) ids.push_back(store->id());
  return Reply(Body(ptp::encode_array(std::span<const u32>(ids))));
}

Answer NikonModule::set_pre_wb_data(Context& context) {
  const std::array<u32, 3> which{context.param(0), context.param(1), context.param(2)};
  return collect(max_setting_data, [this, which](View data) {
    if (preset_white_balance_.size() >= max_settings) preset_white_balance_.clear();
    preset_white_balance_[which].assign(data.begin(), data.end());
    return Reply(ResponseCode::OK);
  });
}

// The layout is unknown: there is nothing to tell but what was set. A profile may answer instead.
Answer NikonModule::get_pic_ctrl_data(Context& context) {
  const u32 item = context.param(0), option = context.param(1);
  if (!picture_control_exists(context.camera, item)) return Reply(ResponseCode::InvalidParameter);
  const auto stored = picture_controls_.find({item, option});
  return Reply(Body(stored == picture_controls_.end() ? Bytes{} : stored->second));
}

Answer NikonModule::set_pic_ctrl_data(Context& context) {
  const u32 item = context.param(0), option = context.param(1);
  if (!picture_control_exists(context.camera, item)) return refuse(ResponseCode::InvalidParameter);
  return collect(max_setting_data, [this, item, option](View data) {
    if (picture_controls_.size() >= max_settings) picture_controls_.clear();
    picture_controls_[{item, option}].assign(data.begin(), data.end());
    return Reply(ResponseCode::OK);
  });
}

Answer NikonModule::del_custom_pic_ctrl(Context& context) {
  const u32 item = context.param(0);
  if (item < first_custom_picture_control || !picture_control_exists(context.camera, item))
    return Reply(ResponseCode::InvalidParameter);
  std::erase_if(picture_controls_, [item](const auto& entry) { return entry.first.first == item; });
  return Reply(ResponseCode::OK);
}

Answer NikonModule::get_pic_ctrl_capability(Context& context) {
  if (!picture_control_exists(context.camera, context.param(0))) return Reply(ResponseCode::InvalidParameter);
  return Reply(Body(Bytes{}));
}

}  // namespace stuntcam::emulator
