#include "profiles/critique.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "profiles/places.h"
#include "profiles/values.h"

namespace stuntcam::profiles {
namespace {

constexpr u16 association = 0x3001;

class Critic {
 public:
  Critic(const Written& written, const Gaps& gaps)
      : profile_(written.profile), tree_(written.tree), places_(written), gaps_(gaps) {}

  std::vector<Finding> say() && {
    look_at_connection();
    look_at_lists();
    for (const auto& property : profile_.properties) look_at(property);
    look_at_names();
    for (const auto& operation : profile_.canned) look_at(operation);
    for (const auto& storage : profile_.storages) look_at(storage);
    look_at_formats();
    look_at_assumed();
    std::ranges::sort(findings_, {}, [](const Finding& each) {
      const auto& p = each.problem;
      return std::tie(p.file, p.line, p.column, p.message);
    });
    return std::move(findings_);
  }

 private:
  void find(Severity severity, const Position& at, std::string message) {
    findings_.push_back({severity, {at.file ? *at.file : profile_.origin, at.line, at.column, std::move(message)}});
  }
  void warn(const Position& at, std::string message) { find(Severity::warning, at, std::move(message)); }
  void note(const Position& at, std::string message) { find(Severity::note, at, std::move(message)); }
  std::string operation(u16 code) const {
    return ptp::to_string(static_cast<ptp::OperationCode>(code), profile_.device.vendor);
  }
  std::string event(u16 code) const {
    return ptp::to_string(static_cast<ptp::EventCode>(code), profile_.device.vendor);
  }
  std::string format(u16 code) const {
    return ptp::to_string(static_cast<ptp::FormatCode>(code), profile_.device.vendor);
  }
  static std::string property(const Property& property) {
    return property.name.empty() ? fmt::format("0x{:04X}", property.code) : property.name;
  }

  void look_at_connection();
  void look_at_lists();
  void look_at(const Property&);
  void look_at_names();
  void look_at(const CannedOperation&);
  void look_at(const CannedAnswer&, const Position&);
  void look_at(const Storage&);
  void look_at_formats();
  void look_at_assumed();

