// What answers operations: a virtual camera, or a capture being replayed. Synchronous; knows neither Asio nor sockets,
// so it runs in a test without a loop. serve() (server.h) does all the waiting and moving.
#pragma once

#include <array>
#include <expected>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "ptp/codes.h"
#include "ptp/message.h"
#include "ptp/packets.h"
#include "transport/clock.h"
#include "transport/file.h"

namespace stuntcam::transport {

// Bytes made when they are read. Random access, so partial reads and resumed downloads are the same thing as whole
// ones.
class Source {
 public:
  virtual ~Source() = default;
  // Fills all of `room`; the caller keeps offset + room.size() within the size it was told.
  virtual void read(u64 offset, Room room) const = 0;
};

struct FileSlice {
  std::shared_ptr<const File> file;
  u64 offset = 0, size = 0;
};
struct Generated {
  std::shared_ptr<const Source> source;
  u64 offset = 0, size = 0;
};
// The payload of a data phase to the initiator. monostate: no data phase; empty Bytes: a phase of no bytes; View:
// borrowed from the session until its next request.
using Body = std::variant<std::monostate, View, Bytes, FileSlice, Generated>;
u64 size_of(const Body&);

struct EventOut {
  u16 code = 0;
  u32 transaction_id = ptp::no_transaction;
  u8 count = 0;  // parameters, 0..3
  std::array<u32, 3> params{};
};

struct Reply {
  u16 code = static_cast<u16>(ptp::ResponseCode::OK);
  u8 count = 0;  // response parameters, 0..5
  std::array<u32, 5> params{};
  Body body;
  // What StartData says instead of the body's size: unknown_size, or what a camera got wrong.
  std::optional<u64> announced{};
  // Payload of each packet of the data phase, in all as much as the body; empty: cut as the server's options say.
  std::vector<u64> packets;
  Duration before_data{}, before_response{};  // waits, on the Clock; a peer that leaves meanwhile is noticed
  std::vector<EventOut> then;                 // sent to this initiator once the response is with the kernel

  Reply() = default;
  explicit Reply(ptp::ResponseCode response) : code(static_cast<u16>(response)) {}
  explicit Reply(Body data) : body(std::move(data)) {}
};

// Where the payload of one data phase from the initiator goes; chosen when the request arrives, before any data.
// Destroyed without finish(): the transfer died or was cancelled, and nothing may be left of it.
class Intake {
 public:
  virtual ~Intake() = default;
  // The announced total, or unknown_size. Not called when the initiator sends no data phase at all.
  virtual void begin(u64 total) { (void)total; }
  // In order. Refuses silently; the reason is told in finish.
  virtual void write(View) = 0;
  // complete: as many bytes came as were announced.
  virtual Reply finish(bool complete) = 0;
};

using Answer = std::variant<Reply, std::unique_ptr<Intake>>;

// The session's line to its own initiator, valid for as long as the Session lives.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void event(const EventOut&) = 0;  // on the event connection; dropped when the initiator has none
  virtual void close() = 0;                 // ends the connection after what was queued has been sent
  // Where events and live view have ports of their own: they take this initiator's connections from now on, or not any
  // more.
  virtual void open_lanes(bool open) { (void)open; }
};

// One initiator: lives exactly as long as its command connection.
class Session {
 public:
  virtual ~Session() = default;
  virtual Answer request(const ptp::Message&) = 0;
  // A transaction of this session was cancelled: after a data phase was stopped on either side.
  virtual void cancelled(u32 transaction_id) { (void)transaction_id; }
  // The transaction of the last request is over: its response is with the kernel.
  virtual void answered() {}
  // The live-view lane: the JPEG of this moment, asked for again after each frame_interval; null while there is none.
  virtual std::shared_ptr<const Bytes> frame() { return nullptr; }
  virtual Duration frame_interval() const { return std::chrono::milliseconds(100); }
};

// One camera.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual ptp::Identity identity() const = 0;
  // What InitCommandAck says behind the connection number: the identity, for a camera that keeps to the standard.
  virtual Bytes introduction() const { return ptp::encode_identity(identity()); }
  virtual std::expected<std::unique_ptr<Session>, ptp::InitFailReason> open(const ptp::Identity& initiator,
                                                                            Outlet&) = 0;
};

}  // namespace stuntcam::transport
