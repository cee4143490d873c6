// What a capture holds, whatever carried it: sessions, and in them transactions and events. PTP/IP, the containers of
// other dialects on TCP, USB and the debug logs of gphoto2 all come out in this one form; what decodes, learns, replays
// and redacts builds on it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pcap/capture_file.h"
#include "pcap/conversation.h"
#include "pcap/data_set.h"
#include "pcap/segment.h"
#include "ptp/packets.h"

namespace stuntcam::pcap {

// Names of objects that are remembered, for one session each.
inline constexpr std::size_t max_names = 100'000;

// One initiator and one responder: in PTP/IP a command connection and what is joined to it, over USB what lies between
// OpenSession and CloseSession. Grows while the capture is read.
struct Session {
  u64 number = 0;                                        // 1, 2, …, in the order of their beginnings
  std::string dialect;                                   // "ptpip", "fuji", …; "usb"
  std::string initiator, responder;                      // "10.0.0.1", "10.0.0.2:15740"; "host", "usb 1.4"
  std::optional<Endpoint> initiator_end, responder_end;  // over TCP
  std::optional<ptp::ReceivedIdentity> asked, answered;  // what the two init packets said
  u32 connection_number = 0;
  bool headless = false;  // its event connection was seen before anything of its command connection
  Dictionary dictionary;
  std::optional<ptp::DeviceInfo> device;  // the last one that passed
  std::map<u32, std::string> names;       // of objects, by handle
  std::string announced;                  // the name in the last SendObjectInfo
};

// One transaction and where it was. Lives until TraceSink::transaction() has returned.
struct Exchange {
  std::shared_ptr<const Session> session;
  u64 connection = 0;                              // 1, 2, …: the TCP connection, or the USB device, in the capture
  std::shared_ptr<const Transaction> transaction;  // the request's kind is unknown where it was not captured
  Origin first, last;                              // the request, and what came last
  std::optional<Origin> data;                      // where the data phase began
  bool gap = false;                                // part of it was not captured
  u64 id = 0;                                      // of this exchange in the capture

  bool requested() const { return transaction->request.kind == ptp::Kind::operation_request; }
  bool incomplete() const {
    const auto& whole = *transaction;
    return gap || !requested() || (whole.data && !whole.data->complete) || !whole.response;
  }
};

// Where a message was, that is no part of a transaction or not only.
struct Place {
  std::shared_ptr<const Session> session;  // null before it is known
  u64 connection = 0;
  bool from_camera = false;
  Origin origin;  // of its first byte
};

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void begins(const std::shared_ptr<const Session>&, Origin) {}
  // Every message, in the order of their heads; `wire`: its head as captured.
  virtual void message(const Place&, const ptp::Message&, View /*wire*/) {}
  // A frame of a transaction's data phase begins; its payload follows.
  virtual void data(const Exchange&, const Place&, const ptp::Message&) {}
  // The payload of a data phase piece by piece, however long; null: of a transaction whose request was not captured, or
  // of none. `missing`: bytes of it that were not captured.
  virtual void payload(const Exchange*, const Place&, View) {}
  virtual void missing(const Exchange*, const Place&, u64 /*size*/) {}
  // Over: with its response, or without one.
  virtual void transaction(const Exchange&) {}
  virtual void event(const Place&, const ptp::Message&) {}
  // What belongs to no transaction: init packets, probes, cancels, live-view frames, goodbyes. `address` of the sender.
  virtual void packet(const Place&, const ptp::Message&, View /*wire*/, const std::string& /*address*/) {}
  virtual void gap(const Place&, u64 /*bytes*/) {}
  // Every packet of a connection that may be a camera's, before what it brings: where its bytes lie in their stream.
  virtual void placed(u64 /*frame*/, u64 /*connection*/, u8 /*pipe*/, i64 /*offset*/) {}
  // frame 0: about the whole capture.
  virtual void warn(u64 /*frame*/, const std::string&) {}
};

struct TraceOptions {
  std::optional<u16> port;                 // of the cameras; none: the usual ones, and what looks like a camera's
  ptp::Vendor vendor = ptp::Vendor::none;  // until a DeviceInfo says it
  std::string filter;                      // of libpcap: only what passes it is read
  bool follow = false;                     // go on where the file ends, as it grows
  std::function<bool()> stop{};            // asked while waiting for more
};

// Reads all of a capture, or of a debug log of gphoto2. Throws as CaptureFile::open, and std::invalid_argument for a
// filter that isn't one. Returns how many conversations with cameras there were.
std::size_t read_trace(const std::string& path, const TraceOptions&, TraceSink&);
// The same from a network interface, or a bus of usbmon, until `stop` says so. Throws std::runtime_error with what
// would help.
std::size_t read_live(const std::string& interface, const TraceOptions&, TraceSink&);

}  // namespace stuntcam::pcap
