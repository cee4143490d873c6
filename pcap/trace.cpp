#include "pcap/trace.h"

#include <fmt/format.h>

#include <map>

#include "pcap/layers.h"
#include "pcap/streams.h"
#include "pcap/talk.h"

namespace stuntcam::pcap {
namespace {

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
    if (const auto packet = layers_.tcp(frame)) streams_.add(*packet, {frame.number, frame.time});
  }
  std::size_t finish() {
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
  void closed(u64 connection, bool, Origin) override {
    const auto found = talks_.find(connection);
    if (found == talks_.end()) return;
    found->second->finish();
    conversations_ += found->second->decided();
    talks_.erase(found);
  }

 private:
  void usb(const Frame& frame) {
    const auto transfer = usb_transfer(frame);
    if (!transfer) return;
    auto& talk = devices_[{transfer->bus, transfer->device}];
    if (!talk)
      talk = std::make_unique<UsbTalk>(sessions_, sink_, devices_.size(),
                                       fmt::format("usb {}.{}", transfer->bus, transfer->device));
    talk->transfer(*transfer, {frame.number, frame.time});
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
};

}  // namespace

std::size_t read_trace(const std::string& path, const TraceOptions& options, TraceSink& sink) {
  Reading reading(options, sink);
  const auto file = CaptureFile::open(path, reading.warn());
  while (const auto frame = file->next()) reading.take(*frame);
  return reading.finish();
}

}  // namespace stuntcam::pcap
