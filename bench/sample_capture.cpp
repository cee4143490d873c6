#include "bench/sample_capture.h"

#include <fcntl.h>

#include <algorithm>

#include "bench/bare.h"
#include "bench/media.h"
#include "pcap/pcapng.h"
#include "pcap/segment.h"
#include "ptp/codes.h"
#include "ptp/packets.h"

namespace stuntcam::bench {
namespace {

using ptp::Kind;
using ptp::Message;

constexpr u64 between_frames = 1000;  // ns
constexpr std::size_t write_size = 1u << 20;
constexpr u64 object_size = 4u << 20, packet_size = 1u << 20;

pcap::Endpoint endpoint(u8 host, u16 port) {
  pcap::Endpoint made;
  made.address = {10, 0, 0, host};
  made.port = port;
  return made;
}

// Both connections of a session, as frames.
class Writer {
 public:
  explicit Writer(const std::string& path) : file_(path, O_WRONLY | O_CREAT | O_TRUNC) {
    pcap::begin_section("bench", out_);
    pcap::describe_interface(pcap::LinkType::ethernet, "bench", out_);
    for (u32 n = 0; n < 2; ++n) {
      auto& connection = connections_[n];
      connection.initiator = endpoint(1, static_cast<u16>(50000 + n));
      segment(n, false, pcap::Segment::syn, {});
      segment(n, true, pcap::Segment::syn | pcap::Segment::ack, {});
    }
  }
  ~Writer() { write_all(file_.get(), out_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void put(u32 connection, bool from_camera, const Message& message) {
    auto& pending = connections_[connection].pending[from_camera];
    framing_.encode(message, pending);
    if (message.kind != Kind::data || message.size == 0) flush(connection, from_camera);
  }
  void payload(View bytes) {
    auto& pending = connections_[0].pending[1];
    pending.insert(pending.end(), bytes.begin(), bytes.end());
    std::size_t sent = 0;
    for (; pending.size() - sent >= frame_payload; sent += frame_payload)
      segment(0, true, pcap::Segment::ack, View(pending).subspan(sent, frame_payload));
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(sent));
  }
  u64 size() const { return written_ + out_.size(); }

 private:
  struct Connection {
    pcap::Endpoint initiator;
    u32 next[2] = {1000, 2000};
    Bytes pending[2];
  };
  void flush(u32 connection, bool from_camera) {
    auto& pending = connections_[connection].pending[from_camera];
    segment(connection, from_camera, pcap::Segment::ack | pcap::Segment::push, pending);
    pending.clear();
  }
  void segment(u32 number, bool from_camera, u8 flags, View payload) {
    auto& connection = connections_[number];
    frame_.clear();
    pcap::Segment segment;
    segment.from = from_camera ? camera_ : connection.initiator;
    segment.to = from_camera ? connection.initiator : camera_;
    segment.sequence = connection.next[from_camera];
    segment.acknowledged = connection.next[!from_camera];
    segment.flags = flags;
    segment.payload = payload;
    pcap::encode(segment, from_camera, frame_);
    connection.next[from_camera] += static_cast<u32>(payload.size()) + ((flags & pcap::Segment::syn) != 0 ? 1 : 0);
    pcap::enhanced_packet(0, now_ += between_frames, frame_, frame_.size(), {}, out_);
    if (out_.size() < write_size) return;
    write_all(file_.get(), out_);
    written_ += out_.size();
    out_.clear();
  }

  Descriptor file_;
  ptp::PacketFraming framing_;
  pcap::Endpoint camera_ = endpoint(2, 15740);
  Connection connections_[2];
  Bytes out_, frame_;
  u64 written_ = 0, now_ = 1'700'000'000'000'000'000;
};

Message message(Kind kind, u16 code = 0, u32 transaction = 0) {
  Message made;
  made.kind = kind;
  made.code = code;
  made.transaction_id = transaction;
  return made;
}

void shake_hands(Writer& writer) {
  const Bytes identity = ptp::encode_identity({.guid = {}, .name = "bench"});
  auto command = message(Kind::init_command_request);
  command.wire = identity;
  writer.put(0, false, command);
  auto ack = message(Kind::init_command_ack);
  ack.params[0] = 1;
  ack.wire = identity;
  writer.put(0, true, ack);
  auto events = message(Kind::init_event_request);
  events.params[0] = 1;
  writer.put(1, false, events);
  writer.put(1, true, message(Kind::init_event_ack));
}

void ask(Writer& writer, ptp::OperationCode code, u32 transaction, u32 parameter) {
  auto request = message(Kind::operation_request, static_cast<u16>(code), transaction);
  request.data_phase = 1;
  request.count = 1;
  request.params[0] = parameter;
  writer.put(0, false, request);
}

void answer(Writer& writer, u32 transaction) {
  writer.put(0, true, message(Kind::operation_response, static_cast<u16>(ptp::ResponseCode::OK), transaction));
}

void download(Writer& writer, u32 transaction) {
  static const Bytes payload(packet_size, 0x5A);
  ask(writer, ptp::OperationCode::GetObject, transaction, transaction);
  auto data = message(Kind::data, 0, transaction);
  data.first = true;
  data.total = object_size;
  writer.put(0, true, data);
  data.first = false;
  for (u64 done = 0; done < object_size; done += packet_size) {
    data.size = packet_size;
    data.last = done + packet_size == object_size;
    writer.put(0, true, data);
    writer.payload(payload);
  }
  answer(writer, transaction);
}

}  // namespace

void write_capture(const std::string& path, u64 size) {
  Writer writer(path);
  shake_hands(writer);
  ask(writer, ptp::OperationCode::OpenSession, 0, 1);
  answer(writer, 0);
  for (u32 transaction = 1; writer.size() < size; ++transaction) download(writer, transaction);
}

}  // namespace stuntcam::bench
