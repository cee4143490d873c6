// The text of `gphoto2 --summary`: every version of it, remarks of its owner between, lines cut.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pcap/learn.h"

namespace stuntcam::pcap {
namespace {

using ptp::DataType;
using ptp::Value;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
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
constexpr Named accesses[] = {
    {"Read-Write", 0}, {"Read Only with Object deletion", 2}, {"Read-Only", 1}, {"Read Only", 1}};

std::optional<u16> coded(std::span<const Named> table, std::string_view text) {
  for (const auto& one : table)
    if (starts_without_case(text, one.name)) return one.code;
  return {};
}

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

class SummaryReader {
 public:
  SummaryReader(Findings& findings, SummaryCount& count) : findings_(findings), count_(count) {}

  void read(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      ++line_;
      line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    finish();
  }

 private:
  enum class List : u8 { none, operations, events, properties };

  std::string here() const { return fmt::format("line {}", line_); }

  void line(std::string_view raw) {
    const auto text = trimmed(raw);
    if (!open_property_.empty()) return continue_property(text);
    if (text.empty() || property(text) || storage(text) || header(text)) return;
    item(text);
  }

  // What follows a label, if the line begins with it.
  static std::optional<std::string_view> labelled(std::string_view text, std::string_view label) {
    if (!starts_without_case(text, label)) return {};
    text.remove_prefix(label.size());
    text = trimmed(text);
    if (!text.starts_with(':')) return {};
    return trimmed(text.substr(1));
  }

  bool header(std::string_view text);
  void item(std::string_view text);
  bool storage(std::string_view text);
  bool property(std::string_view text);
  void continue_property(std::string_view text);
  bool describe(u16 code, std::string_view text, std::string source);
  std::optional<ptp::DevicePropDesc> described(u16 code, std::string_view text) const;
  void capabilities(std::string_view text);
  void finish();

