#include "cli/storages.h"

#include <fmt/format.h>

#include "ptp/text.h"

namespace stuntcam::cli {

namespace {

// Some cameras have none to tell of before their vendor's own handshake, or in that mode.
std::vector<u32> ids(Visit& visit) {
  try {
    return visit.run(visit.session().storage_ids());
  } catch (const initiator::Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
    visit.console().warn(fmt::format("storages: {}", problem.what()));
    return {};
  }
}

}  // namespace

std::vector<Storage> list_storages(Visit& visit) {
  std::vector<Storage> list;
  for (const u32 id : ids(visit)) {
    try {
      list.push_back({id, visit.run(visit.session().storage_info(id))});
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;
      visit.console().warn(fmt::format("storage 0x{:08X}: {}", id, problem.what()));
    }
  }
  return list;
}

ptp::Json storages_json(const std::vector<Storage>& storages) {
  ptp::Json list = ptp::Json::array();
  for (const auto& store : storages) {
    ptp::Json entry = {{"StorageID", store.id}};
    entry.update(ptp::json(store.info));
    list.push_back(std::move(entry));
  }
  return list;
}

std::string storage_text(const Storage& store) {
  return fmt::format("0x{:08X}  {:.1f} of {:.1f} GB free  {} {}", store.id,
                     static_cast<double>(store.info.free_space_in_bytes) / 1e9,
                     static_cast<double>(store.info.max_capacity) / 1e9, ptp::printable(store.info.storage_description),
                     ptp::printable(store.info.volume_label));
}

}  // namespace stuntcam::cli