  const Profile& profile_;
  const Node& tree_;
  Places places_;
  const Gaps& gaps_;
  std::vector<Finding> findings_;
};

void Critic::look_at_connection() {
  // An empty name that was written down is meant.
  if (profile_.friendly_name.empty() && !tree_.find("friendly_name"))
    warn(places_.top(), "there is no friendly_name: clients see a camera without a name");
  if (!profile_.quirks.poll_events && !profile_.quirks.push_events)
    warn(places_.key("quirks", "push_events"), "the quirks neither push nor queue events: nobody hears of any");
  if (profile_.storages.empty()) warn(places_.top(), "there is no [[storage]]: the camera can't keep a picture");
}

void Critic::look_at_lists() {
  for (const u16 code : gaps_.operations) {
    const bool assumed = std::ranges::find(profile_.assumed, code) != profile_.assumed.end();  // its author knows
    find(assumed ? Severity::note : Severity::warning, places_.listed("operations", code, &Codes::operation),
         fmt::format("operation {} is advertised but not emulated; an [[operation]] can answer it", operation(code)));
  }
  for (const u16 code : gaps_.events)
    note(places_.listed("events", code, &Codes::event),
         fmt::format("event {} is advertised, and nothing here ever sends it", event(code)));
  if (!profile_.properties.empty() && !profile_.advertises(ptp::OperationCode::GetDevicePropDesc))
    warn(places_.key("device", "operations"),
         "there are properties, but GetDevicePropDesc is not among the operations");
}

bool outside(const Property& property, const ptp::Value& value) {
  const auto* list = std::get_if<ptp::EnumerationForm>(&property.form);
  return !(list && list->values.empty()) && !ptp::allows(property.form, value);
}

void Critic::look_at(const Property& each) {
  // A present value outside its form is an error; with the quirk both values may be.
  const bool lifted = profile_.quirks.accept_current_outside_form;
  if (!lifted && outside(each, each.factory_default))
    warn(places_.property(each.code, "default"),
         fmt::format("{}: the default {} is outside its form; allowed: {}", property(each),
                     each.factory_default.to_string(), allowed_text(each)));
  const auto* list = std::get_if<ptp::EnumerationForm>(&each.form);
  if (!lifted && list && list->values.empty() && each.writable)
    warn(places_.property(each.code, "enum"),
         fmt::format("{}: can be written, but its enumeration is empty", property(each)));
  for (const auto& [text, label] : each.labels) {
    const auto value = each.type == ptp::DataType::string ? ptp::Value(text) : *integer_from_text(text, each.type);
    if (outside(each, value))
      note(places_.property(each.code, "labels"),
           fmt::format("{}: the label '{}' is for {}, which its form does not allow", property(each), label,
                       value.to_string()));
  }
}

void Critic::look_at_names() {
  std::map<std::string, u16> names;
  for (const auto& each : profile_.properties) {
    if (each.name.empty() || names.emplace(each.name, each.code).second) continue;
    warn(places_.property(each.code, "name"),
         fmt::format("0x{:04X} and 0x{:04X} are both called {}", names[each.name], each.code, each.name));
  }
}

void Critic::look_at(const CannedOperation& each) {
  const auto at = places_.operation(each.code);
  if (!profile_.advertises(static_cast<ptp::OperationCode>(each.code)))
    note(at, fmt::format("operation {} is answered but not among the operations: who looks there first won't ask",
                         operation(each.code)));
  look_at(each, at);
  bool always = false;
  for (const auto& other : each.cases) {
    if (always) warn(at, fmt::format("operation {}: a case after one that always holds", operation(each.code)));
    always = always || other.when.empty();
    look_at(other.answer, at);
  }
}

void Critic::look_at(const CannedAnswer& answer, const Position& at) {
  const auto& events = profile_.device.events;
  for (const auto& each : answer.events)
    if (std::ranges::find(events, each.code) == events.end())
      warn(at, fmt::format("event {} is not among the events, so it is never sent", event(each.code)));
  if (answer.object &&
      std::ranges::find(profile_.device.image_formats, answer.object->format) == profile_.device.image_formats.end())
    warn(at, fmt::format("makes an object of format {}, which is not among the image_formats",
                         format(answer.object->format)));
}

void Critic::look_at(const Storage& storage) {
  const Node* node = places_.storage_node(storage.id);
  const Node* items = node ? node->find("objects") : nullptr;
  const auto& formats = profile_.device.image_formats;
  const auto at = node ? node->at : places_.top();
  u64 bytes = 0;
  for (std::size_t i = 0; i < storage.objects.size(); ++i) {
    const auto& objects = storage.objects[i];
    const auto place = items && items->array() && i < items->array()->size() ? (*items->array())[i].at : at;
    // Vendors leave out raw formats of their own.
    const bool vendor_raw = (objects.format & 0xFF00) == 0xB100;
    if (std::ranges::find(formats, objects.format) == formats.end())
      find(vendor_raw ? Severity::note : Severity::warning, place,
           fmt::format("objects of format {}, which is not among the image_formats", format(objects.format)));
    // Saturated: counts and sizes may be as large as they like.
    u64 run = 0;
    if (__builtin_mul_overflow(objects.size, u64{objects.count}, &run) || __builtin_add_overflow(bytes, run, &bytes))
      bytes = ~u64{0};
  }
  if (storage.present && storage.media == "synthetic" && bytes > storage.capacity)
    warn(at,
         fmt::format("storage 0x{:08X} has {} bytes of objects and room for {}", storage.id, bytes, storage.capacity));
}

// Folders come by themselves, and what the camera can take has not been taken yet.
void Critic::look_at_formats() {
  const bool synthetic =
      std::ranges::all_of(profile_.storages, [](const auto& each) { return each.media == "synthetic"; });
  if (!synthetic) return;
  std::set<u16> there{association};
  for (const auto& storage : profile_.storages)
    for (const auto& objects : storage.objects) there.insert(objects.format);
  there.insert(profile_.device.capture_formats.begin(), profile_.device.capture_formats.end());
  for (const u16 code : profile_.device.image_formats)
    if (!there.contains(code))
      note(places_.listed("image_formats", code, &Codes::format),
           fmt::format("format {} is advertised, and no object has it", format(code)));
}

void Critic::look_at_assumed() {
  const Node* list = tree_.find("assumed");
  for (std::size_t i = 0; i < profile_.assumed.size(); ++i) {
    const u16 code = profile_.assumed[i];
    const bool answered = std::ranges::find(profile_.canned, code, &CannedOperation::code) != profile_.canned.end();
    if (answered || profile_.property(code) || profile_.advertises(static_cast<ptp::OperationCode>(code))) continue;
    warn((*list->array())[i].at, fmt::format("0x{:04X} is assumed, but the camera does not have it", code));
  }
}

std::vector<Finding> findings(std::expected<Written, std::vector<Problem>> written, const FindGaps& gaps) {
  std::vector<Finding> errors;
  if (written) return Critic(*written, gaps ? gaps(written->profile) : Gaps{}).say();
  for (auto& problem : written.error()) errors.push_back({Severity::error, std::move(problem)});
  return errors;
}

}  // namespace

std::string_view name(Severity severity) {
  constexpr std::array names{std::string_view("error"), std::string_view("warning"), std::string_view("note")};
  return names.at(static_cast<std::size_t>(severity));
}

std::vector<Finding> check(const std::string& name_or_path, const FindGaps& gaps) {
  return findings(load_written(name_or_path), gaps);
}

std::vector<Finding> check_text(std::string_view toml, const std::string& file, const FindGaps& gaps) {
  return findings(parse_written(toml, file), gaps);
}

}  // namespace stuntcam::profiles
