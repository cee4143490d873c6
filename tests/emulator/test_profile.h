// A camera of no brand that can do everything, for tests to take away from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "profiles/profile.h"

namespace stuntcam::tests {

inline profiles::Property property(ptp::PropertyCode code, ptp::DataType type, i64 value, bool writable = true,
                                   ptp::Form form = {}) {
  profiles::Property property;
  property.code = static_cast<u16>(code);
  property.type = type;
  property.writable = writable;
  property.factory_default = property.current = ptp::Value(type, value);
  property.form = std::move(form);
  return property;
}

inline profiles::Property property(ptp::PropertyCode code, const std::string& text) {
  profiles::Property property;
  property.code = static_cast<u16>(code);
  property.type = ptp::DataType::string;
  property.writable = true;
  property.factory_default = property.current = ptp::Value(text);
  return property;
}

inline ptp::Form range(ptp::DataType type, i64 minimum, i64 maximum, i64 step) {
  return ptp::RangeForm{ptp::Value(type, minimum), ptp::Value(type, maximum), ptp::Value(type, step)};
}

inline ptp::Form one_of(ptp::DataType type, std::initializer_list<i64> values) {
  ptp::EnumerationForm form;
  for (const auto value : values) form.values.emplace_back(type, value);
  return form;
}

inline std::vector<profiles::Property> test_properties() {
  using enum ptp::DataType;
  using Code = ptp::PropertyCode;
  auto date = property(Code::DateTime, "20260101T000000");
  auto f_number = property(Code::FNumber, uint16, 350, true, one_of(uint16, {350, 400, 560}));
  f_number.current = ptp::Value(uint16, 400);
  return {property(Code::BatteryLevel, uint8, 100, false, range(uint8, 0, 100, 1)),
          property(Code::ImageSize, "160x120"),
          std::move(f_number),
          property(Code::FocusMode, uint16, 1),
          property(Code::ExposureTime, uint32, 100),
          std::move(date),
          property(Code::CaptureDelay, uint32, 0),
          property(Code::StillCaptureMode, uint16, 1, true, one_of(uint16, {1, 2})),
          property(Code::BurstNumber, uint16, 1, true, range(uint16, 1, 99, 2)),
          property(Code::Artist, "")};
}

inline std::vector<profiles::Storage> test_storages() {
  profiles::Storage card;
  card.capacity = 1u << 20;
  card.label = "card";
  profiles::SyntheticObjects files;
  files.count = 3;
  files.size = 1000;
  files.format = 0x3004;
  files.folder = "DCIM/100TESTS";
  files.name = "FILE%04u.TXT";
  profiles::SyntheticObjects pictures;
  pictures.count = 1;
  pictures.width = 160;
  pictures.height = 120;
  pictures.folder = "DCIM/100TESTS";
  pictures.name = "DSC_%04u.JPG";
  card.objects = {files, pictures};
  profiles::Storage second;
  second.id = 0x00020001;
  second.capacity = 1u << 20;
  profiles::Storage empty;
  empty.id = 0x00030000;
  empty.present = false;
  return {card, second, empty};
}

inline profiles::Profile test_profile() {
  profiles::Profile profile;
  profile.name = "test";
  profile.friendly_name = "test";
  auto& device = profile.device;
  device.manufacturer = "Test Corporation";
  device.model = "T1";
  device.version = "1.0";
  device.serial = "SN-####";
  for (u16 code = 0x1001; code <= 0x101C; ++code) device.operations.push_back(code);
  for (u16 code = 0x95C1; code <= 0x95C5; ++code) device.operations.push_back(code);
  for (u16 code = 0x4001; code <= 0x400E; ++code) device.events.push_back(code);
  device.capture_formats = {0x3801};
  device.image_formats = {0x3000, 0x3001, 0x3004, 0x3801};
  profile.properties = test_properties();
  profile.storages = test_storages();
  return profile;
}

}  // namespace stuntcam::tests
