#include "cli/properties.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/failure.h"
#include "initiator/property_text.h"
#include "profiles/values.h"

namespace stuntcam::cli {

using ptp::Json;
using ptp::PropertyCode;

namespace {

Json form_json(const ptp::Form& form) {
  if (const auto* range = std::get_if<ptp::RangeForm>(&form))
    return {
        {"range",
         {{"min", ptp::json(range->minimum)}, {"max", ptp::json(range->maximum)}, {"step", ptp::json(range->step)}}}};
  if (const auto* list = std::get_if<ptp::EnumerationForm>(&form)) {
    Json values = Json::array();
    for (const auto& value : list->values) values.push_back(ptp::json(value));
    return {{"enum", std::move(values)}};
  }
  return {};
}

}  // namespace

u16 parse_property(Visit& visit, const std::string& text) {
  visit.device();
  if (const auto code = initiator::short_name(visit.contact().extension(), text)) return *code;
  const auto vendor = visit.session().vendor();
  if (const auto code = ptp::parse_code<PropertyCode>(text, vendor)) return static_cast<u16>(*code);
  const auto near = ptp::nearest_name<PropertyCode>(text, vendor);
  throw Failure(usage, near.empty() ? fmt::format("unknown property '{}'", text)
                                    : fmt::format("unknown property '{}'; did you mean '{}'?", text, near));
}

std::string property_name(Visit& visit, u16 code) {
  return ptp::to_string(static_cast<PropertyCode>(code), visit.session().vendor());
}

ptp::DevicePropDesc get_property(Visit& visit, u16 code) {
  if (const auto found = visit.run(visit.contact().extension().property(visit.session(), code))) return *found;
  auto desc = visit.run(visit.session().prop_desc(code));
  if (desc.code != code)
    throw initiator::Problem(
        initiator::Trouble::violation,
        fmt::format("the camera broke the protocol: GetDevicePropDesc of 0x{:04X} was answered with "
                    "the description of 0x{:04X}",
                    code, desc.code));
  return desc;
}

void set_property(Visit& visit, u16 code, const ptp::Value& value) {
  if (!visit.run(visit.contact().extension().set_property(visit.session(), code, value)))
    visit.run(visit.session().set_prop_value(code, value));
}

std::vector<u16> listed_properties(Visit& visit) {
  auto codes = visit.device().device_properties_supported;
  for (const u16 code : visit.run(visit.contact().extension().more_properties(visit.session())))
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  return codes;
}

std::string value_text(Visit& visit, const ptp::DevicePropDesc& desc) {
  return initiator::value_text(visit.contact().extension(), desc.code, desc.current);
}

ptp::Value parse_value(Visit& visit, const ptp::DevicePropDesc& desc, const std::string& text) {
  const auto& extension = visit.contact().extension();
  if (const auto value = initiator::value_by_text(extension, desc, text)) return *value;
  profiles::Property property;
  property.name = property_name(visit, desc.code);
  property.type = desc.type;
  const auto value = profiles::value_from_text(property, text);
  if (value) return *value;
  const auto allowed = initiator::allowed_text(extension, desc);
  throw Failure(usage, fmt::format("{}: {}", property.name, value.error()),
                allowed.empty() ? "" : fmt::format("allowed: {}", allowed));
}

Json property_json(Visit& visit, const ptp::DevicePropDesc& desc) {
  return {{"code", desc.code},
          {"name", property_name(visit, desc.code)},
          {"type", ptp::name(desc.type)},
          {"access", desc.get_set != 0 ? "rw" : "r"},
          {"default", ptp::json(desc.factory_default)},
          {"current", ptp::json(desc.current)},
          {"form", form_json(desc.form)},
          {"text", value_text(visit, desc)}};
}

void print_property(Visit& visit, const ptp::DevicePropDesc& desc) {
  if (visit.json()) return print_line(property_json(visit, desc));
  fmt::print("0x{:04X}  {:<28} {:<2}  {:<24}  {}\n", desc.code, property_name(visit, desc.code),
             desc.get_set != 0 ? "rw" : "r", value_text(visit, desc),
             initiator::allowed_text(visit.contact().extension(), desc));
  flush_output();
}

}  // namespace stuntcam::cli
