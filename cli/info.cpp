#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/storages.h"
#include "ptp/text.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;
using ptp::printable;

template <class Code>
Json named(const std::vector<u16>& codes, ptp::Vendor vendor) {
  Json list = Json::array();
  for (const u16 code : codes)
    list.push_back({{"code", code}, {"name", ptp::to_string(static_cast<Code>(code), vendor)}});
  return list;
}

Json info_json(const ptp::DeviceInfo& device, ptp::Vendor vendor, const std::vector<Storage>& storages) {
  Json json = ptp::json(device);
  json["OperationsSupported"] = named<ptp::OperationCode>(device.operations_supported, vendor);
  json["EventsSupported"] = named<ptp::EventCode>(device.events_supported, vendor);
  json["DevicePropertiesSupported"] = named<ptp::PropertyCode>(device.device_properties_supported, vendor);
  json["CaptureFormats"] = named<ptp::FormatCode>(device.capture_formats, vendor);
  json["ImageFormats"] = named<ptp::FormatCode>(device.image_formats, vendor);
  json["Storages"] = storages_json(storages);
  return json;
}

template <class Code>
void print_codes(const char* title, const std::vector<u16>& codes, ptp::Vendor vendor) {
  fmt::print("{}:\n", title);
  for (const u16 code : codes) fmt::print("  0x{:04X}  {}\n", code, ptp::to_string(static_cast<Code>(code), vendor));
}

void print_info(const ptp::DeviceInfo& device, ptp::Vendor vendor, const std::vector<Storage>& storages) {
  fmt::print("Manufacturer:   {}\nModel:          {}\nDevice version: {}\nSerial number:  {}\n",
             printable(device.manufacturer), printable(device.model), printable(device.device_version),
             printable(device.serial_number));
  fmt::print("PTP version:    {}.{:02}\nVendor:         0x{:08X} {} ({})\n", device.standard_version / 100,
             device.standard_version % 100, device.vendor_extension_id, ptp::name(vendor),
             printable(device.vendor_extension_desc));
  for (const auto& store : storages) fmt::print("Storage:        {}\n", storage_text(store));
  print_codes<ptp::OperationCode>("Operations", device.operations_supported, vendor);
  print_codes<ptp::EventCode>("Events", device.events_supported, vendor);
  print_codes<ptp::PropertyCode>("Properties", device.device_properties_supported, vendor);
  print_codes<ptp::FormatCode>("Capture formats", device.capture_formats, vendor);
  print_codes<ptp::FormatCode>("Image formats", device.image_formats, vendor);
}

int info(Visit& visit, bool pretty) {
  visit.at_most(0);
  const auto& device = visit.device();
  const auto storages = list_storages(visit);
  if (visit.json() || pretty)
    print_json(info_json(device, visit.session().vendor(), storages), pretty);
  else
    print_info(device, visit.session().vendor(), storages);
  return success;
}

}  // namespace

Command info_command() {
  auto pretty = std::make_shared<bool>(false);
  return visitor(
      {"info", "what a camera is, and what it can do",
       "Examples:\n"
       "  stuntcam info ptpip:192.168.1.1\n"
       "  stuntcam info ptpip:127.0.0.1:15740 --json\n",
       "", ""},
      [pretty](Visit& visit) { return info(visit, *pretty); },
      [pretty](Options& declared) { declared.flag("--pretty", [pretty] { *pretty = true; }, "as JSON, indented"); });
}

}  // namespace stuntcam::cli
