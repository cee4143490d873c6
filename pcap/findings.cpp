#include "pcap/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "pcap/privacy.h"
#include "ptp/codes.h"

namespace stuntcam::pcap {
namespace {

using ptp::DataType;
using ptp::Value;

// A client reads no more of InitCommandAck (docs/clients.md §1).
constexpr std::size_t max_friendly_name = 19;

std::string key(std::string_view table, u16 code) { return fmt::format("{} 0x{:04X}", table, code); }

// The others stand for none and for all.
bool is_storage(u32 id) { return id != 0 && id != 0xFFFFFFFF; }

// Its digits and letters, but for leading zeros, become '#': each camera of the profile has another number then.
std::string masked(const std::string& serial) {
  std::string out;
  bool leading = true;
  for (const char c : serial) {
    leading = leading && c == '0';
    const bool sign = std::isalnum(static_cast<unsigned char>(c)) == 0;
    out += leading || sign ? c : '#';
  }
  return out;
}

template <class T>
std::vector<T> once(const std::vector<T>& list) {
  std::vector<T> out;
  for (const auto& item : list)
    if (std::ranges::find(out, item) == out.end()) out.push_back(item);
  return out;
}

}  // namespace

void Findings::dialect(const std::string& name, u16 port, const std::string& source) {
  if (!dialect_) dialect_ = {{name, port}, source};
}

void Findings::protocol_version(u32 version, const std::string& source) {
  if (!version_) version_ = {version, source};
}

// The fullest one: what a camera says before a session, or in another mode, may be less.
void Findings::device(const ptp::DeviceInfo& info, const std::string& source) {
  const auto size = [](const ptp::DeviceInfo& one) {
    return one.operations_supported.size() + one.device_properties_supported.size();
  };
  if (!device_ || size(info) > size(device_->value)) device_ = {info, source};
}

void Findings::assume_operations(std::vector<u16> operations) {
  if (!device_) return;
  device_->value.operations_supported = std::move(operations);
  operations_assumed_ = true;
}

void Findings::property(const ptp::DevicePropDesc& description, const std::string& source, bool default_known) {
  if (!properties_.emplace(description.code, Found<ptp::DevicePropDesc>{description, source}).second) return;
  order_.push_back(description.code);
  if (!default_known) without_default_.insert(description.code);
}

void Findings::refused(u16 property, u16 response, const std::string& source) {
  refused_.emplace(property, Found<u16>{response, source});
}

void Findings::storage(u32 id, const ptp::StorageInfo& info, const std::string& source) {
  if (!is_storage(id)) return;
  storages_.emplace(id, Found<std::optional<ptp::StorageInfo>>{info, source});
}

void Findings::empty_slot(u32 id, const std::string& source) {
  if (!is_storage(id)) return;
  storages_.emplace(id, Found<std::optional<ptp::StorageInfo>>{{}, source});
}

void Findings::object(u32 handle, const ptp::ObjectInfo& info, const std::string& source) {
  if (objects_.size() < max_learned_objects) objects_.emplace(handle, Found<ptp::ObjectInfo>{info, source});
}

void Findings::object_properties(const std::vector<u16>& codes, const std::string& source) {
  if (codes.empty()) return;
  if (!object_properties_) object_properties_ = {{}, source};
  auto& all = object_properties_->value;
  all.insert(all.end(), codes.begin(), codes.end());
  all = once(all);
}

void Findings::answer(const profiles::CannedOperation& answer, const std::string& source) {
  answers_.emplace(answer.code, Found<profiles::CannedOperation>{answer, source});
}

Learned Findings::learned() const {
  Learned out;
  auto& profile = out.profile;
  if (dialect_) {
    profile.dialect = dialect_->value.first;
    profile.port = dialect_->value.second;
    out.sources["dialect"] = out.sources["port"] = dialect_->source;
  }
  if (version_) {
    profile.protocol_version = version_->value;
    out.sources["protocol_version"] = version_->source;
  }
  out.remarks = remarks_;
  put_device(out);
  if (object_properties_) {
    profile.object_properties = object_properties_->value;
    out.sources["object_properties"] = object_properties_->source;
  }
  put_properties(out);
  put_storages(out);
  put_timing(out);
  put_quirks(out);
  for (const auto& [code, found] : answers_) {
    out.answers.push_back(found.value);
    out.sources[key("operation", code)] = found.source;
  }
  return out;
}

void Findings::put_device(Learned& out) const {
  auto& profile = out.profile;
  auto& device = profile.device;
  if (!device_) {
    device.manufacturer = device.model = device.version = "unknown";
    out.remarks.emplace_back("there was no DeviceInfo");
    return;
  }
  const auto& [info, source] = *device_;
  out.sources["device"] = source;
  device.standard_version = info.standard_version;
  device.vendor_extension_id = info.vendor_extension_id;
  device.vendor_extension_version = info.vendor_extension_version;
  device.vendor_extension_desc = info.vendor_extension_desc;
  device.functional_mode = info.functional_mode;
  device.manufacturer = info.manufacturer;
  device.model = info.model;
  device.version = info.device_version;
  device.serial = masked(info.serial_number);
  device.operations = once(info.operations_supported);
  device.events = once(info.events_supported);
  device.capture_formats = once(info.capture_formats);
  device.image_formats = once(info.image_formats);
  device.vendor = ptp::vendor_of(info.vendor_extension_id, info.manufacturer);
  out.sources["device.serial"] = "masked: each camera gets a number of its own";
  if (operations_assumed_) out.sources["device.operations"] = "assumed: " + source + " doesn't list them";
  profile.friendly_name = info.model.substr(0, max_friendly_name);
  out.sources["friendly_name"] = "the model's name: its owner may have named it";
  profile.description = fmt::format("{} {}, learned", info.manufacturer, info.model);
}

// A property that the camera lists and never describes: without a type.
bool Findings::put_refusal(u16 code, bool vendor_list, Learned& out) const {
  const auto refusal = refused_.find(code);
  if (refusal == refused_.end()) return false;
  // These are about the moment, not about the property; 0 is a description without a type.
  using enum ptp::ResponseCode;
  constexpr std::array passing{SessionNotOpen, InvalidTransactionID, DeviceBusy, TransactionCanceled};
  const auto response = refusal->second.value;
  if (response == 0 || std::ranges::find(passing, static_cast<ptp::ResponseCode>(response)) != passing.end())
    return false;
  profiles::Property property;
  property.code = code;
  property.name = ptp::name(static_cast<ptp::PropertyCode>(code), out.profile.device.vendor);
  property.vendor_list = vendor_list;
  property.refusal = response;
  out.sources[key("property", code)] = refusal->second.source;
  out.profile.properties.push_back(std::move(property));
  return true;
}

// Nothing goes into a profile that may name its owner, or number the camera.
profiles::Property Findings::property_of(const ptp::DevicePropDesc& description, Learned& out) const {
  profiles::Property property;
  property.code = description.code;
  property.name = ptp::name(static_cast<ptp::PropertyCode>(description.code), out.profile.device.vendor);
  property.type = description.type;
  property.writable = description.get_set != 0;
  property.factory_default = description.factory_default;
  property.current = description.current;
  property.form = description.form;
  const auto where = key("property", description.code);
  if (auto* list = std::get_if<ptp::EnumerationForm>(&property.form)) list->values = once(list->values);
  if (const auto* range = std::get_if<ptp::RangeForm>(&property.form)) {
    const bool integers = description.type != DataType::string && !ptp::is_array(description.type);
    if (!integers || ptp::compare(range->minimum, range->maximum) > 0 ||
        ptp::compare(range->step, Value(description.type, 0)) < 0) {
      property.form = {};
      out.remarks.push_back(where + ": its range makes no sense and is left out");
    }
  }
  const auto property_vendor = out.profile.device.vendor;
  for (auto* value : {&property.factory_default, &property.current}) {
    if (!may_be_private(description, *value, property_vendor, device_ ? &device_->value : nullptr)) continue;
    const auto size = value->array().size();
    *value = ptp::is_array(value->type()) ? Value(value->type(), std::vector<i128>(size)) : Value::zero(value->type());
    out.sources[where + (value == &property.current ? " current" : " default")] =
        "left out: might name its owner, or number it";
  }
  return property;
}

void Findings::put_properties(Learned& out) const {
  std::vector<u16> order;
  if (device_) order = once(device_->value.device_properties_supported);
  const auto listed = order.size();
  for (const u16 code : order_)
    if (std::ranges::find(order, code) == order.end()) order.push_back(code);
  std::string missing;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto found = properties_.find(order[i]);
    const auto where = key("property", order[i]);
    const bool vendor_list = device_ && !device_->value.device_properties_supported.empty() && i >= listed;
    if (found == properties_.end()) {
      if (put_refusal(order[i], vendor_list, out)) continue;
      const auto refusal = refused_.find(order[i]);
      missing += fmt::format("{}0x{:04X}", missing.empty() ? "" : " ", order[i]);
      if (refusal != refused_.end()) missing += fmt::format(" (refused: 0x{:04X})", refusal->second.value);
      continue;
    }
    const auto& description = found->second.value;
    if (!ptp::known(description.type)) {
      out.remarks.push_back(
          fmt::format("{}: its type 0x{:04X} is none that is known", where, static_cast<u16>(description.type)));
      continue;
    }
    out.sources[where] = found->second.source;
    if (without_default_.contains(order[i])) out.sources[where + " default"] = "not observed: the current value";
    auto property = property_of(description, out);
    property.vendor_list = vendor_list;
    const auto* list = std::get_if<ptp::EnumerationForm>(&property.form);
    if (!(list && list->values.empty()) && !ptp::allows(property.form, property.current)) {
      out.profile.quirks.accept_current_outside_form = true;
      out.sources["quirks.accept_current_outside_form"] = fmt::format("0x{:04X}, {}", order[i], found->second.source);
    }
    out.profile.properties.push_back(std::move(property));
  }
  if (!missing.empty()) out.remarks.push_back("properties that were never described: " + missing);
}

