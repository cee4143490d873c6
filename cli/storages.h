// The storages of a camera, for info and state.
#pragma once

#include <string>
#include <vector>

#include "cli/visit.h"

namespace stuntcam::cli {

struct Storage {
  u32 id = 0;
  ptp::StorageInfo info;
};
// Those that can be read: an empty slot has an id and no info.
std::vector<Storage> list_storages(Visit&);
ptp::Json storages_json(const std::vector<Storage>&);
std::string storage_text(const Storage&);

}  // namespace stuntcam::cli
