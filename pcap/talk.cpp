#include "pcap/talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "transport/dialect.h"

namespace stuntcam::pcap {

using ptp::Kind;

std::shared_ptr<Session> Sessions::open(std::string_view dialect, std::string initiator, std::string responder) {
  auto session = std::make_shared<Session>();
  session->number = ++opened_;
  session->dialect = dialect;
  const auto* const spoken = transport::dialect(dialect);
  const bool told = spoken != nullptr && spoken->vendor != ptp::Vendor::none;
  session->dictionary.vendor = told ? spoken->vendor : vendor_;
  session->initiator = std::move(initiator);
  session->responder = std::move(responder);
  sessions_.push_front(session);
  if (sessions_.size() > max_joinable) sessions_.pop_back();
  return session;
}

std::shared_ptr<Session> Sessions::find(const std::string& initiator, const std::string& responder,
                                        std::optional<u32> number) const {
  const auto found = std::ranges::find_if(sessions_, [&](const auto& one) {
    return one->initiator == initiator && one->responder == responder && (!number || one->connection_number == *number);
  });
  return found == sessions_.end() ? nullptr : *found;
}

std::shared_ptr<Session> Sessions::find_headless(const std::string& initiator, const std::string& responder) const {
  const auto found = std::ranges::find_if(sessions_, [&](const auto& one) {
    return one->headless && one->initiator == initiator && one->responder == responder;
  });
  return found == sessions_.end() ? nullptr : *found;
}

std::shared_ptr<Session> Sessions::find_neighbour(std::string_view dialect, const std::string& initiator,
                                                  const Endpoint& responder) const {
  const auto found = std::ranges::find_if(sessions_, [&](const auto& one) {
    const auto& end = one->responder_end;
    return one->dialect == dialect && one->initiator == initiator && end && end->address == responder.address &&
           end->v6 == responder.v6 && end->port != responder.port;
  });
  return found == sessions_.end() ? nullptr : *found;
}

void Talk::begin(std::shared_ptr<Session> session, Origin origin) {
  session_ = std::move(session);
  sink_.begins(session_, origin);
}

void Talk::head(bool side, const ptp::Message& message, View wire, Origin origin) {
  settle(side, message.kind);
  const bool from_camera = sent(side);
  conversation_.head(from_camera, message);
  find_session(message, origin);
  sink_.message(place(from_camera, origin), message, wire);
  switch (message.kind) {
    case Kind::operation_request:
      request(origin);
      break;
    case Kind::data:
      if (auto* const exchange = touch(from_camera, origin)) {
        if (!exchange->data) exchange->data = origin;
        sink_.data(*exchange, place(from_camera, origin), message);
      } else if (message.code == 0 && session_->dialect != ptp::dialects()[0].name) {
        packet(message, wire, from_camera, origin);  // a live-view frame
      }
      break;
    case Kind::operation_response:
      respond(message, origin);
      break;
    case Kind::event:
      sink_.event(place(from_camera, origin), message);
      break;
    default:
      packet(message, wire, from_camera, origin);
      break;
  }
}

void Talk::request(Origin origin) {
  if (open_.size() == max_outstanding) tell_first();
  Exchange exchange;
  exchange.session = session_;
  exchange.connection = connection_;
  exchange.transaction = conversation_.transaction(false);
  exchange.first = exchange.last = origin;
  exchange.id = sessions_.next_exchange();
  open_.push_back(std::move(exchange));
}

void Talk::payload(bool side, View bytes, Origin origin) {
  const bool from_camera = sent(side);
  conversation_.payload(from_camera, bytes);
  const auto* const exchange = touch(from_camera, origin);
  if (!exchange) {
    stray_[from_camera] += bytes.size();
    const auto taken = bytes.first(std::min(bytes.size(), max_excerpt - stray_kept_.size()));
    stray_kept_.insert(stray_kept_.end(), taken.begin(), taken.end());
  }
  sink_.payload(exchange, place(from_camera, origin), bytes);
}

void Talk::payload_missing(bool side, u64 size, Origin origin) {
  auto* const exchange = find(conversation_.transaction(sent(side)).get());
  if (exchange) exchange->gap = true;
  sink_.missing(exchange, place(sent(side), origin), size);
}

void Talk::frame_ended(bool side, Origin) { conversation_.frame_ended(sent(side)); }

void Talk::skipped(bool side, u64 bytes, Origin origin) {
  if (bytes == 0) return;
  for (auto& exchange : open_) exchange.gap = true;
  sink_.warn(origin.frame, fmt::format("connection {}: {} bytes {} are no whole packet and are left out", connection_,
                                       bytes, sent(side) ? "to the initiator" : "to the responder"));
}

void Talk::lost(bool side, const std::string& why, Origin origin) {
  if (std::exchange(lost_[side], true)) return;
  sink_.warn(origin.frame, fmt::format("connection {}: no packet of PTP: {}", connection_, why));
}

void Talk::tell_gap(bool side, u64 size, Origin origin) {
  for (auto& exchange : open_) exchange.gap = true;
  conversation_.missed();
  lost_[side] = true;
  sink_.gap(place(sent(side), origin), size);
}

Exchange* Talk::find(const Transaction* transaction) {
  const auto found = std::ranges::find_if(
      open_, [&](const Exchange& one) { return transaction && one.transaction.get() == transaction; });
  return found == open_.end() ? nullptr : &*found;
}

// The transaction that a data packet belongs to goes on; null: there is none.
Exchange* Talk::touch(bool from_camera, Origin origin) {
  auto* const exchange = find(conversation_.transaction(from_camera).get());
  if (exchange) exchange->last = origin;
  return exchange;
}

void Talk::respond(const ptp::Message& message, Origin origin) {
  const auto transaction = conversation_.transaction(true);
  if (!touch(true, origin)) return tell_stray(message, origin);
  if (transaction->request.transaction_id != message.transaction_id)
    sink_.warn(origin.frame,
               fmt::format("a response to transaction {}, which was not asked; taken for the answer to {}",
                           message.transaction_id, transaction->request.transaction_id));
  while (open_.front().transaction != transaction) tell_first();
  tell_first();
  forget_stray();
  answered(transaction->request, message);
}

void Talk::tell_first() {
  const auto exchange = std::move(open_.front());
  open_.pop_front();
  sink_.transaction(exchange);
  const auto& transaction = *exchange.transaction;
  if (transaction.data && transaction.data->whole()) learn(transaction.request, transaction.data->kept);
}

void Talk::tell_all() {
  while (!open_.empty()) tell_first();
}

void Talk::forget_stray() {
  stray_ = {};
  stray_kept_.clear();
}

void Talk::tell_stray(const ptp::Message& message, Origin origin) {
  const auto transaction = std::make_shared<Transaction>();
  transaction->request.transaction_id = message.transaction_id;
  auto response = message;
  response.wire = {};
  transaction->response = response;
  const bool to_initiator = stray_[1] > 0;
  if (stray_[0] + stray_[1] > 0) {
    transaction->data = DataPhase{.sent = to_initiator, .size = stray_[to_initiator], .kept = std::move(stray_kept_)};
  }
  forget_stray();
  Exchange exchange;
  exchange.session = session_;
  exchange.connection = connection_;
  exchange.transaction = transaction;
  exchange.first = exchange.last = origin;
  exchange.gap = true;
  exchange.id = sessions_.next_exchange();
  sink_.transaction(exchange);
}

// What later codes and values mean.
void Talk::learn(const ptp::Message& request, View bytes) {
  using ptp::OperationCode;
  auto& dictionary = session_->dictionary;
  const auto code = static_cast<OperationCode>(request.code);
  if (code == OperationCode::GetDeviceInfo) {
    const auto info = ptp::decode<ptp::DeviceInfo>(bytes);
    if (!info) return;
    session_->device = *info;
    const auto vendor = ptp::vendor_of(info->vendor_extension_id, info->manufacturer);
    if (vendor != ptp::Vendor::none) dictionary.vendor = vendor;
  } else if (code == OperationCode::GetDevicePropDesc) {
    const auto description = ptp::decode<ptp::DevicePropDesc>(bytes);
    auto& types = dictionary.property_types;
    if (description && (types.size() < max_typed_properties || types.contains(description->code)))
      types[description->code] = description->type;
  } else if (code == OperationCode::GetObjectInfo || code == OperationCode::SendObjectInfo) {
    const auto info = ptp::decode<ptp::ObjectInfo>(bytes);
    if (!info) return;
    if (code == OperationCode::SendObjectInfo)
      session_->announced = info->filename;
    else if (session_->names.size() < max_names)
      session_->names[request.params[0]] = info->filename;
  }
}

void Talk::packet(const ptp::Message& message, View wire, bool from_camera, Origin origin) {
  auto received = message;
  received.wire = wire;
  if (message.kind == Kind::init_command_ack) session_->connection_number = message.params[0];
  if (message.kind == Kind::init_command_request || message.kind == Kind::init_command_ack) {
    const auto who = ptp::decode_identity(identity(received));
    auto& said = from_camera ? session_->answered : session_->asked;
    if (who) said = *who;
  }
  sink_.packet(place(from_camera, origin), message, wire, address(from_camera));
}

}  // namespace stuntcam::pcap
