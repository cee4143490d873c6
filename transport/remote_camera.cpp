#include "transport/remote_camera.h"

#include <fmt/format.h>

#include <system_error>

#include "transport/bridge.h"
#include "transport/dial.h"
#include "transport/patience.h"

namespace stuntcam::transport {

using ptp::InitFailReason;
using ptp::Kind;
using ptp::Message;

namespace {

class RemoteCamera final : public RealCamera {
 public:
  RemoteCamera(asio::io_context& io, Clock& clock, RemoteCameraOptions options)
      : io_(io), clock_(clock), options_(std::move(options)) {
    const bool lanes = options_.dialect->lanes;
    if (options_.event_port == 0) options_.event_port = static_cast<u16>(options_.port + (lanes ? 1 : 0));
    if (options_.live_view_port == 0) options_.live_view_port = static_cast<u16>(options_.event_port + 1);
  }

  Task<std::shared_ptr<Line>> open(ptp::Identity client) override {
    auto line = std::make_shared<Line>();
    opening_ = line;
    line->dialect = options_.dialect;
    std::string problem;
    try {
      co_await shake_hands(*line, client);
      co_return line;
    } catch (const std::system_error& error) {
      problem = error.code().message();
    }
    throw Unavailable(InitFailReason::unspecified,
                      fmt::format("the camera at {}:{} can't be reached: {}", options_.host, options_.port, problem));
  }

  Task<> hang_up(std::shared_ptr<Line> line, bool) override {
    line->command->close();
    co_return;
  }
  void let_go() override {
    const auto line = opening_.lock();
    if (!line) return;
    if (line->command) line->command->close();
    if (line->events) line->events->close();
  }

 private:
  Task<std::unique_ptr<Link>> connect(u16 port) {
    return dial(io_, clock_, options_.host, port, options_.dialect->framing(false), options_.limit);
  }

  Task<> shake_hands(Line& line, ptp::Identity client) {
    const Dialect& dialect = *options_.dialect;
    line.command = co_await connect(options_.port);
    const Bytes name = dialect.identity(client, false);
    Message hello;
    hello.kind = Kind::init_command_request;
    hello.params[0] = dialect.protocol;
    hello.wire = name;
    line.command->put(hello);
    const Message ack = co_await answer(*line.command, Kind::init_command_ack);
    const View introduction = ptp::identity_body(ack);
    const auto received = ptp::decode_identity(introduction);
    if (received) line.identity = received->identity;
    line.introduction = options_.client_dialect == &dialect ? Bytes(introduction.begin(), introduction.end())
                                                            : options_.client_dialect->identity(line.identity, true);
    if (dialect.lanes) {
      line.dial_events = [this] { return connect(options_.event_port); };
      line.dial_live_view = [this] { return connect(options_.live_view_port); };
      co_return;
    }
    const u32 number = ack.params[0];
    line.events = co_await connect(options_.event_port);
    Message request;
    request.kind = Kind::init_event_request;
    request.params[0] = number;
    line.events->put(request);
    co_await answer(*line.events, Kind::init_event_ack);
  }

  // A camera asks its owner first, so only a silent connection has an end: the client's patience.
  Task<Message> answer(Link& link, Kind wanted) {
    const auto patience = std::make_shared<Patience>(clock_, link);
    patience->start(handshake_limit, "no answer");
    struct End {
      Patience& patience;
      ~End() { patience.end(); }
    } end{*patience};
    co_await link.flush();
    const auto message = co_await link.receive();
    if (!message)
      throw Unavailable(InitFailReason::unspecified,
                        fmt::format("the camera broke the protocol: {}", message.error().to_string()));
    if (message->kind == Kind::init_fail) {
      const bool standard = options_.client_dialect == options_.dialect && options_.dialect->protocol == 0;
      throw Unavailable(standard ? static_cast<InitFailReason>(message->params[0]) : InitFailReason::busy,
                        fmt::format("the camera says InitFail {}", message->params[0]));
    }
    if (message->kind != wanted)
      throw Unavailable(InitFailReason::unspecified, "the camera broke the protocol in the handshake");
    co_return *message;
  }

  // The camera may ask its owner whether it should (30 s on those that do), and the client may wait for it.
  static constexpr Duration handshake_limit = std::chrono::seconds(40);
  asio::io_context& io_;
  Clock& clock_;
  RemoteCameraOptions options_;
  std::weak_ptr<Line> opening_;
};

}  // namespace

std::unique_ptr<RealCamera> make_remote_camera(asio::io_context& io, Clock& clock, RemoteCameraOptions options) {
  return std::make_unique<RemoteCamera>(io, clock, std::move(options));
}

}  // namespace stuntcam::transport
