#include "profiles/show.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "profiles/template.h"
#include "profiles/units.h"
#include "ptp/text.h"

namespace stuntcam::profiles {
namespace {

// A TOML basic string. What a camera says may be no UTF-8, which TOML must be.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : ptp::valid_utf8(text)) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + '"';
}

// Lists wrap at this width.
constexpr std::size_t line_width = 110;

std::string list(std::string_view key, const std::vector<std::string>& items) {
  const auto line = fmt::format("{} = [{}]\n", key, fmt::join(items, ", "));
  if (line.size() <= line_width) return line;
  std::string out = fmt::format("{} = [\n", key), row = " ";
  for (const auto& item : items) {
    if (row.size() + item.size() + 2 > line_width) {
      out += row + '\n';
      row = " ";
    }
    row += fmt::format(" {},", item);
  }
  return out + row + "\n]\n";
}

// One profile on its way to TOML.
class Printer {
 public:
  // `prefix` goes in front of every table's name.
  explicit Printer(const Profile& profile, std::string prefix = "")
      : profile_(profile), vendor_(profile.device.vendor), prefix_(std::move(prefix)) {}

  std::string print() {
    connection();
    device();
    timing();
    if (profile_.flight != Flight{}) flight();
    quirks();
    if (profile_.usb) usb(*profile_.usb);
    presets();
    for (const auto& storage : profile_.storages) print(storage);
    for (const auto& operation : profile_.canned) print(operation);
    for (const auto& property : profile_.properties) print(property);
    return std::move(out_);
  }

  // Only what is other than in `base`.
  std::string print_changes(const Profile& base) {
    if (profile_.device != base.device) device();
    if (profile_.timing != base.timing) timing();
    if (profile_.flight != base.flight) flight();
    if (profile_.quirks != base.quirks) quirks();
    if (profile_.usb && profile_.usb != base.usb) usb(*profile_.usb);
    if (profile_.storages != base.storages)
      for (const auto& storage : profile_.storages) print(storage);
    prefix_ += "add.";
    for (const auto& operation : profile_.canned)
      if (std::ranges::find(base.canned, operation) == base.canned.end()) print(operation);
    for (const auto& property : profile_.properties)
      if (std::ranges::find(base.properties, property) == base.properties.end()) print(property);
    return std::move(out_);
  }

 private:
  template <class... T>
  void line(fmt::format_string<T...> form, T&&... args) {
    out_ += fmt::format(form, std::forward<T>(args)...) + '\n';
  }
  void text(std::string_view key, std::string_view value) { line("{} = {}", key, in_quotes(value)); }

