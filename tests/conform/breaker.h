// A camera that breaks one rule: our own server and emulator, with something between them, or around their links, that
// does one thing wrong.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/camera.h"
#include "initiator/conform/conform.h"
#include "tests/fake_clock.h"
#include "transport/server.h"

namespace stuntcam::tests {

using Op = ptp::OperationCode;
using Code = ptp::ResponseCode;
using Happening = ptp::EventCode;
using ptp::Kind;
using ptp::Message;
using transport::Reply;

class BrokenLink;

// A request as a session sees it.
struct Asked {
  const Message& message;
  u32 session = 0;     // the SessionID; 0: none is open
  u32 connection = 0;  // 1, 2, …, by the order of the handshakes
  bool is(Op operation) const { return message.code == static_cast<u16>(operation); }
  u32 param(std::size_t index) const { return index < message.count ? message.params.at(index) : 0; }
};

enum class Do : u8 { pass, drop, close };

// A message on its way to the camera, and how it came.
struct Arrival {
  Message& message;
  bool in_pieces = false;  // less than a header came first
  bool joined = false;     // more came with it
};

// What is wrong with the camera. The functions may be empty, and may keep a state: a deviation is for one camera.
struct Deviation {
  std::string id{};                 // of the case that must find it
  std::vector<std::string> also{};  // that necessarily fail with it: ids, or chapters as "handshake.*"

  // Answers in the camera's stead, which does not see the request.
  std::function<std::optional<Reply>(const Asked&)> instead{};
  // Changes the camera's answer.
  std::function<void(const Asked&, Reply&)> reply{};
  // Changes or drops an event; `to` is the session's id.
  std::function<Do(transport::EventOut&, u32 to)> event{};
  // A message that the camera sends, and one that it gets.
  std::function<Do(BrokenLink&, Message&)> sending{};
  std::function<Do(BrokenLink&, Arrival)> receiving{};
  // Bytes that are no packet: true leaves them lying, and the connection open.
  std::function<bool(BrokenLink&, View)> ignores{};
  // The camera closes the connection: true keeps it open.
  std::function<bool(BrokenLink&)> keeps_open{};
  std::function<void(ptp::Identity&)> identity{};
};

class World;

// The camera's end of a connection.
class BrokenLink final : public transport::Link {
 public:
  BrokenLink(World& world, std::unique_ptr<transport::Link> inner) : world_(world), inner_(std::move(inner)) {}
  ~BrokenLink() override;

  bool events() const { return events_; }          // this is an event connection
  bool introduced() const { return introduced_; }  // its first packet was understood
  bool silent() const { return !heard_; }
  void put_raw(const Bytes&);
  World& world() { return world_; }

  const ptp::Framing& framing() const override { return inner_->framing(); }
  transport::Task<ptp::Expected<Message>> receive() override;
  transport::Task<std::size_t> read(Room room) override { return inner_->read(room); }
  bool pending() override { return inner_->pending(); }
  transport::Task<bool> ready() override { return inner_->ready(); }
  void put(const Message&) override;
  transport::Task<> write(transport::Payload) override;
  transport::Task<> flush() override { return inner_->flush(); }
  void close(bool reset) override;
  u64 moved() const override { return inner_->moved(); }
  View unread() const override { return inner_->unread(); }
  std::string peer() const override { return "the suite"; }

 private:
  World& world_;
  std::shared_ptr<transport::Link> inner_;
  bool events_ = false, introduced_ = false, heard_ = false, closed_ = false, dropping_ = false, lingers_ = false;
};

// The camera with its deviation, and the suite that is run against it, on one loop and a clock that turns when nothing
// else can happen.
class World {
 public:
  explicit World(Deviation deviation);
  ~World();
  // Every case, in order.
  std::vector<initiator::conform::Result> run();
  initiator::conform::Result run(const initiator::conform::Case&);

  Deviation deviation;
  u64 last_total = 0;                                       // of the last StartData that came
  std::list<BrokenLink*> links;                             // that live
  std::vector<std::shared_ptr<transport::Link>> lingering;  // that the camera does not close
  asio::io_context io{1};
  FakeClock clock;

 private:
  transport::Task<std::unique_ptr<transport::Link>> dial();
  void pump(transport::Task<>);
  void settle();
  ptp::PacketFraming framing_;
  std::unique_ptr<emulator::Camera> camera_;
  std::unique_ptr<transport::Responder> responder_;
  std::unique_ptr<transport::Server> server_;
  std::unique_ptr<initiator::conform::Subject> subject_;
};

// One for each case.
std::vector<Deviation> deviations();
// Those of connections and framing, and those of operations; breaker_*.cpp.
void add_connection_deviations(std::vector<Deviation>&);
void add_session_deviations(std::vector<Deviation>&);
void add_device_deviations(std::vector<Deviation>&);
void add_object_deviations(std::vector<Deviation>&);
void add_property_deviations(std::vector<Deviation>&);
void add_upload_deviations(std::vector<Deviation>&);

bool is(const Message&, Op);  // a request for it
Bytes packet(u32 type, const Bytes& body);
Bytes response(Code, u32 transaction_id);
Bytes bytes_of(const transport::Body&);

// --- deviations of common kinds
using When = std::function<bool(const Asked&)>;
When of(Op, u32 session = 0);  // 0: in any
// Such a request gets this answer, and the camera knows nothing of it.
Deviation says(std::string id, When, Code, std::vector<std::string> also = {});
// The camera does it, and says something else.
Deviation says_after(std::string id, When, Code);
Deviation answers(std::string id, When, std::function<void(const Asked&, Reply&)> change);
Deviation changes_bytes(std::string id, When, std::function<void(Bytes&)> change);  // where there are any
Deviation one_byte_more(std::string id, When);

template <class T>
void with_data_set(Reply& reply, const std::function<void(T&)>& change) {
  auto decoded = ptp::decode<T>(bytes_of(reply.body));
  if (!decoded) return;
  change(*decoded);
  reply.body = ptp::encode(*decoded);
}

}  // namespace stuntcam::tests
