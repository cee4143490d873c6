#include <fmt/format.h>

#include <array>
#include <cmath>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/visit.h"
#include "profiles/values.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;
using ptp::PropertyCode;

// Short names that people know from other programs.
constexpr std::array<std::pair<std::string_view, PropertyCode>, 9> short_names{
    {{"iso", PropertyCode::ExposureIndex},
     {"whitebalance", PropertyCode::WhiteBalance},
     {"exposure", PropertyCode::ExposureTime},
     {"exp-bias", PropertyCode::ExposureBiasCompensation},
     {"delay", PropertyCode::CaptureDelay},
     {"effect", PropertyCode::EffectMode},
     {"flashmode", PropertyCode::FlashMode},
     {"focusmtr", PropertyCode::FocusMeteringMode},
     {"aperture", PropertyCode::FNumber}}};

u16 parse_property(Visit& visit, const std::string& text) {
  for (const auto& [name, code] : short_names)
    if (name == text) return static_cast<u16>(code);
  const auto vendor = visit.session().vendor();
  const auto code = ptp::parse_code<PropertyCode>(text, vendor);
  if (code) return static_cast<u16>(*code);
  const auto near = ptp::nearest_name<PropertyCode>(text, vendor);
  throw Failure(usage, near.empty() ? fmt::format("unknown property '{}'", text)
                                    : fmt::format("unknown property '{}'; did you mean '{}'?", text, near));
}

profiles::Property property(Visit& visit, u16 code) {
  const auto desc = visit.run(visit.session().prop_desc(code));
  profiles::Property found;
  found.code = code;
  found.name = ptp::to_string(static_cast<PropertyCode>(code), visit.session().vendor());
  found.type = desc.type;
  found.writable = desc.get_set != 0;
  found.factory_default = desc.factory_default;
  found.current = desc.current;
  found.form = desc.form;
  return found;
}

// With its unit, where the standard gives the property one.
std::string value_text(u16 code, const ptp::Value& value) {
  const auto number = static_cast<double>(value.integer());
  switch (static_cast<PropertyCode>(code)) {
    case PropertyCode::FNumber:
      return fmt::format("f/{:g}", number / 100);
    case PropertyCode::FocalLength:
      return fmt::format("{:g} mm", number / 100);
    case PropertyCode::ExposureTime:  // in 0.1 ms
      if (number <= 0 || number > 36e6) return value.to_string();
      return number < 5000 ? fmt::format("1/{:.0f}", 1e4 / number) : fmt::format("{:g} s", number / 1e4);
    case PropertyCode::ExposureBiasCompensation:
      return fmt::format("{:+.1f} EV", number / 1000);
    case PropertyCode::BatteryLevel:
      return fmt::format("{:g} %", number);
    default:
      return value.to_string();
  }
}

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

void print(Visit& visit, const profiles::Property& property) {
  if (visit.json()) {
    print_line({{"code", property.code},
                {"name", property.name},
                {"type", ptp::name(property.type)},
                {"access", property.writable ? "rw" : "r"},
                {"default", ptp::json(property.factory_default)},
                {"current", ptp::json(property.current)},
                {"form", form_json(property.form)},
                {"text", value_text(property.code, property.current)}});
    return;
  }
  fmt::print("0x{:04X}  {:<28} {:<2}  {:<24}  {}\n", property.code, property.name, property.writable ? "rw" : "r",
             value_text(property.code, property.current), profiles::allowed_text(property));
}

int list(Visit& visit) {
  visit.at_most(0);
  for (const u16 code : visit.device().device_properties_supported) {
    try {
      print(visit, property(visit, code));
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;
      visit.console().warn(fmt::format("0x{:04X}: {}", code, problem.what()));
    }
  }
  return success;
}

int get(Visit& visit) {
  visit.device();
  visit.at_most(1);
  print(visit, property(visit, parse_property(visit, visit.word(0, "PROP"))));
  return success;
}

// "f/5.6", "1/250" and "-0.3 EV" as well as the number on the wire.
std::string wire_text(u16 code, const std::string& text) {
  try {
    if (code == static_cast<u16>(PropertyCode::FNumber) && text.starts_with("f/"))
      return fmt::format("{:.0f}", std::stod(text.substr(2)) * 100);
    if (code == static_cast<u16>(PropertyCode::ExposureTime) && text.starts_with("1/"))
      return fmt::format("{:.0f}", std::floor(1e4 / std::stod(text.substr(2))));
    if (code == static_cast<u16>(PropertyCode::ExposureBiasCompensation) && text.ends_with(" EV"))
      return fmt::format("{:.0f}", std::stod(text) * 1000);
  } catch (const std::exception&) {  // no number: what reads the value says so
  }
  return text;
}

int set(Visit& visit) {
  visit.device();
  const auto code = parse_property(visit, visit.word(0, "PROP"));
  const auto& text = visit.word(1, "VALUE");
  visit.at_most(2);
  auto wanted = property(visit, code);
  const auto allowed = profiles::allowed_text(wanted);
  const auto value = profiles::value_from_text(wanted, wire_text(code, text));
  if (!value) throw Failure(usage, fmt::format("{}: {}", wanted.name, value.error()));
  try {
    visit.run(visit.session().set_prop_value(code, *value));
  } catch (const initiator::Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
    throw Failure(failed, fmt::format("{} = {}: {}", wanted.name, text, problem.what()),
                  allowed.empty() ? "" : fmt::format("allowed: {}", allowed));
  }
  if (visit.json()) print(visit, property(visit, code));
  return success;
}

int reset(Visit& visit) {
  visit.device();
  visit.at_most(1);
  const u32 all = 0xFFFFFFFF;
  visit.run(visit.session().reset_prop_value(visit.words().empty() ? all : parse_property(visit, visit.words()[0])));
  return success;
}

}  // namespace

Command prop_list_command() {
  return visitor({"prop list", "the camera's properties, their values and what they may be",
                  "Examples:\n"
                  "  stuntcam prop list ptpip:192.168.1.1\n",
                  "", ""},
                 list);
}

Command prop_get_command() {
  return visitor({"prop get", "one property",
                  "Examples:\n"
                  "  stuntcam prop get ptpip:192.168.1.1 iso\n"
                  "  stuntcam prop get ptpip:192.168.1.1 0x500D --json\n",
                  "PROP", "PROP is a name, a code, or iso, aperture, exposure, exp-bias, whitebalance, flashmode, …"},
                 get);
}

Command prop_set_command() {
  return visitor({"prop set", "change a property",
                  "Examples:\n"
                  "  stuntcam prop set ptpip:192.168.1.1 iso 800\n"
                  "  stuntcam prop set ptpip:192.168.1.1 aperture f/5.6\n",
                  "PROP VALUE", "PROP is a name, a code, or a short name as for `prop get`"},
                 set);
}

Command prop_reset_command() {
  return visitor({"prop reset", "give a property, or all, its factory default",
                  "Examples:\n"
                  "  stuntcam prop reset ptpip:192.168.1.1 iso\n",
                  "[PROP]", "without PROP: all"},
                 reset);
}

}  // namespace stuntcam::cli
