// MTP's SendObjectPropList: SendObjectInfo with the object's properties instead of an ObjectInfo, and sizes of 64 bits
// (docs/protocol.md §4.2).
#include <algorithm>
#include <array>

#include "emulator/camera.h"
#include "emulator/operations/object_properties.h"
#include "emulator/operations/upload.h"

namespace stuntcam::emulator {
namespace {

using Code = ptp::ObjectPropertyCode;

constexpr std::size_t max_list = 64u << 10;  // a few strings of at most 511 bytes each
constexpr u32 index_parameter = 3;           // of the property that was wrong

// Fills in what the property says of the object. What the camera finds out by itself, the size of the picture, say, is
// not taken from the initiator.
ResponseCode apply(Object& object, const ptp::ObjectPropElement& element, const profiles::Profile& profile) {
  const auto& known = object_properties(profile);
  const auto property = std::ranges::find_if(known, [&](const auto* each) { return each->number() == element.code; });
  if (property == known.end()) return ResponseCode::Invalid_ObjectPropCode;
  if (element.value.type() != (*property)->type) return ResponseCode::Invalid_ObjectProp_Format;
  const auto date = ptp::parse_datetime(element.value.text());
  switch ((*property)->code) {
    case Code::ObjectFileName:
      if (!valid_object_name(element.value.text())) return ResponseCode::Invalid_ObjectProp_Value;
      object.name = element.value.text();
      break;
    case Code::DateCreated:
    case Code::DateModified:
      if (!date) return ResponseCode::Invalid_ObjectProp_Value;
      ((*property)->code == Code::DateCreated ? object.captured : object.modified) = *date;
      break;
    case Code::Keywords:
      object.keywords = element.value.text();
      break;
    case Code::ProtectionStatus:
      object.protection = static_cast<u16>(element.value.integer());
      break;
    default:
      break;
  }
  return ResponseCode::OK;
}

struct Announcement {
  Destination to;
  u16 format;
  u64 size;
};

Reply accept_list(Camera& camera, CameraSession& session, const Announcement& announced, View bytes) {
  const auto list = ptp::decode<ptp::ObjectPropList>(bytes);
  if (!list) return Reply(ResponseCode::Invalid_Dataset);
  Object object;
  object.format = announced.format;
  object.captured = object.modified = camera.now();
  for (u32 i = 0; i < list->elements.size(); ++i) {
    const auto& element = list->elements[i];
    // The object has no handle yet.
    const auto code = element.handle != 0 ? ResponseCode::Invalid_Dataset : apply(object, element, camera.profile());
    if (code == ResponseCode::OK) continue;
    Reply reply(code);
    reply.count = index_parameter + 1;
    reply.params.at(index_parameter) = i;
    return reply;
  }
  if (object.name.empty()) return Reply(ResponseCode::Invalid_Dataset);
  auto reply = accept_object(camera, session, announced.to, std::move(object), announced.size);
  if (reply.count != 0) reply.count = index_parameter + 1;
  return reply;
}

Answer send_object_prop_list(Context& context) {
  context.session.pending_object.reset();
  const auto format = context.param(2);
  if (format > 0xFFFF || !accepts_format(context.camera.profile().device, static_cast<u16>(format)))
    return Reply(ResponseCode::InvalidObjectFormatCode);
  const auto to = upload_destination(context);
  if (!to) return Reply(to.error());
  const auto size = u64{context.param(3)} << 32 | context.param(4);
  const Announcement announced{*to, static_cast<u16>(format), size};
  return collect(
      max_list,
      [&camera = context.camera, &session = context.session, announced](View bytes) {
        return accept_list(camera, session, announced, bytes);
      },
      ResponseCode::Invalid_Dataset);
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::SendObjectPropList, .run = send_object_prop_list, .parameters = 5},
};

}  // namespace

std::span<const OperationRow> upload_list_operations() { return rows; }

}  // namespace stuntcam::emulator
