// The bytes of a capture file, decompressed where it is compressed. Private to pcap/.
#pragma once

#include <zlib.h>

#include <functional>
#include <memory>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::pcap {

class ByteSource {
 public:
  // "-" is standard input. Throws std::system_error naming the path.
  explicit ByteSource(const std::string& path);
  // From now on the end is none: what is appended is waited for, until `stop` says so.
  void follow(std::function<bool()> stop) { stop_ = std::move(stop); }
  // The next bytes, up to `count`, without taking them, nor waiting for more to be appended.
  View peek(std::size_t count);
  // As many bytes as there are, up to all of `room`.
  std::size_t read(Room room);
  // What is there, at least a byte; 0: the end.
  std::size_t read_some(Room room);
  bool skip(u64 count);                                    // false: the end came first
  const std::string& problem() const { return problem_; }  // not empty: the file is damaged, or can't be read
  u64 position() const { return position_; }

 private:
  struct Close {
    void operator()(gzFile file) const { ::gzclose(file); }
  };
  std::size_t read_file(Room room, std::size_t least, bool patient = true);
  bool wait();

  std::unique_ptr<gzFile_s, Close> file_;
  std::function<bool()> stop_;
  Bytes ahead_;  // peeked at, not taken
  u64 position_ = 0;
  std::string problem_;
};

}  // namespace stuntcam::pcap
