#include "pcap/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace stuntcam::pcap {
namespace {

using ptp::Json;
using ptp::Kind;

constexpr u16 usual_port = 15740;
constexpr std::size_t header_size = 8;

Json parameters(const ptp::Message& message) {
  auto list = Json::array();
  for (std::size_t i = 0; i < message.count; ++i) list.push_back(message.params[i]);
  return list;
}

template <class Code>
Json coded(const ptp::Message& message, ptp::Vendor vendor) {
  return {{"code", message.code},
          {"name", ptp::to_string(static_cast<Code>(message.code), vendor)},
          {"params", parameters(message)}};
}

// Between two times that a damaged file may put anywhere.
double seconds(i64 from, i64 to) {
  return static_cast<double>(static_cast<i64>(static_cast<u64>(to) - static_cast<u64>(from))) / 1e9;
}

std::string hex(View bytes) {
  return fmt::format("{:02x}", fmt::join(bytes.first(std::min(bytes.size(), max_excerpt)), ""));
}

std::string address(const Endpoint& end) {
  auto without_port = end;
  without_port.port = 0;
  return to_string(without_port);
}

// Which side sends packets of this type; nullopt: both do.
std::optional<bool> sent_by_responder(Kind kind) {
  switch (kind) {
    case Kind::init_command_request:
    case Kind::init_event_request:
    case Kind::operation_request:
      return false;
    case Kind::init_command_ack:
    case Kind::init_event_ack:
    case Kind::init_fail:
    case Kind::operation_response:
    case Kind::event:
      return true;
    default:
      return {};
  }
}

}  // namespace

// One connection that may be PTP/IP.
class Decoder::Talk final : public PacketWalker::Sink {
 public:
  Talk(Decoder& decoder, u64 connection, const Endpoint& first, const Endpoint& second, bool handshake)
      : decoder_(decoder), connection_(connection), ends_{first, second}, handshake_(handshake) {}

  bool data(bool side, View bytes, Origin origin) {
    last_ = origin;
    heard_[side] = true;
    if (!decided_ && !decide(side, bytes, origin)) return !refused_;
    walkers_[side].data(bytes, origin);
    return true;
  }
  void gap(bool side, u64 size, Origin origin) {
    View nothing;
    if (!decided_ && !decide(side, nothing, origin)) {
      held_[side].clear();
      return;
    }
    for (auto& entry : open_) entry.gap = true;
    lost_[side] = true;
    record("gap", origin.frame, {{"direction", sent(side) ? "to_initiator" : "to_responder"}, {"bytes", size}});
    walkers_[side].gap(size, origin);
  }
  void finish() {
    if (!decided_ || std::exchange(finished_, true)) return;
    for (auto& walker : walkers_) walker.end(last_);
    while (!open_.empty()) tell_first();
    if (heard_[0] != heard_[1]) {
      const auto& silent = ends_[heard_[0] ? 1 : 0];
      decoder_.warn(last_.frame,
                    fmt::format("connection {}: nothing that {} sent was captured", connection_, to_string(silent)));
    }
  }

  void head(bool side, const ptp::Message& message, View wire, Origin origin) override {
    settle_role(side, message.kind);
    const bool from_camera = sent(side);
    conversation_.head(from_camera, message);
    if (!session_ && message.kind != Kind::init_event_request) open_session();
    switch (message.kind) {
      case Kind::operation_request:
        if (open_.size() == max_outstanding) tell_first();
        open_.push_back({conversation_.transaction(false), origin, origin, false, nullptr});
        break;
      case Kind::data:
        if (auto* entry = touch(from_camera, origin)) {
          if (auto* listener = decoder_.options_.listener)
            listener->data(session_->number, *entry->transaction, message, origin);
          begin_object(*entry);
        }
        break;
      case Kind::operation_response:
        respond(message, origin);
        break;
      case Kind::event:
        tell_event(message, origin);
        break;
      default:
        packet(message, wire, from_camera, origin);
        break;
    }
  }
  void payload(bool side, View bytes, Origin origin) override {
    conversation_.payload(sent(side), bytes);
    auto* const entry = touch(sent(side), origin);
    if (!entry) {
      stray_[sent(side)] += bytes.size();
      return;
    }
    if (entry->file) entry->file->write(bytes);
    if (auto* listener = decoder_.options_.listener)
      listener->payload(session_->number, *entry->transaction, bytes, origin);
  }
  void payload_missing(bool side, u64 size) override {
    auto* const entry = find(conversation_.transaction(sent(side)).get());
    if (!entry) return;
    if (entry->file) entry->file->skip(size);
    if (auto* listener = decoder_.options_.listener)
      listener->payload_missing(session_->number, *entry->transaction, size);
  }
  void frame_ended(bool side, Origin) override { conversation_.frame_ended(sent(side)); }
  void skipped(bool side, u64 bytes, Origin origin) override {
    if (bytes == 0) return;
    for (auto& entry : open_) entry.gap = true;
    decoder_.warn(origin.frame, fmt::format("connection {}: {} bytes {} are no whole packet and are left out",
                                            connection_, bytes, sent(side) ? "to the initiator" : "to the responder"));
  }
  void lost(bool side, const std::string& why, Origin origin) override {
    if (std::exchange(lost_[side], true)) return;
    decoder_.warn(origin.frame, fmt::format("connection {}: no packet of PTP/IP: {}", connection_, why));
  }

