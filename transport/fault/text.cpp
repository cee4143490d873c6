// Faults as text, in both directions.
#include <fmt/format.h>

#include <algorithm>

#include "ptp/nearest.h"
#include "transport/fault/keys.h"

namespace stuntcam::transport {
namespace {

using ptp::Vendor;

FaultDictionary dictionary(FaultKind kind, bool about_event, Vendor vendor) {
  return {vendor, kind == FaultKind::inject || about_event};
}

// `keys` of a row: "delay! jitter".
bool takes(const FaultKindRow& kind, std::string_view key) {
  for (std::string_view rest = kind.keys; !rest.empty();) {
    const auto space = rest.find(' ');
    auto word = rest.substr(0, space);
    if (word.ends_with('!')) word.remove_suffix(1);
    if (word == key) return true;
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  }
  return false;
}

// The first key that the kind must have and the fault has not; "" when none is missing.
std::string_view missing(const FaultKindRow& kind, std::span<const FaultEntry> entries) {
  for (std::string_view rest = kind.keys; !rest.empty();) {
    const auto space = rest.find(' ');
    auto word = rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    if (!word.ends_with('!')) continue;
    word.remove_suffix(1);
    if (std::ranges::find(entries, word, &FaultEntry::key) == entries.end()) return word;
  }
  return {};
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto near = ptp::nearest(word, known);
  return near.empty() ? std::string() : fmt::format("; did you mean '{}'?", near);
}

std::vector<std::string_view> names_of_kinds() {
  std::vector<std::string_view> names;
  for (const auto& kind : fault_kinds()) names.push_back(kind.name);
  return names;
}

std::vector<std::string_view> keys_of(const FaultKindRow& kind) {
  std::vector<std::string_view> names;
  for (const auto& key : fault_keys())
    if (key.selects || takes(kind, key.name)) names.push_back(key.name);
  return names;
}

// The near ones among all codes: in an error for a name that there is not.
std::string near_code(std::string_view key, std::string_view text, const FaultDictionary& known) {
  std::string_view near;
  if (key == "operation") near = ptp::nearest_name<ptp::OperationCode>(text, known.vendor);
  if (key == "response" || (key == "code" && !known.event))
    near = ptp::nearest_name<ptp::ResponseCode>(text, known.vendor);
  if (key == "event" || (key == "code" && known.event)) near = ptp::nearest_name<ptp::EventCode>(text, known.vendor);
  if (key == "property") near = ptp::nearest_name<ptp::PropertyCode>(text, known.vendor);
  return near.empty() ? std::string() : fmt::format("; did you mean '{}'?", near);
}

// What is added lies in memory.
constexpr u64 most_surplus = 64 << 20, most_count = 65536;

bool works_on_requests(FaultKind kind) {
  using enum FaultKind;
  return of_connection(kind) || kind == drop || kind == late || kind == flip || kind == replace;
}

// What the keys one by one cannot tell. "": nothing is wrong.
std::string contradiction(const Fault& fault) {
  const auto& [kind, where, with] = fault;
  const auto name = row(kind).name;
  if (where.nth == 0 || where.every == 0 || where.times == 0) return "nth, every and times count from 1";
  if (where.direction == FaultDirection::to_responder && !works_on_requests(kind))
    return fmt::format("{} is for what goes to the initiator; i2r does not fit", name);
  if (of_camera(kind) && (where.packet || where.event || where.response || where.direction || where.lane || where.from))
    return fmt::format(
        "{} happens to the camera: it takes operation, param1…, nth, every, times, after and probability", name);
  const bool moves = kind == FaultKind::transaction || kind == FaultKind::total;
  if (moves && with.value.has_value() == with.add.has_value()) return fmt::format("{} takes value= or add=", name);
  if (kind == FaultKind::split && with.values.size() > 1 &&
      std::ranges::all_of(with.values, [](u64 n) { return n == 0; }))
    return "a data phase cannot consist of empty packets only";
  if (kind == FaultKind::refuse && with.code && with.reason) return "refuse takes code= or reason=";
  if (kind == FaultKind::flip && (with.count == 0 || with.mask == 0)) return "flip turns over at least one bit";
  for (const auto& time : {with.delay, with.jitter, with.time, where.after, where.until}) {
    if (time && *time < Duration{}) return "only jump= may be negative";
    if (time && *time > longest_fault) return "no fault waits longer than a year, 8760h";
  }
  if (with.count && *with.count > most_count) return fmt::format("count is {} at most", most_count);
  const bool carries_data = where.packet == ptp::PacketType::start_data || where.packet == ptp::PacketType::data ||
                            where.packet == ptp::PacketType::end_data;
  if (carries_data && (kind == FaultKind::repeat || kind == FaultKind::pad || kind == FaultKind::shorten))
    return fmt::format("{} is for packets without payload", name);
  if ((kind == FaultKind::pad || kind == FaultKind::extend) && with.bytes > most_surplus)
    return fmt::format("{} adds {} bytes at most", name, most_surplus);
  const bool rated = kind == FaultKind::throttle || kind == FaultKind::slice;
  if (rated && with.bytes == 0) return fmt::format("{} needs at least one byte", name);
  if (where.after && where.until && *where.until <= *where.after) return "until= comes after after=";
  return {};
}

const FaultKey* find_key(std::string_view name) {
  const auto found = std::ranges::find(fault_keys(), name, &FaultKey::name);
  return found == fault_keys().end() ? nullptr : &*found;
}

}  // namespace

std::expected<Fault, FaultProblem> make_fault(std::span<const FaultEntry> entries, Vendor vendor) {
  const auto problem = [](std::size_t entry, std::string message) {
    return std::unexpected(FaultProblem{entry, std::move(message)});
  };
  const auto named = std::ranges::find(entries, "kind", &FaultEntry::key);
  if (named == entries.end()) return problem(entries.size(), "a fault needs a kind");
  const auto kind = std::ranges::find(fault_kinds(), named->value, &FaultKindRow::name);
  if (kind == fault_kinds().end())
    return problem(
        static_cast<std::size_t>(named - entries.begin()),
        fmt::format("unknown kind of fault '{}'{}", named->value, did_you_mean(named->value, names_of_kinds())));
  Fault fault;
  fault.kind = kind->kind;
  const bool about_event = std::ranges::find(entries, "event", &FaultEntry::key) != entries.end();
  const auto known = dictionary(fault.kind, about_event, vendor);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [name, value] = entries[i];
    if (std::ranges::find(entries, name, &FaultEntry::key) != entries.begin() + static_cast<std::ptrdiff_t>(i))
      return problem(i, fmt::format("'{}' is there twice", name));
    if (name == "kind") continue;
    const FaultKey* const key = find_key(name);
    if (key == nullptr || !(key->selects || takes(*kind, name)))
      return problem(i, fmt::format("{} has no key '{}'{}", kind->name, name, did_you_mean(name, keys_of(*kind))));
    if (!key->read(value, fault, known))
      return problem(i,
                     fmt::format("{} is '{}'; write {}{}", name, value, key->expected, near_code(name, value, known)));
  }
  if (const auto key = missing(*kind, entries); !key.empty())
    return problem(entries.size(), fmt::format("{} needs {}=", kind->name, key));
  if (auto wrong = contradiction(fault); !wrong.empty()) return problem(entries.size(), std::move(wrong));
  return fault;
}

