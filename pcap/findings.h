// What is learned of a camera, fact by fact, whoever saw it: a capture, the text of a summary, a client that asked.
// Each fact says where it is from. Makes a profile of it.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "profiles/profile.h"

namespace stuntcam::pcap {

// Objects that a profile is given one by one; a card has more only in runs.
inline constexpr std::size_t max_learned_objects = 20'000;

struct Learned {
  profiles::Profile profile;
  // Where values are from: "device.model", "property 0x5001 current", "storage 0x00010001 capacity", "timing.capture";
  // a table's name alone stands for all its keys.
  std::map<std::string, std::string> sources;
  std::vector<std::string> remarks;                // what is missing, and why
  std::vector<profiles::CannedOperation> answers;  // what operations without a meaning here were answered
};
// As a profile file, each value with its source. What has none is marked.
std::string to_toml(const Learned&);

class Findings {
 public:
  using Durations = std::vector<std::chrono::nanoseconds>;

  void dialect(const std::string& name, u16 port, const std::string& source);
  void protocol_version(u32 version, const std::string& source);
  void device(const ptp::DeviceInfo&, const std::string& source);
  // A list that a summary left out: made of what it says the camera can do.
  void assume_operations(std::vector<u16>);
  void property(const ptp::DevicePropDesc&, const std::string& source, bool default_known = true);
  void refused(u16 property, u16 response, const std::string& source);
  void storage(u32 id, const ptp::StorageInfo&, const std::string& source);
  void empty_slot(u32 id, const std::string& source);
  void object(u32 handle, const ptp::ObjectInfo&, const std::string& source);
  // Of MTP, that objects of one format have. A profile has one list for all formats.
  void object_properties(const std::vector<u16>&, const std::string& source);
  void answer(const profiles::CannedOperation&, const std::string& source);
  void capture_time(std::chrono::nanoseconds time) { captures_.push_back(time); }
  void live_view_interval(std::chrono::nanoseconds time) { frames_.push_back(time); }
  // Of a key in [quirks].
  void quirk(const std::string& key, const std::string& source) { quirks_[key] = source; }
  void remark(const std::string& text) { remarks_.push_back(text); }

  bool knows_device() const { return device_.has_value(); }
  std::size_t properties() const { return properties_.size(); }
  Learned learned() const;

 private:
  template <class T>
  struct Found {
    T value;
    std::string source;
  };
  void put_device(Learned&) const;
  void put_properties(Learned&) const;
  void put_storages(Learned&) const;
  void put_timing(Learned&) const;
  void put_quirks(Learned&) const;
  profiles::Property property_of(const ptp::DevicePropDesc&, Learned&) const;
  bool put_refusal(u16 property, bool vendor_list, Learned&) const;
  std::vector<profiles::SyntheticObjects> objects_of(u32 storage, Learned&) const;
  std::string folder_of(u32 handle) const;

  std::optional<Found<ptp::DeviceInfo>> device_;
  std::optional<Found<std::pair<std::string, u16>>> dialect_;
  std::optional<Found<u32>> version_;
  std::vector<u16> order_;  // of the properties, as they came
  std::map<u16, Found<ptp::DevicePropDesc>> properties_;
  std::set<u16> without_default_;
  std::map<u16, Found<u16>> refused_;
  std::map<u32, Found<std::optional<ptp::StorageInfo>>> storages_;
  std::map<u32, Found<ptp::ObjectInfo>> objects_;
  std::optional<Found<std::vector<u16>>> object_properties_;
  std::map<u16, Found<profiles::CannedOperation>> answers_;
  Durations captures_, frames_;
  std::map<std::string, std::string> quirks_;
  std::vector<std::string> remarks_;
  bool operations_assumed_ = false;
};

}  // namespace stuntcam::pcap