 private:
  struct Entry {
    std::shared_ptr<const Transaction> transaction;
    Origin first, last;
    bool gap = false;
    std::unique_ptr<ObjectFiles::File> file;
  };

  bool sent(bool side) const { return side != initiator_; }
  bool on_port(u16 port) const { return ends_[0].port == port || ends_[1].port == port; }

  // true: this is PTP/IP, and `bytes` is to be read; what came before it has been.
  bool decide(bool side, View& bytes, Origin origin) {
    const u16 port = decoder_.options_.port.value_or(usual_port);
    const bool expected = on_port(port);
    auto& held = held_[side];
    if (!expected) {
      held.insert(held.end(), bytes.begin(), bytes.end());
      if (held.size() < header_size) return false;
      const ptp::PacketFraming strict(true);
      const bool known_type = held[4] >= 1 && held[4] <= 14 && held[5] == 0 && held[6] == 0 && held[7] == 0;
      if (decoder_.options_.port || !known_type || !strict.head(View(held).first(header_size))) {
        refused_ = true;
        return false;
      }
    }
    decided_ = true;
    ++decoder_.numbered_;
    role_known_ = handshake_ || expected;
    initiator_ = !handshake_ && expected && ends_[0].port == port;
    decoder_.since_start(origin.time);
    if (expected) return true;
    for (const bool which : {side, !side}) walkers_[which].data(std::exchange(held_[which], {}), origin);
    bytes = {};
    return true;
  }
  void settle_role(bool side, Kind kind) {
    const auto by_responder = sent_by_responder(kind);
    if (role_known_ || !by_responder) return;
    role_known_ = true;
    initiator_ = *by_responder ? !side : side;
  }

  void open_session() {
    session_ = std::make_shared<Session>();
    session_->number = ++decoder_.sessions_opened_;
    session_->dictionary.vendor = decoder_.options_.vendor;
    session_->initiator = address(ends_[initiator_]);
    session_->responder = to_string(ends_[!initiator_]);
    decoder_.sessions_.push_front(session_);
    if (auto* listener = decoder_.options_.listener)
      listener->session(session_->number, ends_[initiator_], ends_[!initiator_]);
  }
  void join_session(u32 connection_number) {
    for (const auto& one : decoder_.sessions_) {
      if (one->connection_number == connection_number && one->initiator == address(ends_[initiator_]) &&
          one->responder == to_string(ends_[!initiator_])) {
        session_ = one;
        return;
      }
    }
    open_session();
  }

  Entry* find(const Transaction* transaction) {
    const auto found = std::ranges::find_if(
        open_, [&](const Entry& one) { return transaction && one.transaction.get() == transaction; });
    return found == open_.end() ? nullptr : &*found;
  }
  // The transaction that a data packet belongs to goes on; null: there is none.
  Entry* touch(bool from_camera, Origin origin) {
    auto* const entry = find(conversation_.transaction(from_camera).get());
    if (entry) entry->last = origin;
    return entry;
  }

  // The first packet of the data phase of an operation that transfers a whole object.
  void begin_object(Entry& entry) {
    const auto& request = entry.transaction->request;
    const auto code = static_cast<ptp::OperationCode>(request.code);
    const bool upload = code == ptp::OperationCode::SendObject;
    if (!decoder_.options_.objects || entry.file || !(upload || code == ptp::OperationCode::GetObject)) return;
    auto name = upload ? session_->announced : std::string();
    const auto known = session_->names.find(request.params[0]);
    if (!upload && known != session_->names.end()) name = known->second;
    if (name.empty()) name = upload ? "sent" : fmt::format("object-{:08x}", request.params[0]);
    entry.file = decoder_.options_.objects->begin(name);
  }

