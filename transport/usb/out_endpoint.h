// An endpoint from the host: what its URBs bring, in order, and where their transfers end.
#pragma once

#include <deque>

#include "transport/usb/bus.h"

namespace stuntcam::transport::usb {

class OutEndpoint {
 public:
  explicit OutEndpoint(u16 packet) : packet_(packet) {}

  // An URB of `length` bytes, which arrive() brings, before the next URB. zero_packet: an empty packet follows it when
  // its last one is full.
  void submit(Bus&, u32 urb, u64 length, bool zero_packet);
  void refuse(Bus&, u32 urb, u64 length);  // as submit, and it is answered as stalled
  void arrive(Bus&, View);
  bool unlink(u32 urb);                   // it waited, and is forgotten
  u64 parked() const { return parked_; }  // bytes that nobody has taken yet
  std::size_t waiting() const { return urbs_.size(); }

  // What comes next: bytes(), or an empty packet where end() says so; or nothing yet.
  View bytes() const;
  bool end() const { return !urbs_.empty() && urbs_.front().length == 0; }
  // true: the transfer has ended with them, by a short or an empty packet. With 0 bytes: takes the empty packet.
  bool take(Bus&, std::size_t count);
  void take_rest(Bus&);  // of the URB whose bytes were taken last, if it has any

  // All that waits is accepted and dropped; what is still to come of it as well.
  void drop(Bus& bus) { end_all(bus, UrbStatus::ok); }
  void halt(Bus&);
  void clear() { halted_ = false; }
  bool halted() const { return halted_; }
  void forget();  // the host has gone

 private:
  struct Urb {
    u32 number;
    u64 length, to_come;
    bool zero_packet, accepted;
    std::size_t taken;
    Bytes bytes;
  };
  void end_all(Bus&, UrbStatus);
  void accept(Bus&, Urb&);

  u16 packet_;
  std::deque<Urb> urbs_;
  u64 parked_ = 0;
  // The URB that is arriving and was answered in advance, so to say: what comes is dropped, then this is said.
  u64 dropping_ = 0;
  u32 dropped_urb_ = 0;
  u64 dropped_length_ = 0;
  UrbStatus dropped_status_ = UrbStatus::ok;
  bool begun_ = false;  // bytes of the first URB were taken
  bool halted_ = false;
};

}  // namespace stuntcam::transport::usb
