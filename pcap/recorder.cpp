#include "pcap/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "pcap/recorded_talk.h"
#include "pcap/segment.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

// What stands in for an address that cannot be told: the dynamic ports begin here.
constexpr u16 dynamic_ports = 49152, dynamic_port_count = 16384;
constexpr u16 usual_port = 15740;

Endpoint loopback(bool v6, u16 port) { return *parse_endpoint(v6 ? "::1" : "127.0.0.1", port); }

Endpoint initiator_end(const RecordedConnection& connection) {
  if (const auto end = parse_endpoint(connection.initiator)) return *end;
  return loopback(false, static_cast<u16>(dynamic_ports + connection.number % dynamic_port_count));
}

Endpoint responder_end(const RecordedConnection& connection, bool v6) {
  const auto end = parse_endpoint(connection.responder);
  auto shown = end && end->v6 == v6 ? *end : loopback(v6, end ? end->port : usual_port);
  if (connection.port) shown.port = *connection.port;
  return shown;
}

// Every packet is a segment of its own (Wireshark dissects the first of a segment only), cut where it is too long.
class Recorder final : public transport::Observer {
 public:
  Recorder(std::shared_ptr<RecordingFile> file, const RecordedConnection& connection)
      : file_(std::move(file)), talk_(connection.vendor, file_->cut()), by_initiator_(connection.by_initiator) {
    ends_[0] = initiator_end(connection);
    ends_[1] = responder_end(connection, ends_[0].v6);
    // Any start will do; one of its own for each connection and side keeps a reused port apart.
    sequence_ = {static_cast<u32>(connection.number * 0x01000193), static_cast<u32>(~connection.number * 0x01000193)};
    segment(false, Segment::syn, {}, {});
    segment(true, Segment::syn | Segment::ack, {}, {});
    segment(false, Segment::ack, {}, {});
    write();
  }
  ~Recorder() override {
    flush_both();
    tell_note();
    write();
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void head(bool ours, const ptp::Message& message, View wire) override {
    const bool sent = ours != by_initiator_;
    flush_both();
    auto& open = open_[sent];
    open.comment = talk_.head(sent, message);
    open.bytes.assign(wire.begin(), wire.end());
    open.left = message.kind == Kind::data ? message.size : 0;
    if (open.left == 0) end_frame(sent);
  }

  void payload(bool ours, View bytes) override {
    const bool sent = ours != by_initiator_;
    flush(!sent);
    auto& open = open_[sent];
    if (open.left != unknown_size) open.left -= std::min<u64>(open.left, bytes.size());
    // Much payload: from where it lies, behind a segment of its own for what was before it.
    if (bytes.size() >= max_segment && !file_->cut()) flush(sent);
    while (!bytes.empty()) {
      if (open.bytes.empty() && open.comment.empty() && bytes.size() >= max_segment && note_.empty() && !file_->cut()) {
        talk_.payload(sent, bytes.first(max_segment));
        segment(sent, Segment::push | Segment::ack, bytes.first(max_segment), {});
        segment(!sent, Segment::ack, {}, {});
        bytes = bytes.subspan(max_segment);
        continue;
      }
      const auto taken = bytes.first(std::min(bytes.size(), max_segment - open.bytes.size()));
      open.bytes.insert(open.bytes.end(), taken.begin(), taken.end());
      open.cut += talk_.payload(sent, taken);
      bytes = bytes.subspan(taken.size());
      if (open.bytes.size() == max_segment) flush(sent);
    }
    if (open.left == 0) end_frame(sent);
    write();
  }

  void malformed(View bytes, const ptp::Error& error) override {
    flush_both();
    auto& open = open_[by_initiator_];
    open.comment = fmt::format("malformed: {}", error.to_string());
    open.left = unknown_size;
    payload(false, bytes);
    flush_both();
  }

  // Shown at the next packet; where none follows, at an acknowledgement that carries nothing else.
  void note(std::string_view what) override {
    flush_both();
    if (!note_.empty()) note_ += "; ";
    note_ += what;
  }

  void closed(bool by_us, bool reset) override {
    const bool sent = by_us != by_initiator_;
    flush_both();
    tell_note();
    if (reset) {
      segment(sent, Segment::reset | Segment::ack, {}, {});
    } else {
      segment(sent, Segment::fin | Segment::ack, {}, {});
      segment(!sent, Segment::fin | Segment::ack, {}, {});
      segment(sent, Segment::ack, {}, {});
    }
    write();
  }

 private:
  // What passed and is not recorded yet: a head, and as much of its payload as fits into a segment.
  struct Open {
    std::string comment;
    Bytes bytes;
    std::size_t cut = 0;  // at their end: not to be recorded
    u64 left = 0;         // payload of the frame that has not passed
  };

  void end_frame(bool sent) {
    flush(sent);
    talk_.frame_ended(sent);
  }
  void flush_both() {
    flush(false);
    flush(true);
  }
  void flush(bool sent) {
    auto& open = open_[sent];
    if (open.bytes.empty()) return;
    const bool full = open.bytes.size() == max_segment;
    if (open.cut > 0) open.comment += fmt::format(" ({} bytes left out)", open.cut);
    if (!note_.empty()) {
      open.comment = open.comment.empty() ? note_ : fmt::format("{}; {}", note_, open.comment);
      note_.clear();
    }
    segment(sent, Segment::push | Segment::ack, open.bytes, open.comment, open.cut);
    if (full) segment(!sent, Segment::ack, {}, {});
    write();
    open.bytes.clear();
    open.comment.clear();
    open.cut = 0;
  }

  void tell_note() {
    if (note_.empty()) return;
    segment(!by_initiator_, Segment::ack, {}, note_);
    write();
    note_.clear();
  }

  // To be written with the next write(): until then, whoever calls keeps the payload and the comment where they are.
  void segment(bool sent, u8 flags, View payload, std::string_view comment, std::size_t cut = 0) {
    const bool acknowledges = (flags & Segment::ack) != 0;
    const std::size_t begin = heads_.size();
    encode_head({ends_[sent], ends_[!sent], sequence_[sent], acknowledges ? sequence_[!sent] : 0, flags, payload}, sent,
                heads_);
    head_sizes_.push_back(heads_.size() - begin);
    frames_.push_back({{}, payload, cut, comment});
    sequence_[sent] += static_cast<u32>(payload.size());
    if (flags & (Segment::syn | Segment::fin)) ++sequence_[sent];
  }
  void write() {
    if (frames_.empty()) return;
    View heads = heads_;
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      frames_[i].head = heads.first(head_sizes_[i]);
      heads = heads.subspan(head_sizes_[i]);
    }
    file_->write(frames_);
    heads_.clear();
    head_sizes_.clear();
    frames_.clear();
  }

  std::shared_ptr<RecordingFile> file_;
  RecordedTalk talk_;
  bool by_initiator_;
  std::string note_;              // not told yet
  std::array<Endpoint, 2> ends_;  // by `sent`: whose bytes these are
  std::array<u32, 2> sequence_{};
  std::array<Open, 2> open_;
  // What the next write() writes.
  Bytes heads_;
  std::vector<std::size_t> head_sizes_;
  std::vector<EthernetFrame> frames_;
};

}  // namespace

std::shared_ptr<transport::Observer> make_recorder(std::shared_ptr<RecordingFile> file,
                                                   const RecordedConnection& connection) {
  return std::make_shared<Recorder>(std::move(file), connection);
}

}  // namespace stuntcam::pcap
