#include <fmt/format.h>

#include <array>
#include <set>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/properties.h"
#include "cli/storages.h"
#include "initiator/vendors/extension.h"
#include "ptp/text.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;
using ptp::PropertyCode;

// What a photographer looks at first, by short name; the rest of the camera's own by code.
constexpr std::array<std::string_view, 10> short_names{"battery",  "mode",         "exposure",  "aperture", "iso",
                                                       "exp-bias", "whitebalance", "flashmode", "focusmtr", "effect"};
constexpr std::array codes{
    PropertyCode::FunctionalMode,     PropertyCode::FocusMode,    PropertyCode::ExposureMeteringMode,
    PropertyCode::StillCaptureMode,   PropertyCode::CaptureDelay, PropertyCode::ImageSize,
    PropertyCode::CompressionSetting, PropertyCode::FocalLength,  PropertyCode::DateTime};

std::vector<ptp::DevicePropDesc> settings(Visit& visit) {
  std::vector<u16> wanted;
  for (const auto name : short_names) wanted.push_back(parse_property(visit, std::string(name)));
  for (const auto code : codes) wanted.push_back(static_cast<u16>(code));
  for (const u16 code : visit.contact().extension().state()) wanted.push_back(code);
  const auto supported = listed_properties(visit);
  const std::set<u16> listed(supported.begin(), supported.end());
  std::vector<ptp::DevicePropDesc> found;
  std::set<u16> seen;
  for (const u16 code : wanted) {
    if ((!listed.empty() && !listed.contains(code)) || !seen.insert(code).second) continue;
    try {
      found.push_back(get_property(visit, code));
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;
      visit.console().detail(fmt::format("0x{:04X}: {}", code, problem.what()));
    }
  }
  return found;
}

int state(Visit& visit, bool pretty) {
  visit.at_most(0);
  const auto& device = visit.device();
  const auto properties = settings(visit);
  const auto storages = list_storages(visit);
  if (visit.json() || pretty) {
    Json json = {{"Manufacturer", device.manufacturer}, {"Model", device.model}};
    auto& list = json["properties"] = Json::array();
    for (const auto& desc : properties) list.push_back(property_json(visit, desc));
    json["Storages"] = storages_json(storages);
    print_json(json, pretty);
    return success;
  }
  fmt::print("{:<28} {} {}\n", "Camera", ptp::printable(device.manufacturer), ptp::printable(device.model));
  for (const auto& desc : properties)
    fmt::print("{:<28} {}\n", property_name(visit, desc.code), value_text(visit, desc));
  for (const auto& store : storages) fmt::print("{:<28} {}\n", "Storage", storage_text(store));
  return success;
}

}  // namespace

Command state_command() {
  auto pretty = std::make_shared<bool>(false);
  return visitor(
      {"state", "battery, mode, main settings and storages, as they are now",
       "Examples:\n"
       "  stuntcam state ptpip:192.168.1.1\n"
       "  stuntcam state ptpip:192.168.1.1 --pretty\n",
       "", ""},
      [pretty](Visit& visit) { return state(visit, *pretty); },
      [pretty](Options& declared) { declared.flag("--pretty", [pretty] { *pretty = true; }, "as JSON, indented"); });
}

}  // namespace stuntcam::cli
