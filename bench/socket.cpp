#include "bench/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace stuntcam::bench {

namespace {

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in loopback(u16 port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void no_delay(int fd) {
  const int on = 1;
  check(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Socket Socket::listen_on_free_port() {
  Socket socket(check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
  const auto address = loopback(0);
  check(::bind(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  check(::listen(socket.fd_, SOMAXCONN), "listen");
  return socket;
}

Socket Socket::connect_to(u16 port) {
  Socket socket(check(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
  const auto address = loopback(port);
  check(::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  no_delay(socket.fd_);
  return socket;
}

u16 Socket::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  check(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

Socket Socket::accept() const {
  Socket accepted(check(::accept(fd_, nullptr, nullptr), "accept"));
  no_delay(accepted.fd_);
  return accepted;
}

void Socket::send(View bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    check(static_cast<int>(sent < 0 ? -1 : 0), "send");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

std::size_t Socket::receive(Room room) const {
  const auto received = ::recv(fd_, room.data(), room.size(), 0);
  check(static_cast<int>(received < 0 ? -1 : 0), "recv");
  if (received == 0) throw std::runtime_error("the server closed the connection");
  return static_cast<std::size_t>(received);
}

bool Socket::receive_or_end(Room room) const {
  while (!room.empty()) {
    const auto received = ::recv(fd_, room.data(), room.size(), 0);
    if (received <= 0) return false;
    room = room.subspan(static_cast<std::size_t>(received));
  }
  return true;
}

void Socket::receive_all(Room room) const {
  while (!room.empty()) room = room.subspan(receive(room));
}

}  // namespace stuntcam::bench
