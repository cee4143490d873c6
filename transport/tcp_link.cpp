#include "transport/tcp_link.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/stream_link.h"

namespace stuntcam::transport {
namespace {

using UseAwaitable = asio::use_awaitable_t<asio::io_context::executor_type>;
constexpr UseAwaitable use_awaitable;

// A host that is gone is noticed after this while data waits for it, and after idle + 3 × interval seconds while none
// does.
constexpr unsigned user_timeout_ms = 30'000;
constexpr int keep_alive_idle_s = 60, keep_alive_interval_s = 10, keep_alive_probes = 3;

void set(int socket, int level, int option, int value) { ::setsockopt(socket, level, option, &value, sizeof value); }

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

class TcpLink final : public StreamLink {
 public:
  TcpLink(TcpSocket socket, const ptp::Framing& framing, Lane lane)
      : StreamLink(framing), socket_(std::move(socket)), lane_(lane) {
    socket_.native_non_blocking(true);
    const int fd = socket_.native_handle();
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_s);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
    ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms);
    asio::error_code error;
    const auto end = socket_.remote_endpoint(error);
    if (!error) peer_ = fmt::format("{}:{}", end.address().to_string(), end.port());
    const auto own = socket_.local_endpoint(error);
    if (!error) local_ = fmt::format("{}:{}", own.address().to_string(), own.port());
  }

  void close(bool reset) override {
    asio::error_code ignored;
    if (reset && socket_.is_open()) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }
  void close_sending() override {
    asio::error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  }
  bool acknowledged() const override {
    int outstanding = 0;
    return ::ioctl(const_cast<TcpSocket&>(socket_).native_handle(), SIOCOUTQ, &outstanding) != 0 || outstanding == 0;
  }
  Lane lane() const override { return lane_; }
  std::string peer() const override { return peer_; }
  std::string local() const override { return local_; }

 protected:
  ssize_t try_receive(Room room) override {
    for (;;) {
      const ssize_t got = ::recv(handle(), room.data(), room.size(), 0);
      if (got >= 0) return got;
      if (errno == EAGAIN) return -1;
      if (errno != EINTR) fail("receive");
    }
  }
  ssize_t try_send(View first, View second, bool more) override {
    iovec parts[2] = {{const_cast<u8*>(first.data()), first.size()}, {const_cast<u8*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    for (;;) {
      const ssize_t sent = ::sendmsg(handle(), &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
      if (sent >= 0) return sent;
      if (errno == EAGAIN) return -1;
      if (errno != EINTR) fail("send");
    }
  }
  // sendfile has no MSG_MORE: without the cork each call would end in a short segment, and the response be another.
  ssize_t try_send_file(int descriptor, u64 offset, u64 size) override {
    if (!std::exchange(corked_, true)) set(handle(), IPPROTO_TCP, TCP_CORK, 1);
    for (;;) {
      auto at = static_cast<off_t>(offset);
      const ssize_t sent = ::sendfile(handle(), descriptor, &at, size);
      if (sent >= 0) return sent;
      if (errno == EAGAIN) return -1;
      if (errno == EIO) return 0;
      if (errno != EINTR) fail("sendfile");
    }
  }
  void uncork() override {
    if (std::exchange(corked_, false)) set(handle(), IPPROTO_TCP, TCP_CORK, 0);
  }
  bool input_waiting() override {
    u8 byte = 0;
    return ::recv(handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
  }
  // Not a wait and then a receive: asio's wait is a system call (epoll_ctl), its receive needs none until bytes are
  // there.
  Task<std::size_t> receive_some(Room room) override {
    // The peer may hold back its next segment until this one is acknowledged (Nagle); when nothing of ours has gone out
    // that would carry the acknowledgement, the kernel would sit on it for 40 ms.
    const int socket = handle();
    if (!sent_since_receive()) set(socket, IPPROTO_TCP, TCP_QUICKACK, 1);
    return socket_.async_receive(asio::buffer(room.data(), room.size()), use_awaitable);
  }
  Task<> wait_writable() override { return socket_.async_wait(TcpSocket::wait_write, use_awaitable); }
  Task<> yield() override { return asio::post(socket_.get_executor(), use_awaitable); }

 private:
  // Closed by somebody else on this loop: the same answer as a waiting operation gets.
  int handle() {
    if (!socket_.is_open()) throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted));
    return socket_.native_handle();
  }
  TcpSocket socket_;
  Lane lane_;
  std::string peer_ = "(gone)", local_;
  bool corked_ = false;
};

}  // namespace

std::unique_ptr<Link> make_tcp_link(TcpSocket socket, const ptp::Framing& framing, Lane lane) {
  return std::make_unique<TcpLink>(std::move(socket), framing, lane);
}

}  // namespace stuntcam::transport
