// How one fault meddles with one connection: a stage through which everything passes that goes out (and, for a few
// kinds, comes in). The stages of a connection form a line in the order of the plan; the last one is next to the
// socket. Private to transport/.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "transport/dialect.h"
#include "transport/fault/faults.h"
#include "transport/link.h"

namespace stuntcam::transport {

inline constexpr Duration forever = Duration::max();
// What a stage wants to see comes in pieces of this: cut into packets of one byte, each still takes some memory.
inline constexpr std::size_t piece_size = 16 << 10;

// A fault at work, shared by the stages of all connections.
struct ActiveFault {
  u64 id = 0;
  Fault fault;
  u64 seen = 0, applied = 0;
  Duration since{};  // when it was added
  bool removed = false;
  std::string mark;  // what transcripts and recordings say of it
};

// One step of what goes out.
struct Piece {
  enum class Is : u8 { head, payload, mark, flush, pause, reset, close, half_close } is = Is::head;
  ptp::Message message{};    // head
  Bytes bytes{};             // head: the wire that it refers to, if any; payload that is owned; text of a mark
  Payload payload = View{};  // borrowed from whoever writes, a file slice perhaps
  Duration time{};           // pause: until then
  View content() const { return bytes.empty() ? payload.bytes : View(bytes); }
  u64 size() const { return bytes.empty() ? payload.size : bytes.size(); }  // of payload
};
using Pieces = std::vector<Piece>;

Piece head_piece(const ptp::Message&);
Piece raw_piece(Bytes);
Piece payload_piece(View);  // of somebody's bytes
Piece owned_payload(Bytes);
// Bytes of a fault's own, in pieces that the stages behind can cut up without taking much memory.
void add_payload(View, Pieces& to);
Piece simple_piece(Piece::Is);
Piece pause_piece(Duration until);
// `count` bytes of a payload piece from `offset` on.
Piece part(const Piece& payload, u64 offset, u64 count);

// What came in, on its way to the camera.
struct Arrival {
  ptp::Message& message;
  bool dropped = false;
  Duration until{};  // the camera does not hear of it before
  Pieces answers{};  // to go out at once
};

class FaultLink;
class FaultEngine;

// What the stages of one connection know of it.
struct Passage {
  FaultEngine* engine = nullptr;
  FaultLink* link = nullptr;  // null: it is gone
  const ptp::Framing* framing = nullptr;
  u64 connection = 0;
  std::optional<FaultLane> lane;  // none until its first packet has said it
  ptp::Message request{};         // the last one, without its wire
  bool asked = false;             // there was one
  u64 sent = 0, received = 0;     // bytes so far
};

enum class Subject : u8 { response, request, data, event, anything };

class Stage {
 public:
  Stage(std::shared_ptr<ActiveFault>, std::shared_ptr<Passage>);
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  virtual void out(Piece piece, Pieces& to) { to.push_back(std::move(piece)); }
  virtual bool wants_payload() const { return false; }  // file slices come as bytes then
  virtual void in(Arrival&) {}
  virtual bool wants_arriving_payload() const { return false; }
  // May change it; what comes behind it waits until then.
  virtual Duration in_payload(Room) { return {}; }
  // The fault has been removed: what is held goes out.
  virtual void leave(Pieces&) {}
  // The connection is there, its lane has become known, or its initiator's for events is there. Called more than once.
  virtual void arm() {}
  // Their time has come.
  virtual void elapse() {}

  const ActiveFault& active() const { return *fault_; }

 protected:
  // Does the selector fit, but for nth, every, times and probability?
  bool fits(FaultDirection, const ptp::Message&, Subject otherwise) const;
  bool fits_connection() const;
  // Counts it as seen, and decides. Counted as applied when it does.
  bool strikes();
  void mark(Pieces& to) const;
  Duration now() const;
  Duration due() const;  // when `after` is over
  // The delay with its jitter.
  Duration drawn_delay(Duration otherwise = {});
  u64 random(u64 below);
  const Fault& fault() const { return fault_->fault; }
  const FaultSelector& where() const { return fault_->fault.where; }
  const FaultParameters& with() const { return fault_->fault.with; }
  Passage& passage() { return *passage_; }
  const Passage& passage() const { return *passage_; }
  std::shared_ptr<ActiveFault> shared_fault() const { return fault_; }
  std::shared_ptr<Passage> shared_passage() const { return passage_; }

 private:
  std::shared_ptr<ActiveFault> fault_;
  std::shared_ptr<Passage> passage_;
  std::mt19937_64 generator_;  // its numbers are the same everywhere
};

// Of single messages.
class MessageStage : public Stage {
 public:
  MessageStage(std::shared_ptr<ActiveFault> fault, std::shared_ptr<Passage> passage,
               Subject subject = Subject::response)
      : Stage(std::move(fault), std::move(passage)), subject_(subject) {}
  void out(Piece, Pieces& to) final;

 protected:
  virtual void struck(Piece head, Pieces& to) = 0;
  virtual void payload(Piece piece, Pieces& to) { to.push_back(std::move(piece)); }  // of a head that was struck

 private:
  Subject subject_;
  bool struck_ = false;
};

// Of data phases to the initiator. Heads and payload of one that was struck, in order; payload is bytes.
class PhaseStage : public Stage {
 public:
  using Stage::Stage;
  void out(Piece, Pieces& to) final;
  bool wants_payload() const override { return struck_; }

 protected:
  // By the first head of a phase: can it be done to it?
  virtual bool suits(const ptp::Message&) const { return true; }
  virtual void begin(const ptp::Message&) {}
  virtual void head(Piece piece, Pieces& to) { to.push_back(std::move(piece)); }
  virtual void payload(Piece piece, Pieces& to) { to.push_back(std::move(piece)); }
  virtual void end(Pieces&) {}  // something else goes out

 private:
  bool struck_ = false;
};

// A packet's first four bytes are its length, in all framings.
void set_length(Bytes& packet);
bool carries(ptp::PacketType, const ptp::Message&);
Bytes encoded(const ptp::Framing&, const Piece& head);

}  // namespace stuntcam::transport
