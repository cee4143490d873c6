// Stores as a whole.
#include <array>

#include "emulator/camera.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {

constexpr u16 read_only_without_deletion = 1;  // StorageInfo.AccessCapability

Answer get_storage_ids(Context& context) {
  const auto& stores = context.camera.stores();
  Bytes& bytes = context.session.scratch();
  ptp::Writer writer(bytes);
  writer.integer(static_cast<u32>(stores.size()));
  for (const auto* const store : stores) writer.integer(store->id());
  return Reply(Body(View(bytes)));
}

Answer get_storage_info(Context& context) {
  const auto store = context.slot(context.param(0));
  if (!store) return Reply(store.error());
  return reply_with(context, context.camera.storage_info(**store));
}

// Afterwards the others hear StorageInfoChanged: one event, however many objects went.
Answer format_store(Context& context) {
  const auto store = context.store(context.param(0));
  if (!store) return Reply(store.error());
  const auto info = (*store)->info();
  const auto filesystem = context.param(1);
  if (filesystem != 0 && filesystem != info.filesystem_type) return Reply(ResponseCode::InvalidParameter);
  if (info.access_capability == read_only_without_deletion) return Reply(ResponseCode::StoreReadOnly);
  if (const auto done = (*store)->format(); !done) return Reply(response_for(done.error()));
  context.camera.announce(ptp::EventCode::StorageInfoChanged, {(*store)->id()}, ptp::no_transaction, &context.session);
  return Reply();
}

constexpr std::array rows{
    OperationRow{OperationCode::GetStorageIDs, get_storage_ids},
    OperationRow{.code = OperationCode::GetStorageInfo, .run = get_storage_info, .parameters = 1},
    OperationRow{.code = OperationCode::FormatStore, .run = format_store, .while_busy = false, .parameters = 2},
};

}  // namespace

std::span<const OperationRow> storage_operations() { return rows; }

}  // namespace stuntcam::emulator
