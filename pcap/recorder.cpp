#include "pcap/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pcap/conversation.h"
#include "pcap/pcapng.h"
#include "pcap/segment.h"
#include "ptp/packets.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

// What stands in for an address that cannot be told: the dynamic ports begin here.
constexpr u16 dynamic_ports = 49152, dynamic_port_count = 16384;

Endpoint loopback(bool v6, u16 port) { return *parse_endpoint(v6 ? "::1" : "127.0.0.1", port); }

Endpoint client_end(const std::string& peer, u64 connection) {
  const auto end = parse_endpoint(peer);
  return end ? *end : loopback(false, static_cast<u16>(dynamic_ports + connection % dynamic_port_count));
}

Endpoint camera_end(const RecordedCamera& camera, bool v6) {
  const auto end = parse_endpoint(camera.host, camera.port);
  const bool usable = end && end->v6 == v6 && end->address != decltype(end->address){};
  return usable ? *end : loopback(v6, camera.port);
}

std::string parameters(const ptp::Message& message) {
  std::string text;
  for (std::size_t i = 0; i < message.count; ++i)
    fmt::format_to(std::back_inserter(text), "{}0x{:x}", i ? ", " : "", message.params[i]);
  return text;
}

// Every packet is a segment of its own (Wireshark dissects the first of a segment only), cut where it is too long.
class Recorder final : public transport::Observer {
 public:
  Recorder(std::shared_ptr<RecordingFile> file, std::shared_ptr<const RecordedCamera> camera, u64 connection,
           const std::string& peer)
      : file_(std::move(file)), camera_(std::move(camera)) {
    ends_[0] = client_end(peer, connection);
    ends_[1] = camera_end(*camera_, ends_[0].v6);
    // Any start will do; one of its own for each connection and side keeps a reused port apart.
    sequence_ = {static_cast<u32>(connection * 0x01000193), static_cast<u32>(~connection * 0x01000193)};
    segment(false, Segment::syn, {}, {});
    segment(true, Segment::syn | Segment::ack, {}, {});
    segment(false, Segment::ack, {}, {});
  }
  ~Recorder() override { flush_both(); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void head(bool sent, const ptp::Message& message, View wire) override {
    flush_both();
    conversation_.head(sent, message);
    auto& open = open_[sent];
    open.comment = describe(sent, message);
    open.bytes.assign(wire.begin(), wire.end());
    open.left = message.kind == Kind::data ? message.size : 0;
    if (open.left == 0) end_frame(sent);
  }

  void payload(bool sent, View bytes) override {
    flush(!sent);
    conversation_.payload(sent, bytes);
    auto& open = open_[sent];
    if (open.left != unknown_size) open.left -= std::min<u64>(open.left, bytes.size());
    while (!bytes.empty()) {
      const auto taken = bytes.first(std::min(bytes.size(), max_segment - open.bytes.size()));
      open.bytes.insert(open.bytes.end(), taken.begin(), taken.end());
      bytes = bytes.subspan(taken.size());
      if (open.bytes.size() == max_segment) flush(sent);
    }
    if (open.left == 0) end_frame(sent);
  }

  void malformed(View bytes, const ptp::Error& error) override {
    flush_both();
    open_[0].comment = fmt::format("malformed: {}", error.to_string());
    open_[0].left = unknown_size;
    payload(false, bytes);
    flush_both();
  }

  void closed(bool by_us, bool reset) override {
    flush_both();
    if (reset) {
      segment(by_us, Segment::reset | Segment::ack, {}, {});
      return;
    }
    segment(by_us, Segment::fin | Segment::ack, {}, {});
    segment(!by_us, Segment::fin | Segment::ack, {}, {});
    segment(by_us, Segment::ack, {}, {});
  }

 private:
  // What passed and is not recorded yet: a head, and as much of its payload as fits into a segment.
  struct Open {
    std::string comment;
    Bytes bytes;
    u64 left = 0;  // payload of the frame that has not passed
  };

  void end_frame(bool sent) {
    flush(sent);
    conversation_.frame_ended(sent);
  }
  void flush_both() {
    flush(false);
    flush(true);
  }
  void flush(bool sent) {
    auto& open = open_[sent];
    if (open.bytes.empty()) return;
    const bool full = open.bytes.size() == max_segment;
    segment(sent, Segment::push | Segment::ack, open.bytes, open.comment);
    if (full) segment(!sent, Segment::ack, {}, {});
    open.bytes.clear();
    open.comment.clear();
  }

  void segment(bool sent, u8 flags, View payload, std::string_view comment) {
    frame_.clear();
    const bool acknowledges = (flags & Segment::ack) != 0;
    encode({ends_[sent], ends_[!sent], sequence_[sent], acknowledges ? sequence_[!sent] : 0, flags, payload}, sent,
           frame_);
    file_->write(frame_, comment);
    sequence_[sent] += static_cast<u32>(payload.size());
    if (flags & (Segment::syn | Segment::fin)) ++sequence_[sent];
  }

  // For the comment: what a person wants to find by reading down the list of packets.
  std::string describe(bool sent, const ptp::Message& message) const {
    const auto vendor = camera_->vendor;
    const auto transaction = conversation_.transaction(sent);
    const auto operation =
        transaction ? ptp::to_string(static_cast<ptp::OperationCode>(transaction->request.code), vendor) : "?";
    switch (message.kind) {
      case Kind::operation_request:
        return fmt::format("{}({})", operation, parameters(message));
      case Kind::operation_response:
        return fmt::format("{} -> {}({})", operation,
                           ptp::to_string(static_cast<ptp::ResponseCode>(message.code), vendor), parameters(message));
      case Kind::event:
        return fmt::format("{}({})", ptp::to_string(static_cast<ptp::EventCode>(message.code), vendor),
                           parameters(message));
      case Kind::data:
        return fmt::format("{} of {}", packet_name(message), operation);
      case Kind::raw:
        return "bytes sent on purpose that are no packet";
      default:
        return std::string(packet_name(message));
    }
  }

  std::shared_ptr<RecordingFile> file_;
  std::shared_ptr<const RecordedCamera> camera_;
  std::array<Endpoint, 2> ends_;  // by `sent`: whose bytes these are
  std::array<u32, 2> sequence_{};
  std::array<Open, 2> open_;
  Conversation conversation_;
  Bytes frame_;
};

}  // namespace

RecordingFile::RecordingFile(const std::string& path) : sink_(path) {
  begin_section("stuntcam", block_);
  describe_interface(LinkType::ethernet, "stuntcam", block_);
  sink_.write(block_);
}

u64 RecordingFile::now() const {
  const auto passed = std::chrono::steady_clock::now() - start_;
  const auto time = opened_.time_since_epoch() + passed;
  return static_cast<u64>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

void RecordingFile::write(View frame, std::string_view comment) {
  const std::lock_guard lock(mutex_);
  block_.clear();
  enhanced_packet(now(), frame, comment, block_);
  sink_.write(block_);
}

int RecordingFile::error() const {
  const std::lock_guard lock(mutex_);
  return sink_.error();
}

std::shared_ptr<transport::Observer> make_recorder(std::shared_ptr<RecordingFile> file,
                                                   std::shared_ptr<const RecordedCamera> camera, u64 connection,
                                                   const std::string& peer) {
  return std::make_shared<Recorder>(std::move(file), std::move(camera), connection, peer);
}

}  // namespace stuntcam::pcap
