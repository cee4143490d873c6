#include "transport/usb/file_transfers.h"

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <asio/post.hpp>

namespace stuntcam::transport::usb {
namespace {

constexpr unsigned most_transfers = 64;

}  // namespace

FileTransfers::FileTransfers(asio::io_context& io) : ended_(io) {
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0 || ::syscall(SYS_io_setup, most_transfers, &context_) != 0)
    throw std::system_error(errno, std::system_category(), "asynchronous I/O");
  ended_.assign(event);
}

FileTransfers::~FileTransfers() { stop(); }

void FileTransfers::stop() {
  if (std::exchange(stopped_, true)) return;
  ::syscall(SYS_io_destroy, context_);  // waits for what is under way: the buffers may go then
  transfers_.clear();
  asio::error_code ignored;
  ended_.close(ignored);
}

void FileTransfers::begin(int file, Bytes buffer, u16 what, Done done) {
  if (stopped_) return;
  const u64 number = ++last_;
  auto transfer = std::make_unique<Transfer>();
  transfer->buffer = std::move(buffer);
  transfer->done = std::move(done);
  iocb& block = transfer->block;
  block.aio_data = number;
  block.aio_lio_opcode = what;
  block.aio_fildes = static_cast<u32>(file);
  block.aio_buf = reinterpret_cast<u64>(transfer->buffer.data());
  block.aio_nbytes = transfer->buffer.size();
  block.aio_flags = IOCB_FLAG_RESFD;
  block.aio_resfd = static_cast<u32>(ended_.native_handle());
  iocb* list = &block;
  auto& kept = *(transfers_[number] = std::move(transfer));
  if (::syscall(SYS_io_submit, context_, 1, &list) == 1) {
    if (transfers_.size() == 1) wait();
    return;
  }
  const int error = errno;
  asio::post(ended_.get_executor(), [self = shared_from_this(), number, error] {
    const auto found = self->transfers_.find(number);
    if (found == self->transfers_.end() || self->stopped_) return;
    const auto failed = std::move(found->second);
    self->transfers_.erase(found);
    failed->done(-error, std::move(failed->buffer));
  });
  (void)kept;
}

void FileTransfers::wait() {
  ended_.async_wait(asio::posix::descriptor_base::wait_read,
                    [self = shared_from_this()](const asio::error_code& error) {
                      if (!error && !self->stopped_) self->finish();
                    });
}

void FileTransfers::finish() {
  u64 count = 0;
  if (::read(ended_.native_handle(), &count, sizeof count) < 0 && errno != EAGAIN) return;
  std::array<io_event, most_transfers> events{};
  const long got = ::syscall(SYS_io_getevents, context_, 0, events.size(), events.data(), nullptr);
  for (long i = 0; i < got && !stopped_; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    const auto found = transfers_.find(event.data);
    if (found == transfers_.end()) continue;
    const auto ended = std::move(found->second);
    transfers_.erase(found);
    ended->done(event.res, std::move(ended->buffer));
  }
  if (!stopped_) wait();
}

void FileTransfers::cancel(int file) {
  io_event ignored{};
  for (auto& [number, transfer] : transfers_)
    if (transfer->block.aio_fildes == static_cast<u32>(file))
      ::syscall(SYS_io_cancel, context_, &transfer->block, &ignored);
}

}  // namespace stuntcam::transport::usb
