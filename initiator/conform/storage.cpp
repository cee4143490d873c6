// Stores: docs/protocol.md §2.6, §4.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/data_sets.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::StorageInfo;

constexpr u16 vendor_values = 0x8000;

bool has_card(u32 id) { return (id & 0xFFFF) != 0; }

u32 unused_id(const std::vector<u32>& ids) {
  u32 id = 0x7FFE0001;
  while (std::ranges::find(ids, id) != ids.end()) --id;
  return id;
}

Task<std::vector<u32>> store_ids(Trial& t) {
  co_await t.enter();
  co_return co_await t.array(Op::GetStorageIDs);
}

Task<> ids(Trial& t) {
  co_await t.enter();
  const Bytes bytes = co_await t.fetch(Op::GetStorageIDs);
  const auto ids = ptp::decode_u32_array(bytes, "StorageID");
  expect(ids && bytes.size() == 4 + 4 * ids->size(), "an array of u32: a count, and so many times 4 bytes", hex(bytes));
}

Task<> id_parts(Trial& t) {
  const auto ids = co_await store_ids(t);
  for (const u32 id : ids) {
    const u32 physical = id >> 16, logical = id & 0xFFFF;
    expect(physical >= 1 && physical <= 0xFFFE && logical <= 0xFFFE,
           "a physical and a logical half of 1 to 0xFFFE (logical 0: no card)", text("StorageID", id));
  }
}

Task<> info(Trial& t) {
  const auto ids = co_await store_ids(t);
  for (const u32 id : ids) {
    if (!has_card(id)) continue;
    const Answer answer = co_await t.ask(Op::GetStorageInfo, id);
    if (answer.code() == Code::StoreNotAvailable) continue;
    expect_ok(answer);
    expect_exact<StorageInfo>("StorageInfo", answer.bytes);
  }
}

// Of every store with a card.
Task<> each_info(Trial& t, void (*look)(const StorageInfo&)) {
  const auto ids = co_await store_ids(t);
  for (const u32 id : ids) {
    if (!has_card(id)) continue;
    const Answer answer = co_await t.ask(Op::GetStorageInfo, id);
    const auto decoded = ptp::decode<StorageInfo>(answer.bytes);
    if (answer.ok() && decoded) look(*decoded);
  }
}

Task<> type(Trial& t) {
  return each_info(t, [](const StorageInfo& store) {
    expect(store.storage_type <= 4 || store.storage_type >= vendor_values, "a StorageType of 0 to 4",
           fmt::format("{}", store.storage_type));
  });
}
Task<> filesystem(Trial& t) {
  return each_info(t, [](const StorageInfo& store) {
    expect(store.filesystem_type <= 3 || store.filesystem_type >= vendor_values, "a FilesystemType of 0 to 3",
           fmt::format("{}", store.filesystem_type));
  });
}
Task<> access(Trial& t) {
  return each_info(t, [](const StorageInfo& store) {
    expect(store.access_capability <= 2, "an AccessCapability of 0 to 2", fmt::format("{}", store.access_capability));
  });
}
Task<> free_space(Trial& t) {
  return each_info(t, [](const StorageInfo& store) {
    if (store.free_space_in_bytes == unknown_size) return;
    expect(store.free_space_in_bytes <= store.max_capacity,
           fmt::format("at most MaxCapacity, {} bytes, free", store.max_capacity),
           fmt::format("{}", store.free_space_in_bytes));
  });
}

Task<> unknown(Trial& t) {
  const auto ids = co_await store_ids(t);
  const Answer answer = co_await t.ask(Op::GetStorageInfo, unused_id(ids));
  expect_code(answer, Code::InvalidStorageId);
}
Task<> all_ones(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetStorageInfo, all);
  expect_code(answer, Code::InvalidStorageId);
}
Task<> zero(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetStorageInfo, 0u);
  expect_code(answer, Code::InvalidStorageId);
}

constexpr std::array cases{
    Case{"storage.ids", "2.2", "GetStorageIDs returns an array: a count, and so many u32.", ids},
    Case{"storage.id-parts", "2.6",
         "A StorageID has a physical half and a logical half, each 1 to 0xFFFE; logical 0 has no card.", id_parts},
    Case{"storage.info",
         "2.6",
         "GetStorageInfo returns a StorageInfo data set for each store with a card.",
         info,
         {Op::GetStorageInfo}},
    Case{"storage.type", "2.6", "StorageType is 0 to 4.", type, {Op::GetStorageInfo}},
    Case{"storage.filesystem", "2.6", "FilesystemType is 0 to 3.", filesystem, {Op::GetStorageInfo}},
    Case{"storage.access", "2.6", "AccessCapability is 0 to 2.", access, {Op::GetStorageInfo}},
    Case{"storage.free-space",
         "2.6",
         "FreeSpaceInBytes is of MaxCapacity, or all ones where it is unknown.",
         free_space,
         {Op::GetStorageInfo}},
    Case{"storage.unknown",
         "4",
         "GetStorageInfo of a store that is not there is answered by InvalidStorageId.",
         unknown,
         {Op::GetStorageInfo}},
    Case{"storage.all-ones",
         "2.6",
         "StorageID 0xFFFFFFFF is reserved: GetStorageInfo of it is answered by InvalidStorageId.",
         all_ones,
         {Op::GetStorageInfo}},
    Case{"storage.zero",
         "2.6",
         "StorageID 0 is reserved: GetStorageInfo of it is answered by InvalidStorageId.",
         zero,
         {Op::GetStorageInfo}},
};

}  // namespace

std::span<const Case> storage_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