  template <class Code>
  std::string code(u16 number) const {
    const auto known = ptp::name(static_cast<Code>(number), vendor_);
    // Only if the name leads back: two codes may share one.
    const auto back = ptp::parse_code<Code>(known, vendor_);
    return !known.empty() && back && static_cast<u16>(*back) == number ? in_quotes(known)
                                                                       : fmt::format("0x{:04X}", number);
  }
  template <class Code>
  void codes(std::string_view key, const std::vector<u16>& numbers) {
    std::vector<std::string> items;
    for (const u16 number : numbers) items.push_back(code<Code>(number));
    out_ += list(key, items);
  }
  static std::string value(const ptp::Value& value) {
    if (value.type() == ptp::DataType::string) return in_quotes(value.text());
    if (!ptp::is_array(value.type())) return integer(value);
    if (value.type() == ptp::DataType::array_of_uint8) return in_quotes(template_text({value_bytes(value)}));
    std::vector<std::string> items;
    for (const auto item : value.array()) items.push_back(integer(ptp::Value(ptp::element_of(value.type()), item)));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  static Bytes value_bytes(const ptp::Value& array) {
    Bytes bytes;
    for (const auto item : array.array()) bytes.push_back(static_cast<u8>(item));
    return bytes;
  }
  static std::string source(const Source& source) {
    return source.kind == Source::Kind::constant ? value(source.value) : in_quotes(source_text(source));
  }
  static std::vector<std::string> sources(const std::vector<Source>& sources) {
    std::vector<std::string> items;
    for (const auto& each : sources) items.push_back(source(each));
    return items;
  }
  // TOML's integers are signed and have 64 bits: others are written as strings.
  static std::string integer(const ptp::Value& value) {
    const bool is_signed = ptp::is_signed(value.type());
    const auto text = is_signed ? fmt::format("{}", value.integer()) : fmt::format("{}", value.bits());
    const bool fits = is_signed ? value.integer() == static_cast<i64>(value.integer())
                                : value.bits() <= static_cast<u128>(std::numeric_limits<i64>::max());
    return fits ? text : in_quotes(text);
  }

  void connection();
  void device();
  void timing();
  void flight();
  void quirks();
  void usb(const Usb&);
  void presets();
  void print(const Storage&);
  void print(const SyntheticObjects&);
  void describe(const SyntheticObjects&);
  void print(const CannedOperation&);
  std::string print(const CannedCase::Condition&);
  void print(const CannedAnswer&, std::string_view where);
  void print(const Property&);

  const Profile& profile_;
  ptp::Vendor vendor_;
  std::string prefix_;
  std::string out_;
};

void Printer::connection() {
  if (!profile_.description.empty()) text("description", profile_.description);
  text("dialect", profile_.dialect);
  line("port = {}", profile_.port);
  text("friendly_name", profile_.friendly_name);
  if (profile_.guid) text("guid", *profile_.guid);
  line("protocol_version = 0x{:08X}", profile_.protocol_version);
  line("max_initiators = {}", profile_.max_initiators);
  text("file_prefix", profile_.file_prefix);
  line("first_handle = 0x{:08X}", profile_.first_handle);
  text("data_packet", size_text(profile_.data_packet));
  std::vector<std::string> assumed;
  for (const u16 number : profile_.assumed) assumed.push_back(fmt::format("0x{:04X}", number));
  out_ += list("assumed", assumed);
  codes<ptp::ObjectPropertyCode>("object_properties", profile_.object_properties);
}

void Printer::device() {
  const auto& device = profile_.device;
  line("\n[{}device]", prefix_);
  line("standard_version = {}", device.standard_version);
  line("vendor_extension_id = 0x{:08X}", device.vendor_extension_id);
  line("vendor_extension_version = {}", device.vendor_extension_version);
  text("vendor_extension_desc", device.vendor_extension_desc);
  text("vendor", ptp::name(device.vendor));
  line("functional_mode = 0x{:04X}", device.functional_mode);
  text("manufacturer", device.manufacturer);
  text("model", device.model);
  text("version", device.version);
  text("serial", device.serial);
  codes<ptp::OperationCode>("operations", device.operations);
  codes<ptp::EventCode>("events", device.events);
  codes<ptp::FormatCode>("capture_formats", device.capture_formats);
  codes<ptp::FormatCode>("image_formats", device.image_formats);
}

void Printer::timing() {
  const auto& timing = profile_.timing;
  line("\n[{}timing]", prefix_);
  text("capture", duration_text(timing.capture));
  text("autofocus", duration_text(timing.autofocus));
  text("burst_interval", duration_text(timing.burst_interval));
  text("self_timer", duration_text(timing.self_timer));
  text("live_view_start", duration_text(timing.live_view_start));
  text("vendor_session", duration_text(timing.vendor_session));
  line("live_view_rate = {}", timing.live_view_rate);
}

void Printer::flight() {
  const auto& flight = profile_.flight;
  line("\n[{}flight]", prefix_);
  text("path", flight.path);
  line("latitude = {}", flight.latitude);
  line("longitude = {}", flight.longitude);
  line("ground = {}", flight.ground);
  line("height = {}", flight.height);
  line("speed = {}", flight.speed);
  line("sunshine_module = {}", flight.sunshine_module);
}

void Printer::quirks() {
  const auto& quirks = profile_.quirks;
  constexpr std::string_view ids[] = {"off", "lenient", "strict"};
  line("\n[{}quirks]", prefix_);
  line("poll_events = {}", quirks.poll_events);
  line("push_events = {}", quirks.push_events);
  text("transaction_ids", ids[static_cast<u8>(quirks.transaction_ids)]);
  line("five_response_parameters = {}", quirks.five_response_parameters);
  line("three_event_parameters = {}", quirks.three_event_parameters);
  line("upload_to_read_only_store = {}", quirks.upload_to_read_only_store);
  line("event_for_own_delete = {}", quirks.event_for_own_delete);
  line("event_for_own_property_set = {}", quirks.event_for_own_property_set);
  line("accept_current_outside_form = {}", quirks.accept_current_outside_form);
  line("one_packet_per_segment = {}", quirks.one_packet_per_segment);
  line("empty_slots_answer = {}", quirks.empty_slots_answer);
  line("out_of_focus = {}", quirks.out_of_focus);
  line("operations_without_session = {}", quirks.operations_without_session);
  line("status_bits_by_manual = {}", quirks.status_bits_by_manual);
  line("data_when_refused = {}", quirks.data_when_refused);
}

void Printer::usb(const Usb& usb) {
  constexpr std::string_view speeds[] = {"full", "high", "super"}, statuses[] = {"ok", "empty", "stall", "busy"};
  line("\n[{}usb]", prefix_);
  line("vendor_id = 0x{:04X}", usb.vendor_id);
  line("product_id = 0x{:04X}", usb.product_id);
  line("release = 0x{:04X}", usb.release);
  text("manufacturer", usb.manufacturer);
  text("product", usb.product);
  text("serial", usb.serial);
  text("speed", speeds[static_cast<u8>(usb.speed)]);
  line("interrupt_packet = {}", usb.interrupt_packet);
  line("zlp = {}", usb.zlp);
  line("split_header = {}", usb.split_header);
  line("stall_unsupported = {}", usb.stall_unsupported);
  line("reset_keeps_session = {}", usb.reset_keeps_session);
  text("status", statuses[static_cast<u8>(usb.status)]);
}

void Printer::presets() {
  for (const auto& [name, preset] : profile_.presets) {
    line("\n[presets.{}]", in_quotes(name));
    for (const auto& [number, setting] : preset.values) line("0x{:04X} = {}", number, value(setting));
    if (preset.camera)
      out_ += Printer(*preset.camera, fmt::format("presets.{}.", in_quotes(name))).print_changes(profile_);
  }
}

void Printer::print(const Storage& storage) {
  line("\n[[{}storage]]", prefix_);
  line("id = 0x{:08X}", storage.id);
  line("type = {}", storage.storage_type);
  line("filesystem = {}", storage.filesystem_type);
  line("access = {}", storage.access_capability);
  text("capacity", size_text(storage.capacity));
  if (storage.free) text("free", size_text(*storage.free));
  if (storage.free_images) line("free_images = {}", *storage.free_images);
  text("description", storage.description);
  text("label", storage.label);
  text("media", storage.media);
  line("present = {}", storage.present);
  for (const auto& objects : storage.objects) print(objects);
  if (!storage.handles) return;
  line("\n[{}storage.handles]", prefix_);
  line("folder_step = 0x{:X}", storage.handles->folder_step);
  line("file_step = 0x{:X}", storage.handles->file_step);
  line("file_offset = 0x{:X}", storage.handles->file_offset);
}

void Printer::describe(const SyntheticObjects& objects) {
  text("folder", objects.folder);
  text("name", objects.name);
  line("first = {}", objects.first);
  line("format = {}", code<ptp::FormatCode>(objects.format));
  text("size", size_text(objects.size));
  line("width = {}", objects.width);
  line("height = {}", objects.height);
}

void Printer::print(const SyntheticObjects& objects) {
  line("\n[[{}storage.objects]]", prefix_);
  describe(objects);
  line("count = {}", objects.count);
  if (objects.handle) line("handle = 0x{:08X}", *objects.handle);
  line("handle_step = {}", objects.handle_step);
  if (objects.date) text("date", objects.date->to_string());
}

void Printer::print(const CannedOperation& operation) {
  line("\n[[{}operation]]", prefix_);
  line("code = {}", code<ptp::OperationCode>(operation.code));
  line("takes_data = {}", operation.takes_data);
  print(operation, "operation");
  for (const auto& each : operation.cases) {
    std::vector<std::string> conditions;
    for (const auto& condition : each.when) conditions.push_back(print(condition));
    line("\n[[{}operation.case]]", prefix_);
    line("when = {{ {} }}", fmt::join(conditions, ", "));
    print(each.answer, "operation.case");
  }
}

std::string Printer::print(const CannedCase::Condition& condition) {
  std::vector<std::string> values;
  for (const auto& each : condition.values) values.push_back(value(each));
  const auto name = source_text(condition.source);
  return fmt::format("{} = [{}]", name.substr(1, name.size() - 2), fmt::join(values, ", "));
}

void Printer::print(const CannedAnswer& answer, std::string_view where) {
  line("response = {}", code<ptp::ResponseCode>(answer.response));
  if (!answer.response_params.empty()) out_ += list("params", sources(answer.response_params));
  if (answer.data) text("data", template_text(*answer.data));
  if (answer.delay != Duration::zero()) text("delay", duration_text(answer.delay));
  if (answer.capture) line("capture = true");
  if (!answer.settings.empty()) line("\n[{}{}.set]", prefix_, where);
  for (const auto& [property, setting] : answer.settings) line("0x{:04X} = {}", property, source(setting));
  if (answer.object) {
    line("\n[{}{}.object]", prefix_, where);
    describe(*answer.object);
  }
  for (const auto& event : answer.events) {
    line("\n[[{}{}.event]]", prefix_, where);
    line("code = {}", code<ptp::EventCode>(event.code));
    if (!event.params.empty()) out_ += list("params", sources(event.params));
    if (event.delay != Duration::zero()) text("delay", duration_text(event.delay));
  }
}

void Printer::print(const Property& property) {
  line("\n[[{}property]]", prefix_);
  line("code = {}", code<ptp::PropertyCode>(property.code));
  if (property.name != ptp::name(static_cast<ptp::PropertyCode>(property.code), vendor_)) text("name", property.name);
  if (property.vendor_list) text("listed", "vendor");
  if (property.refusal != 0) line("refuse = {}", code<ptp::ResponseCode>(property.refusal));
  if (!property.described()) return;
  text("type", ptp::name(property.type));
  text("access", property.writable ? "rw" : "r");
  line("default = {}", value(property.factory_default));
  line("current = {}", value(property.current));
  if (property.dormant) line("dormant = {}", value(*property.dormant));
  if (!property.raw_value.empty()) line("raw_value = \"{:02x}\"", fmt::join(property.raw_value, ""));
  if (!property.raw_description.empty()) line("raw_description = \"{:02x}\"", fmt::join(property.raw_description, ""));
  if (const auto* range = std::get_if<ptp::RangeForm>(&property.form))
    line("range = [{}, {}, {}]", value(range->minimum), value(range->maximum), value(range->step));
  if (const auto* form = std::get_if<ptp::EnumerationForm>(&property.form)) {
    std::vector<std::string> items;
    for (const auto& item : form->values) items.push_back(value(item));
    out_ += list("enum", items);
  }
  if (property.labels.empty()) return;
  line("[{}property.labels]", prefix_);
  for (const auto& [key, label] : property.labels) line("{} = {}", in_quotes(key), in_quotes(label));
}

}  // namespace

std::string to_toml(const Profile& profile) { return Printer(profile).print(); }

}  // namespace stuntcam::profiles
