// Captures of USB made by code: containers, and the frames of usbmon and USBPcap around them.
#pragma once

#include <algorithm>

#include "capture.h"
#include "wire.h"

namespace stuntcam::test {

inline Bytes container(u16 type, u16 code, u32 transaction, const Bytes& rest = {}) {
  return Body().add(static_cast<u32>(12 + rest.size())).add(type).add(code).add(transaction).add(rest);
}
inline Bytes words(std::initializer_list<u32> values) {
  Body body;
  for (const auto value : values) body.add(value);
  return body;
}

enum class Way : u8 { out, in, event };  // the pipes of a PTP device

struct UsbFrames {
  u32 link_type = 220;
  bool big = false;
  u8 device = 4;
  u32 snap = 0xFFFFFFFF;  // bytes of data kept
  std::vector<Bytes> frames{};

  // Both frames of one transfer: submitted, completed.
  UsbFrames& transfer(Way way, const Bytes& data) {
    const u8 endpoint = way == Way::out ? 0x02 : way == Way::in ? 0x81 : 0x83;
    for (const bool submitted : {true, false}) {
      const bool carries = submitted == (way == Way::out);
      frames.push_back(link_type == 249 ? usbpcap(way, endpoint, submitted, carries ? data : Bytes{})
                                        : usbmon(way, endpoint, submitted, data, carries));
    }
    return *this;
  }
  // One to the camera that ends in a stall, after so many bytes. USBPcap does not say how many.
  UsbFrames& refused(const Bytes& data, u32 passed = 0) {
    transfer(Way::out, data);
    auto& completed = frames.back();
    const auto put = [&](std::size_t at, u32 value) {
      std::ranges::copy(Fields{big}.add(value).bytes, completed.begin() + static_cast<std::ptrdiff_t>(at));
    };
    if (link_type == 249) {
      put(10, 0xC0000004);
    } else {
      put(28, static_cast<u32>(-32));
      put(32, passed);
    }
    return *this;
  }
  // Both frames of a control transfer that sends `data`, or nothing.
  UsbFrames& control(const Bytes& setup, const Bytes& data = {}) {
    for (const bool submitted : {true, false}) {
      auto frame = usbmon(Way::out, 0, submitted, data, submitted);
      frame[9] = 2;
      if (submitted) {
        frame[14] = 0;
        std::ranges::copy(setup, frame.begin() + 40);
      }
      frames.push_back(std::move(frame));
    }
    return *this;
  }
  Bytes file() const {
    auto file = pcap_head(big, 0xA1B2C3D4, link_type);
    u32 time = 0;
    for (const auto& frame : frames) file = file + pcap_record(big, 1'700'000'000, time += 100, frame);
    return file;
  }

 private:
  Bytes usbmon(Way way, u8 endpoint, bool submitted, const Bytes& data, bool carries) const {
    const auto size = static_cast<u32>(data.size());
    const Bytes kept(data.begin(), data.begin() + (carries ? std::min(snap, size) : 0));
    Fields out{big};
    out.add(u64{0xFFFF8800})
        .add(Bytes{submitted ? u8{'S'} : u8{'C'}, way == Way::event ? u8{1} : u8{3}, endpoint, device});
    out.add(u16{1}).add(Bytes{'-', carries ? u8{0} : u8{'<'}}).add(u64{0}).add(u32{0}).add(u32{0});
    out.add(size).add(static_cast<u32>(kept.size())).add(u64{0});
    if (link_type == 220) out.add(u64{0}).add(u64{0});
    return out.add(kept).bytes;
  }
  Bytes usbpcap(Way way, u8 endpoint, bool submitted, const Bytes& data) const {
    Fields out;
    out.add(u16{27}).add(u64{1}).add(u32{0}).add(u16{9}).add(submitted ? u8{0} : u8{1}).add(u16{1}).add(u16{device});
    out.add(endpoint).add(way == Way::event ? u8{1} : u8{3}).add(static_cast<u32>(data.size()));
    return out.add(data).bytes;
  }
};

}  // namespace stuntcam::test
