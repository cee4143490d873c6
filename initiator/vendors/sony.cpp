// Sony, as the captures show it that the app Rocc published: a handshake of the vendor's, and all properties in one
// data set of its own form (docs/cameras.md).
#include <array>
#include <map>
#include <set>
#include <utility>

#include "initiator/vendors/vendors.h"
#include "ptp/reader.h"
#include "ptp/writer.h"

namespace stuntcam::initiator {

using transport::Task;

namespace {

constexpr u16 SDIOConnect = 0x9201, SDIOGetExtDeviceInfo = 0x9202, SetControlDeviceA = 0x9205,
              GetAllDevicePropData = 0x9209;
constexpr u32 protocol_version = 0x12C;  // what the app asks for
constexpr u16 BatteryLevel = 0xD218, ShutterSpeed = 0xD20D, ISO = 0xD21E;
// More than any camera has: the published one lists 78.
constexpr u64 most_properties = 4096;

constexpr std::array names =
    std::to_array<ShortName>({{"iso", ISO}, {"exposure", ShutterSpeed}, {"battery", BatteryLevel}});
constexpr std::array value_units = std::to_array<PropertyUnit>({{ShutterSpeed, Unit::fraction}});
constexpr std::array<u16, 3> state_properties{BatteryLevel, ShutterSpeed, ISO};

std::vector<ptp::Value> read_values(ptp::Reader& reader, ptp::DataType type) {
  std::vector<ptp::Value> values;
  const u16 count = reader.integer<u16>("NumberOfValues");
  for (u16 i = 0; i < count && reader.ok(); ++i) values.push_back(ptp::read_value(reader, type, "SupportedValue"));
  return values;
}

ptp::Form read_form(ptp::Reader& reader, ptp::DataType type) {
  constexpr u8 range = 1, enumeration = 2;
  const u8 flag = reader.integer<u8>("FormFlag");
  if (flag == range) {
    auto minimum = ptp::read_value(reader, type, "MinimumValue"),
         maximum = ptp::read_value(reader, type, "MaximumValue");
    return ptp::RangeForm{std::move(minimum), std::move(maximum), ptp::read_value(reader, type, "StepSize")};
  }
  if (flag != enumeration) return {};
  ptp::EnumerationForm form;
  form.values = read_values(reader, type);
  // Newer bodies list the values once more behind that, where others have the code of the next property.
  constexpr u16 least_code = 0x1000;
  const auto rest = reader.rest();
  const bool again = rest.size() >= 2 && (rest[0] | rest[1] << 8) < least_code;
  if (again) read_values(reader, type);
  return form;
}

// A DevicePropDesc with a byte more behind GetSet: whether the property means anything now.
std::vector<ptp::DevicePropDesc> read_all(View bytes) {
  ptp::Reader reader(bytes);
  std::vector<ptp::DevicePropDesc> list;
  const u64 count = reader.integer<u64>("Count");
  for (u64 i = 0; i < std::min(count, most_properties); ++i) {
    ptp::DevicePropDesc desc;
    desc.code = reader.integer<u16>("DevicePropCode");
    desc.type = static_cast<ptp::DataType>(reader.integer<u16>("DataType"));
    desc.get_set = reader.integer<u8>("GetSet");
    reader.integer<u8>("IsEnabled");
    if (!ptp::known(desc.type)) break;  // its values have no end that we know
    desc.factory_default = ptp::read_value(reader, desc.type, "FactoryDefaultValue");
    desc.current = ptp::read_value(reader, desc.type, "CurrentValue");
    desc.form = read_form(reader, desc.type);
    if (!reader.ok()) break;
    list.push_back(std::move(desc));
  }
  return list;
}

class Sony final : public Extension {
 public:
  explicit Sony(const ptp::DeviceInfo& device)
      : properties_(lists(device.operations_supported, SDIOConnect) &&
                    lists(device.operations_supported, GetAllDevicePropData)) {}

  std::span<const ShortName> short_names() const override { return names; }
  std::span<const PropertyUnit> units() const override { return value_units; }
  std::span<const u16> state() const override { return state_properties; }

  Task<std::vector<u16>> more_properties(Session& session) override;
  Task<std::optional<ptp::DevicePropDesc>> property(Session& session, u16 code) override;
  Task<bool> set_property(Session& session, u16 code, const ptp::Value& value) override;
  Task<> prepare_events(Session& session, const ptp::DeviceInfo& device) override;

 private:
  Task<> connect(Session& session);
  Task<> look(Session& session);

  bool properties_, connected_ = false;
  std::map<u16, ptp::DevicePropDesc> seen_;
  std::set<u16> told_;  // since they were looked at: who asks again wants them as they are now
};

// As the app does it. What the steps mean is not known.
Task<> Sony::connect(Session& session) {
  if (!properties_ || std::exchange(connected_, true)) co_return;
  for (const u32 step : {1u, 2u, 3u}) {
    if (step == 3) {
      const Request info(SDIOGetExtDeviceInfo, std::array{protocol_version});
      co_await session.demand(info);
    }
    const Request request(SDIOConnect, std::array{step, 0u, 0u});
    co_await session.demand(request);
  }
}

Task<> Sony::look(Session& session) {
  co_await connect(session);
  const Request request(GetAllDevicePropData, std::array{0u});
  const Bytes bytes = co_await session.fetch(request);
  seen_.clear();
  told_.clear();
  for (auto& desc : read_all(bytes)) seen_.insert_or_assign(desc.code, std::move(desc));
}

Task<std::vector<u16>> Sony::more_properties(Session& session) {
  std::vector<u16> codes;
  if (!properties_) co_return codes;
  co_await look(session);
  codes.reserve(seen_.size());
  for (const auto& [code, desc] : seen_) codes.push_back(code);
  co_return codes;
}

Task<std::optional<ptp::DevicePropDesc>> Sony::property(Session& session, u16 code) {
  std::optional<ptp::DevicePropDesc> found;
  if (!properties_) co_return found;
  const bool stale = seen_.empty() || told_.contains(code);
  if (stale) co_await look(session);
  told_.insert(code);
  const auto at = seen_.find(code);
  if (at != seen_.end()) found = at->second;
  co_return found;
}

Task<bool> Sony::set_property(Session& session, u16 code, const ptp::Value& value) {
  if (!properties_) co_return false;
  co_await connect(session);
  Request request(SetControlDeviceA, std::array{u32{code}});
  request.data = value.bytes();
  co_await session.demand(request);
  seen_.clear();
  co_return true;
}

// They come on the event connection once the handshake is done.
Task<> Sony::prepare_events(Session& session, const ptp::DeviceInfo&) { co_await connect(session); }

}  // namespace

std::unique_ptr<Extension> make_sony(const ptp::DeviceInfo& device) { return std::make_unique<Sony>(device); }

}  // namespace stuntcam::initiator
