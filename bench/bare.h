// The least that any server can do: what our server is compared with.
#pragma once

#include <string>

#include "bench/socket.h"

namespace stuntcam::bench {

// On each byte received, sends the file with sendfile: calls of 512 KiB, which is what our server uses and faster here
// than one huge call.
inline constexpr std::size_t sendfile_call = 512u << 10;
void serve_file(const Socket& listener, const std::string& path);

// On each `request` bytes received, sends `reply` bytes; with epoll, as a server of many clients must.
void serve_echo(const Socket& listener, std::size_t request, std::size_t reply);

}  // namespace stuntcam::bench
