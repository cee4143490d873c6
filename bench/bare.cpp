#include "bench/bare.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "bench/media.h"

namespace stuntcam::bench {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

template <class T>
bool take(const Socket& peer, T& value) {
  return peer.receive_or_end({reinterpret_cast<u8*>(&value), sizeof value});
}

void send(const Socket& peer, int descriptor, Piece piece) {
  auto offset = static_cast<off_t>(piece.offset);
  for (u64 left = piece.size; left > 0;) {
    const auto sent = ::sendfile(peer.fd(), descriptor, &offset, std::min<u64>(left, sendfile_call));
    if (sent <= 0) fail("sendfile");
    left -= static_cast<u64>(sent);
  }
}

}  // namespace

void serve_file(const Socket& listener, const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  const Socket peer = listener.accept();
  for (Piece piece{}; take(peer, piece);) send(peer, file.get(), piece);
}

void send_file(const Socket& socket, int descriptor, u64 size) { send(socket, descriptor, {0, size}); }

void fetch(const Socket& socket, Piece piece, Bytes& room) {
  socket.send({reinterpret_cast<const u8*>(&piece), sizeof piece});
  for (u64 left = piece.size; left > 0;)
    left -= socket.receive({room.data(), static_cast<std::size_t>(std::min<u64>(room.size(), left))});
}

void serve_relay(const Socket& listener, u16 server) {
  const Socket client = listener.accept();
  const auto behind = Socket::connect_to(server);
  Bytes room(receive_size);
  for (Piece piece{}; take(client, piece);) {
    behind.send({reinterpret_cast<const u8*>(&piece), sizeof piece});
    for (u64 left = piece.size; left > 0;) {
      const auto got = behind.receive({room.data(), static_cast<std::size_t>(std::min<u64>(room.size(), left))});
      client.send(View(room).first(got));
      left -= got;
    }
  }
}

void write_all(int descriptor, View bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written <= 0) fail("write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void write_from(const Socket& socket, u64 size, int descriptor, Bytes& room) {
  while (size > 0) {
    const auto got = socket.receive({room.data(), static_cast<std::size_t>(std::min<u64>(room.size(), size))});
    write_all(descriptor, View(room).first(got));
    size -= got;
  }
}

void serve_sink(const Socket& listener, const std::string& path) {
  const Socket peer = listener.accept();
  Bytes room(receive_size);
  for (u64 size = 0; take(peer, size);) {
    const Descriptor file(path, O_WRONLY | O_CREAT | O_EXCL);
    write_from(peer, size, file.get(), room);
    const u8 done = 1;
    peer.send({&done, 1});
  }
}

void serve_echo(const Socket& listener, std::size_t request, std::size_t reply) {
  const Descriptor poll(::epoll_create1(EPOLL_CLOEXEC));
  const Socket peer = listener.accept();
  epoll_event interest{.events = EPOLLIN, .data = {.fd = peer.fd()}};
  if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, peer.fd(), &interest) != 0) fail("epoll_ctl");
  Bytes received(request);
  const Bytes answer(reply);
  for (;;) {
    epoll_event happened{};
    if (::epoll_wait(poll.get(), &happened, 1, -1) != 1) continue;
    if (!peer.receive_or_end(received)) return;
    peer.send(answer);
  }
}

}  // namespace stuntcam::bench
