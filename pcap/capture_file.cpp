#include "pcap/capture_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "pcap/byte_source.h"

namespace stuntcam::pcap {
namespace {

constexpr u64 billion = 1'000'000'000;
constexpr u32 pcap_micro = 0xA1B2C3D4, pcap_nano = 0xA1B23C4D, pcap_modified = 0xA1B2CD34;
constexpr u32 section_header = 0x0A0D0D0A, byte_order_magic = 0x1A2B3C4D;
constexpr u16 opt_end = 0, if_tsresol = 9, if_tsoffset = 14;

// Integers of either byte order. The caller knows that the bytes are there.
struct Order {
  bool swapped = false;
  template <class T>
  T at(View bytes, std::size_t offset) const {
    T value{};
    std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
    if (!swapped) return value;
    if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
    if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
    return static_cast<T>(__builtin_bswap64(value));
  }
};

// What both formats share: a source, a buffer, a count.
class Reader : public CaptureFile {
 protected:
  Reader(std::unique_ptr<ByteSource> source, Warn warn) : source_(std::move(source)), warn_(std::move(warn)) {}

  // `size` more bytes at the end of buffer_; false: the file is over, and if it ended inside, that is told.
  bool more(std::size_t size) {
    const auto at = buffer_.size();
    constexpr std::size_t step = 1 << 20;  // what a length says is believed as it arrives
    while (buffer_.size() < at + size) {
      const auto begin = buffer_.size();
      buffer_.resize(begin + std::min(step, at + size - begin));
      const auto got = source_->read(Room(buffer_).subspan(begin));
      buffer_.resize(begin + got);
      if (got == 0) break;
    }
    if (buffer_.size() == at + size) return true;
    if (!buffer_.empty() || !source_->problem().empty())
      end(source_->problem().empty() ? "the file ends inside a record" : source_->problem());
    return false;
  }
  void end(const std::string& why) {
    warn_(0, fmt::format("read up to byte {} (frame {}): {}", source_->position(), frames_, why));
    ended_ = true;
  }

  std::unique_ptr<ByteSource> source_;
  Warn warn_;
  Bytes buffer_;
  u64 frames_ = 0;
  bool ended_ = false;
};

class Pcap final : public Reader {
 public:
  Pcap(std::unique_ptr<ByteSource> source, Warn warn, Order order, u32 magic, View rest)
      : Reader(std::move(source), std::move(warn)),
        order_(order),
        nano_(magic == pcap_nano),
        extra_(magic == pcap_modified ? 8 : 0),
        link_type_(static_cast<LinkType>(order.at<u32>(rest, 16) & 0xFFFF)),
        snap_length_(order.at<u32>(rest, 12)) {}

  std::optional<Frame> next() override {
    buffer_.clear();
    if (ended_ || !more(16 + extra_)) return {};
    const auto size = order_.at<u32>(buffer_, 8), original = order_.at<u32>(buffer_, 12);
    const u64 seconds = order_.at<u32>(buffer_, 0), fraction = order_.at<u32>(buffer_, 4);
    if (size > max_frame) {
      end(fmt::format("a record claims {} bytes", size));
      return {};
    }
    const auto begin = buffer_.size();
    if (!more(size)) return {};
    if (size < original && !told_cut_) {
      told_cut_ = true;
      warn_(frames_ + 1, fmt::format("captured with snap length {}: longer packets are cut", snap_length_));
    }
    return Frame{++frames_,
                 static_cast<i64>(seconds * billion + fraction * (nano_ ? 1 : 1000)),
                 link_type_,
                 original,
                 View(buffer_).subspan(begin),
                 order_.swapped};
  }

 private:
  Order order_;
  bool nano_;
  std::size_t extra_;
  LinkType link_type_;
  u32 snap_length_;
  bool told_cut_ = false;
};

struct Interface {
  LinkType link_type{};
  u32 snap_length = 0;
  u8 resolution = 6;  // the upper bit: of two instead of ten
  i64 offset = 0;     // seconds
  bool told_cut = false;

  i64 nanoseconds(u64 ticks) const {
    const unsigned exponent = resolution & 0x7F;
    u128 value = ticks;
    if (resolution & 0x80) {
      value = exponent < 64 ? value * billion >> exponent : 0;
    } else {
      for (unsigned i = exponent; i < 9; ++i) value *= 10;
      for (unsigned i = 9; i < exponent && value != 0; ++i) value /= 10;
    }
    return static_cast<i64>(static_cast<u64>(value) + static_cast<u64>(offset) * billion);
  }
};

class Pcapng final : public Reader {
 public:
  Pcapng(std::unique_ptr<ByteSource> source, Warn warn) : Reader(std::move(source), std::move(warn)) {}

  std::optional<Frame> next() override {
    while (!ended_) {
      const auto type = read_block();
      if (!type) return {};
      std::optional<Frame> frame;
      switch (*type) {
        case section_header:
          interfaces_.clear();
          break;
        case 1:
          describe();
          break;
        case 2:
        case 6:
          frame = packet(*type == 2);
          break;
        case 3:
          frame = simple_packet();
          break;
        default:
          break;  // names, statistics, secrets, a vendor's own
      }
      if (frame) return frame;
    }
    return {};
  }
  // The magic number of the first section is read already.
  void begin(View magic) { buffer_.assign(magic.begin(), magic.end()); }

