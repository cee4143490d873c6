#include "pcap/summary_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <span>

namespace stuntcam::pcap {

using ptp::DataType;
using ptp::Value;

namespace {

struct Named {
  std::string_view name;
  u16 code;
};
// As the summary names formats. Vendors' formats without a number in the text are those that only one vendor has.
constexpr Named formats[] = {{"Undefined Type", 0x3000},
                             {"Association/Directory", 0x3001},
                             {"Script", 0x3002},
                             {"Executable", 0x3003},
                             {"Text", 0x3004},
                             {"HTML", 0x3005},
                             {"DPOF", 0x3006},
                             {"AIFF", 0x3007},
                             {"MS Wave", 0x3008},
                             {"MP3", 0x3009},
                             {"MS AVI", 0x300A},
                             {"MPEG", 0x300B},
                             {"ASF", 0x300C},
                             {"Apple Quicktime", 0x300D},
                             {"Defined Type", 0x3800},
                             {"JPEG", 0x3801},
                             {"TIFF EP", 0x3802},
                             {"FlashPix", 0x3803},
                             {"BMP", 0x3804},
                             {"CIFF", 0x3805},
                             {"GIF", 0x3807},
                             {"JFIF", 0x3808},
                             {"PCD", 0x3809},
                             {"PICT", 0x380A},
                             {"PNG", 0x380B},
                             {"TIFF", 0x380D},
                             {"TIFF_IT", 0x380E},
                             {"JP2", 0x380F},
                             {"JPX", 0x3810},
                             {"DNG", 0x3811},
                             {"CRW", 0xB101},
                             {"ARW", 0xB101},
                             {"Firmware", 0xB802},
                             {"WMA", 0xB901},
                             {"Undefined Video", 0xB980},
                             {"WMV", 0xB981},
                             {"MP4", 0xB982},
                             {"3GP", 0xB984},
                             {"Abstract Multimedia Album", 0xBA01},
                             {"Abstract Audio Album", 0xBA03},
                             {"Abstract Audio Video Playlist", 0xBA05},
                             {"vCalendar2", 0xBE03},
                             {"vCard3", 0xBB83},
                             {"Unknown Type", 0x3000}};
constexpr Named storage_types[] = {
    {"Undefined", 0}, {"Builtin ROM", 1}, {"Removable ROM", 2}, {"Builtin RAM", 3}, {"Removable RAM", 4}};
constexpr Named filesystems[] = {
    {"Undefined", 0}, {"Generic Flat", 1}, {"Generic Hierarchical", 2}, {"Digital Camera Layout", 3}};
constexpr Named accesses[] = {{"Read-Write", 0},
                              {"Read Only with Object deletion", 2},
                              {"Read-Only with Object deletion", 2},
                              {"Read-Only", 1},
                              {"Read Only", 1}};

std::optional<u16> coded(std::span<const Named> table, std::string_view text) {
  for (const auto& one : table)
    if (starts_without_case(text, one.name)) return one.code;
  return {};
}

// As newer versions name types, arrays between brackets.
constexpr Named types[] = {{"i8", 1},  {"u8", 2},  {"i16", 3},  {"u16", 4},   {"i32", 5},     {"u32", 6},
                           {"i64", 7}, {"u64", 8}, {"i128", 9}, {"u128", 10}, {"str", 0xFFFF}};
constexpr u16 array_of = 0x4000;

// 0: none that is known.
u16 type_code(std::string_view name) {
  const bool array = name.starts_with('[') && name.ends_with(']');
  if (array) name = trimmed(name.substr(1, name.size() - 2));
  const auto* const found = std::ranges::find(types, name, &Named::name);
  if (found == std::end(types)) return 0;
  return array ? found->code | array_of : found->code;
}

// The values of an enumeration, between its brackets.
std::optional<std::vector<Value>> choices(DataType type, std::string_view list) {
  std::vector<Value> values;
  if (type == DataType::string) {
    for (auto open = list.find('\''); open != list.npos; open = list.find('\'')) {
      const auto close = list.find('\'', open + 1);
      if (close == list.npos) break;
      values.emplace_back(list.substr(open + 1, close - open - 1));
      list.remove_prefix(close + 1);
    }
    return values;
  }
  if (ptp::is_array(type)) {
    for (auto open = list.find("a["); open != list.npos; open = list.find("a[")) {
      const auto next = std::min(list.find("a[", open + 2), list.size());
      const auto value = plain_value(type, list.substr(open, next - open));
      if (!value) return {};
      values.push_back(*value);
      list.remove_prefix(next);
    }
    return values;
  }
  for (const auto part : split(list, ',')) {
    const auto value = shown_value(type, part);
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

// "100 - 6400, step 100", between the brackets of a range.
std::optional<ptp::RangeForm> range(DataType type, std::string_view list) {
  const auto dash = list.find(" - "), step = list.find(", step ");
  if (dash == list.npos || step == list.npos || step < dash) return {};
  const auto minimum = plain_value(type, list.substr(0, dash));
  const auto maximum = plain_value(type, list.substr(dash + 3, step - dash - 3));
  const auto width = plain_value(type, list.substr(step + 7));
  if (!minimum || !maximum || !width) return {};
  return ptp::RangeForm{*minimum, *maximum, *width};
}

constexpr std::string_view enumeration = "Enumeration [", range_of = "Range [", behind_form = "] value:";

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r", no_break = "\u00A0";
  const auto shorten = [&](std::size_t front, std::size_t back) {
    text.remove_prefix(front);
    text.remove_suffix(back);
  };
  while (!text.empty()) {
    if (blank.contains(text.front()))
      shorten(1, 0);
    else if (blank.contains(text.back()))
      shorten(0, 1);
    else if (text.starts_with(no_break))
      shorten(no_break.size(), 0);
    else if (text.ends_with(no_break))
      shorten(0, no_break.size());
    else
      break;
  }
  return text;
}

bool starts_without_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
         });
}

