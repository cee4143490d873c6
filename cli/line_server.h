// Lines from sockets, one after the other; each is answered where it came from.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <asio/ip/tcp.hpp>

#include "ptp/bytes.h"
#include "transport/spawn.h"

namespace stuntcam::cli {

class LineServer {
 public:
  class Peer;
  struct Line {
    Line() = default;  // no aggregate: it crosses co_await
    std::shared_ptr<Peer> peer;
    std::string text;
  };

  // "127.0.0.1:4000", "[::1]:0". Throws Failure.
  LineServer(asio::io_context&, const std::string& address);
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  std::string host() const;
  unsigned port() const;
  transport::Task<std::optional<Line>> next();  // none after stop()
  void stop();

  // Where the answer goes: blocks whoever writes to it, for a while. answered() when it is complete.
  static int descriptor(Peer&);
  static bool gone(Peer&);
  static void answered(Peer&);
  static void hang_up(Peer&);

 private:
  transport::Task<> accept();
  transport::Task<> serve(std::shared_ptr<Peer> peer);
  transport::Task<std::string> read_line(Peer& peer);

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  transport::Signal signal_;
  std::deque<Line> lines_;
  std::vector<std::weak_ptr<Peer>> peers_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool stopped_ = false;
};

}  // namespace stuntcam::cli
