// Blocking sockets for the measuring side and the bare servers.
#pragma once

#include <span>

#include "ptp/bytes.h"

namespace stuntcam::bench {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&&) = delete;
  ~Socket();
  static Socket listen_on_free_port();
  static Socket connect_to(u16 port);

  int fd() const { return fd_; }
  u16 port() const;
  Socket accept() const;
  void send(View) const;
  std::size_t receive(Room) const;  // what is there, at least a byte
  void receive_all(Room) const;
  bool receive_or_end(Room) const;  // all of it; false: the peer has closed

 private:
  int fd_;
};

}  // namespace stuntcam::bench
