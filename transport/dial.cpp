#include "transport/dial.h"

#include <system_error>

#include <asio/connect.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/tcp_link.h"

namespace stuntcam::transport {
namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type>;
constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;

struct Attempt {
  explicit Attempt(asio::io_context& io) : resolver(io), socket(io) {}
  Resolver resolver;
  TcpSocket socket;
  bool late = false;
};

}  // namespace

Task<std::unique_ptr<Link>> dial(asio::io_context& io, Clock& clock, std::string host, u16 port,
                                 const ptp::Framing& framing, Duration limit) {
  const auto attempt = std::make_shared<Attempt>(io);
  clock.after(limit, [weak = std::weak_ptr<Attempt>(attempt)] {
    const auto late = weak.lock();
    if (!late) return;
    late->late = true;
    late->resolver.cancel();
    asio::error_code ignored;
    late->socket.close(ignored);
  });
  asio::error_code error;
  const auto service = std::to_string(port);
  const auto ends = co_await attempt->resolver.async_resolve(host, service, asio::redirect_error(use_awaitable, error));
  if (!error) {
    // One address after the other. The socket stays open between them, so that the limit can close it.
    for (const auto& end : ends) {
      if (attempt->late) break;
      attempt->socket = TcpSocket(io);
      co_await attempt->socket.async_connect(end.endpoint(), asio::redirect_error(use_awaitable, error));
      if (!error) break;
    }
  }
  if (attempt->late) error = asio::error::timed_out;
  if (error) throw std::system_error(error);
  co_return make_tcp_link(std::move(attempt->socket), framing);
}

}  // namespace stuntcam::transport
