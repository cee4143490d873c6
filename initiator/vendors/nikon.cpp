// Nikon, as gphoto2 talks to it: docs/clients.md §2, docs/cameras.md.
#include <fmt/format.h>

#include <array>

#include "initiator/vendors/vendors.h"

namespace stuntcam::initiator {

using transport::Task;

namespace {

constexpr u16 ChangeCameraMode = 0x90C2, DeviceReady = 0x90C8, StartLiveView = 0x9201, EndLiveView = 0x9202,
              GetLiveViewImage = 0x9203;
constexpr u16 NotLiveView = 0xA00B;
constexpr u16 RecordingMedia = 0xD10B, LiveViewStatus = 0xD1A2, LiveViewProhibition = 0xD1A4;
constexpr u32 by_computer = 1, by_hand = 0;
constexpr i64 in_memory = 1;

constexpr std::array value_labels = std::to_array<Label>({
    {0x5004, 0, "basic"},
    {0x5004, 1, "normal"},
    {0x5004, 2, "fine"},
    {0x5004, 4, "RAW"},
    {0x5004, 5, "RAW + basic"},
    {0x5004, 6, "RAW + normal"},
    {0x5004, 7, "RAW + fine"},
    {0x5005, 4, "sunny"},
    {0x5005, 6, "incandescent"},
    {0x5005, 0x8010, "cloudy"},
    {0x5005, 0x8011, "shade"},
    {0x5005, 0x8013, "preset"},
    {0x500A, 0x8010, "AF-S"},
    {0x500A, 0x8011, "AF-C"},
    {0x500A, 0x8012, "AF-A"},
    {0x500B, 3, "matrix"},
    {0x500B, 4, "spot"},
    {0x500C, 2, "prohibited"},
    {0x500C, 4, "red-eye reduction"},
    {0x500C, 0x8010, "front curtain"},
    {0x500C, 0x8011, "slow"},
    {0x500C, 0x8012, "rear curtain"},
    {0x500C, 0x8013, "red-eye slow"},
    {0x500D, 2, "1/4000"},  // cut off from 2.5
    {0x500D, 0xFFFFFFFD, "time"},
    {0x500E, 1, "M"},
    {0x500E, 2, "P"},
    {0x500E, 3, "A"},
    {0x500E, 4, "S"},
    {0x500E, 0x8010, "auto"},
    {0x500E, 0x8011, "portrait"},
    {0x500E, 0x8012, "landscape"},
    {0x500E, 0x8013, "close-up"},
    {0x500E, 0x8014, "sports"},
    {0x500E, 0x8016, "no flash"},
    {0x500E, 0x8017, "child"},
    {0x500E, 0x8018, "scene"},
    {0x500E, 0x8019, "effects"},
    {0x5013, 1, "single"},
    {0x5013, 2, "continuous high"},
    {0x5013, 0x8010, "continuous low"},
    {0x5013, 0x8011, "self timer"},
    {0x5013, 0x8014, "quick remote"},
    {0x5013, 0x8015, "delayed remote"},
    {0x5013, 0x8016, "quiet"},
    {0x501C, 2, "dynamic"},
    {0x501C, 0x8010, "single point"},
    {0x501C, 0x8011, "auto area"},
    {0x501C, 0x8012, "3D tracking"},
    {0xD100, 0xFFFFFFFF, "bulb"},
    {RecordingMedia, 0, "card"},
    {RecordingMedia, 1, "SDRAM"},
    {0xD161, 0, "AF-S"},
    {0xD161, 1, "AF-C"},
    {0xD161, 2, "AF-A"},
    {0xD161, 3, "MF fixed"},
    {0xD161, 4, "MF selectable"},
    {0xD200, 1, "standard"},
    {0xD200, 2, "neutral"},
    {0xD200, 3, "vivid"},
    {0xD200, 4, "monochrome"},
    {0xD200, 5, "portrait"},
    {0xD200, 6, "landscape"},
});
constexpr std::array value_units = std::to_array<PropertyUnit>({{0xD100, Unit::fraction}});
constexpr std::array names = std::to_array<ShortName>({{"effect", 0xD200}});  // picture control

constexpr std::array<u16, 5> state_properties{0xD100, 0xD161, 0xD200, RecordingMedia, LiveViewStatus};

class Nikon final : public Extension {
 public:
  explicit Nikon(const ptp::DeviceInfo& device)
      : live_view_(lists(device.operations_supported, StartLiveView) &&
                   lists(device.operations_supported, GetLiveViewImage)),
        modes_(lists(device.operations_supported, ChangeCameraMode)),
        ready_(lists(device.operations_supported, DeviceReady)),
        media_(lists(device.device_properties_supported, RecordingMedia)),
        prohibition_(lists(device.device_properties_supported, LiveViewProhibition)) {}

  std::span<const Label> labels() const override { return value_labels; }
  std::span<const PropertyUnit> units() const override { return value_units; }
  std::span<const ShortName> short_names() const override { return names; }

  std::span<const u16> state() const override { return state_properties; }

  bool has_live_view() const override { return live_view_; }
  Task<> start_live_view(Session& session) override;
  Task<Bytes> frame(Session& session) override;
  Task<> end_live_view(Session& session) override;

 private:
  bool live_view_, modes_, ready_, media_, prohibition_;
  bool on_before_ = false;
  std::optional<ptp::Value> media_before_;
};

Task<> Nikon::start_live_view(Session& session) {
  if (!live_view_) co_await Extension::start_live_view(session);
  if (modes_) {
    const Request mode(ChangeCameraMode, std::array{by_computer});
    co_await session.call(mode);  // a camera that is in it already refuses
  }
  const auto status = co_await session.prop_value(LiveViewStatus, ptp::DataType::uint8);
  on_before_ = status.integer() != 0;
  if (on_before_) co_return;
  if (media_) {
    media_before_ = co_await session.prop_value(RecordingMedia, ptp::DataType::uint8);
    const ptp::Value memory(ptp::DataType::uint8, in_memory);
    co_await session.set_prop_value(RecordingMedia, memory);
  }
  if (prohibition_) {
    const auto why = co_await session.prop_value(LiveViewProhibition, ptp::DataType::uint32);
    if (why.integer() != 0)
      throw Problem(Trouble::refused, fmt::format("the camera prohibits live view: LiveViewProhibitionCondition 0x{:X}",
                                                  static_cast<u32>(why.bits())));
  }
  const Request start(StartLiveView, {});
  co_await session.demand(start);
  if (!ready_) co_return;
  const Request ready(DeviceReady, {});
  co_await session.demand(ready);
}

Task<Bytes> Nikon::frame(Session& session) {
  Request request(GetLiveViewImage, {});
  BytesSink sink;
  request.sink = &sink;
  Response response = co_await session.call(request);
  if (response.code == NotLiveView) {  // it has gone to sleep
    const Request start(StartLiveView, {});
    co_await session.demand(start);
    response = co_await session.demand(request);
  } else if (!response.ok()) {
    response = co_await session.demand(request);
  }
  co_return sink.take();
}

Task<> Nikon::end_live_view(Session& session) {
  if (!on_before_) {
    const Request end(EndLiveView, {});
    co_await session.call(end);
    if (media_before_) co_await session.set_prop_value(RecordingMedia, *media_before_);
  }
  if (modes_) {
    const Request mode(ChangeCameraMode, std::array{by_hand});
    co_await session.call(mode);
  }
}

}  // namespace

std::unique_ptr<Extension> make_nikon(const ptp::DeviceInfo& device) { return std::make_unique<Nikon>(device); }

}  // namespace stuntcam::initiator
