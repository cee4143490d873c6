// As little of a PTP/IP client as the planted bugs need, in the style of those who write one in an afternoon. What is
// wrong in it on purpose is in the clients; this half checks what it is told.
#pragma once

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace ptpip {

// A byte more than is there is a crash, without any sanitizer: what is received ends where a page does.
struct Buffer {
  unsigned char* bytes = nullptr;
  size_t size = 0;
};
inline Buffer guarded(size_t size) {
  const size_t page = 4096, room = (size + page - 1) / page * page;
  void* const map = mmap(nullptr, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) exit(3);
  auto* const begin = static_cast<unsigned char*>(map);
  mprotect(begin + room, page, PROT_NONE);
  return {begin + room - size, size};
}

inline int milliseconds_of_patience = 300;  // 0: for ever
[[noreturn]] inline void give_up(const char* why) {
  fprintf(stderr, "gave up: %s\n", why);
  exit(1);
}

inline int dial(const char* port) {
  const int link = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(link, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("connect");
  const timeval patience{0, milliseconds_of_patience * 1000};
  setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return link;
}

inline void receive(int link, void* room, size_t size) {
  for (auto* at = static_cast<unsigned char*>(room); size > 0;) {
    const ssize_t got = recv(link, at, size, 0);
    if (got <= 0) give_up("the camera is silent or gone");
    at += got;
    size -= static_cast<size_t>(got);
  }
}

inline uint32_t word(const unsigned char* at) {
  uint32_t value = 0;
  memcpy(&value, at, 4);
  return value;
}
inline uint16_t half(const unsigned char* at) { return static_cast<uint16_t>(at[0] | at[1] << 8); }

struct Packet {
  uint32_t type = 0;
  Buffer body;
};
inline Packet next(int link) {
  unsigned char head[8];
  receive(link, head, sizeof head);
  const uint32_t length = word(head);
  if (length < 8 || length > (64u << 20)) give_up("a packet without sense");
  Packet packet{word(head + 4), guarded(length - 8)};
  receive(link, packet.body.bytes, packet.body.size);
  return packet;
}

inline void send_packet(int link, uint32_t type, const void* body, uint32_t size) {
  unsigned char packet[256];
  const uint32_t length = size + 8;
  memcpy(packet, &length, 4);
  memcpy(packet + 4, &type, 4);
  memcpy(packet + 8, body, size);
  if (send(link, packet, length, MSG_NOSIGNAL) != static_cast<ssize_t>(length)) give_up("send");
}

struct Camera {
  int commands = -1, events = -1;
  uint32_t transaction = 0;
};

inline Camera open_camera(const char* port) {
  Camera camera;
  camera.commands = dial(port);
  unsigned char hello[16 + 2 * 7 + 4] = {1, 2, 3};
  memcpy(hello + 16, "c\0l\0i\0e\0n\0t\0\0\0", 14);
  hello[32] = 1;
  send_packet(camera.commands, 1, hello, sizeof hello);
  const Packet ack = next(camera.commands);
  if (ack.type != 2 || ack.body.size < 4) give_up("not welcome");
  camera.events = dial(port);
  send_packet(camera.events, 3, ack.body.bytes, 4);
  if (next(camera.events).type != 4) give_up("no events");
  return camera;
}

inline void ask(Camera& camera, uint16_t operation, uint32_t param) {
  unsigned char body[14 - 4 + 4] = {1};
  memcpy(body + 4, &operation, 2);
  memcpy(body + 6, &camera.transaction, 4);
  memcpy(body + 10, &param, 4);
  send_packet(camera.commands, 6, body, sizeof body);
}

// The whole of a transaction with data from the camera. `total`: what StartData said.
struct Answer {
  Buffer data;
  uint64_t total = 0;
  bool announced = false;
};
inline Answer transact(Camera& camera, uint16_t operation, uint32_t param = 0) {
  ask(camera, operation, param);
  Answer answer;
  for (;;) {
    const Packet packet = next(camera.commands);
    if (packet.type == 9 && packet.body.size >= 12) {
      memcpy(&answer.total, packet.body.bytes + 4, 8);
      answer.announced = true;
    } else if ((packet.type == 10 || packet.type == 12) && packet.body.size >= 4) {
      const Buffer more = guarded(answer.data.size + packet.body.size - 4);
      if (answer.data.size > 0) memcpy(more.bytes, answer.data.bytes, answer.data.size);
      memcpy(more.bytes + answer.data.size, packet.body.bytes + 4, packet.body.size - 4);
      answer.data = more;
    } else if (packet.type == 7 && packet.body.size >= 6) {
      if (half(packet.body.bytes) != 0x2001) give_up("refused");
      ++camera.transaction;
      return answer;
    } else {
      give_up("another packet");
    }
  }
}

}  // namespace ptpip
