// What a capture holds, as values and in the order of its frames: for whoever replays it, or learns from it. The
// decoder (decode.h) tells a listener beside its JSON records.
#pragma once

#include <memory>

#include "pcap/conversation.h"
#include "pcap/segment.h"
#include "pcap/streams.h"

namespace stuntcam::pcap {

// One transaction, once its response has passed, or nothing more of it can come.
struct Observed {
  u64 session = 0, connection = 0;
  std::shared_ptr<const Transaction> transaction;  // of its data only the beginning; all of it went through payload()
  Origin asked, answered;                          // its first and last frame
  bool incomplete = false;                         // part of it was not captured, or there was no response
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual void session(u64 number, const Endpoint& initiator, const Endpoint& responder) {
    (void)number, (void)initiator, (void)responder;
  }
  // What belongs to no transaction. message.wire is the whole head, during the call.
  virtual void packet(u64 session, const ptp::Message&, bool from_camera, Origin) { (void)session, (void)from_camera; }
  // A data packet of the transaction begins; its payload follows.
  virtual void data(u64 session, const Transaction&, const ptp::Message&, Origin) { (void)session; }
  virtual void payload(u64 session, const Transaction&, View, Origin) { (void)session; }
  virtual void payload_missing(u64 session, const Transaction&, u64 size) { (void)session, (void)size; }
  virtual void transaction(const Observed&) {}
  virtual void event(u64 session, const ptp::Message&, Origin) { (void)session; }
};

}  // namespace stuntcam::pcap
