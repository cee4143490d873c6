// Operations that a profile answers without code: [[operation]] of docs/profiles.md.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ptp/datetime.h"
#include "ptp/value.h"

namespace stuntcam::profiles {

using Duration = std::chrono::nanoseconds;

// A run of synthetic objects on a card; of one, or of a folder, too.
struct SyntheticObjects {
  u32 count = 1;
  u64 size = 0;  // bytes of each; 0 with format EXIF_JPEG: as large as the picture comes out
  u16 format = 0x3801;
  u32 width = 0, height = 0;  // pixels, for images
  std::string folder;         // "DCIM/100NCD53"
  std::string name;           // "DSC_%04u.JPG"; %u counts from `first`
  u32 first = 1;
  std::optional<u32> handle;          // of the first; none: drawn
  u32 handle_step = 1;                // from one to the next
  std::optional<ptp::DateTime> date;  // of the first; each next one is a minute younger
  bool operator==(const SyntheticObjects&) const = default;
};

// Something that is known when the operation is asked for: 7, "{param1}", "{FNumber:uint32}".
struct Source {
  enum class Kind : u8 {
    constant,      // an integer or a text
    param,         // number: which of the request, 1 to 5
    property,      // number: its code
    data,          // what the initiator sent with the request
    count,         // how often this operation was asked for since the camera was switched on, this time included
    milliseconds,  // since the camera was switched on
    time,          // the camera's date and time, as text
    handle,        // of the object that this answer made
    frame,         // what the sensor sees now: a JPEG
  };
  Kind kind = Kind::constant;
  u32 number = 0;
  ptp::Value value{};                             // of a constant
  ptp::DataType type = ptp::DataType::undefined;  // to write it as; undefined: its own
  bool operator==(const Source&) const = default;
};

// The data of an answer: bytes, and what is filled in between them.
using Template = std::vector<std::variant<Bytes, Source>>;

struct CannedEvent {
  u16 code = 0;
  std::vector<Source> params;
  Duration delay{};  // behind the answer
  bool operator==(const CannedEvent&) const = default;
};

// What happens, in this order: the shutter is released, an object is made, properties are set; data and response go
// out, events follow. Where one of the first three is refused, that is the response and nothing else happens.
struct CannedAnswer {
  u16 response = 0x2001;
  std::vector<Source> response_params;
  std::optional<Template> data;  // none: no data phase to the initiator
  Duration delay{};
  bool capture = false;
  std::optional<SyntheticObjects> object;        // on the first store; folder "": where pictures go
  std::vector<std::pair<u16, Source>> settings;  // properties and what they are set to
  std::vector<CannedEvent> events;
  bool operator==(const CannedAnswer&) const = default;
};

struct CannedCase {
  struct Condition {
    Source source;                   // a parameter or a property
    std::vector<ptp::Value> values;  // one of these
    bool operator==(const Condition&) const = default;
  };
  std::vector<Condition> when;  // all of them
  CannedAnswer answer;
  bool operator==(const CannedCase&) const = default;
};

// The first case that holds answers, otherwise the operation's own answer.
struct CannedOperation : CannedAnswer {
  u16 code = 0;
  bool takes_data = false;  // the initiator sends a data phase
  std::vector<CannedCase> cases;
  bool operator==(const CannedOperation&) const = default;
};

}  // namespace stuntcam::profiles
