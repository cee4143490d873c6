#include "cli/line_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <regex>

#include <asio/buffer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "cli/failure.h"
#include "cli/line.h"
#include "cli/listen_address.h"

namespace stuntcam::cli {

using asio::ip::tcp;
using transport::Task;

namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_task;

constexpr std::size_t most_peers = 16;
// A peer that does not take its answer holds up the camera for the others: not longer than this for each write.
constexpr time_t longest_write = 10;

tcp::endpoint parse_endpoint(const std::string& text) {
  const auto address = parse_listen_address(text);
  if (!address)
    throw Failure(usage, fmt::format("'{}' is no ADDRESS:PORT", text), "write 127.0.0.1:4000; port 0 is a free one");
  return {asio::ip::make_address(address->host), address->port};
}

// What a web page can make a browser send here.
bool is_http(const std::string& line) {
  static const std::regex request("[A-Z]+ .* HTTP/[0-9].*");
  return std::regex_match(line, request);
}

}  // namespace

class LineServer::Peer {
 public:
  Peer(asio::io_context& io, tcp::socket connection) : socket(std::move(connection)), done(io) {}
  tcp::socket socket;
  transport::Signal done;
  std::string input;
  bool answering = false, first = true;
};

LineServer::LineServer(asio::io_context& io, const std::string& address) : io_(io), acceptor_(io), signal_(io) {
  const auto endpoint = parse_endpoint(address);
  try {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
  } catch (const std::system_error& error) {
    throw Failure(unavailable, fmt::format("cannot listen on {}: {}", address, error.code().message()));
  }
  transport::spawn(io_, accept(), [](const std::exception_ptr&) {});  // it ends when the acceptor is closed
}

LineServer::~LineServer() {
  *alive_ = false;
  stop();
  io_.restart();
  io_.poll();  // those who wait notice, and end
}

std::string LineServer::host() const { return acceptor_.local_endpoint().address().to_string(); }
unsigned LineServer::port() const { return acceptor_.local_endpoint().port(); }

void LineServer::stop() {
  stopped_ = true;
  std::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& each : peers_)
    if (const auto peer = each.lock()) {
      peer->socket.close(ignored);
      answered(*peer);
    }
  signal_.raise();
}

Task<std::optional<LineServer::Line>> LineServer::next() {
  while (lines_.empty() && !stopped_) co_await signal_.wait();
  if (stopped_) co_return std::nullopt;
  Line line = std::move(lines_.front());
  lines_.pop_front();
  co_return line;
}

Task<> LineServer::accept() {
  const auto alive = alive_;
  for (;;) {
    tcp::socket socket = co_await acceptor_.async_accept(use_task);
    if (!*alive) co_return;
    std::erase_if(peers_, [](const auto& peer) { return peer.expired(); });
    if (peers_.size() == most_peers) continue;  // closed with its last owner
    auto peer = std::make_shared<Peer>(io_, std::move(socket));
    peers_.push_back(peer);
    transport::spawn(io_, serve(peer), [](const std::exception_ptr&) {});  // it left
  }
}

Task<> LineServer::serve(std::shared_ptr<Peer> peer) {
  const auto alive = alive_;
  for (;;) {
    std::string text = co_await read_line(*peer);
    if (!*alive || (std::exchange(peer->first, false) && is_http(text))) co_return;
    Line line;
    line.peer = peer;
    line.text = std::move(text);
    peer->answering = true;
    lines_.push_back(std::move(line));
    signal_.raise();
    while (peer->answering) co_await peer->done.wait();
    if (!*alive) co_return;
  }
}

// Throws at the end of the input; what stands there without an end of line is one. It waits and reads in two steps:
// Asio's own reads miss an end that came together with the last bytes.
Task<std::string> LineServer::read_line(Peer& peer) {
  for (bool ended = false;;) {
    const auto newline = peer.input.find('\n');
    if (newline != std::string::npos || (ended && !peer.input.empty())) {
      const auto end = ended && newline == std::string::npos ? peer.input.size() : newline + 1;
      std::string line = peer.input.substr(0, end);
      peer.input.erase(0, end);
      while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
      co_return line;
    }
    if (ended) throw std::system_error(asio::error::make_error_code(asio::error::eof));
    if (peer.input.size() >= longest_line) {
      const std::string told = fmt::format("stuntcam: a line has at most {} bytes\n", longest_line);
      co_await asio::async_write(peer.socket, asio::buffer(told), use_task);
      throw std::system_error(std::make_error_code(std::errc::message_size));
    }
    std::array<char, 1024> piece{};
    const auto room = std::min(piece.size(), longest_line - peer.input.size());
    const auto got = ::recv(peer.socket.native_handle(), piece.data(), room, MSG_DONTWAIT);
    if (got > 0) peer.input.append(piece.data(), static_cast<std::size_t>(got));
    if (got == 0) ended = true;
    if (got < 0 && errno == EAGAIN)
      co_await peer.socket.async_wait(tcp::socket::wait_read, use_task);
    else if (got < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category());
  }
}

int LineServer::descriptor(Peer& peer) {
  const timeval limit{longest_write, 0};
  ::setsockopt(peer.socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  std::error_code ignored;
  peer.socket.native_non_blocking(false, ignored);
  return peer.socket.native_handle();
}

bool LineServer::gone(Peer& peer) {
  pollfd poll{peer.socket.native_handle(), POLLRDHUP, 0};
  return ::poll(&poll, 1, 0) != 0;
}

void LineServer::hang_up(Peer& peer) {
  std::error_code ignored;
  peer.socket.shutdown(tcp::socket::shutdown_both, ignored);
}

void LineServer::answered(Peer& peer) {
  peer.answering = false;
  peer.done.raise();
}

}  // namespace stuntcam::cli
