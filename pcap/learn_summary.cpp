// The text of `gphoto2 --summary`: every version of it, remarks of its owner between, lines cut.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "pcap/learn.h"
#include "pcap/summary_text.h"
#include "ptp/text.h"

namespace stuntcam::pcap {
namespace {

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
  enum class List : u8 { none, operations, events, properties, object_properties };

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
  void object_properties(std::string_view text);
  bool storage(std::string_view text);
  bool property(std::string_view text);
  void continue_property(std::string_view text);
  bool describe(u16 code, std::string_view text, std::string source);
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
  bool captures_ = false, deletes_ = false, uploads_ = false, open_captures_ = false, object_properties_ = false;
};

// As the camera sent it: no more than a PTP string holds.
std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') text = text.substr(1, text.size() - 2);
  if (text == "(null)" || text == "None") return {};
  return ptp::utf8_from_utf16(ptp::string_content(ptp::utf16_from_utf8(text)));
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
                                                      {"Device Properties Supported", List::properties},
                                                      {"Supported MTP Object Properties", List::object_properties}};
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
  if (list_ == List::object_properties) return object_properties(text);
  constexpr std::size_t code_size = 6;
  const auto code = text.starts_with("0x") ? number(text.substr(0, code_size)) : std::nullopt;
  const bool alone = text.size() <= code_size || text[code_size] == ' ' || text[code_size] == '\t';
  if (!code || !alone) return;
  const auto value = static_cast<u16>(*code);
  if (list_ == List::operations) info_.operations_supported.push_back(value);
  if (list_ == List::events) info_.events_supported.push_back(value);
  if (list_ == List::properties) info_.device_properties_supported.push_back(value);
}

// "JPEG/3801: dc01/StorageID dc02/ObjectFormat", and the next line goes on with more.
void SummaryReader::object_properties(std::string_view text) {
  constexpr std::size_t digits = 4;
  constexpr u16 first = 0xD800, last = 0xDFFF;  // codes of object properties
  std::vector<u16> codes;
  for (const auto word : split(text, ' ')) {
    const bool shaped = word.size() > digits && word[digits] == '/';
    const auto code = shaped ? number("0x" + std::string(word.substr(0, digits))) : std::nullopt;
    if (code && *code >= first && *code <= last) codes.push_back(static_cast<u16>(*code));
  }
  object_properties_ = object_properties_ || !codes.empty();
  findings_.object_properties(codes, here());
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
  if (const auto value = labelled(text, "Storage Type")) return storage_.storage_type = storage_type(*value), true;
  if (const auto value = labelled(text, "Filesystemtype"))
    return storage_.filesystem_type = filesystem_type(*value), true;
  if (const auto value = labelled(text, "Access Capability"))
    return storage_.access_capability = access_capability(*value), true;
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
bool SummaryReader::property(std::string_view line) {
  const auto older = in_older_form(line);
  const std::string_view text = older ? *older : line;
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
  const auto described = property_description(code, text);
  if (!described) return false;
  if (!described->shown) findings_.remark(fmt::format("{} doesn't show the value of 0x{:04X}", source, code));
  findings_.property(described->description, source, false);
  return true;
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
  if (object_properties_) assumed.push_back(GetObjectPropsSupported);
  std::vector<u16> codes;
  codes.reserve(assumed.size());
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
