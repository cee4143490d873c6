#include "transport/fault/plan.h"

#include <algorithm>

namespace stuntcam::transport {
namespace {

using enum FaultKind;

constexpr std::array rows = {
    FaultKindRow{code, "code", "code!", "the response (or event) carries this code"},
    FaultKindRow{parameters, "parameters", "values!", "the response (or event) carries these parameters"},
    FaultKindRow{transaction, "transaction", "value add", "the message carries another TransactionID"},
    FaultKindRow{drop, "drop", "", "the message never goes out"},
    FaultKindRow{late, "late", "delay! jitter", "the message waits, and what comes behind it"},
    FaultKindRow{repeat, "repeat", "count", "the message goes out once more, or so many times more"},
    FaultKindRow{pad, "pad", "bytes!", "the packet is longer by so many zeros"},
    FaultKindRow{shorten, "shorten", "bytes!", "the packet lacks its last bytes"},
    FaultKindRow{refuse, "refuse", "code reason",
                 "the operation is answered with this code (DeviceBusy) and not done; a handshake with InitFail"},
    FaultKindRow{before_data, "before-data", "", "the response comes before the data"},
    FaultKindRow{early, "early", "for", "the response waits until an event has gone out, so long (1s) at most"},
    FaultKindRow{cut, "cut", "at! then", "after so many bytes of the data phase: reset, close, stall or silence"},
    FaultKindRow{truncate, "truncate", "at!", "the data phase ends after so many bytes, whatever was announced"},
    FaultKindRow{extend, "extend", "bytes! hex", "so many bytes more come than were announced"},
    FaultKindRow{total, "total", "value add", "another length is announced; value=unknown announces none"},
    FaultKindRow{flip, "flip", "at count mask", "bits of so many (1) bytes turn over, somewhere or from an offset on"},
    FaultKindRow{replace, "replace", "at! hex! length",
                 "bytes of the data phase (or of a packet) are others; length= how many make room"},
    FaultKindRow{data, "data", "hex!", "the data phase carries these bytes instead"},
    FaultKindRow{empty, "empty", "", "the data phase carries nothing"},
    FaultKindRow{split, "split", "values!",
                 "the data phase comes in packets of these sizes, by turns; 0 alone: in one"},
    FaultKindRow{inject, "inject", "code! values value count delay",
                 "an event that the camera did not send; value= its TransactionID"},
    FaultKindRow{reorder, "reorder", "for", "the event goes out behind the next one, or so long (1s) later"},
    FaultKindRow{reset, "reset", "", "the connection ends by a TCP reset"},
    FaultKindRow{close, "close", "", "the connection is closed"},
    FaultKindRow{half_close, "half-close", "", "the camera's direction of the connection ends, it goes on reading"},
    FaultKindRow{stall, "stall", "for", "nothing goes out any more, or for so long"},
    FaultKindRow{silence, "silence", "for", "what goes out is lost, for good or for so long; nothing is closed"},
    FaultKindRow{throttle, "throttle", "bytes!", "at most so many bytes a second go out"},
    FaultKindRow{latency, "latency", "delay! jitter", "every answer and every event waits so long"},
    FaultKindRow{slice, "slice", "bytes! delay",
                 "everything goes out in segments of so many bytes, so far (1ms) apart"},
    FaultKindRow{deny, "deny", "for!", "once a connection has ended, or after=, new ones are reset for so long"},
    FaultKindRow{battery, "battery", "to! for",
                 "the battery goes down to this level, step by step during for=; at 0 the camera switches itself off"},
    FaultKindRow{card_full, "card-full", "for", "no room is left on any card"},
    FaultKindRow{card_out, "card-out", "for", "the cards are pulled, and put back after for="},
    FaultKindRow{lens_off, "lens-off", "code for", "every release is refused (GeneralError): no lens"},
    FaultKindRow{overheat, "overheat", "code for",
                 "live view ends, and every release is refused (DeviceBusy) until the camera is cool"},
    FaultKindRow{dial, "dial", "to!", "the mode dial is turned: ExposureProgramMode changes"},
    FaultKindRow{set, "set", "property! to!", "a property is changed on the body"},
    FaultKindRow{forget, "forget", "property! for", "the firmware has no such property any more"},
    FaultKindRow{clock, "clock", "jump!", "the camera's clock jumps, forwards or (-1h) backwards"},
    FaultKindRow{freeze, "freeze", "for", "live view shows the same frame for ever"},
};

}  // namespace

std::span<const FaultKindRow> fault_kinds() { return rows; }

const FaultKindRow& row(FaultKind kind) { return *std::ranges::find(rows, kind, &FaultKindRow::kind); }

bool of_camera(FaultKind kind) { return kind >= battery; }

bool of_connection(FaultKind kind) { return kind >= reset && kind <= deny; }

}  // namespace stuntcam::transport
