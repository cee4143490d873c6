// The least that any server can do: what our server is compared with. Each serves one client, until it goes.
#pragma once

#include <string>

#include "bench/socket.h"

namespace stuntcam::bench {

// What our server uses, and faster here than one huge call.
inline constexpr std::size_t sendfile_call = 512u << 10;
// How much one receive asks for, in measurements of ours and of bare servers alike.
inline constexpr std::size_t receive_size = 256u << 10;

struct Piece {
  u64 offset, size;
};
// On each Piece received, sends that part of the file with sendfile.
void serve_file(const Socket& listener, const std::string& path);
// Asks such a server, and drops what comes.
void fetch(const Socket&, Piece, Bytes& room);

// Between a client and such a server: receives and sends, both ways.
void serve_relay(const Socket& listener, u16 server);

// On each size received, receives so many bytes, writes them to a new file, and answers with a byte.
void serve_sink(const Socket& listener, const std::string& path);
// Sends so much of a file; receives and writes.
void send_file(const Socket&, int descriptor, u64 size);
void write_from(const Socket&, u64 size, int descriptor, Bytes& room);
void write_all(int descriptor, View);

// On each `request` bytes received, sends `reply` bytes; with epoll, as a server of many clients must.
void serve_echo(const Socket& listener, std::size_t request, std::size_t reply);

}  // namespace stuntcam::bench
