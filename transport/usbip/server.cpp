#include "transport/usbip/server.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <system_error>
#include <utility>

#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "transport/usbip/connection.h"
#include "transport/wait.h"

namespace stuntcam::transport::usbip {
namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

// From accept to a whole request; who takes longer wants nothing.
constexpr Duration greeting_limit = std::chrono::seconds(10);
// Before the next connection, where one could not be accepted.
constexpr Duration accept_pause = std::chrono::milliseconds(100);
// Connections that have not asked for a device yet; one more is closed at once.
constexpr std::size_t most_strangers = 64;
constexpr u32 devices_of_a_bus = 127;  // as USB addresses go
// As for PTP/IP: a host that is gone is noticed after this while data waits for it, else a minute and a half later.
constexpr unsigned user_timeout_ms = 30'000;
constexpr int keep_alive_idle_s = 60, keep_alive_interval_s = 10, keep_alive_probes = 3;

void set(int socket, int level, int option, int value) { ::setsockopt(socket, level, option, &value, sizeof value); }

void prepare(TcpSocket& socket) {
  const int fd = socket.native_handle();
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_s);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms);
}

std::string name_of(const TcpSocket& socket) {
  asio::error_code error;
  const auto end = socket.remote_endpoint(error);
  return error ? "usbip" : fmt::format("usbip {}:{}", end.address().to_string(), end.port());
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(asio::io_context& loop, Clock& time, std::function<void(const std::string&)> tell)
      : io(loop), clock(time), log(std::move(tell)) {}

  Task<> accept(std::shared_ptr<Acceptor>);
  Task<> greet(std::shared_ptr<TcpSocket>);
  void hand_over(TcpSocket&, std::size_t index);
  static Task<> serve(std::shared_ptr<State>, TcpSocket, std::size_t index);
  void say(const std::string& line) const {
    if (log) log(line);
  }

  asio::io_context& io;
  Clock& clock;
  std::function<void(const std::string&)> log;
  std::vector<Export> exports;
  std::vector<Record> records;
  std::shared_ptr<Acceptor> acceptor;
  std::size_t strangers = 0;
};

Server::Server(asio::io_context& io, Clock& clock, std::function<void(const std::string&)> log)
    : state_(std::make_shared<State>(io, clock, std::move(log))) {}

// A host's connection keeps the state for as long as it lasts, which may be longer than the loops of the other cameras:
// what lies on a loop must not stay with it.
Server::~Server() {
  state_->acceptor.reset();
  for (auto& each : state_->exports) each.device.reset();
}

Numbers numbers(u32 index) { return {index / devices_of_a_bus + 1, index % devices_of_a_bus + 1}; }

std::string Server::add(Export exported) {
  const auto [bus, device] = numbers(static_cast<u32>(state_->exports.size()));
  Record record;
  record.bus = bus;
  record.device = device;
  record.bus_id = fmt::format("{}-{}", record.bus, record.device);
  record.description = exported.device->description();
  state_->exports.push_back(std::move(exported));
  state_->records.push_back(std::move(record));
  return state_->records.back().bus_id;
}

u16 Server::listen(const std::string& host, u16 port) {
  const auto acceptor = std::make_shared<Acceptor>(state_->io);
  try {
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(host), port);
    acceptor->open(endpoint.protocol());
    acceptor->set_option(asio::socket_base::reuse_address(true));
    acceptor->bind(endpoint);
    acceptor->listen();
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), fmt::format("cannot listen on {}:{} for USB/IP", host, port));
  }
  state_->acceptor = acceptor;
  spawn(state_->io, state_->accept(acceptor), [](const std::exception_ptr&) {});
  return acceptor->local_endpoint().port();
}

void Server::stop() {
  asio::error_code ignored;
  if (state_->acceptor) state_->acceptor->close(ignored);
}

Task<> Server::State::accept(std::shared_ptr<Acceptor> on) {
  const auto self = shared_from_this();
  while (on->is_open()) {
    asio::error_code error;
    TcpSocket socket = co_await on->async_accept(asio::redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {
      say(fmt::format("cannot accept a USB/IP connection: {}", error.message()));
      co_await wait(io, clock, accept_pause);
      continue;
    }
    if (strangers >= most_strangers) continue;
    ++strangers;
    auto greeted = greet(std::make_shared<TcpSocket>(std::move(socket)));
    spawn(io, std::move(greeted), [self](const std::exception_ptr&) { --self->strangers; });
  }
}

Task<> Server::State::greet(std::shared_ptr<TcpSocket> socket) {
  const auto self = shared_from_this();
  prepare(*socket);
  clock.after(greeting_limit, [weak = std::weak_ptr<TcpSocket>(socket)] {
    const auto late = weak.lock();
    asio::error_code ignored;
    if (late) late->close(ignored);
  });
  std::array<u8, request_size> bytes{};
  co_await asio::async_read(*socket, asio::buffer(bytes), use_awaitable);
  const Request request = decode_request(bytes);
  if (request == Request::device_list) {
    const Bytes list = device_list(records);
    co_await asio::async_write(*socket, asio::buffer(list), use_awaitable);
    co_return;
  }
  if (request != Request::import) {
    say(fmt::format("{}: request 0x{:04X} is not known; closed", name_of(*socket), static_cast<u16>(request)));
    co_return;
  }
  std::array<u8, bus_id_size> name{};
  co_await asio::async_read(*socket, asio::buffer(name), use_awaitable);
  const auto wanted = decode_bus_id(name);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].bus_id != wanted) continue;
    hand_over(*socket, i);
    co_return;
  }
  const Record none;
  const Bytes refusal = import_reply(Status::no_device, none);
  co_await asio::async_write(*socket, asio::buffer(refusal), use_awaitable);
}

// To the loop of the device.
void Server::State::hand_over(TcpSocket& socket, std::size_t index) {
  const auto protocol = socket.local_endpoint().protocol();
  const int handle = socket.release();
  asio::io_context& other = *exports[index].io;
  asio::post(other, [self = shared_from_this(), &other, protocol, handle, index] {
    TcpSocket moved(other, protocol, handle);
    auto served = serve(self, std::move(moved), index);
    spawn(other, std::move(served), [](const std::exception_ptr&) {});
  });
}

Task<> Server::State::serve(std::shared_ptr<State> self, TcpSocket socket, std::size_t index) {
  const auto& exported = self->exports[index];
  if (!exported.device) co_return;
  const auto peer = name_of(socket);
  const auto connection = std::make_shared<Connection>(*exported.io, std::move(socket), exported.device);
  const bool attached = exported.device->attach(*connection, peer);
  if (!attached) {
    Bytes refusal = import_reply(Status::busy, self->records[index]);
    co_await connection->refuse(std::move(refusal));
    co_return;
  }
  try {
    Bytes record = import_reply(Status::ok, self->records[index]);
    co_await connection->run(std::move(record));
  } catch (const Misbehaved& reason) {
    self->say(fmt::format("{}: {}; closed", peer, reason.what()));
  } catch (const std::system_error&) {  // the host has gone
  }
}

}  // namespace stuntcam::transport::usbip
