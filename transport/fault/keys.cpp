#include "transport/fault/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ptp/units.h"

namespace stuntcam::transport {
namespace {

using ptp::Vendor;

// Reading and showing by the type of the member.
std::optional<u64> parse_unsigned(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  u64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

bool read_value(std::string_view text, std::optional<u64>& to) {
  to = ptp::parse_size(text);
  if (!to) to = parse_unsigned(text);
  return to.has_value();
}
bool read_value(std::string_view text, std::optional<u32>& to) {
  const auto number = parse_unsigned(text);
  if (!number || *number > 0xFFFFFFFF) return false;
  to = static_cast<u32>(*number);
  return true;
}
bool read_value(std::string_view text, std::optional<i64>& to) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto number = parse_unsigned(text);
  if (!number || *number > (u64{1} << 62)) return false;
  to = negative ? -static_cast<i64>(*number) : static_cast<i64>(*number);
  return true;
}
bool read_value(std::string_view text, std::optional<Duration>& to) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  to = ptp::parse_duration(text);
  if (to && negative) to = -*to;
  return to.has_value();
}
bool read_value(std::string_view text, std::optional<double>& to) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !(number >= 0 && number <= 1)) return false;
  to = number;
  return true;
}
bool read_value(std::string_view text, std::optional<Bytes>& to) {
  Bytes bytes;
  if (text.size() % 2 != 0) return false;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    u8 byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc() || end != text.data() + i + 2) return false;
    bytes.push_back(byte);
  }
  to = std::move(bytes);
  return true;
}
bool read_value(std::string_view text, std::vector<u64>& to) {
  to.clear();
  for (;;) {
    const auto plus = text.find('+');
    std::optional<u64> number;
    if (!read_value(text.substr(0, plus), number)) return false;
    to.push_back(*number);
    if (plus == std::string_view::npos) return true;
    text.remove_prefix(plus + 1);
  }
}
bool read_value(std::string_view text, std::string& to) {
  to = text;
  return !to.empty();
}

std::string show_value(const std::optional<u64>& value) { return value ? fmt::to_string(*value) : ""; }
std::string show_value(const std::optional<u32>& value) { return value ? fmt::format("0x{:x}", *value) : ""; }
std::string show_value(const std::optional<i64>& value) { return value ? fmt::to_string(*value) : ""; }
std::string show_value(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; }
std::string show_value(const std::optional<Duration>& value) {
  if (!value) return "";
  return *value < Duration{} ? "-" + ptp::duration_text(-*value) : ptp::duration_text(*value);
}
std::string show_value(const std::optional<Bytes>& value) {
  return value ? fmt::format("{:02x}", fmt::join(*value, "")) : "";
}
std::string show_value(const std::vector<u64>& values) { return fmt::format("{}", fmt::join(values, "+")); }
std::string show_value(const std::string& value) { return value; }

template <auto Member>
bool read_where(std::string_view text, Fault& fault, const FaultDictionary&) {
  return read_value(text, fault.where.*Member);
}
template <auto Member>
std::string show_where(const Fault& fault, const FaultDictionary&) {
  return show_value(fault.where.*Member);
}
template <auto Member>
bool read_with(std::string_view text, Fault& fault, const FaultDictionary&) {
  return read_value(text, fault.with.*Member);
}
template <auto Member>
std::string show_with(const Fault& fault, const FaultDictionary&) {
  return show_value(fault.with.*Member);
}

template <class Code>
bool read_code(std::string_view text, std::optional<u16>& to, Vendor vendor) {
  const auto code = ptp::parse_code<Code>(text, vendor);
  if (code) to = static_cast<u16>(*code);
  return code.has_value();
}
template <class Code>
std::string show_code(const std::optional<u16>& code, Vendor vendor) {
  return code ? ptp::to_string(static_cast<Code>(*code), vendor) : "";
}

// Words that stand for values.
template <class Value>
struct Word {
  std::string_view name;
  Value value;
};
constexpr std::array lanes = {Word<FaultLane>{"command", FaultLane::command},
                              Word<FaultLane>{"event", FaultLane::event},
                              Word<FaultLane>{"live_view", FaultLane::live_view}};