  Findings& findings_;
  SummaryCount& count_;
  std::size_t line_ = 0;
  ptp::DeviceInfo info_;
  std::string device_source_;
  List list_ = List::none;
  bool storages_ = false;
  std::vector<u16> shown_;  // properties with a line of their own
  std::optional<u32> store_;
  std::string store_source_;
  ptp::StorageInfo storage_;
  std::string open_property_;  // a line whose end is still to come
  std::string open_source_;
  u16 open_code_ = 0;
  bool captures_ = false, deletes_ = false, uploads_ = false, open_captures_ = false;
};

std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') text = text.substr(1, text.size() - 2);
  return std::string(text == "(null)" || text == "None" ? std::string_view() : text);
}

bool SummaryReader::header(std::string_view text) {
  const std::pair<std::string_view, std::string*> texts[] = {
      {"Manufacturer", &info_.manufacturer},     {"Model", &info_.model},
      {"device version", &info_.device_version}, {"Version", &info_.device_version},
      {"Serial Number", &info_.serial_number},   {"Vendor Extension Description", &info_.vendor_extension_desc}};
  for (const auto& [label, field] : texts) {
    const auto value = labelled(text, label);
    if (!value) continue;
    if (device_source_.empty()) device_source_ = here();
    if (field->empty()) *field = unquoted(*value);
    list_ = List::none;
    return true;
  }
  if (const auto value = labelled(text, "Vendor Extension ID")) {  // "0xb (1.0)"
    info_.vendor_extension_id = static_cast<u32>(number(value->substr(0, value->find(' '))).value_or(0));
    const auto open = value->find('(');
    if (open != value->npos)
      info_.vendor_extension_version =
          static_cast<u16>(std::lround(std::strtod(std::string(value->substr(open + 1)).c_str(), nullptr) * 100));
    return true;
  }
  if (const auto value = labelled(text, "Vendor Extension Version")) {
    info_.vendor_extension_version = static_cast<u16>(number(*value).value_or(0));
    return true;
  }
  if (const auto value = labelled(text, "Functional Mode")) {
    info_.functional_mode = static_cast<u16>(number(*value).value_or(0));
    return true;
  }
  if (const auto value = labelled(text, "PTP Standard Version")) {
    info_.standard_version = static_cast<u16>(number(*value).value_or(100));
    return true;
  }
  const std::pair<std::string_view, std::vector<u16>*> lists[] = {{"Capture Formats", &info_.capture_formats},
                                                                  {"Display Formats", &info_.image_formats}};
  for (const auto& [label, codes] : lists) {
    const auto value = labelled(text, label);
    if (!value) continue;
    if (codes->empty()) *codes = format_list(*value);
    return true;
  }
  const std::pair<std::string_view, List> begins[] = {{"Supported operations", List::operations},
                                                      {"Events Supported", List::events},
                                                      {"Device Properties Supported", List::properties}};
  for (const auto& [label, list] : begins) {
    if (!labelled(text, label)) continue;
    list_ = list;
    return true;
  }
  storages_ = storages_ || starts_without_case(text, "Storage Devices Summary");
  capabilities(text);
  return false;
}

// "0x1001 (Get device info)", "0x1001\tGetDeviceInfo", "0x1001".
void SummaryReader::item(std::string_view text) {
  constexpr std::size_t code_size = 6;
  const auto code = text.starts_with("0x") ? number(text.substr(0, code_size)) : std::nullopt;
  const bool alone = text.size() <= code_size || text[code_size] == ' ' || text[code_size] == '\t';
  if (!code || !alone) return;
  const auto value = static_cast<u16>(*code);
  if (list_ == List::operations) info_.operations_supported.push_back(value);
  if (list_ == List::events) info_.events_supported.push_back(value);
  if (list_ == List::properties) info_.device_properties_supported.push_back(value);
}

void SummaryReader::capabilities(std::string_view text) {
  for (const auto part : split(text, ',')) {
    captures_ = captures_ || part == "Generic Image Capture";
    open_captures_ = open_captures_ || part == "Open Capture";
    deletes_ = deletes_ || part == "File Deletion";
    uploads_ = uploads_ || part == "File Upload";
  }
}

bool SummaryReader::storage(std::string_view text) {
  if (text.starts_with("store_") && text.find(':') != text.npos) {
    if (store_) findings_.storage(*store_, storage_, store_source_);
    storage_ = {};
    const auto id = number("0x" + std::string(text.substr(6, text.find(':') - 6)));
    store_ = id ? std::optional(static_cast<u32>(*id)) : std::nullopt;
    store_source_ = here();
    return true;
  }
  if (!store_) return false;
  if (const auto value = labelled(text, "StorageDescription"))
    return storage_.storage_description = unquoted(*value), true;
  if (const auto value = labelled(text, "VolumeLabel")) return storage_.volume_label = unquoted(*value), true;
  if (const auto value = labelled(text, "Storage Type"))
    return storage_.storage_type = coded(storage_types, *value).value_or(0), true;
  if (const auto value = labelled(text, "Filesystemtype"))
    return storage_.filesystem_type = coded(filesystems, *value).value_or(0), true;
  if (const auto value = labelled(text, "Access Capability"))
    return storage_.access_capability = coded(accesses, *value).value_or(0), true;
  if (const auto value = labelled(text, "Maximum Capability"))
    return storage_.max_capacity = leading_number(*value).value_or(0), true;
  if (const auto value = labelled(text, "Free Space (Bytes)"))
    return storage_.free_space_in_bytes = leading_number(*value).value_or(unknown_size), true;
  if (const auto value = labelled(text, "Free Space (Images)"))
    return storage_.free_space_in_images = static_cast<u32>(leading_number(*value).value_or(0xFFFFFFFF)), true;
  return false;
}

// "Battery Level(0x5001):(read only) (type=0x2) …", "Property 0xd402:(readwrite) …", "F-Number(0x5007): error 200a on
// query."
bool SummaryReader::property(std::string_view text) {
  const auto hex = text.find("0x");
  if (hex == text.npos || hex == 0) return false;
  const auto code = number(text.substr(hex, 6));
  auto rest = text.substr(std::min(hex + 6, text.size()));
  if (rest.starts_with(')')) rest.remove_prefix(1);
  if (!code || !rest.starts_with(':')) return false;
  rest = trimmed(rest.substr(1));
  const auto access =
      rest.starts_with("(read only)") || rest.starts_with("(readwrite)") || rest.starts_with("(Unknown)");
  const bool shown = text.starts_with("Property 0x") || text[hex - 1] == '(';
  if (!shown) return false;
  store_ = store_ ? (findings_.storage(*store_, storage_, store_source_), std::nullopt) : std::nullopt;
  if (std::ranges::find(shown_, *code) == shown_.end()) shown_.push_back(static_cast<u16>(*code));
  if (!access) {
    const auto digits = rest.find_first_of("0123456789");
    const auto refusal = digits == rest.npos ? std::nullopt : number("0x" + std::string(rest.substr(digits, 4)));
    if (refusal && *refusal >= 0x2000 && *refusal < 0x3000) {
      findings_.refused(static_cast<u16>(*code), static_cast<u16>(*refusal), here());
      return true;
    }
    return false;
  }
  open_code_ = static_cast<u16>(*code);
  open_source_ = here();
  if (rest.find("(type=0x0)") != rest.npos) {  // the camera had nothing to say
    findings_.refused(open_code_, 0, here());
    return true;
  }
  ++count_.property_lines;
  const bool several = rest.find("Enumeration") != rest.npos && rest.find("value:") == rest.npos;
  if (several)
    open_property_ = rest;
  else if (describe(open_code_, rest, open_source_))
    ++count_.properties;
  else
    count_.unread.push_back(fmt::format("{}: {}", here(), text.substr(0, 100)));
  return true;
}

// An enumeration of texts has one on each line.
void SummaryReader::continue_property(std::string_view text) {
  constexpr std::size_t most = 1 << 20;
  open_property_ += ' ';
  open_property_ += text;
  const bool end = text.find("value:") != text.npos;
  if (!end && open_property_.size() < most && !starts_without_case(text, "Property 0x")) return;
  const auto whole = std::exchange(open_property_, {});
  if (end && describe(open_code_, whole, open_source_))
    ++count_.properties;
  else
    count_.unread.push_back(fmt::format("{}: {}", open_source_, whole.substr(0, 100)));
}

bool SummaryReader::describe(u16 code, std::string_view text, std::string source) {
  const auto description = described(code, text);
  if (description) findings_.property(*description, source, false);
  return description.has_value();
}

std::optional<ptp::DevicePropDesc> SummaryReader::described(u16 code, std::string_view text) const {
  ptp::DevicePropDesc out;
  out.code = code;
  out.get_set = text.starts_with("(readwrite)") ? 1 : 0;
  const auto type_at = text.find("(type=");
  const auto type_end = type_at == text.npos ? type_at : text.find(')', type_at);
  if (type_end == text.npos) return {};
  out.type = static_cast<DataType>(number(text.substr(type_at + 6, type_end - type_at - 6)).value_or(0));
  if (!ptp::known(out.type)) return {};
  text = trimmed(text.substr(type_end + 1));
  std::optional<Value> current;
  const auto value_at = text.find("] value:");
  if (text.starts_with("Enumeration [") && value_at != text.npos) {
    ptp::EnumerationForm form;
    auto list = text.substr(13, value_at - 13);
    if (out.type == DataType::string) {
      for (auto open = list.find('\''); open != list.npos; open = list.find('\'')) {
        const auto close = list.find('\'', open + 1);
        if (close == list.npos) break;
        form.values.emplace_back(list.substr(open + 1, close - open - 1));
        list.remove_prefix(close + 1);
      }
    } else if (ptp::is_array(out.type)) {
      for (auto open = list.find("a["); open != list.npos; open = list.find("a[")) {
        const auto next = std::min(list.find("a[", open + 2), list.size());
        const auto value = plain_value(out.type, list.substr(open, next - open));
        if (!value) return {};
        form.values.push_back(*value);
        list.remove_prefix(next);
      }
    } else {
      for (const auto part : split(list, ',')) {
        const auto value = shown_value(out.type, part);
        if (!value) return {};
        form.values.push_back(*value);
      }
    }
    current = shown_value(out.type, text.substr(value_at + 8));
    if (!current && !form.values.empty()) current = form.values.front();  // cut
    out.form = std::move(form);
  } else if (text.starts_with("Range [") && value_at != text.npos) {
    const auto list = text.substr(7, value_at - 7);
    const auto dash = list.find(" - "), step = list.find(", step ");
    if (dash == list.npos || step == list.npos || step < dash) return {};
    const auto minimum = plain_value(out.type, list.substr(0, dash));
    const auto maximum = plain_value(out.type, list.substr(dash + 3, step - dash - 3));
    const auto width = plain_value(out.type, list.substr(step + 7));
    if (!minimum || !maximum || !width) return {};
    out.form = ptp::RangeForm{*minimum, *maximum, *width};
    current = shown_value(out.type, text.substr(value_at + 8));
    if (!current && trimmed(text.substr(value_at + 8)).empty()) current = *minimum;  // cut
  } else {
    current = shown_value(out.type, text);
  }
  if (!current) return {};
  out.current = out.factory_default = *current;
  return out;
}

void SummaryReader::finish() {
  if (!open_property_.empty())
    count_.unread.push_back(fmt::format("{}: {}", open_source_, open_property_.substr(0, 100)));
  if (store_) findings_.storage(*store_, storage_, store_source_);
  if (device_source_.empty()) return;
  for (const u16 code : shown_)
    if (std::ranges::find(info_.device_properties_supported, code) == info_.device_properties_supported.end())
      info_.device_properties_supported.push_back(code);
  findings_.device(info_, device_source_);
  if (!info_.operations_supported.empty()) return;
  using enum ptp::OperationCode;
  std::vector<ptp::OperationCode> assumed = {GetDeviceInfo,  OpenSession,   CloseSession,     GetStorageIDs,
                                             GetStorageInfo, GetNumObjects, GetObjectHandles, GetObjectInfo,
                                             GetObject,      GetThumb};
  if (deletes_) assumed.push_back(DeleteObject);
  if (uploads_) assumed.insert(assumed.end(), {SendObjectInfo, SendObject});
  if (captures_) assumed.push_back(InitiateCapture);
  if (!shown_.empty()) assumed.insert(assumed.end(), {GetDevicePropDesc, GetDevicePropValue, SetDevicePropValue});
  std::vector<u16> codes;
  for (const auto code : assumed) codes.push_back(static_cast<u16>(code));
  findings_.assume_operations(std::move(codes));
}

}  // namespace

Findings learn_summary(std::string_view text, SummaryCount& count) {
  Findings findings;
  SummaryReader(findings, count).read(text);
  // Only where: the lines themselves may name people.
  for (const auto& one : count.unread) findings.remark(one.substr(0, one.find(':')) + " was not understood");
  return findings;
}

bool is_summary(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != text.npos; };
  return has("Device Property Summary") || has("Device Capabilities:") || (has("Device info:") && has("Model:"));
}

}  // namespace stuntcam::pcap
