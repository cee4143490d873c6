#include "bench/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "ptp/datasets.h"
#include "ptp/packets.h"
#include "ptp/writer.h"

namespace stuntcam::bench {

using ptp::OperationCode;
using ptp::PacketType;

namespace {

constexpr std::size_t packet_header = 8;
constexpr u16 association_format = 0x3001;

Bytes packet(PacketType type, View body) {
  Bytes wire;
  wire.reserve(packet_header + body.size());
  ptp::Writer writer(wire);
  writer.integer(static_cast<u32>(packet_header + body.size()));
  writer.integer(static_cast<u32>(type));
  writer.bytes(body);
  return wire;
}

}  // namespace

Client::Client(u16 port, bool events, std::size_t buffer) : socket_(Socket::connect_to(port)), buffer_(buffer) {
  shake_hands(port, events);
  drain(OperationCode::OpenSession, {1});
}

void Client::shake_hands(u16 port, bool events) {
  socket_.send(packet(PacketType::init_command_request, ptp::encode_identity({.guid = {}, .name = "bench"})));
  const auto head = receive_head();
  if (head.type != static_cast<u32>(PacketType::init_command_ack))
    throw std::runtime_error("the handshake was refused");
  Bytes ack;
  for (std::size_t left = head.length - packet_header; left > 0; --left) {
    if (begin_ == end_) fill();
    ack.push_back(buffer_[begin_++]);
  }
  if (!events) return;
  events_.emplace(Socket::connect_to(port));
  events_->send(packet(PacketType::init_event_request, View(ack).first(4)));  // the connection's number
  std::array<u8, packet_header> answer{};
  events_->receive_all(answer);
}

void Client::fill() {
  begin_ = 0;
  end_ = socket_.receive(buffer_);
}

Client::Head Client::receive_head() {
  std::array<u8, packet_header> bytes{};
  for (auto& byte : bytes) {
    if (begin_ == end_) fill();
    byte = buffer_[begin_++];
  }
  Head head;
  std::memcpy(&head.length, bytes.data(), 4);
  std::memcpy(&head.type, bytes.data() + 4, 4);
  return head;
}

Bytes Client::request(OperationCode code, std::initializer_list<u32> params, bool sends) {
  Bytes body;
  ptp::Writer writer(body);
  writer.integer(u32{sends ? 2u : 1u});  // 1: no data, or data to the initiator
  writer.integer(static_cast<u16>(code));
  writer.integer(transaction_++);
  for (const u32 param : params) writer.integer(param);
  return packet(PacketType::operation_request, body);
}

// Hands every piece of payload to `payload` as it is received, until the response.
template <class Payload>
void Client::answer(const Payload& payload) {
  for (;;) {
    const auto head = receive_head();
    const bool carries =
        head.type == static_cast<u32>(PacketType::data) || head.type == static_cast<u32>(PacketType::end_data);
    const bool response = head.type == static_cast<u32>(PacketType::operation_response);
    std::size_t fixed = carries ? 4 : 0;  // the transaction id, or the beginning of the response
    Bytes told;
    for (std::size_t left = head.length - packet_header; left > 0;) {
      if (begin_ == end_) fill();
      auto part = std::min(left, end_ - begin_);
      if (fixed > 0) part = std::min(part, fixed);
      const View piece(buffer_.data() + begin_, part);
      if (response) told.insert(told.end(), piece.begin(), piece.end());
      if (fixed > 0) {
        fixed -= part;
      } else if (carries) {
        payload(piece);
      }
      begin_ += part;
      left -= part;
    }
    if (!response) continue;
    const auto code = static_cast<u16>(told.at(0) | told.at(1) << 8);
    if (code == static_cast<u16>(ptp::ResponseCode::OK)) return;
    throw std::runtime_error(
        fmt::format("the server answered {}", ptp::to_string(static_cast<ptp::ResponseCode>(code))));
  }
}

Bytes Client::data(OperationCode code, std::initializer_list<u32> params) {
  socket_.send(request(code, params));
  Bytes all;
  answer([&](View piece) { all.insert(all.end(), piece.begin(), piece.end()); });
  return all;
}

u64 Client::drain(OperationCode code, std::initializer_list<u32> params) {
  socket_.send(request(code, params));
  u64 sum = 0;
  answer([&](View piece) { sum += piece.size(); });
  return sum;
}

void Client::stream(OperationCode code, std::initializer_list<u32> params, const std::function<void(View)>& payload) {
  socket_.send(request(code, params));
  answer(payload);
}

// StartData, and the head of an EndData with everything.
void Client::start_data(u64 total, u64 packet_size) {
  Bytes wire;
  ptp::Writer writer(wire);
  writer.integer(u32{20});
  writer.integer(static_cast<u32>(PacketType::start_data));
  writer.integer(transaction_ - 1);
  writer.integer(total);
  writer.integer(static_cast<u32>(packet_header + 4 + packet_size));
  writer.integer(static_cast<u32>(PacketType::end_data));
  writer.integer(transaction_ - 1);
  socket_.send(wire);
}

void Client::upload(const std::string& name, int descriptor, u64 size) {
  ptp::ObjectInfo info;
  info.object_format = 0x3000;
  info.object_compressed_size = static_cast<u32>(size);
  info.filename = name;
  const Bytes described = ptp::encode(info);
  socket_.send(request(OperationCode::SendObjectInfo, {}, true));
  start_data(described.size(), described.size());
  socket_.send(described);
  answer([](View) {});
  socket_.send(request(OperationCode::SendObject, {}, true));
  start_data(size, size);
  send_file(socket_, descriptor, size);
  answer([](View) {});
}

u32 Client::only_object() {
  const auto handles = ptp::decode_u32_array(data(OperationCode::GetObjectHandles, {0xFFFFFFFF, 0, 0}), "handles");
  for (const u32 handle : handles.value()) {
    const auto info = ptp::decode<ptp::ObjectInfo>(data(OperationCode::GetObjectInfo, {handle}));
    if (info && info->object_format != association_format) return handle;
  }
  throw std::runtime_error("the camera has no object");
}

std::size_t Client::answer_size(View wire) {
  socket_.send(wire);
  std::size_t size = 0;
  for (;;) {
    const auto head = receive_head();
    size += head.length;
    for (std::size_t left = head.length - packet_header; left > 0; --left) {
      if (begin_ == end_) fill();
      ++begin_;
    }
    if (head.type == static_cast<u32>(PacketType::operation_response)) return size;
  }
}

}  // namespace stuntcam::bench
