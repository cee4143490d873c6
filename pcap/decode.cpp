#include "pcap/decode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace stuntcam::pcap {
namespace {

using ptp::Json;
using ptp::Kind;

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

std::string_view direction(bool to_initiator) { return to_initiator ? "to_initiator" : "to_responder"; }

Json data_phase(const Session& session, const ptp::Message& request, const DataPhase& data) {
  Json line = {{"direction", direction(data.sent)}, {"size", data.size}};
  if (request.kind != Kind::operation_request) {
    if (!data.kept.empty()) line["bytes"] = hex(data.kept);
    return line;
  }
  if (data.announced != data.size) line["announced"] = data.announced == unknown_size ? Json() : Json(data.announced);
  if (data.size == 0) return line;
  if (data.whole()) {
    const auto decoded = data_set(session.dictionary, request, data.kept);
    if (decoded && !decoded->is_null()) {
      line["dataset"] = *decoded;
      return line;
    }
    if (!decoded) line["problem"] = decoded.error().to_string();
  }
  line["bytes"] = hex(data.kept);
  return line;
}

// Turns what is in a trace into records.
class Teller final : public TraceSink {
 public:
  Teller(const DecodeOptions& options, const Tell& tell)
      : objects_(options.objects), only_(options.session), tell_(tell) {}

  void begins(const std::shared_ptr<const Session>&, Origin origin) override { since_start(origin.time); }
  void message(const Place& place, const ptp::Message&, View) override {
    if (continues(place)) tell_gap();
  }
  void payload(const Exchange* exchange, const Place& place, View bytes) override {
    if (continues(place)) tell_gap();
    if (!exchange || !wanted(exchange->session.get())) return;
    if (auto* const file = this->file(*exchange)) file->write(bytes);
  }
  void missing(const Exchange* exchange, const Place&, u64 size) override {
    if (!exchange || !wanted(exchange->session.get())) return;
    if (auto* const file = this->file(*exchange)) file->skip(size);
  }

  void transaction(const Exchange& exchange) override {
    tell_gap();
    if (!wanted(exchange.session.get())) return;
    const auto& [request, data, response] = *exchange.transaction;
    const auto vendor = exchange.session->dictionary.vendor;
    auto line = record("transaction", exchange.session.get(), exchange.connection);
    line["tid"] = request.transaction_id;
    line["operation"] = exchange.requested() ? coded<ptp::OperationCode>(request, vendor) : Json();
    line["data"] = data ? data_phase(*exchange.session, request, *data) : Json();
    line["response"] = response ? coded<ptp::ResponseCode>(*response, vendor) : Json();
    line["frames"] = {exchange.first.frame, exchange.last.frame};
    line["time"] = since_start(exchange.first.time);
    if (exchange.requested()) line["duration"] = seconds(exchange.first.time, exchange.last.time);
    line["incomplete"] = exchange.incomplete();
    const auto file = files_.extract(exchange.id);
    if (file && file.mapped()) line["data"]["file"] = file.mapped()->finish(!exchange.gap && data && data->complete);
    tell_(line);
  }

  void event(const Place& place, const ptp::Message& message) override {
    tell_gap();
    if (!wanted(place.session.get())) return;
    auto line = record("event", place.session.get(), place.connection);
    line["tid"] = message.transaction_id;
    line.update(coded<ptp::EventCode>(message, place.session->dictionary.vendor));
    line["frames"] = {place.origin.frame, place.origin.frame};
    line["time"] = since_start(place.origin.time);
    tell_(line);
  }

  void packet(const Place& place, const ptp::Message& message, View, const std::string& address) override {
    tell_gap();
    if (!place.session || !wanted(place.session.get())) return;
    auto line = record("packet", place.session.get(), place.connection);
    line["frame"] = place.origin.frame;
    const bool frame = message.kind == Kind::data;
    line["packet"] = frame ? "LiveViewFrame" : packet_name(message);
    line["direction"] = direction(place.from_camera);
    if (frame) line["size"] = message.total;
    if (message.kind == Kind::init_event_request || message.kind == Kind::init_command_ack)
      line["connection_number"] = message.params[0];
    if (message.kind == Kind::init_command_request || message.kind == Kind::init_command_ack) {
      const auto& who = place.from_camera ? place.session->answered : place.session->asked;
      if (who) line["friendly_name"] = who->identity.name;
      line["endpoint"] = address;
    }
    if (message.kind == Kind::init_fail) line["reason"] = message.params[0];
    if (message.kind == Kind::cancel) line["tid"] = message.transaction_id;
    if (message.kind == Kind::unknown) line["packet_type"] = message.params[0];
    line["time"] = since_start(place.origin.time);
    tell_(line);
  }