constexpr std::array directions = {Word<FaultDirection>{"r2i", FaultDirection::to_initiator},
                                   Word<FaultDirection>{"i2r", FaultDirection::to_responder}};
constexpr std::array endings = {
    Word<FaultEnding>{"reset", FaultEnding::reset}, Word<FaultEnding>{"close", FaultEnding::close},
    Word<FaultEnding>{"stall", FaultEnding::stall}, Word<FaultEnding>{"silence", FaultEnding::silence}};

template <class Value, std::size_t N>
bool read_word(std::string_view text, const std::array<Word<Value>, N>& words, std::optional<Value>& to) {
  const auto found = std::ranges::find(words, text, &Word<Value>::name);
  if (found != words.end()) to = found->value;
  return found != words.end();
}
template <class Value, std::size_t N>
std::string show_word(const std::array<Word<Value>, N>& words, const std::optional<Value>& value) {
  return value ? std::string(std::ranges::find(words, *value, &Word<Value>::value)->name) : "";
}

bool read_packet(std::string_view text, std::optional<ptp::PacketType>& to) {
  for (u32 type = 1; type <= static_cast<u32>(ptp::PacketType::probe_response); ++type)
    if (ptp::name(static_cast<ptp::PacketType>(type)) == text) to = static_cast<ptp::PacketType>(type);
  return to.has_value();
}

template <std::size_t Index>
FaultKey param(std::string_view name) {
  return {name,
          true,
          "a number",
          [](std::string_view text, Fault& fault, const FaultDictionary&) {
            return read_value(text, fault.where.params[Index]);
          },
          [](const Fault& fault, const FaultDictionary&) { return show_value(fault.where.params[Index]); },
          false};
}

template <auto Member>
FaultKey where(std::string_view name, std::string_view expected, bool quoted) {
  return {name, true, expected, read_where<Member>, show_where<Member>, quoted};
}
template <auto Member>
FaultKey with(std::string_view name, std::string_view expected, bool quoted) {
  return {name, false, expected, read_with<Member>, show_with<Member>, quoted};
}

constexpr std::string_view a_duration = "a duration such as 350ms or 2s";
constexpr std::string_view a_number = "a number";

// Of the table below: those that are words and codes.
constexpr std::array selecting_words = {
    FaultKey{"lane", true, "command, event or live_view",
             [](std::string_view text, Fault& fault, const FaultDictionary&) {
               return read_word(text, lanes, fault.where.lane);
             },
             [](const Fault& fault, const FaultDictionary&) { return show_word(lanes, fault.where.lane); }},
    FaultKey{"direction", true, "r2i (to the initiator) or i2r (to the camera)",
             [](std::string_view text, Fault& fault, const FaultDictionary&) {
               return read_word(text, directions, fault.where.direction);
             },
             [](const Fault& fault, const FaultDictionary&) { return show_word(directions, fault.where.direction); }},
    FaultKey{"operation", true, "an operation's name or code",
             [](std::string_view text, Fault& fault, const FaultDictionary& known) {
               return read_code<ptp::OperationCode>(text, fault.where.operation, known.vendor);
             },
             [](const Fault& fault, const FaultDictionary& known) {
               return show_code<ptp::OperationCode>(fault.where.operation, known.vendor);
             }},
    FaultKey{"response", true, "a response's name or code",
             [](std::string_view text, Fault& fault, const FaultDictionary& known) {
               return read_code<ptp::ResponseCode>(text, fault.where.response, known.vendor);
             },
             [](const Fault& fault, const FaultDictionary& known) {
               return show_code<ptp::ResponseCode>(fault.where.response, known.vendor);
             }},
    FaultKey{"event", true, "an event's name or code",
             [](std::string_view text, Fault& fault, const FaultDictionary& known) {
               return read_code<ptp::EventCode>(text, fault.where.event, known.vendor);
             },
             [](const Fault& fault, const FaultDictionary& known) {
               return show_code<ptp::EventCode>(fault.where.event, known.vendor);
             }},
    FaultKey{"packet", true, "a packet's name such as OperationResponse, StartData or InitCommandAck",
             [](std::string_view text, Fault& fault, const FaultDictionary&) {
               return read_packet(text, fault.where.packet);
             },
             [](const Fault& fault, const FaultDictionary&) {
               return fault.where.packet ? std::string(ptp::name(*fault.where.packet)) : "";
             }},
};

