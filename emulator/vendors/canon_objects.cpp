// Stores and objects as EOS operations see them.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/canon_codes.h"
#include "emulator/vendors/canon_records.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {

// As GetStorageInfo, filled up to a multiple of four bytes; a slot without a card has no room.
Answer CanonModule::get_storage_info(Context& context) {
  const Store* const store = context.camera.store(context.param(0));
  if (store == nullptr) return Reply(ResponseCode::InvalidStorageId);
  auto data = ptp::encode(context.camera.storage_info(*store));
  data.resize((data.size() + 3) / 4 * 4);
  return Reply(Body(std::move(data)));
}

// StorageID, folder (0xFFFFFFFF: the root), and a third parameter of unknown meaning (clients send 0x100000). u32
// count, then for each object u32 size of its entry and the entry.
Answer CanonModule::get_object_info_ex(Context& context) {
  context.camera.look_at_disk();
  const u32 parent = context.param(1) == 0 ? all_of_them : context.param(1);
  const Store* const store = context.camera.store(context.param(0));
  if (store == nullptr) return Reply(ResponseCode::InvalidStorageId);
  std::vector<u32> handles;
  if (parent == all_of_them || store->find(parent) != nullptr)
    handles = store->list(parent);
  else
    return Reply(ResponseCode::InvalidObjectHandle);
  Bytes data;
  ptp::Writer writer(data);
  writer.integer(static_cast<u32>(handles.size()));
  for (const u32 handle : handles) {
    const Bytes entry = canon::object_entry(*store->find(handle));
    writer.integer(static_cast<u32>(sizeof(u32) + entry.size()));
    writer.bytes(entry);
  }
  return Reply(Body(std::move(data)));
}

// The host has what it was asked to fetch, or does not want it: the camera's memory is free again. On the card nothing
// happens, whatever the handle: assumed.
Answer CanonModule::transfer_complete(Context& context) {
  context.camera.drop_from_memory(context.param(0));
  return Reply(ResponseCode::OK);
}

}  // namespace stuntcam::emulator
