#include "emulator/vendors/olympus.h"

#include <array>

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

constexpr OperationCode OMD_GetImage{0x9485}, OMD_ChangedProperties{0x9486}, OMD_SetProperties{0x9489};
constexpr ptp::EventCode OlympusObjectAdded{0xC102};
constexpr u16 CameraControlMode = 0xD052;
constexpr i64 under_control = 1;
// A list of all codes that there can be.
constexpr std::size_t max_watch_list = 4 + 2 * 0x10000;

template <Answer (OlympusModule::*operation)(Context&)>
Answer call(Context& context) {
  return (static_cast<OlympusModule&>(context.camera.vendor()).*operation)(context);
}

}  // namespace

std::span<const OperationRow> OlympusModule::operations() const {
  using O = OlympusModule;
  static constexpr std::array rows{
      OperationRow{.code = OMD_GetImage, .run = call<&O::get_image>, .parameters = 5},
      OperationRow{.code = OMD_ChangedProperties, .run = call<&O::changed_properties>, .parameters = 5},
      OperationRow{.code = OMD_SetProperties, .run = call<&O::set_properties>, .parameters = 5},
  };
  return rows;
}

std::span<const ptp::EventCode> OlympusModule::events() const {
  static constexpr std::array events{OlympusObjectAdded};
  return events;
}

void OlympusModule::property_changed(Camera&, u16 code) {
  if (watched_.empty() || watched_.contains(code)) changed_.insert(code);
}

// Under control the body has an event of its own for what others call ObjectAdded.
void OlympusModule::file_added(Camera& camera, const Release& release, u32 handle) {
  last_picture_ = handle;
  if (camera.properties().integer(CameraControlMode) == under_control)
    camera.announce(OlympusObjectAdded, handle, release);
  else
    VendorModule::file_added(camera, release, handle);
}

// assumed: the last picture as it lies on the card; without one, InvalidObjectHandle.
Answer OlympusModule::get_image(Context& context) {
  const auto object = context.object(last_picture_);
  if (!object) return Reply(object.error());
  return Reply((*object)->content->slice(0, (*object)->size));
}

Answer OlympusModule::changed_properties(Context& context) {
  Bytes out;
  ptp::Writer writer(out);
  writer.integer(static_cast<u32>(changed_.size()));
  for (const auto code : changed_) writer.bytes(ptp::encode(*context.camera.properties().describe(code)));
  changed_.clear();
  return Reply(Body(std::move(out)));
}

// assumed: the codes replace the list before; an empty one watches everything.
Answer OlympusModule::set_properties(Context&) {
  return collect(max_watch_list, [this](View data) {
    ptp::Reader reader(data);
    std::set<u16> codes;
    for (u32 left = reader.count("codes", sizeof(u16)); left > 0; --left) codes.insert(reader.integer<u16>("code"));
    if (reader.error()) return Reply(ResponseCode::InvalidDataSet);
    watched_ = std::move(codes);
    return Reply();
  });
}

}  // namespace stuntcam::emulator
