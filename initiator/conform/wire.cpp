#include "initiator/conform/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "initiator/conform/expect.h"
#include "ptp/reader.h"
#include "ptp/writer.h"
#include "transport/wait.h"

namespace stuntcam::initiator::conform {

using ptp::Kind;
using ptp::Message;
using transport::Task;

namespace {

// Long enough for the segments to stay apart, short enough for a packet of a hundred bytes.
constexpr transport::Duration between_bytes = std::chrono::milliseconds(1);
constexpr std::size_t piece_size = 64 << 10;

std::string seconds(transport::Duration time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

}  // namespace

std::string Packet::name() const {
  ptp::Reader reader(wire);
  reader.integer<u32>("Length");
  const auto type = reader.integer<u32>("Type");
  const auto known = ptp::name(static_cast<ptp::PacketType>(type));
  return known.empty() ? fmt::format("a packet of type {}", type) : std::string(known);
}

Wire::Wire(asio::io_context& io, transport::Clock& clock, transport::Duration patience,
           std::unique_ptr<transport::Link> link, std::shared_ptr<Trace> trace, std::string name)
    : io_(io),
      clock_(clock),
      patience_(patience),
      link_(transport::make_tap(std::move(link), Trace::watch(std::move(trace), std::move(name)))),
      limit_(std::make_shared<Limit>(clock)) {}

Wire::~Wire() { limit_->stop(); }

void Wire::put(View raw) {
  Message message;
  message.kind = Kind::raw;
  message.wire = raw;
  link_->put(message);
}

Task<> Wire::flush() {
  limit_->start(*link_, patience_, "the camera takes nothing", true);
  bool failed = false;
  try {
    co_await link_->flush();
  } catch (const std::system_error&) {
    failed = true;
  }
  limit_->stop();
  if (failed && limit_->over())
    throw Mismatch("the camera to read what is sent", "it takes nothing for " + seconds(patience_));
  if (failed) closed_ = true;  // what it said before, if anything, is what counts: next() tells
}

Task<> Wire::send(Message message) {
  link_->put(message);
  return flush();
}

Task<> Wire::send(Bytes raw) {
  put(View(raw));
  return flush();
}

Task<> Wire::drip(Bytes raw) {
  for (const u8 byte : raw) {
    const Bytes one{byte};
    put(View(one));
    co_await flush();
    co_await transport::wait(io_, clock_, between_bytes);
  }
}

Task<Packet> Wire::next(std::string wanted) {
  limit_->start(*link_, patience_, "silence", true);
  ptp::Expected<Message> message;
  std::string ended;
  try {
    message = co_await link_->receive();
  } catch (const std::system_error& error) {
    ended = limit_->over()                     ? "nothing for " + seconds(patience_)
            : error.code() == asio::error::eof ? "the camera closed the connection"
                                               : "the connection broke: " + error.code().message();
  }
  limit_->stop();
  if (!ended.empty()) {
    closed_ = true;
    throw Mismatch(wanted, ended);
  }
  if (!message)
    throw Mismatch(wanted, fmt::format("no packet: {}; {}", message.error().to_string(), hex(link_->unread())));
  Packet packet;
  packet.message = *message;
  packet.wire.assign(message->wire.begin(), message->wire.end());
  packet.message.wire = {};
  co_return packet;
}

Task<u64> Wire::payload(Bytes& out, std::size_t most) {
  Bytes piece(piece_size);
  u64 size = 0;
  std::string ended;
  limit_->start(*link_, patience_, "silence", true);
  for (;;) {
    std::size_t got = 0;
    try {
      got = co_await link_->read(piece);
    } catch (const std::system_error&) {
      ended = limit_->over() ? "nothing more for " + seconds(patience_) : "the camera closed the connection";
    }
    if (got == 0 || !ended.empty()) break;
    size += got;
    const auto room = std::min(got, most - std::min(most, out.size()));
    out.insert(out.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(room));
  }
  limit_->stop();
  if (!ended.empty())
    throw Mismatch("the payload that the packet announces", fmt::format("{} after {} bytes of it", ended, size));
  co_return size;
}

Task<> Wire::closes(std::string why) {
  std::string came;
  while (!closed_) {
    limit_->start(*link_, patience_, "silence");
    bool ended = false, packet = false;
    try {
      const auto message = co_await link_->receive();
      packet = message.has_value();
      if (packet)
        came = fmt::format("{} 0x{:04X} came, and it",
                           message->kind == Kind::operation_response ? "the response" : "a packet", message->code);
    } catch (const std::system_error&) {
      ended = true;
    }
    limit_->stop();
    if (limit_->over()) {
      closed_ = true;
      throw Mismatch("the camera to close the connection " + why,
                     fmt::format("{} stays open for {}", came.empty() ? "it" : came, seconds(patience_)));
    }
    if (ended || !packet) closed_ = ended;
    if (!ended && !packet) throw Mismatch("the camera to close the connection " + why, "bytes that are no packet");
  }
}

void Wire::close() {
  closed_ = true;
  link_->close();
}

Message plain(Kind kind, u32 value) {
  Message message;
  message.kind = kind;
  message.params[0] = value;
  message.transaction_id = value;
  return message;
}

Bytes encoded(const Message& message) {
  Bytes bytes;
  ptp::PacketFraming().encode(message, bytes);
  return bytes;
}

Bytes raw_packet(u32 length, u32 type, View body) {
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(length);
  writer.integer(type);
  writer.bytes(body);
  return bytes;
}

}  // namespace stuntcam::initiator::conform
