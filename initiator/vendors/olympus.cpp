// Olympus and OM System, as gphoto2 talks to them: docs/clients.md, docs/cameras.md.
#include <array>
#include <utility>

#include "initiator/vendors/vendors.h"

namespace stuntcam::initiator {

using transport::Task;

namespace {

constexpr u16 OMD_Capture = 0x9481, GetLiveViewImage = 0x9484, OMD_ChangedProperties = 0x9486;
constexpr u16 OMD_ObjectAdded = 0xC002, OlympusObjectAdded = 0xC102;
constexpr u32 press = 3, let_go = 6;
constexpr u16 CameraControlMode = 0xD052, LiveViewMode = 0xD06D;
constexpr i64 controlled = 1, live_view_mode = 0x04000300;  // 1024 x 768
constexpr u32 one = 1;
constexpr int most_empty_frames = 20;  // the first ones after the start have no picture
constexpr auto between_tries = std::chrono::milliseconds(100);

constexpr std::array names = std::to_array<ShortName>({
    {"iso", 0xD007},
    {"whitebalance", 0xD01E},
    {"exposure", 0xD01C},
    {"exp-bias", 0xD008},
    {"flashmode", 0xD005},
    {"aperture", 0xD002},
    {"focusmtr", 0xD051},
    {"mode", 0xD00C},
});
constexpr std::array value_units = std::to_array<PropertyUnit>({
    {0xD002, Unit::f_number_10},
    {0xD008, Unit::ev_1000},
    {0xD00F, Unit::ev_1000},
    {0xD01C, Unit::fraction},
});
constexpr std::array value_labels = std::to_array<Label>({{0xD007, 0xFFFF, "auto"}});

class Olympus final : public Extension {
 public:
  explicit Olympus(const ptp::DeviceInfo& device)
      : captures_(lists(device.operations_supported, OMD_Capture)),
        live_view_(lists(device.operations_supported, GetLiveViewImage)) {}

  std::span<const Label> labels() const override { return value_labels; }
  std::span<const PropertyUnit> units() const override { return value_units; }
  std::span<const ShortName> short_names() const override { return names; }

  Task<> capture(Session& session) override;
  // The body has no CaptureComplete.
  bool ends_capture(const Event& event) const override {
    return captures_ && (event.code == OMD_ObjectAdded || event.code == OlympusObjectAdded ||
                         event.code == static_cast<u16>(ptp::EventCode::ObjectAdded));
  }
  Task<Bytes> heed(Session& session, const Event& event) override;
  bool has_live_view() const override { return live_view_; }
  Task<> start_live_view(Session& session) override;
  Task<Bytes> frame(Session& session) override;
  Task<> end_live_view(Session& session) override;

 private:
  Task<> take_control(Session& session);
  Task<> give_back(Session& session);

  bool captures_, live_view_;
  std::optional<ptp::Value> control_before_, mode_before_;
};

Task<> Olympus::take_control(Session& session) {
  control_before_ = co_await session.prop_value(CameraControlMode, ptp::DataType::uint16);
  const ptp::Value control(ptp::DataType::uint16, controlled);
  co_await session.set_prop_value(CameraControlMode, control);
}

Task<> Olympus::give_back(Session& session) {
  const auto before = std::exchange(control_before_, std::nullopt);
  if (before) co_await session.set_prop_value(CameraControlMode, *before);
}

Task<> Olympus::capture(Session& session) {
  if (!captures_) {
    co_await Extension::capture(session);
    co_return;
  }
  co_await take_control(session);
  for (const u32 finger : {press, let_go}) {
    const Request request(OMD_Capture, std::array{finger});
    co_await session.demand(request);
  }
  const Request changed(OMD_ChangedProperties, {});
  co_await session.fetch(changed);
}

Task<Bytes> Olympus::heed(Session& session, const Event& event) {
  if (ends_capture(event)) co_await give_back(session);
  co_return Bytes();
}

Task<> Olympus::start_live_view(Session& session) {
  if (!live_view_) co_await Extension::start_live_view(session);
  co_await take_control(session);
  mode_before_ = co_await session.prop_value(LiveViewMode, ptp::DataType::uint32);
  const ptp::Value mode(ptp::DataType::uint32, live_view_mode);
  co_await session.set_prop_value(LiveViewMode, mode);
}

Task<Bytes> Olympus::frame(Session& session) {
  for (int tried = 0;; ++tried) {
    const Request request(GetLiveViewImage, std::array{one});
    Bytes bytes = co_await session.fetch(request);
    if (!jpeg_within(bytes).empty() || tried == most_empty_frames) co_return bytes;
    co_await session.pause(between_tries);
  }
}

Task<> Olympus::end_live_view(Session& session) {
  if (mode_before_) co_await session.set_prop_value(LiveViewMode, *mode_before_);
  co_await give_back(session);
}

}  // namespace

std::unique_ptr<Extension> make_olympus(const ptp::DeviceInfo& device) { return std::make_unique<Olympus>(device); }

}  // namespace stuntcam::initiator
