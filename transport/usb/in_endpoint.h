// An endpoint to the host: transfers, cut into packets, meet the URBs that wait for them.
#pragma once

#include <deque>
#include <optional>

#include "transport/usb/bus.h"

namespace stuntcam::transport::usb {

class InEndpoint {
 public:
  InEndpoint(u16 packet, bool zlp) : packet_(packet), zlp_(zlp) {}

  // The host asks for up to `length` bytes.
  void submit(Bus&, u32 urb, u64 length);
  bool unlink(u32 urb);  // it waited, and is forgotten
  std::size_t waiting() const { return urbs_.size(); }

  // A transfer of so many bytes begins; push brings them and says how many were taken. Fewer: no URB waits, or the bus
  // is full. The transfer before must have been pushed to its end, or aborted. unknown_size: end() ends it, and URBs
  // are answered once they are full.
  void begin(u64 total) { left_ = total; }
  std::size_t push(Bus&, View);
  void end(Bus&);
  // Nothing more comes of the transfer. What an URB was promised of it becomes zeros, as the bus takes them.
  void abort(Bus&);
  void carried(Bus& bus) { owe_zeros(bus); }

  void halt(Bus&);
  void clear() { halted_ = false; }
  bool halted() const { return halted_; }
  void forget();  // the host has gone

 private:
  struct Urb {
    u32 number;
    u64 length;
  };
  std::optional<std::size_t> open(Bus&, View);
  std::size_t finish(Bus&, UrbStatus, u64 size, View);
  std::size_t gather(Bus&, View);
  bool owe_zeros(Bus&);

  u16 packet_;
  bool zlp_;
  std::deque<Urb> urbs_;
  u64 left_ = 0;      // of the transfer
  u64 passed_ = 0;    // of one that end() ends
  u64 promised_ = 0;  // bytes that the URB answered last still has to get
  u64 lost_ = 0;      // bytes of the packet that did not fit
  bool zlp_due_ = false, zeros_ = false, gathers_ = false, halted_ = false;
  Bytes gathered_;  // for the first URB, which no short packet has ended yet
};

}  // namespace stuntcam::transport::usb
