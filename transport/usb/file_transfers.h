// Transfers on the endpoint files of FunctionFS, which cannot be polled: Linux's asynchronous I/O, and an eventfd that
// tells of their ends. Private to transport/usb/.
#pragma once

#include <linux/aio_abi.h>

#include <functional>
#include <map>
#include <memory>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "ptp/bytes.h"

namespace stuntcam::transport::usb {

class FileTransfers : public std::enable_shared_from_this<FileTransfers> {
 public:
  // What moved, or a negative error number; and the buffer.
  using Done = std::function<void(i64 result, Bytes buffer)>;

  explicit FileTransfers(asio::io_context&);
  ~FileTransfers();
  FileTransfers(const FileTransfers&) = delete;
  FileTransfers& operator=(const FileTransfers&) = delete;

  // Transfers of one file end in the order of their beginning.
  void read(int file, std::size_t size, Done done) { begin(file, Bytes(size), IOCB_CMD_PREAD, std::move(done)); }
  void write(int file, Bytes bytes, Done done) { begin(file, std::move(bytes), IOCB_CMD_PWRITE, std::move(done)); }
  void cancel(int file);  // those under way end with an error
  void stop();            // ends them all, and lets go of the files; no Done is called any more

 private:
  struct Transfer {
    iocb block{};
    Bytes buffer;
    Done done;
  };
  void begin(int file, Bytes buffer, u16 what, Done done);
  void wait();
  void finish();

  aio_context_t context_ = 0;
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> ended_;
  std::map<u64, std::unique_ptr<Transfer>> transfers_;
  u64 last_ = 0;
  bool stopped_ = false;
};

}  // namespace stuntcam::transport::usb
