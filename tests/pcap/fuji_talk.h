// A conversation in Fujifilm's dialect, captured with a frame each millisecond unless time passes, and the file of it.
#pragma once

#include <memory>
#include <optional>

#include "pcap/replay_session.h"
#include "ptp/fuji.h"
#include "usb.h"

namespace stuntcam::test {

class FujiTalk {
 public:
  FujiTalk() {
    const auto who = ptp::encode_fuji_identity({.guid = {1}, .name = "phone"}, ptp::fuji_request_name);
    const auto camera = ptp::encode_fuji_identity({.guid = {4}, .name = "X-T1"}, ptp::fuji_ack_name);
    add(command_.open());
    add(command_.send(false, encoded({.kind = ptp::Kind::init_command_request, .params = {ptp::fuji_protocol}}, who)));
    add(command_.send(true, encoded({.kind = ptp::Kind::init_command_ack, .params = {0}}, camera)));
    add(events_.open());
    add(live_view_.open());
  }
  // data: to the initiator; out: from it.
  FujiTalk& ask(u16 code, std::initializer_list<u32> params = {}, const std::optional<Bytes>& data = {},
                u16 answer = 0x2001) {
    add(command_.send(false, container(1, code, ++last_, words(params))));
    if (data) add(command_.send(true, container(2, code, last_, *data)));
    add(command_.send(true, container(3, answer, last_)));
    return *this;
  }
  FujiTalk& give(u16 code, std::initializer_list<u32> params, const Bytes& out) {
    add(command_.send(false, container(1, code, ++last_, words(params))));
    add(command_.send(false, container(2, code, last_, out)));
    add(command_.send(true, container(3, 0x2001, last_)));
    return *this;
  }
  // Of the transaction asked last.
  FujiTalk& event(u16 code) {
    add(events_.send(
        true,
        encoded(
            {.kind = ptp::Kind::event, .count = 3, .code = code, .transaction_id = last_, .params = {last_, 1000}})));
    return *this;
  }
  FujiTalk& picture(u8 content) {
    ptp::Message head{.kind = ptp::Kind::data, .first = true, .last = true, .total = 2000, .size = 2000};
    head.transaction_id = pictures_++;
    add(live_view_.send(true, encoded(head) + Bytes(2000, content)));
    return *this;
  }
  FujiTalk& pass(u32 milliseconds) {
    time_ += milliseconds;
    return *this;
  }

  std::shared_ptr<const pcap::RecordedFile> file() const {
    const TemporaryFile stored(file_);
    return std::make_shared<const pcap::RecordedFile>(pcap::load_recording(stored.path()));
  }

 private:
  static Bytes encoded(ptp::Message message, const Bytes& wire = {}) {
    message.wire = wire;
    Bytes out;
    ptp::FujiFraming().encode(message, out);
    return out;
  }
  void add(const Bytes& frame) {
    ++time_;
    file_ = file_ + pcap_record(false, 1'700'000'000 + time_ / 1000, time_ % 1000 * 1'000'000, frame);
  }
  void add(const std::vector<Bytes>& frames) {
    for (const auto& frame : frames) add(frame);
  }

  Connection command_{1, 2, 55740, 50000}, events_{7, 8, 55741, 50001}, live_view_{100, 200, 55742, 50002};
  Bytes file_ = pcap_head(false, 0xA1B23C4D);
  u32 time_ = 0, last_ = 0, pictures_ = 0;
};

}  // namespace stuntcam::test
