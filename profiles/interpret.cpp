#include "profiles/interpret.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "ptp/dialect.h"
#include "ptp/text.h"

namespace stuntcam::profiles {
namespace {

// A packet's length has 32 bits, and counts the 12 bytes before the payload.
constexpr u64 max_data_packet = 0xFFFFFFFF - 12;

void wire_text(Section& section, std::string_view key, std::string& out) {
  if (!section.read(key, out)) return;
  if (ptp::utf16_from_utf8(out).size() > ptp::max_string_units)
    section.problems().add(section.get(key)->at, fmt::format("'{}' is longer than the {} characters of a PTP string",
                                                             key, ptp::max_string_units));
}

void needed_text(Section& section, std::string_view key, std::string& out) {
  if (section.need(key)) wire_text(section, key, out);
}

ptp::Vendor interpret_vendor(Section& section, const Device& device) {
  std::string name;
  if (!section.read("vendor", name)) return ptp::vendor_of(device.vendor_extension_id, device.manufacturer);
  if (const auto vendor = ptp::vendor(name)) return *vendor;
  std::string known;
  for (u8 i = 0; !ptp::name(static_cast<ptp::Vendor>(i)).empty(); ++i)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", ptp::name(static_cast<ptp::Vendor>(i)));
  section.problems().add(section.get("vendor")->at, fmt::format("unknown vendor '{}'; known are: {}", name, known));
  return ptp::Vendor::none;
}

void interpret_identity(Section& section, Device& device) {
  section.read("standard_version", device.standard_version);
  section.read("vendor_extension_id", device.vendor_extension_id);
  section.read("vendor_extension_version", device.vendor_extension_version);
  wire_text(section, "vendor_extension_desc", device.vendor_extension_desc);
  section.read("functional_mode", device.functional_mode);
  needed_text(section, "manufacturer", device.manufacturer);
  needed_text(section, "model", device.model);
  needed_text(section, "version", device.version);
  needed_text(section, "serial", device.serial);
  device.vendor = interpret_vendor(section, device);
}

void interpret_lists(Section& section, const Codes& codes, Device& device) {
  codes.read(section, "operations", device.operations, &Codes::operation);
  codes.read(section, "events", device.events, &Codes::event);
  codes.read(section, "capture_formats", device.capture_formats, &Codes::format);
  codes.read(section, "image_formats", device.image_formats, &Codes::format);
}

Timing interpret_timing(const Node& node, Problems& problems) {
  Timing timing;
  Section section(node, "[timing]", problems);
  section.read("capture", timing.capture);
  section.read("autofocus", timing.autofocus);
  section.read("burst_interval", timing.burst_interval);
  section.read("self_timer", timing.self_timer);
  section.read("live_view_start", timing.live_view_start);
  section.read("vendor_session", timing.vendor_session);
  section.read("live_view_rate", timing.live_view_rate, 0.01, 1000);
  return timing;
}

Flight interpret_flight(const Node& node, Problems& problems) {
  Flight flight;
  Section section(node, "[flight]", problems);
  section.read("path", flight.path);
  section.read("latitude", flight.latitude, -90, 90);
  section.read("longitude", flight.longitude, -180, 180);
  section.read("ground", flight.ground, -500, 9000);  // the Dead Sea, Mount Everest
  section.read("height", flight.height, 0, 10'000);   // what still sees something
  section.read("speed", flight.speed, 0, 100);        // no aircraft that carries a small camera is faster
  section.read("sunshine_module", flight.sunshine_module);
  return flight;
}

Quirks interpret_quirks(const Node& node, Problems& problems) {
  Quirks quirks;
  Section section(node, "[quirks]", problems);
  section.read("poll_events", quirks.poll_events);
  section.read("push_events", quirks.push_events);
  u16 ids = static_cast<u16>(quirks.transaction_ids);
  const auto name = [](Quirks::TransactionIds which) { return static_cast<u16>(which); };
  using Ids = Quirks::TransactionIds;
  section.read("transaction_ids", ids,
               {{"off", name(Ids::off)}, {"lenient", name(Ids::lenient)}, {"strict", name(Ids::strict)}});
  quirks.transaction_ids = static_cast<Ids>(ids);
  section.read("five_response_parameters", quirks.five_response_parameters);
  section.read("three_event_parameters", quirks.three_event_parameters);
  section.read("upload_to_read_only_store", quirks.upload_to_read_only_store);
  section.read("event_for_own_delete", quirks.event_for_own_delete);
  section.read("event_for_own_property_set", quirks.event_for_own_property_set);
  section.read("accept_current_outside_form", quirks.accept_current_outside_form);
  section.read("one_packet_per_segment", quirks.one_packet_per_segment);
  section.read("empty_slots_answer", quirks.empty_slots_answer);
  section.read("out_of_focus", quirks.out_of_focus);
  section.read("operations_without_session", quirks.operations_without_session);
  section.read("status_bits_by_manual", quirks.status_bits_by_manual);
  section.read("data_when_refused", quirks.data_when_refused);
  return quirks;
}

// As DCF wants the names of files to begin.
bool good_prefix(std::string_view prefix) {
  constexpr std::size_t length = 4;
  return prefix.size() == length &&
         std::ranges::all_of(prefix, [](unsigned char each) { return std::isalnum(each) != 0 || each == '_'; });
}

void interpret_guid(Section& root, Profile& profile) {
  std::string text;
  if (!root.read("guid", text)) return;
  const auto bytes = hex_bytes(text);
  if (bytes && bytes->size() == 16) {
    profile.guid = text;
  } else {
    root.expected(*root.get("guid"), "guid", "32 hex digits");
  }
}

std::string dialect_names() {
  std::vector<std::string> names;
  for (const auto& dialect : ptp::dialects()) names.push_back(fmt::format("\"{}\"", dialect.name));
  return fmt::format("{}", fmt::join(names, " or "));
}

void interpret_connection(Section& root, Profile& profile) {
  root.read("description", profile.description);
  if (root.read("dialect", profile.dialect) &&
      std::ranges::find(ptp::dialects(), profile.dialect, &ptp::Dialect::name) == ptp::dialects().end())
    root.expected(*root.get("dialect"), "dialect", dialect_names());
  root.read("port", profile.port, 1);
  if (root.read("friendly_name", profile.friendly_name) &&
      ptp::utf16_from_utf8(profile.friendly_name).size() > max_friendly_name)
    root.problems().add(
        root.get("friendly_name")->at,
        fmt::format("'friendly_name' is '{}': at most {} characters fit the InitCommandAck that clients "
                    "read",
                    profile.friendly_name, max_friendly_name));
  interpret_guid(root, profile);
  root.read("protocol_version", profile.protocol_version);
  root.read("max_initiators", profile.max_initiators, 1);
  if (root.read("file_prefix", profile.file_prefix) && !good_prefix(profile.file_prefix))
    root.expected(*root.get("file_prefix"), "file_prefix", "four letters, digits or underlines");
  root.read("first_handle", profile.first_handle, 1, 0xFFFFFFFE);
  if (root.read_size("data_packet", profile.data_packet) &&
      (profile.data_packet == 0 || profile.data_packet > max_data_packet))
    root.expected(*root.get("data_packet"), "data_packet", fmt::format("1 to {} bytes", max_data_packet));
}

}  // namespace

std::optional<Bytes> hex_bytes(std::string_view text) {
  Bytes bytes;
  bool half = false;
  for (const char& c : text) {
    if ((c == ' ' || c == '\n') && !half) continue;
    unsigned digit = 0;
    if (std::from_chars(&c, &c + 1, digit, 16).ec != std::errc{}) return std::nullopt;
    if (half) {
      bytes.back() = static_cast<u8>(bytes.back() << 4 | digit);
    } else {
      bytes.push_back(static_cast<u8>(digit));
    }
    half = !half;
  }
  if (half) return std::nullopt;
  return bytes;
}

Profile interpret(const Node& tree, Problems& problems) {
  Profile profile;
  Section root(tree, "the profile", problems);
  root.get("extends");  // already followed
  interpret_connection(root, profile);
  if (const Node* node = root.get("timing")) profile.timing = interpret_timing(*node, problems);
  if (const Node* node = root.get("flight")) profile.flight = interpret_flight(*node, problems);
  if (const Node* node = root.get("quirks")) profile.quirks = interpret_quirks(*node, problems);
  if (const Node* node = root.get("usb")) profile.usb = interpret_usb(*node, problems);

  // The vendor decides what codes are called, and the properties bring names of their own: they come first.
  static const Node nothing{Node::Table{}, {}};
  const Node* device = root.need("device");
  const Node* more = root.get("add");
  Section section(device ? *device : nothing, "[device]", problems);
  Section add(more ? *more : nothing, "[add]", problems);
  if (device) interpret_identity(section, profile.device);
  profile.properties =
      interpret_properties(root, add, profile.device.vendor, profile.quirks.accept_current_outside_form);
  const Codes codes(profile.device.vendor, &profile.properties);
  if (device) section.need("operations");
  interpret_lists(section, codes, profile.device);
  interpret_lists(add, codes, profile.device);

  profile.storages = interpret_storages(root, add, codes);
  profile.canned = interpret_operations(root, add, codes);
  codes.read(root, "object_properties", profile.object_properties, &Codes::object_property);
  codes.read(root, "assumed", profile.assumed, &Codes::operation_or_property);
  profile.presets = interpret_presets(root, profile);
  return profile;
}

}  // namespace stuntcam::profiles
