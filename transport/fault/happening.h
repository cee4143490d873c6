// What happens to a connection: at a message, after so many bytes, or by the clock. Private to transport/.
#pragma once

#include "transport/fault/kinds.h"

namespace stuntcam::transport {

class Happening : public Stage {
 public:
  Happening(SharedFault, SharedPassage);
  void out(Piece, Pieces& to) final;
  void in(Arrival&) final;
  Duration in_payload(Room) override;
  bool wants_payload() const override { return by_bytes() || by_clock() || lasts(); }
  bool wants_arriving_payload() const override { return incoming() && (by_bytes() || lasts()); }
  void arm() final;
  void elapse() final;

 protected:
  // It happens; `to` goes out at once. At what message, or what time, does not matter any more.
  virtual void happen(Pieces& to) = 0;
  virtual bool lasts() const = 0;  // does what comes now still feel it?
  // What goes out while it lasts.
  virtual void pass(Piece piece, Pieces& to) { to.push_back(std::move(piece)); }
  // What comes in while it lasts.
  virtual void arrive(Arrival&) {}
  Duration lasting(std::optional<Duration> time) const { return time ? now() + *time : forever; }
  bool incoming() const { return where().direction == FaultDirection::to_responder; }

 private:
  bool by_message() const;
  bool by_bytes() const { return !by_message() && where().from && !happened_; }
  bool by_clock() const { return !by_message() && !where().from && !happened_; }
  void strike(Pieces& to);
  u64 passed_ = 0;  // bytes out, or in
  bool happened_ = false, armed_ = false;
};

}  // namespace stuntcam::transport
