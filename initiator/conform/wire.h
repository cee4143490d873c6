// One connection to the camera, below the library: any bytes go out, and every packet that comes is shown as it is.
#pragma once

#include <memory>
#include <string>

#include "initiator/conform/trace.h"
#include "initiator/limit.h"
#include "ptp/packets.h"
#include "transport/clock.h"
#include "transport/link.h"

namespace stuntcam::initiator::conform {

struct Packet {
  ptp::Message message;      // its wire is `wire`
  Bytes wire;                // the head's exact bytes: all of a packet but a data payload
  std::string name() const;  // "OperationResponse"
};

class Wire {
 public:
  Wire(asio::io_context& io, transport::Clock& clock, transport::Duration patience,
       std::unique_ptr<transport::Link> link, std::shared_ptr<Trace> trace, std::string name);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void put(const ptp::Message& message) { link_->put(message); }  // with the next send
  void put(View raw);
  transport::Task<> flush();
  transport::Task<> send(ptp::Message message);
  transport::Task<> send(Bytes raw);
  transport::Task<> drip(Bytes raw);  // byte by byte, each in a segment of its own

  // The next packet; what was left of the last one's payload is dropped. `wanted` is for the report: throws Mismatch
  // when the camera is silent, closes, or sends what is no packet.
  transport::Task<Packet> next(std::string wanted);
  // Payload of the packet received last, appended up to `most` bytes of `out`; the number of all its bytes.
  transport::Task<u64> payload(Bytes& out, std::size_t most);
  // The camera closes the connection, whatever it sends before. Throws Mismatch when it does not.
  transport::Task<> closes(std::string why);
  bool pending() { return link_->pending(); }

  void close();
  bool closed() const { return closed_; }

 private:
  asio::io_context& io_;
  transport::Clock& clock_;
  transport::Duration patience_;
  std::unique_ptr<transport::Link> link_;
  std::shared_ptr<Limit> limit_;
  bool closed_ = false;
};

ptp::Message plain(ptp::Kind kind, u32 value = 0);  // with one number: a connection number, a reason, a TransactionID
Bytes encoded(const ptp::Message& message);
Bytes raw_packet(u32 length, u32 type, View body = {});  // any length and any type in front of the body

}  // namespace stuntcam::initiator::conform
