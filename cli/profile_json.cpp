#include "cli/profile_json.h"

#include <fmt/format.h>

#include "ptp/codes.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;

template <class Code>
Json codes(const std::vector<u16>& list, ptp::Vendor vendor) {
  auto array = Json::array();
  for (const auto code : list)
    array.push_back({{"code", code}, {"name", std::string(ptp::name(static_cast<Code>(code), vendor))}});
  return array;
}

Json form(const ptp::Form& form) {
  if (const auto* range = std::get_if<ptp::RangeForm>(&form))
    return {{"minimum", ptp::json(range->minimum)},
            {"maximum", ptp::json(range->maximum)},
            {"step", ptp::json(range->step)}};
  const auto* enumeration = std::get_if<ptp::EnumerationForm>(&form);
  if (!enumeration) return {};
  auto values = Json::array();
  for (const auto& value : enumeration->values) values.push_back(ptp::json(value));
  return {{"values", values}};
}

Json property(const profiles::Property& property) {
  Json tree = {{"code", property.code},
               {"name", property.name},
               {"type", std::string(ptp::name(property.type))},
               {"access", property.writable ? "rw" : "r"},
               {"default", ptp::json(property.factory_default)},
               {"current", ptp::json(property.current)},
               {"form", form(property.form)}};
  if (!property.labels.empty()) tree["labels"] = property.labels;
  return tree;
}

Json storage(const profiles::Storage& storage) {
  Json tree = {{"id", storage.id},           {"media", storage.media},
               {"present", storage.present}, {"capacity", storage.capacity},
               {"label", storage.label},     {"description", storage.description}};
  u64 count = 0;
  for (const auto& run : storage.objects) count += run.count;
  tree["objects"] = count;
  return tree;
}

Json quirks(const profiles::Quirks& quirks) {
  using Ids = profiles::Quirks::TransactionIds;
  const auto* ids = quirks.transaction_ids == Ids::off      ? "off"
                    : quirks.transaction_ids == Ids::strict ? "strict"
                                                            : "lenient";
  return {{"poll_events", quirks.poll_events},
          {"push_events", quirks.push_events},
          {"transaction_ids", ids},
          {"five_response_parameters", quirks.five_response_parameters},
          {"three_event_parameters", quirks.three_event_parameters},
          {"upload_to_read_only_store", quirks.upload_to_read_only_store},
          {"event_for_own_delete", quirks.event_for_own_delete},
          {"event_for_own_property_set", quirks.event_for_own_property_set},
          {"accept_current_outside_form", quirks.accept_current_outside_form},
          {"one_packet_per_segment", quirks.one_packet_per_segment},
          {"operations_without_session", quirks.operations_without_session}};
}

}  // namespace

Json profile_json(const profiles::Profile& profile) {
  const auto& device = profile.device;
  Json tree = {{"name", profile.name},
               {"description", profile.description},
               {"origin", profile.origin},
               {"dialect", profile.dialect},
               {"port", profile.port},
               {"friendly_name", profile.friendly_name},
               {"device",
                {{"manufacturer", device.manufacturer},
                 {"model", device.model},
                 {"version", device.version},
                 {"serial", device.serial},
                 {"vendor_extension_id", device.vendor_extension_id},
                 {"vendor_extension_version", device.vendor_extension_version},
                 {"vendor_extension_desc", device.vendor_extension_desc},
                 {"vendor", std::string(ptp::name(device.vendor))}}},
               {"operations", codes<ptp::OperationCode>(device.operations, device.vendor)},
               {"events", codes<ptp::EventCode>(device.events, device.vendor)},
               {"properties", Json::array()},
               {"storages", Json::array()}};
  for (const auto& each : profile.properties) tree["properties"].push_back(property(each));
  for (const auto& each : profile.storages) tree["storages"].push_back(storage(each));
  auto& presets = tree["presets"] = Json::object();
  for (const auto& [name, values] : profile.presets) {
    for (const auto& [code, value] : values) {
      const auto* known = profile.property(code);
      presets[name][known ? known->name : fmt::format("0x{:04X}", code)] = ptp::json(value);
    }
  }
  tree["quirks"] = quirks(profile.quirks);
  return tree;
}

}  // namespace stuntcam::cli
