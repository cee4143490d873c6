// Looking at objects and fetching them whole.
#include <algorithm>
#include <array>
#include <optional>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"

namespace stuntcam::emulator {
namespace {

constexpr u16 non_transferable = 0x8003;  // ProtectionStatus of MTP

// Where GetNumObjects and GetObjectHandles look: one store, or all that have a card in.
std::expected<std::vector<Store*>, ResponseCode> stores_meant(const Context& context) {
  if (context.param(0) != all_of_them) {
    const auto store = context.slot(context.param(0));
    if (!store) return std::unexpected(store.error());
    return std::vector{*store};
  }
  auto stores = context.camera.stores();
  std::erase_if(stores, [](const Store* store) { return !store->present(); });
  return stores;
}

// OK: nothing is wrong with the parent. 0 means everything on all levels, 0xFFFFFFFF the root (docs/protocol.md §4.1).
ResponseCode check_parent(const Context& context, const std::vector<Store*>& stores) {
  const auto parent = context.param(2);
  if (parent == 0 || parent == all_of_them) return ResponseCode::OK;
  const auto object = context.object(parent);
  if (!object) return object.error();
  const bool here = std::ranges::find(stores, context.camera.store_of(parent)) != stores.end();
  return here && (*object)->association() ? ResponseCode::OK : ResponseCode::InvalidParentObject;
}

std::expected<std::vector<u32>, ResponseCode> handles_meant(const Context& context) {
  context.camera.look_at_disk();
  const auto stores = stores_meant(context);
  if (!stores) return std::unexpected(stores.error());
  const FormatFilter filter(context.param(1));
  if (!filter.valid()) return std::unexpected(ResponseCode::InvalidCodeFormat);
  const auto parent = context.param(2);
  if (const auto code = check_parent(context, *stores); code != ResponseCode::OK) return std::unexpected(code);
  std::vector<u32> handles;
  for (const auto* const store : *stores) {
    // A parent that is an object lives on one store only.
    if (parent != 0 && parent != all_of_them && store != context.camera.store_of(parent)) continue;
    const auto listed = store->list(parent);
    handles.insert(handles.end(), listed.begin(), listed.end());
  }
  if (!filter.everything())
    std::erase_if(handles, [&](u32 handle) { return !filter.matches(context.camera.find(handle)->format); });
  return handles;
}

// All of them need not be listed to be counted.
std::optional<u32> count_all(const Context& context) {
  if (context.param(0) != all_of_them || context.param(1) != 0 || context.param(2) != 0) return {};
  context.camera.look_at_disk();
  std::size_t count = 0;
  for (const Store* const store : context.camera.stores())
    if (store->present()) count += store->size();
  return static_cast<u32>(count);
}

Answer get_num_objects(Context& context) {
  auto count = count_all(context);
  if (!count) {
    const auto handles = handles_meant(context);
    if (!handles) return Reply(handles.error());
    count = static_cast<u32>(handles->size());
  }
  Reply reply;
  reply.count = 1;
  reply.params[0] = *count;
  return reply;
}

Answer get_object_handles(Context& context) {
  const auto handles = handles_meant(context);
  if (!handles) return Reply(handles.error());
  return Reply(Body(ptp::encode_array(*handles)));
}

Answer get_object_info(Context& context) {
  const auto found = context.object(context.param(0));
  if (!found) return Reply(found.error());
  return reply_with(context, describe(**found, context.session.described_object()));
}

// A folder has no bytes: for GetObject it is no object (docs/protocol.md §7).
Answer get_object(Context& context) {
  const auto found = context.object(context.param(0));
  if (!found) return Reply(found.error());
  const auto& object = **found;
  if (object.content == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
  if (object.protection == non_transferable) return Reply(ResponseCode::AccessDenied);
  const auto size = object.content->size();
  return Reply(size == 0 ? Body(Bytes{}) : object.content->slice(0, size));
}

Answer get_thumb(Context& context) {
  const auto found = context.object(context.param(0));
  if (!found) return Reply(found.error());
  if ((*found)->content == nullptr) return Reply(ResponseCode::NoThumbnailPresent);
  auto thumbnail = (*found)->content->thumbnail();
  if (!thumbnail) return Reply(ResponseCode::NoThumbnailPresent);
  return Reply(Body(std::move(thumbnail->bytes)));
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::GetNumObjects, .run = get_num_objects, .parameters = 3},
    OperationRow{.code = OperationCode::GetObjectHandles, .run = get_object_handles, .parameters = 3},
    OperationRow{.code = OperationCode::GetObjectInfo, .run = get_object_info, .parameters = 1},
    OperationRow{.code = OperationCode::GetObject, .run = get_object, .parameters = 1},
    OperationRow{.code = OperationCode::GetThumb, .run = get_thumb, .parameters = 1},
};

}  // namespace

ptp::ObjectInfo object_info(const Object& object) {
  ptp::ObjectInfo info;
  return describe(object, info);
}

const ptp::ObjectInfo& describe(const Object& object, ptp::ObjectInfo& info) {
  info.storage_id = object.storage;
  info.object_format = object.format;
  info.protection_status = object.protection;
  info.object_compressed_size = static_cast<u32>(std::min<u64>(object.size, 0xFFFFFFFF));
  info.thumb_format = object.thumb_format;
  info.thumb_compressed_size = object.thumb_size;
  info.thumb_pix_width = object.thumb_width;
  info.thumb_pix_height = object.thumb_height;
  info.image_pix_width = object.pixel_width;
  info.image_pix_height = object.pixel_height;
  info.image_bit_depth = object.bit_depth;
  info.parent_object = object.parent;
  info.association_type = object.association_type;
  info.association_desc = object.association_desc;
  info.sequence_number = object.sequence_number;
  info.filename = object.name;
  object.captured.write(info.capture_date);
  object.modified.write(info.modification_date);
  info.keywords = object.keywords;
  return info;
}

std::span<const OperationRow> object_operations() { return rows; }

}  // namespace stuntcam::emulator
