#include "bench/bare.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <system_error>

namespace stuntcam::bench {

void serve_file(const Socket& listener, const std::string& path) {
  const Socket file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0) throw std::system_error(errno, std::generic_category(), path);
  const Socket peer = listener.accept();
  for (u8 go = 0;;) {
    peer.receive_all({&go, 1});
    off_t offset = 0;
    while (offset < about.st_size) {
      const auto left = static_cast<std::size_t>(about.st_size - offset);
      const auto sent = ::sendfile(peer.fd(), file.fd(), &offset, std::min(left, sendfile_call));
      if (sent < 0) throw std::system_error(errno, std::generic_category(), "sendfile");
    }
  }
}

void serve_echo(const Socket& listener, std::size_t request, std::size_t reply) {
  const Socket poll(::epoll_create1(EPOLL_CLOEXEC));
  const Socket peer = listener.accept();
  epoll_event interest{.events = EPOLLIN, .data = {.fd = peer.fd()}};
  if (::epoll_ctl(poll.fd(), EPOLL_CTL_ADD, peer.fd(), &interest) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  Bytes received(request);
  const Bytes answer(reply);
  for (;;) {
    epoll_event happened{};
    if (::epoll_wait(poll.fd(), &happened, 1, -1) != 1) continue;
    peer.receive_all(received);
    peer.send(answer);
  }
}

}  // namespace stuntcam::bench
