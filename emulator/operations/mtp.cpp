// MTP's object properties and references: docs/protocol.md §4.2.
#include <algorithm>
#include <array>
#include <cstring>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"
#include "emulator/operations/object_properties.h"
#include "emulator/operations/upload.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {

using ptp::EventCode;
using Code = ptp::ObjectPropertyCode;

// A value is at most a string of 255 characters; a list of them, or of references, is bounded for the sake of memory.
constexpr std::size_t max_value = 1024;
constexpr std::size_t max_list = 1u << 20;
constexpr u32 every_property = 0xFFFFFFFF, every_object = 0xFFFFFFFF, all_levels = 0xFFFFFFFF;

using Properties = std::vector<const ObjectProperty*>;

const ObjectProperty* find_property(const Properties& properties, u32 code) {
  const auto found = std::ranges::find_if(properties, [code](const auto* each) { return each->number() == code; });
  return found == properties.end() ? nullptr : *found;
}

// What initiators may change: the name, on cameras with an operation for it.
bool writable(const Camera& camera, const ObjectProperty& property) {
  return property.code == Code::ObjectFileName && (camera.profile().advertises(OperationCode::SetObjectPropValue) ||
                                                   camera.profile().advertises(OperationCode::SetObjectPropList));
}

Answer get_object_props_supported(Context& context) {
  const auto& profile = context.camera.profile();
  const u32 format = context.param(0);
  if (format > 0xFFFF || !knows_format(profile, static_cast<u16>(format)))
    return Reply(ResponseCode::InvalidObjectFormatCode);
  std::vector<u16> codes;
  for (const auto* property : object_properties(profile))
    if (property->applies(static_cast<u16>(format))) codes.push_back(property->number());
  return Reply(Body(ptp::encode_array(codes)));
}

Answer get_object_prop_desc(Context& context) {
  const auto& profile = context.camera.profile();
  const auto properties = object_properties(profile);
  const auto* const property = find_property(properties, context.param(0));
  if (property == nullptr) return Reply(ResponseCode::Invalid_ObjectPropCode);
  const u32 format = context.param(1);
  if (format > 0xFFFF || !knows_format(profile, static_cast<u16>(format)))
    return Reply(ResponseCode::InvalidObjectFormatCode);
  if (!property->applies(static_cast<u16>(format))) return Reply(ResponseCode::ObjectProp_Not_Supported);
  return Reply(Body(ptp::encode(describe(*property, static_cast<u16>(format), writable(context.camera, *property)))));
}

Answer get_object_prop_value(Context& context) {
  const auto properties = object_properties(context.camera.profile());
  const auto* const property = find_property(properties, context.param(1));
  if (property == nullptr) return Reply(ResponseCode::Invalid_ObjectPropCode);
  const auto object = context.object(context.param(0));
  if (!object) return Reply(object.error());
  if (!property->applies((*object)->format)) return Reply(ResponseCode::ObjectProp_Not_Supported);
  Bytes value;
  ptp::Writer writer(value);
  property->write(writer, **object);
  return Reply(Body(std::move(value)));
}

ResponseCode rename(Camera& camera, CameraSession& session, const Object& object, const std::string& name) {
  const u32 handle = object.handle;
  Store* const store = camera.store_of(handle);
  if (store == nullptr || object.protection != 0) return ResponseCode::AccessDenied;
  if (!valid_object_name(name)) return ResponseCode::Invalid_ObjectProp_Value;
  if (const auto renamed = store->rename(handle, name); !renamed)
    return renamed.error() == StoreError::exists ? ResponseCode::Invalid_ObjectProp_Value
                                                 : response_for(renamed.error());
  camera.announce(EventCode::ObjectInfoChanged, {handle}, ptp::no_transaction, &session);
  camera.announce(EventCode::ObjectPropChanged, {handle, static_cast<u32>(Code::ObjectFileName)}, ptp::no_transaction,
                  &session);
  return ResponseCode::OK;
}

