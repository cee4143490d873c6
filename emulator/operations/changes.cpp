// Deleting, moving, copying and protecting objects.
#include <algorithm>
#include <array>
#include <ranges>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"

namespace stuntcam::emulator {
namespace {

using ptp::EventCode;

constexpr u16 read_only_without_deletion = 1;  // StorageInfo.AccessCapability; 2 allows deletion
constexpr std::array<u32, 4> protection_statuses{0, 1, 0x8002, 0x8003};

bool writable(const Store& store) { return store.info().access_capability == 0; }
bool deletable(const Store& store) { return store.info().access_capability != read_only_without_deletion; }

// The object and all below it, parents before children. No recursion: folders may be nested as deep as clients like.
std::vector<u32> subtree(const Store& store, u32 handle) {
  std::vector<u32> handles{handle};
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const auto* const object = store.find(handles[i]);
    if (object == nullptr || !object->association()) continue;
    const auto children = store.list(handles[i]);
    handles.insert(handles.end(), children.begin(), children.end());
  }
  return handles;
}

struct Deletion {
  u32 deleted = 0, kept = 0;
  bool read_only = false;
};

// Folders go last and only when they have become empty. The initiator that deleted knows it (docs/protocol.md §4.1).
void delete_tree(Context& context, Store& store, u32 handle, Deletion& count) {
  const auto* const except = context.camera.profile().quirks.event_for_own_delete ? nullptr : &context.session;
  for (const auto each : subtree(store, handle) | std::views::reverse) {
    const auto* const object = store.find(each);
    if (object == nullptr) continue;
    if (object->association() && !store.list(each).empty()) continue;  // what is left inside was counted
    if (object->protection != 0 || !store.remove(each)) {
      ++count.kept;
      continue;
    }
    ++count.deleted;
    context.camera.announce(EventCode::ObjectRemoved, {each}, ptp::no_transaction, except);
  }
}

ResponseCode outcome(const Deletion& count) {
  if (count.kept == 0 && !count.read_only) return ResponseCode::OK;
  if (count.deleted != 0) return ResponseCode::PartialDeletion;
  return count.kept != 0 ? ResponseCode::ObjectWriteProtected : ResponseCode::StoreReadOnly;
}

Answer delete_all(Context& context, FormatFilter filter) {
  auto stores = context.camera.stores();
  std::erase_if(stores, [](const Store* store) { return !store->present(); });
  if (stores.empty()) return Reply(ResponseCode::StoreNotAvailable);
  Deletion count;
  for (auto* const store : stores) {
    if (!deletable(*store)) {
      count.read_only = true;
      continue;
    }
    for (const auto handle : store->list(filter.everything() ? all_of_them : 0)) {
      const auto* const object = store->find(handle);  // null: went with its folder
      if (object != nullptr && filter.matches(object->format)) delete_tree(context, *store, handle, count);
    }
  }
  return Reply(outcome(count));
}

Answer delete_object(Context& context) {
  const auto handle = context.param(0);
  const FormatFilter filter(context.param(1));
  if (!filter.valid()) return Reply(ResponseCode::InvalidCodeFormat);
  if (handle == all_of_them) return delete_all(context, filter);
  // A format only narrows down "all objects".
  if (!filter.everything()) return Reply(ResponseCode::SpecificationByFormatUnsupported);
  const auto found = context.object(handle);
  if (!found) return Reply(found.error());
  auto* const store = context.camera.store_of(handle);
  if (store == nullptr) {
    context.camera.drop_from_memory(handle);
    return Reply();
  }
  if (!deletable(*store)) return Reply(ResponseCode::StoreReadOnly);
  if ((*found)->protection != 0) return Reply(ResponseCode::ObjectWriteProtected);
  Deletion count;
  delete_tree(context, *store, handle, count);
  return Reply(outcome(count));
}

Answer set_object_protection(Context& context) {
  const auto handle = context.param(0), status = context.param(1);
  if (std::ranges::find(protection_statuses, status) == protection_statuses.end())
    return Reply(ResponseCode::InvalidParameter);
  const auto found = context.object(handle);
  if (!found) return Reply(found.error());
  auto* const store = context.camera.store_of(handle);
  if (store == nullptr) return Reply(ResponseCode::AccessDenied);  // in memory: nothing to protect it from
  if (!deletable(*store)) return Reply(ResponseCode::StoreReadOnly);
  const auto done = store->protect(handle, static_cast<u16>(status));
  if (!done) return Reply(response_for(done.error()));
  context.camera.announce(EventCode::ObjectInfoChanged, {handle}, ptp::no_transaction, &context.session);
  return Reply();
}

// Where MoveObject and CopyObject put an object. Here the root is parent 0 (docs/protocol.md §4.1).
std::expected<Store*, ResponseCode> destination(const Context& context) {
  const auto store = context.store(context.param(1));
  if (!store) return store;
  const auto parent = context.param(2);
  const auto* const folder = parent == 0 ? nullptr : (*store)->find(parent);
  if (parent != 0 && (folder == nullptr || !folder->association()))
    return std::unexpected(ResponseCode::InvalidParentObject);
  if (!writable(**store)) return std::unexpected(ResponseCode::StoreReadOnly);
  return store;
}

// Children before their parents; the first error, if any.
std::expected<void, StoreError> remove_all(Store& store, const std::vector<u32>& parents_first) {
  std::expected<void, StoreError> result;
  for (const auto each : parents_first | std::views::reverse)
    if (const auto done = store.remove(each); !done && result) result = done;
  return result;
}

// Copies a whole tree; the copy's handle. `same_handles`: for a move to another store.
std::expected<u32, StoreError> copy_tree(Camera& camera, u32 handle, Store& to, u32 parent, bool same_handles) {
  const auto* const from = camera.store_of(handle);
  const auto handles = from == nullptr ? std::vector{handle} : subtree(*from, handle);
  std::vector<u32> made;
  std::map<u32, u32> copies;  // original → copy
  for (const auto each : handles) {
    const auto* const original = from == nullptr ? camera.find(each) : from->find(each);
    auto object = *original;
    object.parent = each == handle ? parent : copies.at(object.parent);
    object.protection = 0;
    if (!same_handles) object.handle = 0;
    const auto copy = to.add(std::move(object));
    if (!copy) {
      const auto undone = remove_all(to, made);
      return std::unexpected(undone ? copy.error() : undone.error());
    }
    made.push_back(*copy);
    copies[each] = *copy;
  }
  return made.front();
}

// The handle stays, also on another store.
Answer move_object(Context& context) {
  const auto handle = context.param(0), parent = context.param(2);
  const auto found = context.object(handle);
  if (!found) return Reply(found.error());
  auto* const from = context.camera.store_of(handle);
  if (from == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
  const auto to = destination(context);
  if (!to) return Reply(to.error());
  if (!deletable(*from)) return Reply(ResponseCode::StoreReadOnly);
  const auto handles = subtree(*from, handle);
  if (std::ranges::find(handles, parent) != handles.end()) return Reply(ResponseCode::InvalidParentObject);
  if (from == *to) {
    if (const auto done = from->move(handle, parent); !done) return Reply(response_for(done.error()));
  } else {
    const auto copy = copy_tree(context.camera, handle, **to, parent, true);
    if (!copy) return Reply(response_for(copy.error()));
    if (const auto gone = remove_all(*from, handles); !gone) return Reply(response_for(gone.error()));
  }
  for (const auto each : handles)
    context.camera.announce(EventCode::ObjectInfoChanged, {each}, ptp::no_transaction, &context.session);
  return Reply();
}

Answer copy_object(Context& context) {
  const auto handle = context.param(0), parent = context.param(2);
  const auto found = context.object(handle);
  if (!found) return Reply(found.error());
  const auto to = destination(context);
  if (!to) return Reply(to.error());
  const auto copy = copy_tree(context.camera, handle, **to, parent, false);
  if (!copy) return Reply(response_for(copy.error()));
  for (const auto each : subtree(**to, *copy))
    context.camera.announce(EventCode::ObjectAdded, {each}, ptp::no_transaction, &context.session);
  Reply reply;
  reply.count = 1;
  reply.params[0] = *copy;
  return reply;
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::DeleteObject, .run = delete_object, .parameters = 2},
    OperationRow{.code = OperationCode::SetObjectProtection, .run = set_object_protection, .parameters = 2},
    OperationRow{.code = OperationCode::MoveObject, .run = move_object, .parameters = 3},
    OperationRow{.code = OperationCode::CopyObject, .run = copy_object, .parameters = 3},
};

}  // namespace

std::span<const OperationRow> change_operations() { return rows; }

}  // namespace stuntcam::emulator