std::optional<u64> number(std::string_view text) {
  text = trimmed(text);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

// The number that a text begins with: "64054362112 (61087 MB)".
std::optional<u64> leading_number(std::string_view text) {
  text = trimmed(text);
  return number(text.substr(0, text.find_first_not_of("0123456789")));
}

u16 storage_type(std::string_view text) { return coded(storage_types, text).value_or(0); }
u16 filesystem_type(std::string_view text) { return coded(filesystems, text).value_or(0); }
u16 access_capability(std::string_view text) { return coded(accesses, text).value_or(0); }

// "JPEG, Unknown(b103), MS AVI"; in old forms only blanks stand between.
std::vector<u16> format_list(std::string_view text) {
  std::vector<u16> codes;
  while (!(text = trimmed(text)).empty()) {
    if (text[0] == ',') {
      text.remove_prefix(1);
      continue;
    }
    std::size_t used = text.find_first_of(", ");
    const Named* longest = nullptr;
    for (const auto& one : formats)
      if (text.starts_with(one.name) && (!longest || one.name.size() > longest->name.size())) longest = &one;
    if (longest) {
      codes.push_back(longest->code);
      used = longest->name.size();
    } else if (starts_without_case(text, "Unknown(") && text.find(')') != text.npos) {
      const auto end = text.find(')');
      if (const auto code = number("0x" + std::string(text.substr(8, end - 8))))
        codes.push_back(static_cast<u16>(*code));
      used = end + 1;
    }
    text.remove_prefix(std::min(used, text.size()));
  }
  return codes;
}

// An integer, "a[3] 1,2,3", or a text between quotes. The summary shows more than 32 bits as text or not at all.
std::optional<Value> plain_value(DataType type, std::string_view text) {
  text = trimmed(text);
  if (type == DataType::string) {
    if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return {};
    text = text.substr(1, text.size() - 2);
    return Value(text == "(null)" ? std::string_view() : text);
  }
  const auto integer = [](std::string_view digits) -> std::optional<i64> {
    i64 value = 0;
    digits = trimmed(digits);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return {};
    return value;
  };
  if (!ptp::is_array(type)) {
    const auto value = integer(text);
    return value ? std::optional(Value(type, *value)) : std::nullopt;
  }
  if (!text.starts_with("a[")) return {};
  const auto behind = text.find(']');
  if (behind == text.npos) return {};
  std::vector<i128> list;
  for (auto rest = trimmed(text.substr(behind + 1)); !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto value = integer(rest.substr(0, comma));
    if (!value) return {};
    list.push_back(*value);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return Value(type, std::move(list));
}

// "100", "f/5.6 (560)", "'text'", "NEX-6 ('NEX-6')".
std::optional<Value> shown_value(DataType type, std::string_view text) {
  text = trimmed(text);
  if (const auto value = plain_value(type, text)) return value;
  const auto open = text.rfind(type == DataType::string ? "('" : "(");
  if (open == text.npos || text.back() != ')') return {};
  return plain_value(type, text.substr(open + 1, text.size() - open - 2));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (!trimmed(text.substr(0, end)).empty()) parts.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<std::string> in_older_form(std::string_view line) {
  constexpr std::size_t code_size = 4, access_at = 5, type_at = 8;
  const auto close = line.find("):");
  const auto open = close == line.npos ? close : line.rfind('(', close);
  if (open == line.npos || close - open - 1 <= type_at) return {};
  const auto head = line.substr(open + 1, close - open - 1), rest = trimmed(line.substr(close + 2));
  const auto code = number(fmt::format("0x{}", head.substr(0, code_size)));
  const auto access = head.substr(access_at, type_at - access_at);
  if (!code || head[code_size] != ' ' || !(access == "rw " || access == "ro " || access == "-- ")) return {};
  const auto label = fmt::format("{}(0x{:04x}):", trimmed(line.substr(0, open)), *code);
  if (access == "-- ") return fmt::format("{}{}", label, rest);
  const auto type = type_code(trimmed(head.substr(type_at)));
  return fmt::format("{}({}) (type={}) {}", label, access == "rw " ? "readwrite" : "read only",
                     type != 0 ? fmt::format("0x{:x}", type) : "unknown", rest);
}

std::optional<DescribedProperty> property_description(u16 code, std::string_view text) {
  DescribedProperty out;
  auto& description = out.description;
  description.code = code;
  description.get_set = text.starts_with("(readwrite)") ? 1 : 0;
  const auto type_at = text.find("(type=");
  const auto type_end = type_at == text.npos ? type_at : text.find(')', type_at);
  if (type_end == text.npos) return {};
  description.type = static_cast<DataType>(number(text.substr(type_at + 6, type_end - type_at - 6)).value_or(0));
  if (!ptp::known(description.type)) return {};
  text = trimmed(text.substr(type_end + 1));
  const auto form_end = text.find(behind_form);
  std::optional<Value> instead;  // of a value that is cut off, or that the text does not show
  if (text.starts_with(enumeration) && form_end != text.npos) {
    auto values = choices(description.type, text.substr(enumeration.size(), form_end - enumeration.size()));
    if (!values) return {};
    if (!values->empty()) instead = values->front();
    description.form = ptp::EnumerationForm{std::move(*values)};
    text = text.substr(form_end + behind_form.size());
  } else if (text.starts_with(range_of) && form_end != text.npos) {
    const auto form = range(description.type, text.substr(range_of.size(), form_end - range_of.size()));
    if (!form) return {};
    description.form = *form;
    text = text.substr(form_end + behind_form.size());
    if (trimmed(text).empty()) instead = form->minimum;
  } else if (ptp::is_array(description.type)) {
    instead = Value(description.type, std::vector<i128>());  // older versions print an array as the text it may be
  }
  auto current = shown_value(description.type, text);
  out.shown = current.has_value();
  if (!current) current = std::move(instead);
  if (!current) return {};
  description.current = description.factory_default = *current;
  return out;
}

}  // namespace stuntcam::pcap
