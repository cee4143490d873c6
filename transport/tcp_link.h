// A Link over a TCP connection.
#pragma once

#include <memory>

#include <asio/ip/tcp.hpp>

#include "transport/link.h"

namespace stuntcam::transport {

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

// Takes a connected socket. Sets what every connection here wants: non-blocking, Nagle off, keep-alive, and a limit for
// data that the peer's host does not acknowledge. The framing must outlive the link.
std::unique_ptr<Link> make_tcp_link(TcpSocket, const ptp::Framing&, Lane = Lane::first_packet_says);

}  // namespace stuntcam::transport