void Findings::put_storages(Learned& out) const {
  for (const auto& [id, found] : storages_) {
    profiles::Storage storage;
    storage.id = id;
    const auto where = fmt::format("storage 0x{:08X}", id);
    out.sources[where] = found.source;
    storage.present = found.value.has_value();
    if (storage.present) {
      const auto& info = *found.value;
      storage.storage_type = info.storage_type;
      storage.filesystem_type = info.filesystem_type;
      storage.access_capability = info.access_capability;
      storage.capacity = info.max_capacity;
      if (info.free_space_in_bytes <= info.max_capacity) storage.free = info.free_space_in_bytes;
      storage.free_images = info.free_space_in_images;
      storage.description = info.storage_description;
      if (!info.volume_label.empty()) out.sources[where + " label"] = "left out: its owner may have named it";
      storage.objects = objects_of(id, out);
      u64 bytes = 0;
      for (const auto& run : storage.objects) bytes += run.size * run.count;
      if (storage.capacity < bytes || storage.capacity == 0) {
        constexpr u64 usual = u64{1} << 30;
        out.sources[where + " capacity"] =
            storage.capacity == 0 ? "assumed: the camera says 0" : "assumed: its objects are larger than it says";
        storage.capacity = std::max(bytes, usual);
        storage.free.reset();
      }
      if (storage.free && storage.capacity - *storage.free < bytes) storage.free.reset();
    }
    out.profile.storages.push_back(std::move(storage));
  }
  if (storages_.empty()) out.remarks.emplace_back("no storage was seen");
}

}  // namespace stuntcam::pcap
