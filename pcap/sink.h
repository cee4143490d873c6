// A file that is written to as things happen: each write is one writev(2), so a process that is killed loses none.
#pragma once

#include <span>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::pcap {

class Sink {
 public:
  // Empties the file; a named pipe will do. "-" is stderr. Throws std::system_error naming the path.
  explicit Sink(const std::string& path);
  explicit Sink(int descriptor) : descriptor_(descriptor) {}  // takes it over
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void write(View bytes) { write(std::span(&bytes, 1)); }
  void write(std::span<const View> parts);  // one behind the other
  int error() const { return error_; }  // 0, or the errno of the first write that failed; nothing was written after it

 private:
  int descriptor_ = -1;
  int error_ = 0;
};

}  // namespace stuntcam::pcap
