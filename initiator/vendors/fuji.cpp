// Fujifilm over Wi-Fi: docs/cameras.md.
#include <array>

#include "initiator/vendors/vendors.h"

namespace stuntcam::initiator {
namespace {

constexpr u16 PreviewAvailable = 0xC001, GetCapturePreview = 0x9022;
constexpr u16 FilmSimulation = 0xD001, ExposureIndex = 0xD02A, FocusPoint = 0xD17C;

constexpr std::array names = std::to_array<ShortName>({
    {"iso", ExposureIndex},
    {"effect", FilmSimulation},
    {"focusmtr", FocusPoint},
});
constexpr std::array value_labels = std::to_array<Label>({
    {0x5005, 4, "daylight"},
    {0x5005, 6, "tungsten"},
    {0x5005, 0x8001, "fluorescent 1"},
    {0x5005, 0x8002, "fluorescent 2"},
    {0x5005, 0x8003, "fluorescent 3"},
    {0x5005, 0x8006, "shade"},
    {0x5005, 0x800A, "underwater"},
    {0x5005, 0x800B, "temperature"},
    {0x5005, 0x800C, "custom"},
    {0x500A, 1, "manual"},
    {0x500A, 0x8001, "single AF"},
    {0x500A, 0x8002, "continuous AF"},
    {0x500C, 0x8001, "on"},
    {0x500C, 0x8009, "disabled"},
    {0x500C, 0x800A, "enabled"},
    {0x5012, 0, "off"},
    {0x5012, 1, "1 s"},
    {0x5012, 2, "2 s"},
    {0x5012, 3, "5 s"},
    {0x5012, 4, "10 s"},
    {FilmSimulation, 1, "Provia"},
    {FilmSimulation, 2, "Velvia"},
    {FilmSimulation, 3, "Astia"},
    {FilmSimulation, 4, "monochrome"},
    {FilmSimulation, 5, "sepia"},
    {FilmSimulation, 6, "Pro Neg. Hi"},
    {FilmSimulation, 7, "Pro Neg. Std"},
    {FilmSimulation, 8, "monochrome + yellow"},
    {FilmSimulation, 9, "monochrome + red"},
    {FilmSimulation, 10, "monochrome + green"},
    {FilmSimulation, 11, "Classic Chrome"},
    {0xD018, 2, "fine"},
    {0xD018, 3, "normal"},
    {0xD018, 4, "fine + RAW"},
    {0xD018, 5, "normal + RAW"},
    {0xD028, 0, "both"},
    {0xD028, 1, "aperture"},
    {0xD028, 2, "shutter"},
    {0xD028, 3, "none"},
    {ExposureIndex, 0xFFFFFFFF, "auto"},
});
// The battery has three bars or five, no percentage; the self timer has positions.
constexpr std::array value_units = std::to_array<PropertyUnit>({{0x5001, Unit::none}, {0x5012, Unit::none}});

// ImageQuality, RecMode, CommandDialMode, FocusLock, DeviceError, CapturesRemaining, MovieRemainingTime.
constexpr std::array<u16, 7> state_properties{0xD018, 0xD019, 0xD028, 0xD209, 0xD21B, 0xD229, 0xD22A};

class Fuji final : public Extension {
 public:
  std::span<const Label> labels() const override { return value_labels; }
  std::span<const PropertyUnit> units() const override { return value_units; }
  std::span<const ShortName> short_names() const override { return names; }
  std::span<const u16> state() const override { return state_properties; }
  bool events_name_objects() const override { return false; }
  transport::Task<Bytes> heed(Session& session, const Event& event) override {
    if (event.code != PreviewAvailable) co_return Bytes();
    const Request request(GetCapturePreview, {});
    co_return co_await session.fetch(request);
  }
  bool has_live_view() const override { return true; }
  // It comes by itself, on a connection of its own.
  transport::Task<> start_live_view(Session&) override { co_return; }
  transport::Task<Bytes> frame(Session& session) override { return session.connection().live_view_frame(); }
  transport::Task<> end_live_view(Session& session) override {
    session.connection().end_live_view();
    co_return;
  }
};

}  // namespace

std::unique_ptr<Extension> make_fuji(const ptp::DeviceInfo&) { return std::make_unique<Fuji>(); }

}  // namespace stuntcam::initiator
