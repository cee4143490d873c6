#include "pcap/pcapng.h"

#include <utility>

#include "ptp/writer.h"

namespace stuntcam::pcap {
namespace {

constexpr u16 opt_end = 0, opt_comment = 1, shb_userappl = 4, if_name = 2, if_tsresol = 9;
constexpr u8 nanosecond_resolution = 9;  // 10^-9

View bytes_of(std::string_view text) { return {reinterpret_cast<const u8*>(text.data()), text.size()}; }

constexpr u32 enhanced_packet_type = 6;
constexpr std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }
u32 enhanced_packet_length(std::size_t size, std::string_view comment) {
  constexpr std::size_t fields = 32, option_head = 4, end_of_options = 4;
  const auto options = comment.empty() ? 0 : option_head + padded(comment.size()) + end_of_options;
  return static_cast<u32>(fields + padded(size) + options);
}

// A block: its type, its length on both ends, its body padded to 32 bits.
class Block {
 public:
  Block(u32 type, Bytes& out) : out_(out), begin_(out.size()), writer_(out) {
    integer(type);
    integer(u32{0});
  }
  ~Block() {
    integer(u32{0});
    const auto length = static_cast<u32>(out_.size() - begin_);
    for (std::size_t i = 0; i < 4; ++i)
      out_[begin_ + 4 + i] = out_[out_.size() - 4 + i] = static_cast<u8>(length >> 8 * i);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  template <class T>
  void integer(T value) {
    writer_.integer(value);
  }
  void padded(View bytes) {
    writer_.bytes(bytes);
    while ((out_.size() - begin_) % 4) out_.push_back(0);
  }
  void option(u16 code, View value) {
    integer(code);
    integer(static_cast<u16>(value.size()));
    padded(value);
  }
  void end_options() { option(opt_end, {}); }

 private:
  Bytes& out_;
  std::size_t begin_;
  ptp::Writer writer_;
};

}  // namespace

void begin_section(std::string_view application, Bytes& out) {
  Block block(0x0A0D0D0A, out);
  block.integer(u32{0x1A2B3C4D});
  block.integer(u16{1});
  block.integer(u16{0});
  block.integer(~u64{0});  // length of the section: not known in advance
  block.option(shb_userappl, bytes_of(application));
  block.end_options();
}

void describe_interface(LinkType type, std::string_view name, Bytes& out) {
  Block block(1, out);
  block.integer(std::to_underlying(type));
  block.integer(u16{0});
  block.integer(u32{0});  // no limit on the bytes kept of a packet
  block.option(if_name, bytes_of(name));
  block.option(if_tsresol, Bytes{nanosecond_resolution});
  block.end_options();
}

void enhanced_packet(u32 interface, u64 nanoseconds, View frame, std::size_t original_size, std::string_view comment,
                     Bytes& out) {
  begin_enhanced_packet(interface, nanoseconds, frame.size(), original_size, comment, out);
  ptp::Writer(out).bytes(frame);
  end_enhanced_packet(frame.size(), comment, out);
}

void begin_enhanced_packet(u32 interface, u64 nanoseconds, std::size_t size, std::size_t original_size,
                           std::string_view comment, Bytes& out) {
  ptp::Writer writer(out);
  for (const u32 field :
       {enhanced_packet_type, enhanced_packet_length(size, comment), interface, static_cast<u32>(nanoseconds >> 32),
        static_cast<u32>(nanoseconds), static_cast<u32>(size), static_cast<u32>(original_size)})
    writer.integer(field);
}

void end_enhanced_packet(std::size_t size, std::string_view comment, Bytes& out) {
  ptp::Writer writer(out);
  const auto pad = [&](std::size_t behind) { out.resize(out.size() + padded(behind) - behind); };
  pad(size);
  if (!comment.empty()) {
    writer.integer(opt_comment);
    writer.integer(static_cast<u16>(comment.size()));
    writer.bytes(bytes_of(comment));
    pad(comment.size());
    writer.integer(u32{opt_end});
  }
  writer.integer(enhanced_packet_length(size, comment));
}

}  // namespace stuntcam::pcap
