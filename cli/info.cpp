#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/visit.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;

struct Store {
  u32 id = 0;
  ptp::StorageInfo info;
};

std::vector<Store> stores(Visit& visit) {
  std::vector<Store> list;
  for (const u32 id : visit.run(visit.session().storage_ids())) {
    try {
      list.push_back({id, visit.run(visit.session().storage_info(id))});
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;  // an empty slot has an id and no info
      visit.console().warn(fmt::format("storage 0x{:08X}: {}", id, problem.what()));
    }
  }
  return list;
}

template <class Code>
Json named(const std::vector<u16>& codes, ptp::Vendor vendor) {
  Json list = Json::array();
  for (const u16 code : codes)
    list.push_back({{"code", code}, {"name", ptp::to_string(static_cast<Code>(code), vendor)}});
  return list;
}

Json info_json(const ptp::DeviceInfo& device, ptp::Vendor vendor, const std::vector<Store>& storages) {
  Json json = ptp::json(device);
  json["OperationsSupported"] = named<ptp::OperationCode>(device.operations_supported, vendor);
  json["EventsSupported"] = named<ptp::EventCode>(device.events_supported, vendor);
  json["DevicePropertiesSupported"] = named<ptp::PropertyCode>(device.device_properties_supported, vendor);
  json["CaptureFormats"] = named<ptp::FormatCode>(device.capture_formats, vendor);
  json["ImageFormats"] = named<ptp::FormatCode>(device.image_formats, vendor);
  auto& list = json["Storages"] = Json::array();
  for (const auto& store : storages) {
    Json entry = {{"StorageID", store.id}};
    entry.update(ptp::json(store.info));
    list.push_back(std::move(entry));
  }
  return json;
}

template <class Code>
void print_codes(const char* title, const std::vector<u16>& codes, ptp::Vendor vendor) {
  fmt::print("{}:\n", title);
  for (const u16 code : codes) fmt::print("  0x{:04X}  {}\n", code, ptp::to_string(static_cast<Code>(code), vendor));
}

void print_info(const ptp::DeviceInfo& device, ptp::Vendor vendor, const std::vector<Store>& storages) {
  fmt::print("Manufacturer:   {}\nModel:          {}\nDevice version: {}\nSerial number:  {}\n", device.manufacturer,
             device.model, device.device_version, device.serial_number);
  fmt::print("PTP version:    {}.{:02}\nVendor:         0x{:08X} {} ({})\n", device.standard_version / 100,
             device.standard_version % 100, device.vendor_extension_id, ptp::name(vendor),
             device.vendor_extension_desc);
  for (const auto& store : storages)
    fmt::print("Storage:        0x{:08X}  {:.1f} of {:.1f} GB free  {} {}\n", store.id,
               static_cast<double>(store.info.free_space_in_bytes) / 1e9,
               static_cast<double>(store.info.max_capacity) / 1e9, store.info.storage_description,
               store.info.volume_label);
  print_codes<ptp::OperationCode>("Operations", device.operations_supported, vendor);
  print_codes<ptp::EventCode>("Events", device.events_supported, vendor);
  print_codes<ptp::PropertyCode>("Properties", device.device_properties_supported, vendor);
  print_codes<ptp::FormatCode>("Capture formats", device.capture_formats, vendor);
  print_codes<ptp::FormatCode>("Image formats", device.image_formats, vendor);
}

int info(Visit& visit) {
  visit.at_most(0);
  const auto& device = visit.device();
  const auto storages = stores(visit);
  if (visit.json())
    print_line(info_json(device, visit.session().vendor(), storages));
  else
    print_info(device, visit.session().vendor(), storages);
  return success;
}

}  // namespace

Command info_command() {
  return visitor({"info", "what a camera is, and what it can do",
                  "Examples:\n"
                  "  stuntcam info ptpip:192.168.1.1\n"
                  "  stuntcam info ptpip:127.0.0.1:15740 --json\n",
                  "", ""},
                 info);
}

}  // namespace stuntcam::cli