 private:
  // Leaves the whole block in buffer_, its body in body_. nullopt: the end.
  std::optional<u32> read_block() {
    if (!more(buffer_.empty() ? 4 : 0)) return {};
    if (!more(8)) return {};  // the length; and the byte order of a section, or the body's first word
    const auto type = order_.at<u32>(buffer_, 0);
    if (type == section_header && !take_order()) return {};
    const auto length = order_.at<u32>(buffer_, 4);
    if (length < 12 || length % 4 != 0 || length > max_block) {
      end(fmt::format("a block claims {} bytes", length));
      return {};
    }
    if (!more(length - 12)) return {};
    block_ = std::move(buffer_);
    buffer_.clear();
    body_ = View(block_).subspan(8, length - 12);
    if (order_.at<u32>(block_, length - 4) != length) {
      end("a block's two lengths differ");
      return {};
    }
    return type;
  }
  bool take_order() {
    for (const bool swapped : {false, true}) {
      order_.swapped = swapped;
      if (order_.at<u32>(buffer_, 8) == byte_order_magic) return true;
    }
    end("a section begins without its byte order");
    return false;
  }

  void describe() {
    if (body_.size() < 8) return end("an interface is described too shortly");
    if (interfaces_.size() == max_interfaces) return end("too many interfaces");
    Interface interface;
    interface.link_type = static_cast<LinkType>(order_.at<u16>(body_, 0));
    interface.snap_length = order_.at<u32>(body_, 4);
    for (auto options = body_.subspan(8); options.size() >= 4;) {
      const auto code = order_.at<u16>(options, 0), size = order_.at<u16>(options, 2);
      const std::size_t padded = 4 + (std::size_t{size} + 3) / 4 * 4;
      if (code == opt_end || padded > options.size()) break;
      if (code == if_tsresol && size >= 1) interface.resolution = options[4];
      if (code == if_tsoffset && size >= 8) interface.offset = order_.at<i64>(options, 4);
      options = options.subspan(padded);
    }
    interfaces_.push_back(interface);
  }

  std::optional<Frame> packet(bool obsolete) {
    if (body_.size() < 20) return bad("a packet block is too short");
    const u32 index = obsolete ? order_.at<u16>(body_, 0) : order_.at<u32>(body_, 0);
    const u64 ticks = u64{order_.at<u32>(body_, 4)} << 32 | order_.at<u32>(body_, 8);
    const auto size = order_.at<u32>(body_, 12), original = order_.at<u32>(body_, 16);
    if (size > body_.size() - 20) return bad("a packet is longer than its block");
    return frame(index, ticks, original, body_.subspan(20, size));
  }
  std::optional<Frame> simple_packet() {
    if (body_.size() < 4) return bad("a packet block is too short");
    const auto original = order_.at<u32>(body_, 0);
    std::size_t size = std::min<std::size_t>(original, body_.size() - 4);
    if (!interfaces_.empty() && interfaces_[0].snap_length > 0)
      size = std::min<std::size_t>(size, interfaces_[0].snap_length);
    return frame(0, {}, original, body_.subspan(4, size));
  }
  std::optional<Frame> frame(u32 index, std::optional<u64> ticks, u32 original, View bytes) {
    if (index >= interfaces_.size()) return bad(fmt::format("interface {} is not described", index));
    auto& interface = interfaces_[index];
    ++frames_;
    if (bytes.size() < original && !std::exchange(interface.told_cut, true))
      warn_(frames_, interface.snap_length > 0
                         ? fmt::format("captured with snap length {}: longer packets are cut", interface.snap_length)
                         : "some packets were cut when they were captured");
    return Frame{frames_,       ticks ? interface.nanoseconds(*ticks) : 0, interface.link_type, original, bytes,
                 order_.swapped};
  }
  std::optional<Frame> bad(const std::string& why) {
    warn_(++frames_, why);
    return {};
  }

  static constexpr u32 max_block = max_frame + (1u << 20);  // a frame and its options
  Order order_;
  Bytes block_;
  View body_;
  std::vector<Interface> interfaces_;
};

}  // namespace

bool CaptureFile::begins(View bytes) {
  if (bytes.size() < 4) return false;
  for (const bool swapped : {false, true})
    for (const u32 known : {section_header, pcap_micro, pcap_nano, pcap_modified})
      if (Order{swapped}.at<u32>(bytes, 0) == known) return true;
  return false;
}

std::unique_ptr<CaptureFile> CaptureFile::open(const std::string& path, Warn warn) {
  return open(std::make_unique<ByteSource>(path), path, std::move(warn));
}

std::unique_ptr<CaptureFile> CaptureFile::open(std::unique_ptr<ByteSource> source, const std::string& path, Warn warn) {
  std::array<u8, 24> head{};
  const auto got = source->read(Room(head).first(4));
  if (got < 4 && !source->problem().empty()) throw std::runtime_error(fmt::format("{}: {}", path, source->problem()));
  if (got < 4) throw std::runtime_error(fmt::format("{}: too short for a capture", path));
  for (const bool swapped : {false, true}) {
    const Order order{swapped};
    const auto magic = order.at<u32>(head, 0);
    if (magic == section_header) {
      auto file = std::make_unique<Pcapng>(std::move(source), std::move(warn));
      file->begin(View(head).first(4));
      return file;
    }
    if (magic != pcap_micro && magic != pcap_nano && magic != pcap_modified) continue;
    if (source->read(Room(head).subspan(4)) < 20)
      throw std::runtime_error(fmt::format("{}: too short for a capture", path));
    return std::make_unique<Pcap>(std::move(source), std::move(warn), order, magic, View(head).subspan(4));
  }
  throw std::runtime_error(fmt::format("{}: neither pcap nor pcapng, nor a debug log of gphoto2", path));
}

}  // namespace stuntcam::pcap
