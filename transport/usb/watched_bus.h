// A bus that tells an observer what the device sends. Private to transport/usb/.
#pragma once

#include "transport/usb/bus_observer.h"

namespace stuntcam::transport::usb {

class WatchedBus final : public Bus {
 public:
  WatchedBus(Bus& inner, BusObserver& observer) : inner_(inner), observer_(observer) {}
  void answer(u32 urb, UrbStatus status, u64 size, View data) override {
    observer_.answered(urb, status, size, data);
    inner_.answer(urb, status, size, data);
  }
  void more(View data) override {
    observer_.more(data);
    inner_.more(data);
  }
  void accepted(u32 urb, UrbStatus status, u64 size) override {
    observer_.accepted(urb, status, size);
    inner_.accepted(urb, status, size);
  }
  bool full() const override { return inner_.full(); }
  void unplugged() override { inner_.unplugged(); }

 private:
  Bus& inner_;
  BusObserver& observer_;
};

}  // namespace stuntcam::transport::usb
