#include "transport/usbip/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace stuntcam::transport::usbip {
namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;

// The device waits while so much is on its way to the host.
constexpr std::size_t most_queued = 512 << 10;
// No command is read while so many answers wait: of a host that asks and does not listen.
constexpr std::size_t most_unheard = 4 << 20;
// Bytes that the device has not taken. The commands behind them wait, too, so a few URBs of the usual size must fit.
constexpr u64 most_parked = 4 << 20;
// URBs that wait at once. One large read of libusb is a thousand of 16 KiB each.
constexpr std::size_t most_urbs = 16384;
constexpr u32 most_control = 65535;      // the length of a control transfer has 16 bits
constexpr u32 most_length = 0x7FFFFFFF;  // signed on the wire
constexpr u32 not_isochronous = 0xFFFFFFFF;
constexpr u32 last_endpoint = 15;
constexpr std::size_t piece_size = 64 << 10;

}  // namespace

Connection::Connection(asio::io_context& io, TcpSocket socket, std::shared_ptr<usb::VirtualDevice> device)
    : io_(io), socket_(std::move(socket)), device_(std::move(device)), queued_(io), room_(io) {}

Task<> Connection::run(Bytes greeting) {
  const auto self = shared_from_this();
  struct Leave {
    Connection& connection;
    ~Leave() {
      connection.device_->on_taken({});
      connection.device_->detach(connection);
      connection.close();
    }
  } leave{*this};
  device_->on_taken([this] { room_.raise(); });
  out_.insert(out_.begin(), greeting.begin(), greeting.end());
  spawn(io_, send(), [](const std::exception_ptr&) {});
  std::array<u8, command_size> bytes{};
  while (!closed_) {
    co_await asio::async_read(socket_, asio::buffer(bytes), use_awaitable);
    const Command command = decode_command(bytes);
    if (command.kind == Kind::submit) {
      co_await submit(command);
    } else if (command.kind == Kind::unlink) {
      unlink(command);
    } else {
      throw Misbehaved(fmt::format("unknown command {}", static_cast<u32>(command.kind)));
    }
    co_await until_room();
  }
}

Task<> Connection::refuse(Bytes answer) {
  const auto self = shared_from_this();
  co_await asio::async_write(socket_, asio::buffer(answer), use_awaitable);
}

Task<> Connection::send() {
  const auto self = shared_from_this();
  try {
    while (!closed_) {
      if (out_.empty()) {
        co_await queued_.wait();
        continue;
      }
      const Bytes going = std::exchange(out_, {});
      co_await asio::async_write(socket_, asio::buffer(going), use_awaitable);
      device_->carried();
      room_.raise();
    }
  } catch (const std::system_error&) {
    close();
  }
}

Task<> Connection::submit(Command command) {
  if (command.length > most_length) throw Misbehaved("an URB of a negative length");
  if (command.packets != 0 && command.packets != not_isochronous) throw Misbehaved("an isochronous URB");
  if (command.endpoint > last_endpoint) throw Misbehaved("an URB for no endpoint");
  if (device_->waiting() >= most_urbs) throw Misbehaved(fmt::format("more than {} URBs at once", most_urbs));
  if (command.endpoint == 0) {
    co_await control(command);
  } else if (command.to_host) {
    device_->submit_in(static_cast<u8>(command.endpoint | 0x80), command.sequence, command.length);
  } else {
    co_await take_data(command);
  }
}

Task<> Connection::control(Command command) {
  if (command.length > most_control) throw Misbehaved("a control transfer of more than 64 KiB");
  Bytes data;
  if (!command.to_host && command.length != 0) {
    data.resize(command.length);
    co_await asio::async_read(socket_, asio::buffer(data), use_awaitable);
  }
  auto result = device_->control(command.setup, data);
  if (!command.to_host) {
    accepted(command.sequence, result.status, result.status == usb::UrbStatus::ok ? command.length : 0);
    co_return;
  }
  result.data.resize(std::min<std::size_t>(result.data.size(), command.length));
  answer(command.sequence, result.status, result.data.size(), result.data);
}

Task<> Connection::take_data(Command command) {
  device_->submit_out(static_cast<u8>(command.endpoint), command.sequence, command.length,
                      (command.flags & zero_packet_flag) != 0);
  Bytes piece(std::min<std::size_t>(piece_size, command.length));
  for (u32 left = command.length; left != 0;) {
    const auto most = std::min<std::size_t>(piece.size(), left);
    const std::size_t got = co_await socket_.async_read_some(asio::buffer(piece.data(), most), use_awaitable);
    device_->arrive(View(piece).first(got));
    left -= static_cast<u32>(got);
    co_await until_room();
  }
}

Task<> Connection::until_room() {
  while (!closed_ && (device_->parked() > most_parked || out_.size() + later_.size() > most_unheard)) {
    co_await room_.wait();
  }
}

void Connection::unlink(const Command& command) {
  put_unlink_reply(queue(), command.sequence, device_->unlink(command.unlinked));
  queued_.raise();
}

void Connection::answer(u32 urb, usb::UrbStatus status, u64 size, View data) {
  Bytes& out = queue();
  put_submit_reply(out, urb, status, size);
  out.insert(out.end(), data.begin(), data.end());
  if (size != data.size()) owed_ = size - data.size();
  queued_.raise();
}

void Connection::more(View data) {
  out_.insert(out_.end(), data.begin(), data.end());
  owed_ -= data.size();
  if (owed_ == 0) {
    out_.insert(out_.end(), later_.begin(), later_.end());
    later_.clear();
  }
  queued_.raise();
}

void Connection::accepted(u32 urb, usb::UrbStatus status, u64 size) {
  put_submit_reply(queue(), urb, status, size);
  queued_.raise();
}

bool Connection::full() const { return out_.size() >= most_queued; }

void Connection::unplugged() { close(); }

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  asio::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
  socket_.close(ignored);
  queued_.raise();
  room_.raise();
}

}  // namespace stuntcam::transport::usbip
