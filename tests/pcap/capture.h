// Captures made by code: frames of a TCP connection, and the files that hold them.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "pcap/capture_file.h"
#include "pcap/segment.h"

namespace stuntcam::test {

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Integers of either byte order behind each other.
struct Fields {
  bool big = false;
  Bytes bytes{};
  template <class T>
  Fields& add(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes.push_back(static_cast<u8>(static_cast<u64>(value) >> 8 * (big ? sizeof(T) - 1 - i : i)));
    return *this;
  }
  Fields& add(const Bytes& more) {
    bytes = bytes + more;
    return *this;
  }
};

inline Bytes pcap_head(bool big, u32 magic = 0xA1B2C3D4, u32 link_type = 1, u32 snap_length = 65535) {
  return Fields{big}.add(magic).add(u16{2}).add(u16{4}).add(u32{0}).add(u32{0}).add(snap_length).add(link_type).bytes;
}
inline Bytes pcap_record(bool big, u32 seconds, u32 fraction, const Bytes& frame, u32 original = 0) {
  const auto size = static_cast<u32>(frame.size());
  return Fields{big}.add(seconds).add(fraction).add(size).add(original ? original : size).add(frame).bytes;
}
inline Bytes pcap_file(const std::vector<Bytes>& frames, u32 link_type = 1) {
  auto file = pcap_head(false, 0xA1B2C3D4, link_type);
  for (const auto& frame : frames) file = file + pcap_record(false, 1'700'000'000, 0, frame);
  return file;
}

inline Bytes block(bool big, u32 type, Bytes body) {
  body.resize((body.size() + 3) / 4 * 4);
  const auto length = static_cast<u32>(body.size() + 12);
  return Fields{big}.add(type).add(length).add(body).add(length).bytes;
}
inline Bytes section(bool big) {
  return block(big, 0x0A0D0D0A, Fields{big}.add(0x1A2B3C4Du).add(u16{1}).add(u16{0}).add(~u64{0}).bytes);
}
// resolution: what if_tsresol says; 0 leaves the option out.
inline Bytes interface(bool big, u16 link_type, u8 resolution = 0, u32 snap_length = 0) {
  auto body = Fields{big}.add(link_type).add(u16{0}).add(snap_length);
  if (resolution) body.add(u16{9}).add(u16{1}).add(Bytes{resolution, 0, 0, 0}).add(u32{0});
  return block(big, 1, body.bytes);
}
inline Bytes enhanced(bool big, u32 on_interface, u64 ticks, const Bytes& frame) {
  const auto size = static_cast<u32>(frame.size());
  return block(big, 6,
               Fields{big}
                   .add(on_interface)
                   .add(static_cast<u32>(ticks >> 32))
                   .add(static_cast<u32>(ticks))
                   .add(size)
                   .add(size)
                   .add(frame)
                   .bytes);
}

inline Bytes gzipped(const Bytes& plain) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes out(plain.size() + 1000);
  stream.next_in = const_cast<u8*>(plain.data());  // zlib's old promise
  stream.avail_in = static_cast<u32>(plain.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<u32>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A file that is gone after the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Bytes& content) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("capture." + std::to_string(::getpid()) + "." + std::to_string(++count));
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// One frame as it was read, owning its bytes.
struct Seen {
  pcap::Frame frame;
  Bytes bytes;
};
struct Read {
  std::vector<Seen> frames;
  std::vector<std::string> warnings;
};
inline Read read_all(const Bytes& content) {
  const TemporaryFile file(content);
  Read read;
  const auto capture =
      pcap::CaptureFile::open(file.path(), [&](u64, const std::string& text) { read.warnings.push_back(text); });
  while (const auto frame = capture->next())
    read.frames.push_back({*frame, Bytes(frame->bytes.begin(), frame->bytes.end())});
  return read;
}

// Makes the frames of one connection, client 10.0.0.1:50000 to camera 10.0.0.2:15740.
class Connection {
 public:
  using Segment = pcap::Segment;
  explicit Connection(u32 client = 1000, u32 camera = 5000, u16 port = 15740, u16 client_port = 50000)
      : next_{client, camera},
        ends_{*pcap::parse_endpoint("10.0.0.1", client_port), *pcap::parse_endpoint("10.0.0.2", port)} {}

  Bytes segment(bool sent, u32 sequence, u8 flags, const Bytes& payload = {}) const {
    Bytes frame;
    pcap::encode({ends_[sent], ends_[!sent], sequence, next_[!sent], flags, payload}, sent, frame);
    return frame;
  }
  std::vector<Bytes> open() {
    std::vector<Bytes> frames = {segment(false, next_[0], Segment::syn)};
    ++next_[0];
    frames.push_back(segment(true, next_[1], Segment::syn | Segment::ack));
    ++next_[1];
    frames.push_back(segment(false, next_[0], Segment::ack));
    return frames;
  }
  Bytes send(bool sent, const Bytes& payload) {
    const auto frame = segment(sent, next_[sent], Segment::push | Segment::ack, payload);
    next_[sent] += static_cast<u32>(payload.size());
    return frame;
  }
  Bytes finish(bool sent) {
    const auto frame = segment(sent, next_[sent], Segment::fin | Segment::ack);
    ++next_[sent];
    return frame;
  }
  u32 next(bool sent) const { return next_[sent]; }

 private:
  u32 next_[2];
  pcap::Endpoint ends_[2];
};

}  // namespace stuntcam::test
