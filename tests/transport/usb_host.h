// A host for virtual USB devices that stands on the same loop: it submits URBs and keeps what becomes of them.
#pragma once

#include <map>
#include <optional>

#include "tests/transport/world.h"
#include "transport/usb/virtual_device.h"

namespace stuntcam::tests {

using transport::usb::UrbStatus;

struct Urb {
  UrbStatus status = UrbStatus::ok;
  u64 size = 0;
  Bytes data;
};

class UsbHost final : public transport::usb::Bus {
 public:
  UsbHost(World&, transport::usb::Description);
  ~UsbHost() override;

  void answer(u32 urb, UrbStatus, u64 size, View data) override;
  void more(View data) override;
  void accepted(u32 urb, UrbStatus, u64 size) override;
  bool full() const override { return choked || carried >= room; }
  void unplugged() override { gone = true; }

  // URBs; what they return is their number.
  u32 in(u64 length = 65536) { return in_at(transport::usb::bulk_in_address, length); }
  u32 events(u64 length = 64) { return in_at(transport::usb::interrupt_in_address, length); }
  u32 in_at(u8 endpoint, u64 length);
  u32 out(const Bytes&, bool zero_packet = false);
  const Urb* ended(u32 urb);  // after all that can happen has happened; null: it waits

  // A control transfer, at once: none when it stalled.
  std::optional<Bytes> control(u8 type, u8 request, u16 value, u16 index, u16 length, const Bytes& data = {});
  std::optional<Bytes> status() { return control(0xA1, 0x67, 0, 0, 32); }
  bool cancel(u32 transaction_id);
  bool clear_halt(u8 endpoint) { return control(0x02, 1, 0, endpoint, 0).has_value(); }

  static Bytes command(u16 code, u32 transaction_id, std::initializer_list<u32> params = {});
  static Bytes data(u16 code, u32 transaction_id, const Bytes& payload, std::optional<u32> length = {});
  void send_command(u16 code, u32 transaction_id, std::initializer_list<u32> params = {}) {
    out(command(code, transaction_id, params));
  }
  // The next whole bulk transfer to the host, by one URB. Fails the test when none comes.
  Bytes receive(u64 length = 1 << 20);
  // The code of a response container.
  static u16 response(const Bytes& container);

  World& world;
  transport::usb::VirtualDevice device;
  bool choked = false, gone = false;
  u64 carried = 0, room = ~u64{0};  // bytes of answers, and after how many of them the bus is full
  std::vector<std::string> trouble;

 private:
  u32 last_ = 0, filling_ = 0;
  std::map<u32, Urb> ended_;
};

}  // namespace stuntcam::tests
