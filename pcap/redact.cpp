#include "pcap/redact.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "pcap/debug_log.h"
#include "pcap/layers.h"
#include "pcap/scrubber.h"
#include "pcap/sink.h"
#include "pcap/usb.h"

namespace stuntcam::pcap {
namespace {

// An Ethernet type for experiments: what is in such a frame means nothing to anybody.
constexpr u8 nothing_type[] = {0x88, 0xB5};
constexpr std::size_t ethernet_header = 14;

void swap_fields(Room header) {
  // of usbmon's header: {offset, size}
  constexpr std::pair<std::size_t, std::size_t> fields[] = {{0, 8},  {12, 2}, {16, 8}, {24, 4}, {28, 4}, {32, 4},
                                                            {36, 4}, {48, 4}, {52, 4}, {56, 4}, {60, 4}};
  for (const auto& [offset, size] : fields)
    if (offset + size <= header.size()) std::ranges::reverse(header.subspan(offset, size));
}

// Writes the copy, frame for frame, so that numbers and times stay what they were.
class Copier {
 public:
  Copier(Scrubber& scrubber, const std::string& out, Redaction& result)
      : scrubber_(scrubber), sink_(out), path_(out), result_(result) {
    begin_section("stuntcam redact", block_);
    flush();
  }

  void take(const Frame& frame) {
    ++result_.frames;
    if (is_usb(frame.link_type))
      usb(frame);
    else
      network(frame);
    flush();
  }

 private:
  void network(const Frame& frame) {
    const auto spots = scrubber_.spots(frame.number);
    std::vector<TcpPacket> packets;  // of their payloads only the size counts
    for (auto packet = layers_.tcp(frame); packet; packet = layers_.more()) packets.push_back(*packet);
    // As many as were read for the trace, or it isn't known which is which.
    if (packets.size() != spots.size() || packets.empty()) {
      Bytes blank(std::max(ethernet_header, frame.bytes.size()));
      std::ranges::copy(nothing_type, blank.begin() + 12);
      ++result_.blanked_frames;
      return write(LinkType::ethernet, frame, blank, std::max<u64>(blank.size(), frame.original_size));
    }
    for (std::size_t i = 0; i < packets.size(); ++i) packet(frame, packets[i], spots[i]);
  }
  void packet(const Frame& frame, const TcpPacket& packet, const Scrubber::Spot& spot) {
    auto segment = packet.segment;
    Bytes payload(segment.payload.size() + packet.missing);
    scrubber_.fill(spot.connection, spot.pipe, spot.offset, Room(payload).first(segment.payload.size()));
    segment.payload = payload;
    Bytes copy;
    encode(segment, scrubber_.from_camera(spot), copy);
    const auto size = copy.size();
    copy.resize(size - packet.missing);
    write(LinkType::ethernet, frame, copy, size);
  }

  void usb(const Frame& frame) {
    const auto transfer = usb_transfer(frame);
    const auto spots = scrubber_.spots(frame.number);
    const auto header = transfer ? usb_header(frame) : 0;
    Bytes copy(frame.bytes.size());
    std::copy_n(frame.bytes.begin(), header, copy.begin());
    if (frame.swapped && frame.link_type != LinkType::usb_pcap) swap_fields(Room(copy).first(header));
    if (transfer && transfer->type == UsbTransfer::Type::control && frame.link_type == LinkType::usb_pcap)
      std::ranges::copy(transfer->setup, copy.begin() + static_cast<std::ptrdiff_t>(header));
    if (transfer && !spots.empty() && transfer->carries())
      scrubber_.fill(spots[0].connection, spots[0].pipe, spots[0].offset,
                     Room(copy).subspan(static_cast<std::size_t>(transfer->data.data() - frame.bytes.data()),
                                        transfer->data.size()));
    else if (!transfer || !transfer->data.empty())
      ++result_.blanked_frames;
    write(frame.link_type, frame, copy, frame.original_size);
  }
  static std::size_t usb_header(const Frame& frame) {
    if (frame.link_type == LinkType::usb_linux) return 48;
    if (frame.link_type == LinkType::usb_linux_mmapped) return 64;
    const std::size_t said = frame.bytes[0] | frame.bytes[1] << 8;
    return std::min<std::size_t>(said, 28);  // with the stage of a control transfer; nothing else is behind it
  }

  void write(LinkType type, const Frame& frame, View bytes, u64 original) {
    const auto [at, fresh] = interfaces_.emplace(type, static_cast<u32>(interfaces_.size()));
    if (fresh) describe_interface(type, "redacted", block_);
    enhanced_packet(at->second, static_cast<u64>(std::max<i64>(frame.time, 0)), bytes,
                    static_cast<u32>(std::min<u64>(original, 0xFFFFFFFF)), {}, block_);
  }
  void flush() {
    sink_.write(block_);
    block_.clear();
    if (sink_.error()) throw std::system_error(sink_.error(), std::generic_category(), path_);
  }