  // A capture that leaves payload out has a gap in every packet; those without anything between are one.
  void gap(const Place& place, u64 bytes) override {
    if (!wanted(place.session.get())) return;
    if (gap_ && continues(place)) {
      gap_->bytes += bytes;
      gap_->last = place.origin.frame;
      return;
    }
    tell_gap();
    gap_ = Gap{place, bytes, place.origin.frame};
  }

  // What was held back.
  void tell_gap() {
    if (!gap_) return;
    const auto [place, bytes, last] = *gap_;
    gap_.reset();
    auto line = record("gap", place.session.get(), place.connection);
    line["frame"] = place.origin.frame;
    if (last != place.origin.frame) line["last_frame"] = last;
    line["direction"] = direction(place.from_camera);
    line["bytes"] = bytes;
    tell_(line);
  }

  void warn(u64 frame, const std::string& text) override {
    tell_gap();
    tell_({{"type", "warning"}, {"frame", frame ? Json(frame) : Json()}, {"text", text}});
  }

 private:
  struct Gap {
    Place place;  // where it begins
    u64 bytes = 0, last = 0;
  };

  // Is this where the gap ended?
  bool continues(const Place& place) const {
    return gap_ && gap_->place.connection == place.connection && gap_->place.from_camera == place.from_camera;
  }
  static Json record(std::string_view type, const Session* session, u64 connection) {
    return {{"type", type}, {"session", session ? Json(session->number) : Json()}, {"connection", connection}};
  }
  bool wanted(const Session* session) const { return !only_ || (session && session->number == *only_); }
  double since_start(i64 time) {
    if (!start_) start_ = time;
    return seconds(*start_, time);
  }

  // Where the data of this transaction goes; null: nowhere. Begun with its first piece.
  ObjectFiles::File* file(const Exchange& exchange) {
    if (!objects_) return nullptr;
    const auto found = files_.find(exchange.id);
    if (found != files_.end()) return found->second.get();
    const auto& request = exchange.transaction->request;
    const auto code = static_cast<ptp::OperationCode>(request.code);
    const bool upload = code == ptp::OperationCode::SendObject;
    if (!upload && code != ptp::OperationCode::GetObject) return nullptr;
    const auto& session = *exchange.session;
    auto name = upload ? session.announced : std::string();
    const auto known = session.names.find(request.params[0]);
    if (!upload && known != session.names.end()) name = known->second;
    if (name.empty()) name = upload ? "sent" : fmt::format("object-{:08x}", request.params[0]);
    return (files_[exchange.id] = objects_->begin(name)).get();
  }

  std::shared_ptr<const ObjectFiles> objects_;
  std::optional<u64> only_;
  const Tell& tell_;
  std::optional<i64> start_;
  std::optional<Gap> gap_;                                   // that may go on
  std::map<u64, std::unique_ptr<ObjectFiles::File>> files_;  // of the exchanges that go on
};

// Tells two.
class Both final : public TraceSink {
 public:
  Both(TraceSink& first, TraceSink& second) : sinks_{&first, &second} {}

  void begins(const std::shared_ptr<const Session>& session, Origin origin) override {
    for (auto* sink : sinks_) sink->begins(session, origin);
  }
  void message(const Place& place, const ptp::Message& message, View wire) override {
    for (auto* sink : sinks_) sink->message(place, message, wire);
  }
  void data(const Exchange& exchange, const Place& place, const ptp::Message& message) override {
    for (auto* sink : sinks_) sink->data(exchange, place, message);
  }
  void payload(const Exchange* exchange, const Place& place, View bytes) override {
    for (auto* sink : sinks_) sink->payload(exchange, place, bytes);
  }
  void missing(const Exchange* exchange, const Place& place, u64 size) override {
    for (auto* sink : sinks_) sink->missing(exchange, place, size);
  }
  void transaction(const Exchange& exchange) override {
    for (auto* sink : sinks_) sink->transaction(exchange);
  }
  void event(const Place& place, const ptp::Message& message) override {
    for (auto* sink : sinks_) sink->event(place, message);
  }
  void packet(const Place& place, const ptp::Message& message, View wire, const std::string& address) override {
    for (auto* sink : sinks_) sink->packet(place, message, wire, address);
  }
  void gap(const Place& place, u64 bytes) override {
    for (auto* sink : sinks_) sink->gap(place, bytes);
  }
  void warn(u64 frame, const std::string& text) override {
    for (auto* sink : sinks_) sink->warn(frame, text);
  }

 private:
  std::array<TraceSink*, 2> sinks_;
};

}  // namespace

std::size_t decode(const std::string& path, const DecodeOptions& options, const Tell& tell) {
  Teller teller(options, tell);
  Both both(teller, options.also ? *options.also : teller);
  auto& sink = options.also ? static_cast<TraceSink&>(both) : teller;
  const auto found =
      options.interface.empty() ? read_trace(path, options, sink) : read_live(options.interface, options, sink);
  teller.tell_gap();
  return found;
}

}  // namespace stuntcam::pcap