  void respond(const ptp::Message& message, Origin origin) {
    const auto transaction = conversation_.transaction(true);
    if (!touch(true, origin)) return tell_stray(message, origin);
    if (transaction->request.transaction_id != message.transaction_id)
      decoder_.warn(origin.frame,
                    fmt::format("a response to transaction {}, which was not asked; taken for the answer to {}",
                                message.transaction_id, transaction->request.transaction_id));
    while (open_.front().transaction != transaction) tell_first();
    tell_first();
    stray_ = {};
  }

  Json record(std::string_view type) const {
    return {{"type", type}, {"session", session_ ? Json(session_->number) : Json()}, {"connection", connection_}};
  }
  void record(std::string_view type, u64 frame, const Json& fields) const {
    auto line = record(type);
    line["frame"] = frame;
    line.update(fields);
    decoder_.tell_(line);
  }

  void tell_first() {
    const auto entry = std::move(open_.front());
    open_.pop_front();
    const auto& transaction = *entry.transaction;
    const auto& data = transaction.data;
    auto line = record("transaction");
    line["tid"] = transaction.request.transaction_id;
    line["operation"] = coded<ptp::OperationCode>(transaction.request, session_->dictionary.vendor);
    line["data"] = data ? data_phase(transaction.request, *data) : Json();
    line["response"] =
        transaction.response ? coded<ptp::ResponseCode>(*transaction.response, session_->dictionary.vendor) : Json();
    line["frames"] = {entry.first.frame, entry.last.frame};
    line["time"] = decoder_.since_start(entry.first.time);
    line["duration"] = seconds(entry.first.time, entry.last.time);
    const bool data_cut = data && !data->complete;
    const bool incomplete = entry.gap || data_cut || !transaction.response;
    line["incomplete"] = incomplete;
    if (entry.file) line["data"]["file"] = entry.file->finish(!entry.gap && !data_cut);
    decoder_.tell_(line);
    if (auto* listener = decoder_.options_.listener)
      listener->transaction({session_->number, connection_, entry.transaction, entry.first, entry.last, incomplete});
    if (data && data->whole()) learn(transaction.request, data->kept);
  }
  Json data_phase(const ptp::Message& request, const DataPhase& data) const {
    Json line = {{"direction", data.sent ? "to_initiator" : "to_responder"}, {"size", data.size}};
    if (data.announced != data.size) line["announced"] = data.announced == unknown_size ? Json() : Json(data.announced);
    if (data.size == 0) return line;
    if (data.whole()) {
      const auto decoded = data_set(session_->dictionary, request, data.kept);
      if (decoded && !decoded->is_null()) {
        line["dataset"] = *decoded;
        return line;
      }
      if (!decoded) line["problem"] = decoded.error().to_string();
    }
    line["bytes"] = hex(data.kept);
    return line;
  }
  // What later codes and values mean.
  void learn(const ptp::Message& request, View bytes) {
    auto& dictionary = session_->dictionary;
    const auto code = static_cast<ptp::OperationCode>(request.code);
    if (code == ptp::OperationCode::GetDeviceInfo) {
      const auto info = ptp::decode<ptp::DeviceInfo>(bytes);
      if (!info) return;
      const auto vendor = ptp::vendor_of(info->vendor_extension_id, info->manufacturer);
      if (vendor != ptp::Vendor::none) dictionary.vendor = vendor;
    } else if (code == ptp::OperationCode::GetDevicePropDesc) {
      const auto description = ptp::decode<ptp::DevicePropDesc>(bytes);
      if (description) dictionary.property_types[description->code] = description->type;
    } else if (code == ptp::OperationCode::GetObjectInfo || code == ptp::OperationCode::SendObjectInfo) {
      const auto info = ptp::decode<ptp::ObjectInfo>(bytes);
      if (!info) return;
      if (code == ptp::OperationCode::SendObjectInfo)
        session_->announced = info->filename;
      else if (session_->names.size() < max_names)
        session_->names[request.params[0]] = info->filename;
    }
  }

