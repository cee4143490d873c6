// Faults as values: what shall go wrong, where, and how. A plan is what --fault and scenario files say, and what
// fuzzing draws, minimises and saves. What each kind does: docs/faults.md.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ptp/codes.h"
#include "ptp/packets.h"
#include "transport/clock.h"

namespace stuntcam::transport {

enum class FaultKind : u8 {
  // Of one message: the response, unless `event` or `packet` says another.
  code,         // it carries another code
  parameters,   // and other parameters
  transaction,  // and another TransactionID
  drop,         // it never goes out
  late,         // it waits, and what comes behind it
  repeat,       // it goes out more than once
  pad,          // it is longer
  shorten,      // it is shorter
  // Of a transaction, or a handshake.
  refuse,       // answered with a code without the camera doing it; InitFail with a reason
  before_data,  // the response comes before the data
  early,        // the event comes before the response
  // Of a data phase to the initiator.
  cut,       // the connection goes wrong in the middle of it
  truncate,  // it ends before all announced bytes came
  extend,    // more bytes come than were announced
  total,     // another length is announced
  flip,      // bits are turned over
  replace,   // bytes are replaced by others, as many or not
  data,      // all of it is replaced
  empty,     // it has no bytes
  split,     // it comes in packets of given sizes
  // Of events.
  inject,   // one that the camera did not send
  reorder,  // one goes behind the next
  // Of a connection.
  reset,
  close,
  half_close,  // the camera's direction ends
  stall,       // nothing goes out any more, for a time
  silence,     // what goes out is lost
  throttle,    // bandwidth
  latency,
  slice,  // small segments
  deny,   // no new connection, for a time
  // Of the camera, as by a hand on it.
  battery,
  card_full,
  card_out,
  lens_off,
  overheat,
  dial,
  set,
  forget,
  clock,
  freeze,
};

// Longer than any test runs, and short enough to be added up.
constexpr Duration longest_fault = std::chrono::hours(365 * 24);

enum class FaultLane : u8 { command, event, live_view };
enum class FaultDirection : u8 { to_initiator, to_responder };
enum class FaultEnding : u8 { reset, close, stall, silence };

// When a fault applies: all that is given must fit.
struct FaultSelector {
  std::optional<u64> connection;  // by number: 1, 2, … in the order of arrival
  std::optional<FaultLane> lane;
  std::optional<FaultDirection> direction;
  std::optional<u16> operation;  // of the transaction under way, or of the last one
  std::array<std::optional<u32>, 5> params;
  std::optional<u16> response;  // the code of the response
  std::optional<u16> event;
  std::optional<ptp::PacketType> packet;
  std::optional<u64> from;            // bytes that went that way over the connection before
  std::optional<Duration> after;      // since the camera is there, or the fault
  std::optional<Duration> until;      // likewise
  std::optional<u64> nth;             // of those that fit so far, only this one: 1, 2, …
  std::optional<u64> every;           // of those only each n-th
  std::optional<u64> times;           // applied so often at most
  std::optional<double> probability;  // 0 to 1, drawn for each
  bool operator==(const FaultSelector&) const = default;
};

// What the kinds take; which takes what is in fault_kinds().
struct FaultParameters {
  std::optional<u16> code;    // of a response or an event
  std::optional<u32> reason;  // of an InitFail
  std::optional<Duration> delay, jitter;
  std::optional<Duration> time;  // "for": how long it lasts
  std::optional<Duration> jump;
  std::optional<u64> at;      // offset in the data phase, or in the packet
  std::optional<u64> bytes;   // how many
  std::optional<u64> length;  // how many are replaced
  std::optional<u64> count;
  std::optional<u64> value;  // unknown_size: "unknown"
  std::optional<i64> add;
  std::optional<u64> mask;
  std::optional<Bytes> hex;
  std::vector<u64> values;  // parameters, sizes
  std::optional<FaultEnding> then;
  std::optional<u16> property;
  std::string to;  // a property's value as text
  bool operator==(const FaultParameters&) const = default;
};

struct Fault {
  FaultKind kind = FaultKind::drop;
  FaultSelector where{};
  FaultParameters with{};
  bool operator==(const Fault&) const = default;
};

struct FaultPlan {
  u64 seed = 1;
  std::vector<Fault> faults;
  bool operator==(const FaultPlan&) const = default;
};

// One key of a fault as it is written.
struct FaultEntry {
  std::string key, value;
};
struct FaultProblem {
  std::size_t entry = 0;  // whose fault it is; the number of entries: of none, one is missing
  std::string message;
};

// "late:delay=2.6s,operation=GetObject,nth=2". Codes are names, also those of the vendor, or numbers; list elements are
// joined by "+". The error says what is wrong and what is near.
std::expected<Fault, std::string> parse_fault(std::string_view spec, ptp::Vendor = ptp::Vendor::none);
// The same from a table, `kind` being one of its keys.
std::expected<Fault, FaultProblem> make_fault(std::span<const FaultEntry>, ptp::Vendor = ptp::Vendor::none);
// What parse_fault() reads back.
std::string to_string(const Fault&, ptp::Vendor = ptp::Vendor::none);
// One [[fault]], as in scenario files.
std::string to_toml(const Fault&, ptp::Vendor = ptp::Vendor::none);

// The kinds as they are written.
struct FaultKindRow {
  FaultKind kind;
  std::string_view name;
  std::string_view keys;     // what it takes besides the selector; "!" behind those that it must have
  std::string_view summary;  // one line
};
std::span<const FaultKindRow> fault_kinds();
const FaultKindRow& row(FaultKind);
bool of_camera(FaultKind);      // done by a hand on it
bool of_connection(FaultKind);  // happens to a connection, with or without a message

}  // namespace stuntcam::transport
