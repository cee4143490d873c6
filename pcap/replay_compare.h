// What a live camera answered against what was recorded: field by field, without what may differ, and with handles and
// storage ids translated from then to now.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pcap/replay_session.h"
#include "ptp/json.h"

namespace stuntcam::pcap {

struct Difference {
  std::string field;  // "GetDevicePropDesc(ExposureIndex).CurrentValue"
  std::string recorded, live;
};

// What is not compared: patterns with * over a whole field, or one of its words alone ("SerialNumber", "BatteryLevel").
class Masks {
 public:
  explicit Masks(std::vector<std::string> more = {});
  bool hides(std::string_view field) const;
  static std::vector<std::string> usual();  // battery, free space, time, serial number, live view, previews

 private:
  std::vector<std::string> patterns_;
};

// Numbers that a camera gives out, from then to now. What is not in them is the same.
struct Identifiers {
  std::map<u32, u32> handles, storages;
  std::set<u32> fresh;  // recorded handles of objects that were made during the session: what is in them differs

  u32 handle(u32 recorded) const;
  u32 storage(u32 recorded) const;
  ptp::Message translate(ptp::Message request) const;
  // Data to the camera; as it is where it names no object.
  Bytes translate(const ptp::Message& request, Bytes data) const;
  // A decoded data set of the answer.
  ptp::Json translate(const ptp::Message& request, ptp::Json data_set) const;
  // Which of the request's parameters is the handle of an object; 0: none is.
  static u32 object(const ptp::Message& request);
};

// "GetObjectInfo(0x2)", "GetDevicePropDesc(ExposureIndex)".
std::string subject(const ptp::Message& request, ptp::Vendor);

// Lists whose order means nothing are compared as sets.
std::vector<Difference> compare(const std::string& subject, const ptp::Json& recorded, const ptp::Json& live,
                                const Masks&);

// Event lists as several vendors queue them: a count, then a code and a parameter each. nullopt: it is none.
struct QueuedEvent {
  u16 code = 0;
  u32 param = 0;
};
std::optional<std::vector<QueuedEvent>> queued_events(View data);

}  // namespace stuntcam::pcap
