#include "transport/server.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/address.hpp>
#include <asio/redirect_error.hpp>

#include "transport/real_camera.h"
#include "transport/server_core.h"
#include "transport/tcp_link.h"
#include "transport/wait.h"

namespace stuntcam::transport {
namespace {

// What clients leave open on a real camera is put right within this after stop(), or not at all.
constexpr Duration farewell = std::chrono::milliseconds(1500);
constexpr Duration sweep_interval = std::chrono::seconds(1);
// After an accept failed for want of descriptors or memory.
constexpr Duration accept_pause = std::chrono::milliseconds(100);
constexpr int backlog = 1024;
constexpr Duration between_complaints = std::chrono::minutes(1);

// For this process, or at all.
bool no_descriptors(const asio::error_code& error) { return error.value() == EMFILE || error.value() == ENFILE; }

}  // namespace

Server::Server(asio::io_context& io, Responder& responder, Clock& clock, ServerOptions options)
    : core_(std::make_shared<ServerCore>(io, &responder, clock, std::move(options))) {}

Server::Server(asio::io_context& io, RealCamera& camera, Clock& clock, ServerOptions options)
    : core_(std::make_shared<ServerCore>(io, nullptr, clock, std::move(options))) {
  core_->real_camera = &camera;
  if (!camera.shared) core_->options.max_initiators = 1;
}

Server::~Server() = default;

Ports Server::listen(const std::string& host, u16 port) {
  const auto acceptor = core_->bind(host, port);
  Ports ports;
  ports.command = ports.event = acceptor->local_endpoint().port();
  if (core_->dialect.lanes) {
    core_->listen_to_lanes(host, port, ports);
    core_->start(acceptor, Lane::command);
  } else {
    core_->start(acceptor, Lane::first_packet_says);
  }
  return ports;
}

Task<> Server::serve(std::unique_ptr<Link> link, Lane lane) {
  const auto core = core_;
  co_await core->serve(std::move(link), lane);
}

Task<> Server::attach(std::unique_ptr<Link> command, std::unique_ptr<Link> events, ptp::Identity initiator) {
  const auto core = core_;
  if (core->options.wrap) {
    command = core->options.wrap(std::move(command), ++core->accepted);
    events = core->options.wrap(std::move(events), ++core->accepted);
  }
  std::shared_ptr<Link> shared(std::move(events));
  co_await core->attach(std::move(command), std::move(shared), std::move(initiator));
}

void Server::stop(std::function<void()> stopped) { core_->stop(std::move(stopped)); }

std::size_t Server::connections() const { return core_->links.size(); }
std::size_t Server::initiators() const { return core_->associations.size(); }

std::shared_ptr<ServerCore::Acceptor> ServerCore::bind(const std::string& host, u16 port) {
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(host), port);
  auto acceptor = std::make_shared<Acceptor>(io);
  try {
    acceptor->open(endpoint.protocol());
    acceptor->set_option(asio::socket_base::reuse_address(true));
    acceptor->bind(endpoint);
    acceptor->listen(backlog);
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), fmt::format("cannot listen on {}:{}", host, port));
  }
  return acceptor;
}

void ServerCore::start(const std::shared_ptr<Acceptor>& acceptor, Lane lane) {
  acceptors.push_back(acceptor);
  asio::co_spawn(
      io, [core = shared_from_this(), acceptor, lane] { return core->accept(acceptor, lane); }, asio::detached);
}

Task<> ServerCore::accept(std::shared_ptr<Acceptor> acceptor, Lane lane) {
  const auto self = shared_from_this();
  while (acceptor->is_open()) {
    asio::error_code error;
    TcpSocket socket = co_await acceptor->async_accept(asio::redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {
      complain(fmt::format("cannot accept a connection: {}", error.message()));
      const bool room = no_descriptors(error) && drop_half_open();
      if (!room) co_await wait(io, clock, accept_pause);
      continue;
    }
    if (links.size() >= options.max_connections) {
      complain(fmt::format("{} connections are open", links.size()));
      if (!drop_half_open()) continue;
    }
    std::unique_ptr<Link> link = make_tcp_link(std::move(socket), framing, lane);
    if (options.wrap) link = options.wrap(std::move(link), ++accepted);
    asio::co_spawn(
        io, [self, moved = std::move(link), lane]() mutable { return self->serve(std::move(moved), lane); },
        asio::detached);
  }
}

void ServerCore::limit(Link& link, Duration time, const char* reason, bool moving_counts) {
  const auto found = links.find(&link);
  if (found == links.end()) return;
  found->second = {&link, time == Duration{} ? Duration{} : clock.now(), time, moving_counts, link.moved(), reason};
}

// The time to be let in, and then the time to make use of it, or whoever says nothing keeps others out.
void ServerCore::await_request(Association& association) {
  const bool idle_is_sooner = options.idle != Duration{} && options.idle <= options.handshake;
  if (association.mute && !idle_is_sooner)
    limit(association.command(), options.handshake, "neither an event connection nor a request", false);
  else
    limit(association.command(), options.idle, "no request");
}

bool ServerCore::drop_half_open() {
  Watch* oldest = nullptr;
  for (auto& [link, watch] : links) {
    if (watch.limit == Duration{} || watch.moving_counts) continue;
    if (oldest == nullptr || watch.since < oldest->since) oldest = &watch;
  }
  if (oldest == nullptr) return false;
  oldest->limit = {};
  oldest->link->close();
  return true;
}

void ServerCore::complain(const std::string& what) {
  if (complained && clock.now() - *complained < between_complaints) return;
  complained = clock.now();
  if (options.log)
    options.log(fmt::format("{}; a new one takes the place of the oldest that has not finished its handshake", what));
}

void ServerCore::start_sweep() {
  if (std::exchange(sweeping, true)) return;
  clock.after(sweep_interval, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->sweep();
  });
}

void ServerCore::sweep() {
  sweeping = false;
  if (stopping || links.empty()) return;
  const Duration now = clock.now();
  std::vector<Watch*> expired;
  for (auto& [link, watch] : links) {
    if (watch.limit == Duration{}) continue;
    if (watch.moving_counts && watch.link->moved() != watch.moved) {
      watch.moved = watch.link->moved();
      watch.since = now;
    } else if (now - watch.since >= watch.limit) {
      expired.push_back(&watch);
    }
  }
  for (Watch* watch : expired) {
    log(*watch->link,
        fmt::format("{} for {:g} s; closed", watch->reason, std::chrono::duration<double>(watch->limit).count()));
    watch->limit = {};
    watch->link->close();
  }
  start_sweep();
}

void ServerCore::log(const Link& link, const std::string& what) const {
  if (options.log) options.log(fmt::format("{}: {}", link.peer(), what));
}

void ServerCore::left() {
  if (--coroutines == 0 && stopped) asio::post(io, std::exchange(stopped, nullptr));
}

void ServerCore::stop(std::function<void()> callback) {
  stopping = true;
  stopped = std::move(callback);
  for (const auto& acceptor : acceptors) {
    asio::error_code ignored;
    acceptor->close(ignored);
  }
  acceptors.clear();
  const auto open = associations;
  for (const auto& [number, association] : open) association->drop();
  for (auto& [link, watch] : links) watch.link->close();
  if (coroutines == 0 && stopped) asio::post(io, std::exchange(stopped, nullptr));
  if (real_camera != nullptr && coroutines != 0)
    clock.after(farewell, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->let_go();
    });
}

}  // namespace stuntcam::transport