// OK: the value may be set if it is a good one.
ResponseCode check_settable(Context& context, u32 handle, u32 code) {
  const auto properties = object_properties(context.camera.profile());
  const auto* const property = find_property(properties, code);
  if (property == nullptr) return ResponseCode::Invalid_ObjectPropCode;
  const auto object = context.object(handle);
  if (!object) return object.error();
  if (!property->applies((*object)->format)) return ResponseCode::ObjectProp_Not_Supported;
  return writable(context.camera, *property) ? ResponseCode::OK : ResponseCode::AccessDenied;
}

Answer set_object_prop_value(Context& context) {
  const u32 handle = context.param(0);
  if (const auto checked = check_settable(context, handle, context.param(1)); checked != ResponseCode::OK)
    return refuse(checked);
  return collect(
      max_value,
      [&camera = context.camera, &session = context.session, handle](View data) {
        const auto value = ptp::decode_value(data, ptp::DataType::string);
        if (!value) return Reply(ResponseCode::Invalid_ObjectProp_Format);
        const Object* const object = camera.find(handle);
        if (object == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
        return Reply(rename(camera, session, *object, value->text()));
      },
      ResponseCode::Invalid_ObjectProp_Format);
}

// Those before the element that fails stay changed; the response names it.
Answer set_object_prop_list(Context& context) {
  return collect(max_list, [&camera = context.camera, &session = context.session](View data) {
    const auto list = ptp::decode<ptp::ObjectPropList>(data);
    if (!list) return Reply(ResponseCode::Invalid_Dataset);
    const ptp::Message none;
    Context inner{camera, session, none};
    Reply reply;
    reply.count = 1;
    for (const auto& element : list->elements) {
      auto code = check_settable(inner, element.handle, element.code);
      if (code == ResponseCode::OK && element.value.type() != ptp::DataType::string)
        code = ResponseCode::Invalid_ObjectProp_Format;
      if (code == ResponseCode::OK) code = rename(camera, session, *camera.find(element.handle), element.value.text());
      reply.code = static_cast<u16>(code);
      if (code != ResponseCode::OK) return reply;
      ++reply.params[0];
    }
    reply.params[0] = 0;
    return reply;
  });
}

void append(std::vector<u32>& handles, const std::vector<u32>& more) {
  handles.insert(handles.end(), more.begin(), more.end());
}

void append_descendants(std::vector<u32>& handles, const Store& store, u32 parent) {
  auto level = store.list(parent);
  while (!level.empty()) {
    append(handles, level);
    std::vector<u32> next;
    for (const u32 handle : level)
      if (store.find(handle)->association()) append(next, store.list(handle));
    level = std::move(next);
  }
}

// Handle 0xFFFFFFFF: every object; 0: the root is the base. Depth 0: the base itself, 1: its children, 0xFFFFFFFF: all
// below it.
std::expected<std::vector<u32>, ResponseCode> objects_meant(Context& context) {
  constexpr u32 root_children = 0xFFFFFFFF, everything = 0;
  const u32 base = context.param(0), depth = context.param(4);
  std::vector<u32> handles;
  if (base == 0 || base == every_object) {
    if (base == 0 && depth == 0) return handles;
    const u32 which = base == 0 && depth == 1 ? root_children : everything;
    for (const Store* store : context.camera.stores())
      if (store->present()) append(handles, store->list(which));
    return handles;
  }
  const auto object = context.object(base);
  if (!object) return std::unexpected(object.error());
  const Store* const store = context.camera.store_of(base);
  if (depth == 0)
    handles.push_back(base);
  else if (store != nullptr && (*object)->association())
    depth == 1 ? append(handles, store->list(base)) : append_descendants(handles, *store, base);
  return handles;
}

// Which properties: all but the slow ones, or one.
std::expected<Properties, ResponseCode> properties_meant(const Context& context) {
  const u32 code = context.param(2), group = context.param(3);
  if (code == 0)
    return std::unexpected(group == 0 ? ResponseCode::ParameterNotSupported
                                      : ResponseCode::Specification_By_Group_Unsupported);
  auto properties = object_properties(context.camera.profile());
  if (code == every_property) {
    std::erase_if(properties, [](const auto* property) { return property->group == slow_group; });
    return properties;
  }
  const auto* const property = find_property(properties, code);
  if (property == nullptr) return std::unexpected(ResponseCode::Invalid_ObjectPropCode);
  return Properties{property};
}

Answer get_object_prop_list(Context& context) {
  const auto properties = properties_meant(context);
  if (!properties) return Reply(properties.error());
  const u32 depth = context.param(4);
  if (depth > 1 && depth != all_levels) return Reply(ResponseCode::Specification_By_Depth_Unsupported);
  const FormatFilter filter(context.param(1));
  if (!filter.valid()) return Reply(ResponseCode::InvalidObjectFormatCode);
  context.camera.look_at_disk();
  const auto handles = objects_meant(context);
  if (!handles) return Reply(handles.error());

  Bytes list;
  ptp::Writer writer(list);
  u32 count = 0;
  writer.integer(count);
  for (const u32 handle : *handles) {
    const Object& object = *context.camera.find(handle);
    if (!filter.matches(object.format)) continue;
    for (const auto* property : *properties) {
      if (!property->applies(object.format)) continue;
      writer.integer(handle);
      writer.integer(property->number());
      writer.integer(static_cast<u16>(property->type));
      property->write(writer, object);
      ++count;
    }
  }
  std::memcpy(list.data(), &count, sizeof count);
  return Reply(Body(std::move(list)));
}

// No property here restricts another.
Answer get_interdependent_prop_desc(Context& context) {
  const u32 format = context.param(0);
  if (format > 0xFFFF || !knows_format(context.camera.profile(), static_cast<u16>(format)))
    return Reply(ResponseCode::InvalidObjectFormatCode);
  return Reply(Body(ptp::encode_array(std::span<const u32>())));
}

Answer get_object_references(Context& context) {
  const u32 handle = context.param(0);
  if (const auto object = context.object(handle); !object) return Reply(object.error());
  const auto& all = context.camera.references();
  const auto found = all.find(handle);
  std::vector<u32> references = found == all.end() ? std::vector<u32>{} : found->second;
  std::erase_if(references, [&](u32 to) { return context.camera.find(to) == nullptr; });
  return Reply(Body(ptp::encode_array(references)));
}

Answer set_object_references(Context& context) {
  const u32 handle = context.param(0);
  if (const auto object = context.object(handle); !object) return refuse(object.error());
  return collect(max_list, [&camera = context.camera, &session = context.session, handle](View data) {
    auto references = ptp::decode_u32_array(data, "ObjectReferences");
    if (!references) return Reply(ResponseCode::Invalid_Dataset);
    const auto known = [&camera](u32 to) { return camera.find(to) != nullptr; };
    if (!std::ranges::all_of(*references, known)) return Reply(ResponseCode::Invalid_ObjectReference);
    // What referred and is gone would stay for ever.
    std::erase_if(camera.references(), [&](const auto& entry) { return !known(entry.first); });
    camera.references()[handle] = std::move(*references);
    camera.announce(EventCode::ObjectReferencesChanged, {handle}, ptp::no_transaction, &session);
    return Reply(ResponseCode::OK);
  });
}

// Nothing is being played.
Answer skip(Context&) { return Reply(ResponseCode::InvalidParameter); }

constexpr std::array rows{
    OperationRow{OperationCode::GetObjectPropsSupported, get_object_props_supported, true, true, 1},
    OperationRow{OperationCode::GetObjectPropDesc, get_object_prop_desc, true, true, 2},
    OperationRow{OperationCode::GetObjectPropValue, get_object_prop_value, true, true, 2},
    OperationRow{OperationCode::SetObjectPropValue, set_object_prop_value, true, true, 2},
    OperationRow{OperationCode::GetObjectPropList, get_object_prop_list, true, true, 5},
    OperationRow{OperationCode::SetObjectPropList, set_object_prop_list},
    OperationRow{OperationCode::GetInterdependentPropDesc, get_interdependent_prop_desc, true, true, 1},
    OperationRow{OperationCode::GetObjectReferences, get_object_references, true, true, 1},
    OperationRow{OperationCode::SetObjectReferences, set_object_references, true, true, 1},
    OperationRow{OperationCode::Skip, skip, true, true, 1},
};

}  // namespace

std::span<const OperationRow> mtp_operations() { return rows; }

}  // namespace stuntcam::emulator
