// What a family of cameras has beyond the standard, as far as a client uses it. The standard's own camera is the base:
// it has nothing. One file a vendor, chosen by what DeviceInfo says.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "initiator/session.h"

namespace stuntcam::initiator {

// A value of a property by its name: {WhiteBalance, 4, "sunny"}.
struct Label {
  u16 property;
  i64 value;
  std::string_view text;
};
// A property by a name that people know from other programs.
struct ShortName {
  std::string_view name;
  u16 property;
};
// How the number on the wire is meant.
enum class Unit : u8 {
  none,
  percent,
  f_number_100,   // 560: f/5.6
  f_number_10,    // 56: f/5.6
  seconds_10000,  // 40: 1/250, cut off
  fraction,       // numerator << 16 | denominator: 0x000100FA: 1/250
  ev_1000,        // -333: -0.3 EV
  ev_8,           // 0xFD: -3/8, which is engraved -0.3 EV
  millimetres_100,
  milliseconds,
};
struct PropertyUnit {
  u16 property;
  Unit unit;
};

class Extension {
 public:
  virtual ~Extension() = default;

  // Before the standard's, which hold where these say nothing.
  virtual std::span<const Label> labels() const { return {}; }
  virtual std::span<const ShortName> short_names() const { return {}; }
  virtual std::span<const PropertyUnit> units() const { return {}; }
  // Properties that tell the state of the camera, besides the standard's.
  virtual std::span<const u16> state() const { return {}; }

  // Properties that the standard's operations do not reach: which there are, the description of one, and setting it.
  // none and false: the standard's operations do it.
  virtual transport::Task<std::vector<u16>> more_properties(Session&);
  virtual transport::Task<std::optional<ptp::DevicePropDesc>> property(Session&, u16 code);
  virtual transport::Task<bool> set_property(Session&, u16 code, const ptp::Value&);

  // Events that a camera queues come as if it sent them, from here on.
  virtual transport::Task<> prepare_events(Session&, const ptp::DeviceInfo&);
  // The shutter. The events say what came of it.
  virtual transport::Task<> capture(Session&);
  // Does an event of a new object name it? Otherwise the objects of a capture are what the listings have more than
  // before.
  virtual bool events_name_objects() const { return true; }
  // Is this, in the place of CaptureComplete, the end of a capture?
  virtual bool ends_capture(const Event&) const { return false; }
  // An event of a capture may want an answer before the camera goes on. A preview of the picture, when that is one.
  virtual transport::Task<Bytes> heed(Session&, const Event&);

  // Live view. frame() waits until the camera has one, and gives a JPEG.
  virtual bool has_live_view() const { return false; }
  virtual transport::Task<> start_live_view(Session&);
  virtual transport::Task<Bytes> frame(Session&);
  virtual transport::Task<> end_live_view(Session&);
};

// Never null.
std::unique_ptr<Extension> make_extension(const ptp::DeviceInfo&, ptp::Vendor);

// The JPEG within what a camera sent: from the start of the image to its end, without what is around it. Empty when
// there is none.
View jpeg_within(View);

}  // namespace stuntcam::initiator
