// A conversation of PTP/IP, captured with a frame each millisecond, and the file of it.
#pragma once

#include <memory>
#include <optional>

#include "capture.h"
#include "pcap/replay_session.h"
#include "wire.h"

namespace stuntcam::test {

inline constexpr u16 set_value = 0x1016, get_value = 0x1015, get_event = 0x90C7, capture = 0x100E, info = 0x1001;
inline constexpr u16 ok = 0x2001, busy = 0x2019;

class Talk {
 public:
  // extension: whose GetEvent is 0x90C7. `port`, and the one behind it, of the client.
  explicit Talk(u32 extension = 10, u16 port = 50000)
      : wire_(1000, 5000, 15740, port), events_(7, 8, 15740, static_cast<u16>(port + 1)) {
    ptp::DeviceInfo device;
    device.vendor_extension_id = extension;
    ask(info, {}, ptp::encode(device));
  }
  // data: to the initiator; out: from it.
  Talk& ask(u16 code, std::initializer_list<u32> params = {}, std::optional<Bytes> data = {}, u16 answer = ok) {
    ++last_;
    add(false, request(code, last_, params));
    if (data) add(true, start_data(last_, data->size()) + end_data(last_, *data));
    add(true, response(answer, last_));
    return *this;
  }
  Talk& ask_announcing(u64 total, u16 code, const Bytes& data) {
    ++last_;
    add(false, request(code, last_));
    add(true, start_data(last_, total) + end_data(last_, data));
    add(true, response(ok, last_));
    return *this;
  }
  Talk& ask_in_pieces(u16 code, const std::vector<Bytes>& pieces) {
    ++last_;
    std::size_t size = 0;
    for (const auto& piece : pieces) size += piece.size();
    add(false, request(code, last_));
    add(true, start_data(last_, size));
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) add(true, data(last_, pieces[i]));
    add(true, end_data(last_, pieces.back()));
    add(true, response(ok, last_));
    return *this;
  }
  Talk& give(u16 code, std::initializer_list<u32> params, const Bytes& out, u16 answer = ok) {
    ++last_;
    add(false, request(code, last_, params, 2) + start_data(last_, out.size()) + end_data(last_, out));
    add(true, response(answer, last_));
    return *this;
  }
  Talk& event(u16 code, u32 param) {
    frames_.push_back(events_.send(true, packet(8, Body().add(code).add(last_).add(param))));
    return *this;
  }
  Talk& unanswered(u16 code) {
    add(false, request(code, ++last_));
    return *this;
  }

  // One after the other in one capture.
  Talk& then(const Talk& other) {
    frames_.insert(frames_.end(), other.frames_.begin(), other.frames_.end());
    return *this;
  }

  std::shared_ptr<const pcap::RecordedFile> file() const {
    auto bytes = pcap_head(false, 0xA1B23C4D);  // nanoseconds; a frame each millisecond
    u32 time = 0;
    for (const auto& frame : frames_) bytes = bytes + pcap_record(false, 1'700'000'000, ++time * 1'000'000, frame);
    const TemporaryFile stored(bytes);
    return std::make_shared<const pcap::RecordedFile>(pcap::load_recording(stored.path()));
  }

 private:
  void add(bool sent, const Bytes& bytes) { frames_.push_back(wire_.send(sent, bytes)); }
  std::vector<Bytes> begin() {
    auto frames = wire_.open();
    const Bytes identity = ptp::encode_identity({{1, 2, 3}, "who"});
    frames.push_back(wire_.send(false, packet(1, identity)));
    frames.push_back(wire_.send(true, packet(2, Body().add(u32{7}).add(ack_))));
    for (const auto& frame : events_.open()) frames.push_back(frame);
    frames.push_back(events_.send(false, packet(3, Body().add(u32{7}))));
    frames.push_back(events_.send(true, packet(4, {})));
    return frames;
  }
  Connection wire_, events_;
  Bytes ack_ = Body().add(Bytes(16, 9)).add(u16{'c'}).add(u16{0});  // without a version
  std::vector<Bytes> frames_ = begin();
  u32 last_ = 10;
};

}  // namespace stuntcam::test
