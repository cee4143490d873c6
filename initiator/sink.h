// Where the payload of a data phase from the camera goes.
#pragma once

#include <memory>

#include "ptp/bytes.h"
#include "transport/file.h"

namespace stuntcam::initiator {

class Sink {
 public:
  virtual ~Sink() = default;
  // The announced total, or unknown_size; again when an operation is tried again. What it throws, here or in write,
  // cancels the transaction and comes out of the call.
  virtual void begin(u64 total) { (void)total; }
  virtual void write(View) = 0;  // in order
};

// No data set is larger: an ObjectPropList of 100 000 objects is a third of it. Objects go to files.
inline constexpr std::size_t max_data_set = 64 << 20;

class BytesSink final : public Sink {
 public:
  explicit BytesSink(std::size_t most = max_data_set) : most_(most) {}
  void begin(u64 total) override;
  void write(View) override;
  Bytes take() { return std::move(bytes_); }

 private:
  std::size_t most_;
  Bytes bytes_;
};

class FileSink final : public Sink {
 public:
  explicit FileSink(std::shared_ptr<transport::File> file) : file_(std::move(file)) {}
  void begin(u64) override { written_ = 0; }
  void write(View) override;
  u64 written() const { return written_; }

 private:
  std::shared_ptr<transport::File> file_;
  u64 written_ = 0;
};

}  // namespace stuntcam::initiator