  Scrubber& scrubber_;
  Sink sink_;
  std::string path_;
  Redaction& result_;
  Layers layers_{[](u64, const std::string&) {}};
  std::map<LinkType, u32> interfaces_;
  Bytes block_;
};

// Writes a log again: the dumps and what announces them, everything else as empty lines.
class LogCopier {
 public:
  LogCopier(Scrubber& scrubber, const std::string& out, Redaction& result)
      : scrubber_(scrubber), sink_(out), path_(out), result_(result) {}

  void take(const DebugLog::Chunk& chunk) {
    ++result_.frames;
    const auto spots = scrubber_.spots(chunk.line);
    auto bytes = chunk.bytes;
    if (!spots.empty()) {
      scrubber_.fill(spots[0].connection, spots[0].pipe, spots[0].offset, bytes);
    } else {
      std::ranges::fill(bytes, u8{0});
      ++result_.blanked_frames;
    }
    std::string text;
    for (; line_ < chunk.line; ++line_) text += '\n';
    const auto whole = bytes.size() + chunk.missing;
    const auto many =
        chunk.missing > 0 ? fmt::format("the first {} of {}", bytes.size(), whole) : fmt::format("{}", whole);
    text += fmt::format("{}.{:06} {} (hexdump of {} bytes)\n", chunk.time / 1'000'000'000,
                        chunk.time / 1000 % 1'000'000, announcement(chunk, whole), many);
    ++line_;
    for (std::size_t at = 0; at < bytes.size(); at += row, ++line_) text += dump(bytes, at);
    sink_.write({reinterpret_cast<const u8*>(text.data()), text.size()});
    if (sink_.error()) throw std::system_error(sink_.error(), std::generic_category(), path_);
  }

 private:
  static constexpr std::size_t row = 16;

  static std::string announcement(const DebugLog::Chunk& chunk, u64 size) {
    using Pipe = DebugLog::Pipe;
    if (chunk.usb && chunk.pipe == Pipe::out)
      return fmt::format("gp_port_write               (3): Wrote   {0} = 0x{0:x} bytes to port:", size);
    if (chunk.usb)
      return fmt::format("{}(3): Read    {} = 0x{:x} bytes from {}:",
                         chunk.pipe == Pipe::events ? "gp_port_check_int           " : "gp_port_read                ",
                         size, size, chunk.pipe == Pipe::events ? "interrupt endpoint" : "port");
    if (chunk.pipe == Pipe::in)
      return fmt::format("ptp_ptpip_generic_read      (3): ptpip/generic_read {}:", chunk.header ? "header" : "data");
    return fmt::format("ptp_ptpip                   (3): ptpip/{} data:", !chunk.opens      ? "oprequest"
                                                                          : chunk.on_events ? "init_event"
                                                                                            : "init_cmd");
  }
  static std::string dump(View bytes, std::size_t at) {
    std::string hex, text;
    for (std::size_t i = at; i < std::min(at + row, bytes.size()); ++i) {
      hex += fmt::format("{:02x}{}", bytes[i], i - at == row / 2 - 1 ? '-' : ' ');
      text += bytes[i] >= 0x20 && bytes[i] < 0x7F ? static_cast<char>(bytes[i]) : '.';
    }
    return fmt::format("{:04x}  {:<49}{:<16}\n", at, hex, text);
  }

  Scrubber& scrubber_;
  Sink sink_;
  std::string path_;
  Redaction& result_;
  u64 line_ = 1;
};

}  // namespace

Redaction redact(const std::string& in, const std::string& out, const RedactOptions& options) {
  if (in == "-") throw std::runtime_error("standard input is read twice here, and can't be: say a file");
  Scrubber scrubber(options.keep_unknown);
  read_trace(in, options.trace, scrubber);
  scrubber.finish();
  Redaction result;
  const Warn quiet = [](u64, const std::string&) {};
  auto source = std::make_unique<ByteSource>(in);
  if (DebugLog::begins(source->peek(DebugLog::needed))) {
    LogCopier copier(scrubber, out, result);
    DebugLog log(std::move(source), quiet);
    while (const auto chunk = log.next()) copier.take(*chunk);
  } else {
    Copier copier(scrubber, out, result);
    const auto file = CaptureFile::open(std::move(source), in, quiet);
    while (const auto frame = file->next()) copier.take(*frame);
  }
  result.replaced = scrubber.stand_ins().kinds();
  result.blanked = scrubber.blanked();
  return result;
}

}  // namespace stuntcam::pcap
