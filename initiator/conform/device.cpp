// DeviceInfo: docs/protocol.md §2.3, §2.5, §4.1.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/data_sets.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::DeviceInfo;

Task<DeviceInfo> info(Trial& t) {
  co_await t.connect();
  co_return co_await t.data_set<DeviceInfo>(Op::GetDeviceInfo);
}

Task<> decodes(Trial& t) { co_await info(t); }

Task<> exact(Trial& t) {
  co_await t.connect();
  const Bytes bytes = co_await t.fetch(Op::GetDeviceInfo);
  expect_exact<DeviceInfo>("DeviceInfo", bytes);
}

Task<> standard_version(Trial& t) {
  const DeviceInfo device = co_await info(t);
  expect(device.standard_version >= 100 && device.standard_version < 200, "a StandardVersion in hundredths: 100 or 110",
         fmt::format("{}", device.standard_version));
}

Task<> functional_mode(Trial& t) {
  const DeviceInfo device = co_await info(t);
  constexpr u16 vendor_values = 0x8000;
  expect(device.functional_mode <= 1 || device.functional_mode >= vendor_values, "a FunctionalMode of 0 or 1",
         fmt::format("{}", device.functional_mode));
}

bool has(const std::vector<u16>& list, Op operation) {
  return std::ranges::find(list, static_cast<u16>(operation)) != list.end();
}

void expect_listed(const DeviceInfo& device, std::initializer_list<Op> operations) {
  for (const Op operation : operations)
    expect(has(device.operations_supported, operation), ptp::to_string(operation) + " among the operations",
           "not there");
}

Task<> minimum(Trial& t) {
  const DeviceInfo device = co_await info(t);
  expect_listed(device, {Op::GetDeviceInfo, Op::OpenSession, Op::CloseSession, Op::GetStorageIDs, Op::GetStorageInfo});
}

Task<> pull(Trial& t) {
  const DeviceInfo device = co_await info(t);
  if (!has(device.operations_supported, Op::GetObject)) skip("no objects can be fetched from the camera");
  expect_listed(device, {Op::GetNumObjects, Op::GetObjectHandles, Op::GetObjectInfo, Op::GetThumb});
}

Task<> push(Trial& t) {
  const DeviceInfo device = co_await info(t);
  if (!has(device.operations_supported, Op::SendObject)) skip("no objects can be sent to the camera");
  const bool described =
      has(device.operations_supported, Op::SendObjectInfo) || has(device.operations_supported, Op::SendObjectPropList);
  expect(described, "SendObjectInfo among the operations, beside SendObject", "not there");
}

void expect_range(const std::vector<u16>& codes, std::string_view what, u16 standard, u16 vendor) {
  for (const u16 code : codes)
    expect((code >> 12) == standard || (code >> 12) == vendor,
           fmt::format("{} codes 0x{:X}xxx or 0x{:X}xxx", what, standard, vendor), fmt::format("0x{:04X}", code));
}

Task<> operation_codes(Trial& t) {
  const DeviceInfo device = co_await info(t);
  expect_range(device.operations_supported, "operation", 0x1, 0x9);
}
Task<> event_codes(Trial& t) {
  const DeviceInfo device = co_await info(t);
  expect_range(device.events_supported, "event", 0x4, 0xC);
}
Task<> property_codes(Trial& t) {
  const DeviceInfo device = co_await info(t);
  expect_range(device.device_properties_supported, "property", 0x5, 0xD);
}
Task<> format_codes(Trial& t) {
  const DeviceInfo device = co_await info(t);
  expect_range(device.capture_formats, "format", 0x3, 0xB);
  expect_range(device.image_formats, "format", 0x3, 0xB);
}

Task<> same_inside(Trial& t) {
  co_await t.connect();
  const auto outside = co_await t.data_set<DeviceInfo>(Op::GetDeviceInfo);
  co_await t.enter();
  const auto inside = co_await t.data_set<DeviceInfo>(Op::GetDeviceInfo);
  const auto same = outside.manufacturer == inside.manufacturer && outside.model == inside.model &&
                    outside.serial_number == inside.serial_number && outside.device_version == inside.device_version;
  expect(
      same,
      fmt::format("{} {} {} inside a session as outside", outside.manufacturer, outside.model, outside.serial_number),
      fmt::format("{} {} {}", inside.manufacturer, inside.model, inside.serial_number));
}

constexpr std::array cases{
    Case{"device.decodes", "2.5", "GetDeviceInfo returns a DeviceInfo data set.", decodes},
    Case{"device.exact", "2.3",
         "DeviceInfo is encoded as the standard says: counted and terminated strings, \"\" as one zero byte, nothing "
         "left over.",
         exact},
    Case{"device.standard-version", "2.5", "StandardVersion is in hundredths: 100 is 1.00, 110 is 1.10.",
         standard_version},
    Case{"device.functional-mode", "2.5", "FunctionalMode is 0, standard, or 1, sleep.", functional_mode},
    Case{.id = "device.minimum",
         .section = "4.1",
         .rule = "Every camera lists GetDeviceInfo, OpenSession, CloseSession, GetStorageIDs and GetStorageInfo.",
         .run = minimum,
         .weight = Weight::should},
    Case{.id = "device.pull",
         .section = "4.1",
         .rule =
             "A camera whose objects can be fetched lists GetNumObjects, GetObjectHandles, GetObjectInfo and GetThumb.",
         .run = pull,
         .weight = Weight::should},
    Case{.id = "device.push",
         .section = "4.1",
         .rule = "A camera that takes objects lists SendObjectInfo beside SendObject.",
         .run = push,
         .weight = Weight::should},
    Case{"device.operation-codes", "2.1", "Operation codes are 0x1xxx, those of vendors 0x9xxx.", operation_codes},
    Case{"device.event-codes", "2.1", "Event codes are 0x4xxx, those of vendors 0xCxxx.", event_codes},
    Case{"device.property-codes", "2.1", "Device property codes are 0x5xxx, those of vendors 0xDxxx.", property_codes},
    Case{"device.format-codes", "2.1", "Object format codes are 0x3xxx, those of vendors 0xBxxx.", format_codes},
    Case{"device.same-inside", "3", "GetDeviceInfo tells of the same camera inside a session and outside.",
         same_inside},
};

}  // namespace

std::span<const Case> device_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