  void tell_stray(const ptp::Message& message, Origin origin) {
    auto line = record("transaction");
    line["tid"] = message.transaction_id;
    line["operation"] = nullptr;
    const bool to_initiator = stray_[1] > 0;
    line["data"] = stray_[0] + stray_[1] == 0 ? Json()
                                              : Json{{"direction", to_initiator ? "to_initiator" : "to_responder"},
                                                     {"size", stray_[to_initiator]}};
    line["response"] = coded<ptp::ResponseCode>(message, session_->dictionary.vendor);
    line["frames"] = {origin.frame, origin.frame};
    line["time"] = decoder_.since_start(origin.time);
    line["incomplete"] = true;
    stray_ = {};
    decoder_.tell_(line);
  }
  void tell_event(const ptp::Message& message, Origin origin) {
    if (auto* listener = decoder_.options_.listener) listener->event(session_->number, message, origin);
    auto line = record("event");
    line["tid"] = message.transaction_id;
    line.update(coded<ptp::EventCode>(message, session_->dictionary.vendor));
    line["frames"] = {origin.frame, origin.frame};
    line["time"] = decoder_.since_start(origin.time);
    decoder_.tell_(line);
  }
  void packet(const ptp::Message& message, View wire, bool from_camera, Origin origin) {
    auto received = message;
    received.wire = wire;
    Json fields = {{"packet", packet_name(message)}, {"direction", from_camera ? "to_initiator" : "to_responder"}};
    if (message.kind == Kind::init_event_request) join_session(message.params[0]);
    if (auto* listener = decoder_.options_.listener) listener->packet(session_->number, received, from_camera, origin);
    if (message.kind == Kind::init_command_ack) session_->connection_number = message.params[0];
    if (message.kind == Kind::init_event_request || message.kind == Kind::init_command_ack)
      fields["connection_number"] = message.params[0];
    if (message.kind == Kind::init_command_request || message.kind == Kind::init_command_ack) {
      const auto who = ptp::decode_identity(ptp::identity_body(received));
      if (who) fields["friendly_name"] = who->identity.name;
      fields["endpoint"] = to_string(ends_[from_camera ? !initiator_ : initiator_]);
    }
    if (message.kind == Kind::init_fail) fields["reason"] = message.params[0];
    if (message.kind == Kind::cancel) fields["tid"] = message.transaction_id;
    if (message.kind == Kind::unknown) fields["packet_type"] = message.params[0];
    fields["time"] = decoder_.since_start(origin.time);
    record("packet", origin.frame, fields);
  }

  Decoder& decoder_;
  u64 connection_;
  std::array<Endpoint, 2> ends_;
  bool handshake_, decided_ = false, refused_ = false, role_known_ = false, finished_ = false;
  bool initiator_ = false;  // the side that is
  std::array<bool, 2> heard_{}, lost_{};
  std::array<Bytes, 2> held_;
  std::array<PacketWalker, 2> walkers_{PacketWalker(*this, false), PacketWalker(*this, true)};
  std::array<u64, 2> stray_{};  // payload that belongs to no request that was seen
  std::shared_ptr<Session> session_;
  Conversation conversation_;
  std::deque<Entry> open_;
  Origin last_;
};

Decoder::Decoder(DecodeOptions options, Tell tell) : options_(options), tell_(std::move(tell)) {}

Decoder::~Decoder() = default;

double Decoder::since_start(i64 time) {
  if (!start_) start_ = time;
  return seconds(*start_, time);
}

void Decoder::opened(u64 connection, const Endpoint& first, const Endpoint& second, bool handshake, Origin) {
  talks_[connection] = std::make_unique<Talk>(*this, connection, first, second, handshake);
}

bool Decoder::data(u64 connection, bool side, View bytes, Origin origin) {
  const auto found = talks_.find(connection);
  if (found == talks_.end()) return false;
  if (found->second->data(side, bytes, origin)) return true;
  talks_.erase(found);
  return false;
}

void Decoder::gap(u64 connection, bool side, u64 size, Origin origin) {
  const auto found = talks_.find(connection);
  if (found != talks_.end()) found->second->gap(side, size, origin);
}

void Decoder::closed(u64 connection, bool, Origin) {
  const auto found = talks_.find(connection);
  if (found == talks_.end()) return;
  found->second->finish();
  talks_.erase(found);
}

void Decoder::warn(u64 frame, const std::string& text) {
  tell_({{"type", "warning"}, {"frame", frame ? Json(frame) : Json()}, {"text", text}});
}

void Decoder::finish() {
  for (auto& [number, talk] : talks_) talk->finish();
  talks_.clear();
}

std::size_t decode(const std::string& path, const DecodeOptions& options, const Tell& tell) {
  Decoder decoder(options, tell);
  const Warn warn = [&](u64 frame, const std::string& text) { decoder.warn(frame, text); };
  const auto file = CaptureFile::open(path, warn);
  Layers layers(warn);
  Streams streams(decoder, warn);
  while (const auto frame = file->next()) {
    if (const auto packet = layers.tcp(*frame)) streams.add(*packet, {frame->number, frame->time});
  }
  streams.finish();
  decoder.finish();
  return decoder.conversations();
}

}  // namespace stuntcam::pcap