std::expected<Fault, std::string> parse_fault(std::string_view spec, Vendor vendor) {
  std::vector<FaultEntry> entries;
  const auto colon = spec.find(':');
  entries.push_back({"kind", std::string(spec.substr(0, colon))});
  for (std::string_view rest = colon == std::string_view::npos ? std::string_view() : spec.substr(colon + 1);
       !rest.empty();) {
    const auto comma = rest.find(',');
    const auto word = rest.substr(0, comma);
    const auto equals = word.find('=');
    if (equals == std::string_view::npos)
      return std::unexpected(
          fmt::format("'{}' is no key=value, of which a fault is made: kind:key=value,key=value", word));
    entries.push_back({std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))});
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  auto fault = make_fault(entries, vendor);
  if (!fault) return std::unexpected(std::move(fault.error().message));
  return std::move(*fault);
}

std::string to_string(const Fault& fault, Vendor vendor) {
  const auto known = dictionary(fault.kind, fault.where.event.has_value(), vendor);
  std::string text(row(fault.kind).name);
  char separator = ':';
  for (const auto& key : fault_keys()) {
    const auto value = key.show(fault, known);
    // Empty bytes are a value, too: what is replaced by nothing.
    if (value.empty() && !(key.name == "hex" && fault.with.hex)) continue;
    text += fmt::format("{}{}={}", separator, key.name, value);
    separator = ',';
  }
  return text;
}

std::string to_toml(const Fault& fault, Vendor vendor) {
  const auto known = dictionary(fault.kind, fault.where.event.has_value(), vendor);
  std::string text = fmt::format("[[fault]]\nkind = \"{}\"\n", row(fault.kind).name);
  for (const auto& key : fault_keys()) {
    const auto value = key.show(fault, known);
    if (value.empty() && !(key.name == "hex" && fault.with.hex)) continue;
    // u64 beyond TOML's integers, and words, are text.
    const bool number = !key.quoted && value.find_first_not_of("0123456789.+-xabcdef") == std::string::npos &&
                        value.size() <= std::string_view("1000000000000000000").size();
    text += number ? fmt::format("{} = {}\n", key.name, value) : fmt::format("{} = \"{}\"\n", key.name, value);
  }
  return text;
}

}  // namespace stuntcam::transport