constexpr std::array parameter_words = {
    FaultKey{"code", false, "the name or code of a response (of an event, where it is about events)",
             [](std::string_view text, Fault& fault, const FaultDictionary& known) {
               return known.event ? read_code<ptp::EventCode>(text, fault.with.code, known.vendor)
                                  : read_code<ptp::ResponseCode>(text, fault.with.code, known.vendor);
             },
             [](const Fault& fault, const FaultDictionary& known) {
               return known.event ? show_code<ptp::EventCode>(fault.with.code, known.vendor)
                                  : show_code<ptp::ResponseCode>(fault.with.code, known.vendor);
             }},
    FaultKey{"then", false, "reset, close, stall or silence",
             [](std::string_view text, Fault& fault, const FaultDictionary&) {
               return read_word(text, endings, fault.with.then);
             },
             [](const Fault& fault, const FaultDictionary&) { return show_word(endings, fault.with.then); }},
    FaultKey{"property", false, "a property's name or code",
             [](std::string_view text, Fault& fault, const FaultDictionary& known) {
               return read_code<ptp::PropertyCode>(text, fault.with.property, known.vendor);
             },
             [](const Fault& fault, const FaultDictionary& known) {
               return show_code<ptp::PropertyCode>(fault.with.property, known.vendor);
             }},
    FaultKey{"value", false, "a number, or unknown",
             [](std::string_view text, Fault& fault, const FaultDictionary&) {
               if (text != "unknown") return read_value(text, fault.with.value);
               fault.with.value = unknown_size;
               return true;
             },
             [](const Fault& fault, const FaultDictionary&) {
               return fault.with.value == unknown_size ? std::string("unknown") : show_value(fault.with.value);
             }},
};

// In the order in which they are shown.
std::vector<FaultKey> make_keys() {
  using S = FaultSelector;
  using P = FaultParameters;
  std::vector<FaultKey> keys(parameter_words.begin(), parameter_words.end());
  keys.insert(keys.end(),
              {with<&P::reason>("reason", "a number: 1 rejected, 2 busy, 3 unspecified", false),
               with<&P::delay>("delay", a_duration, true), with<&P::jitter>("jitter", a_duration, true),
               with<&P::time>("for", a_duration, true), with<&P::jump>("jump", "a duration such as 1h or -1h", true),
               with<&P::at>("at", "a number of bytes", false), with<&P::bytes>("bytes", "a number of bytes", false),
               with<&P::length>("length", "a number of bytes", false), with<&P::count>("count", a_number, false),
               with<&P::add>("add", "a number, such as -4", false), with<&P::mask>("mask", "a number", false),
               with<&P::hex>("hex", "bytes in hex", true), with<&P::values>("values", "numbers joined by +", true),
               with<&P::to>("to", "a value", true)});
  keys.push_back(where<&S::connection>("connection", "a connection's number: 1, 2, …", false));
  keys.insert(keys.end(), selecting_words.begin(), selecting_words.end());
  keys.insert(keys.end(),
              {param<0>("param1"), param<1>("param2"), param<2>("param3"), param<3>("param4"), param<4>("param5")});
  keys.insert(keys.end(),
              {where<&S::from>("from", "a number of bytes", false), where<&S::after>("after", a_duration, true),
               where<&S::until>("until", a_duration, true), where<&S::nth>("nth", "a number from 1", false),
               where<&S::every>("every", "a number from 1", false), where<&S::times>("times", "a number from 1", false),
               where<&S::probability>("probability", "a number from 0 to 1", false)});
  return keys;
}

}  // namespace

const std::vector<FaultKey>& fault_keys() {
  static const auto all = make_keys();
  return all;
}

}  // namespace stuntcam::transport
