// usbfs and sysfs of one virtual device, at the level of ioctls.
#pragma once

#include <umockdev.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "transport/usb/virtual_device.h"

namespace stuntcam::tests {

class MockBus final : public transport::usb::Bus {
 public:
  // on_loop runs something on the device's loop and waits for it.
  explicit MockBus(std::function<void(const std::function<void()>&)> on_loop);
  ~MockBus() override;
  MockBus(const MockBus&) = delete;
  MockBus& operator=(const MockBus&) = delete;

  void plug_in(std::unique_ptr<transport::usb::VirtualDevice> device);
  void plug_out();
  const std::string& description() const { return description_; }  // of what was plugged in last, for umockdev-run
  // From this operation on nothing is answered any more: what is submitted waits until it is discarded.
  void deafen_at(u16 operation) { deaf_at_ = operation; }
  // The kernel has this much memory for transfers, and no more.
  void limit_memory(u64 bytes) { memory_ = bytes; }
  // Of what is plugged in: PTP hides in an interface of the vendor's own class.
  void hide_class() { hidden_ = true; }
  // One more of its kind on the bus, with nobody behind it.
  void add_a_second() { second_ = true; }
  // As `tcpdump -i usbmon1` would, for umockdev-run --pcap.
  void record(const std::string& path);
  void finish_recording() { usbmon_.flush(); }

  void answer(u32 urb, transport::usb::UrbStatus status, u64 size, View data) override;
  void more(View data) override;
  void accepted(u32 urb, transport::usb::UrbStatus status, u64 size) override;
  bool full() const override { return false; }
  void unplugged() override;

 private:
  struct Urb {
    u32 number = 0;
    UMockdevIoctlData *data = nullptr, *buffer = nullptr;
    int status = 0;
    u64 size = 0;
    Bytes bytes;  // to the host
    u64 expected = 0;
  };
  static gboolean handle(UMockdevIoctlBase*, UMockdevIoctlClient* client, void* self);
  bool ioctl(UMockdevIoctlClient* client);
  static bool begins_operation(const Urb&, std::optional<u16> code);
  void submit(UMockdevIoctlClient* client, UMockdevIoctlData* argument);
  void control(std::unique_ptr<Urb> urb);
  void discard(UMockdevIoctlClient* client, UMockdevIoctlData* argument);
  void reap(UMockdevIoctlClient* client, UMockdevIoctlData* argument);
  std::unique_ptr<Urb> take(u32 number);
  void finish(std::unique_ptr<Urb> urb, int status);
  std::string describe(const std::string& port, unsigned place) const;
  void add(const std::string& description);
  void write_usbmon(char type, const Urb& urb);

  std::function<void(const std::function<void()>&)> on_loop_;
  UMockdevTestbed* testbed_;
  UMockdevIoctlBase* handler_ = nullptr;
  std::unique_ptr<transport::usb::VirtualDevice> device_;
  std::optional<u16> deaf_at_;
  std::optional<u64> memory_;
  u64 used_ = 0;
  bool deaf_ = false, hidden_ = false, second_ = false;
  unsigned plugs_ = 0;
  u32 urbs_ = 0;
  std::string description_;
  std::list<std::unique_ptr<Urb>> waiting_;
  std::unique_ptr<Urb> filling_;  // more() brings the rest
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<std::unique_ptr<Urb>> done_;
  std::ofstream usbmon_;
};

}  // namespace stuntcam::tests
