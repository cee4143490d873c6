#include "pcap/trace.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "pcap/byte_source.h"
#include "pcap/debug_log.h"
#include "pcap/layers.h"
#include "pcap/libpcap.h"
#include "pcap/streams.h"
#include "pcap/talk.h"

namespace stuntcam::pcap {
namespace {

// Devices on USB that are followed; a real bus has 127.
constexpr std::size_t max_devices = 4096;

class Reading final : public StreamSink {
 public:
  Reading(const TraceOptions& options, TraceSink& sink)
      : options_(options),
        sink_(sink),
        sessions_(options.vendor),
        warn_([&sink](u64 frame, const std::string& text) { sink.warn(frame, text); }) {}

  const Warn& warn() const { return warn_; }
  void take(const Frame& frame) {
    if (is_usb(frame.link_type)) return usb(frame);
    for (auto packet = layers_.tcp(frame); packet; packet = layers_.more())
      streams_.add(*packet, {frame.number, frame.time});
  }
  void take(const DebugLog::Chunk&);
  std::size_t finish() {
    layers_.finish();
    streams_.finish();
    for (auto& [number, talk] : talks_) talk->finish();
    for (auto& [key, talk] : devices_) talk->finish();
    for (const auto& [key, talk] : devices_) conversations_ += talk->decided();
    for (const auto& [number, talk] : talks_) conversations_ += talk->decided();
    return conversations_;
  }

  void opened(u64 connection, const Endpoint& first, const Endpoint& second, bool handshake, Origin) override {
    talks_[connection] =
        std::make_unique<TcpTalk>(sessions_, sink_, connection, first, second, handshake, options_.port);
  }
  bool data(u64 connection, bool side, View bytes, Origin origin) override {
    const auto found = talks_.find(connection);
    if (found == talks_.end()) return false;
    if (found->second->data(side, bytes, origin)) return true;
    talks_.erase(found);
    return false;
  }
  void gap(u64 connection, bool side, u64 size, Origin origin) override {
    const auto found = talks_.find(connection);
    if (found != talks_.end()) found->second->gap(side, size, origin);
  }
  void placed(u64 frame, u64 connection, bool side, i64 offset) override {
    sink_.placed(frame, connection, side, offset);
  }
  void closed(u64 connection, bool, Origin) override {
    const auto found = talks_.find(connection);
    if (found == talks_.end()) return;
    found->second->finish();
    conversations_ += found->second->decided();
    talks_.erase(found);
  }

 private:
  void usb(const Frame& frame) {
    if (const auto transfer = usb_transfer(frame)) this->transfer(*transfer, {frame.number, frame.time});
  }
  void transfer(const UsbTransfer& transfer, Origin origin) {
    const std::pair key(transfer.bus, transfer.device);
    if (devices_.size() == max_devices && !devices_.contains(key)) {
      if (!std::exchange(told_devices_, true))
        sink_.warn(origin.frame, fmt::format("only the first {} USB devices are read", max_devices));
      return;
    }
    auto& talk = devices_[key];
    if (!talk)
      talk = std::make_unique<UsbTalk>(sessions_, sink_, devices_.size(),
                                       fmt::format("usb {}.{}", transfer.bus, transfer.device));
    talk->transfer(transfer, origin);
  }

  TraceOptions options_;
  TraceSink& sink_;
  Sessions sessions_;
  Warn warn_;
  Layers layers_{warn_};
  Streams streams_{*this, warn_};
  std::size_t conversations_ = 0;
  std::map<u64, std::unique_ptr<TcpTalk>> talks_;
  std::map<std::pair<u16, u16>, std::unique_ptr<UsbTalk>> devices_;  // by bus and device
  bool told_devices_ = false;
  std::map<u64, std::array<u64, 2>> logged_;  // bytes so far of a connection in a log, each way
  u64 log_connections_ = 0, log_commands_ = 0, log_events_ = 0;
};

// A log says what passed and which way, and neither addresses nor endpoints.
void Reading::take(const DebugLog::Chunk& chunk) {
  using Pipe = DebugLog::Pipe;
  const Origin origin{chunk.line, chunk.time};
  const bool from_camera = chunk.pipe != Pipe::out;
  if (chunk.usb) {
    UsbTransfer transfer;
    transfer.type = chunk.pipe == Pipe::events ? UsbTransfer::Type::interrupt : UsbTransfer::Type::bulk;
    transfer.endpoint = from_camera ? 0x81 : 0x02;
    transfer.submitted = !from_camera;
    transfer.data = chunk.bytes;
    transfer.missing = chunk.missing;
    return this->transfer(transfer, origin);
  }
  if (chunk.opens) {
    const Endpoint camera{.port = ptp::dialects()[0].port};
    opened(++log_connections_, {.port = static_cast<u16>(chunk.on_events)}, camera, true, origin);
    (chunk.on_events ? log_events_ : log_commands_) = log_connections_;
  }
  const auto connection = chunk.on_events ? log_events_ : log_commands_;
  if (connection == 0) return;
  auto& passed = logged_[connection][from_camera];
  auto here = origin;
  here.pipe = from_camera;
  here.offset = passed;
  sink_.placed(here.frame, connection, here.pipe, static_cast<i64>(passed));
  data(connection, from_camera, chunk.bytes, here);
  passed += chunk.bytes.size();
  here.offset = passed;
  if (chunk.missing > 0) gap(connection, from_camera, chunk.missing, here);
  passed += chunk.missing;
}

void read_frames(std::unique_ptr<CaptureFile> file, const TraceOptions& options, Reading& reading) {
  if (!options.filter.empty()) file = filtered(std::move(file), options.filter);
  while (const auto frame = file->next()) reading.take(*frame);
}

}  // namespace

std::size_t read_trace(const std::string& path, const TraceOptions& options, TraceSink& sink) {
  Reading reading(options, sink);
  auto source = std::make_unique<ByteSource>(path);
  if (options.follow) source->follow(options.stop);
  // A live capture on standard input is not waited for: its first bytes say what it is.
  if (!CaptureFile::begins(source->peek(4)) && DebugLog::begins(source->peek(DebugLog::needed))) {
    DebugLog log(std::move(source), reading.warn());
    while (const auto chunk = log.next()) reading.take(*chunk);
  } else {
    read_frames(CaptureFile::open(std::move(source), path, reading.warn()), options, reading);
  }
  return reading.finish();
}

std::size_t read_live(const std::string& interface, const TraceOptions& options, TraceSink& sink) {
  Reading reading(options, sink);
  read_frames(open_interface(interface, options.stop), options, reading);
  return reading.finish();
}

}  // namespace stuntcam::pcap
