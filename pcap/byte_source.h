// The bytes of a capture file, decompressed where it is compressed. Private to pcap/.
#pragma once

#include <zlib.h>

#include <memory>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::pcap {

class ByteSource {
 public:
  // "-" is standard input. Throws std::system_error naming the path.
  explicit ByteSource(const std::string& path);
  // As many bytes as there are, up to all of `room`.
  std::size_t read(Room room);
  bool skip(u64 count);                                    // false: the end came first
  const std::string& problem() const { return problem_; }  // not empty: the file is damaged, or can't be read
  u64 position() const { return position_; }

 private:
  struct Close {
    void operator()(gzFile file) const { ::gzclose(file); }
  };
  std::unique_ptr<gzFile_s, Close> file_;
  u64 position_ = 0;
  std::string problem_;
};

}  // namespace stuntcam::pcap
