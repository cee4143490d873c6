// Draws faults that fit a conversation: which of its answers goes wrong, and how, with knowledge of what is in it.
#pragma once

#include <string>
#include <vector>

#include "fuzz/engine/conversation.h"
#include "fuzz/engine/random.h"
#include "transport/fault/plan.h"

namespace stuntcam::fuzz {

// Words that mean something to a client of this camera.
struct Dictionary {
  ptp::Vendor vendor = ptp::Vendor::none;
  bool lanes = false;  // events and live view have connections of their own, without a handshake
  std::vector<u16> operations, events, properties, formats;
  std::vector<std::string> strings;
};

// Faults of one plan: more hide each other.
inline constexpr std::size_t most_faults = 4;

class Mutator {
 public:
  explicit Mutator(Dictionary words) : words_(std::move(words)) {}
  // How long the client waits for an answer: what is late is so by a little more or less.
  void set_patience(transport::Duration patience) { patience_ = patience; }
  // One fault that meddles with this conversation.
  transport::Fault draw(Random&, const Conversation&) const;
  // A plan made from one that led to this conversation: a fault more, one less, or one that is another.
  transport::FaultPlan vary(Random&, transport::FaultPlan, const Conversation&) const;

 private:
  struct Answer {  // one of the conversation
    const Step& step;
    u64 nth = 1;  // of its operation
  };
  transport::Fault of_data(Random&, const Answer&) const;
  transport::Fault of_field(Random&, const Answer&) const;
  transport::Fault of_bytes(Random&, const Answer&) const;
  transport::Fault of_phase(Random&, const Answer&) const;
  transport::Fault of_response(Random&, const Answer&) const;
  transport::Fault of_event(Random&, const Conversation&) const;
  transport::Fault of_frame(Random&) const;
  transport::Fault of_handshake(Random&) const;
  transport::Fault of_connection(Random&, const Conversation&) const;
  transport::FaultSelector select(Random&, const Answer&) const;
  u32 reason(Random&) const;
  transport::Duration pause(Random&) const;
  Bytes text(Random&) const;
  u16 code(Random&) const;

  Dictionary words_;
  transport::Duration patience_ = std::chrono::milliseconds(2500);  // libgphoto2's
};

}  // namespace stuntcam::fuzz
