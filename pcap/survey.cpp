#include "pcap/survey.h"

#include <fmt/format.h>

#include <algorithm>

#include "ptp/text.h"

namespace stuntcam::pcap {
namespace {

using ptp::Json;

double seconds(const Origin& from, const Origin& to) {
  return static_cast<double>(static_cast<i64>(static_cast<u64>(to.time) - static_cast<u64>(from.time))) / 1e9;
}

std::string line(const Json& record) {
  const auto text = [&](const char* field) {
    return record[field].is_null() ? std::string("?") : record[field].get<std::string>();
  };
  if (record["type"] == "warning") return "warning: " + text("text");
  if (record["type"] == "session")
    return fmt::format(
        "session {:<3} {:<7} {} -> {}  {}  frames {}-{}, {:.3f} s, {} transactions{}, {} events",
        record["session"].get<u64>(), text("dialect"), text("initiator"), text("responder"), text("model"),
        record["frames"][0].get<u64>(), record["frames"][1].get<u64>(), record["duration"].get<double>(),
        record["transactions"].get<u64>(),
        record["incomplete"] == 0 ? "" : fmt::format(" ({} incomplete)", record["incomplete"].get<u64>()),
        record["events"].get<u64>());
  if (record["type"] == "operation") {
    const auto rate = record["bytes_per_second"].is_null() ? 0 : record["bytes_per_second"].get<double>() / 1e6;
    return fmt::format("{:>7} {:>7} {:>11.3f} {:>11.3f} {:>11.3f} {:>13} {:>9.1f}  {}", record["count"].get<u64>(),
                       record["failed"].get<u64>(), record["seconds"].get<double>() * 1e3,
                       record["mean"].get<double>() * 1e3, record["longest"].get<double>() * 1e3,
                       record["bytes"].get<u64>(), rate, text("name"));
  }
  return fmt::format("quirk: {} ({} times, first in frame {})", text("text"), record["count"].get<u64>(),
                     record["frame"].get<u64>());
}

}  // namespace

Survey::OfSession* Survey::of(const std::shared_ptr<const Session>& session, const Origin& origin) {
  if (!session || (only_ && session->number != *only_)) return nullptr;
  if (sessions_.size() == max_surveyed && !sessions_.contains(session->number)) {
    left_out_ = true;
    return nullptr;
  }
  auto& one = sessions_[session->number];
  if (!one.session) {
    one.session = session;
    one.first = origin;
  }
  one.last = origin;
  return &one;
}

void Survey::begins(const std::shared_ptr<const Session>& session, Origin origin) { of(session, origin); }

void Survey::message(const Place& place, const ptp::Message& message, View wire) {
  if (of(place.session, place.origin)) quirks_.message(place, message, wire);
}

void Survey::data(const Exchange& exchange, const Place& place, const ptp::Message& message) {
  if (of(exchange.session, place.origin)) quirks_.data(exchange, place, message);
}

void Survey::transaction(const Exchange& exchange) {
  auto* const session = of(exchange.session, exchange.last);
  if (!session) return;
  quirks_.transaction(exchange);
  const auto& [request, data, response] = *exchange.transaction;
  ++session->transactions;
  session->incomplete += exchange.incomplete();
  if (data) (data->sent ? session->to_initiator : session->to_responder) += data->size;
  if (!exchange.requested()) return;
  const auto vendor = exchange.session->dictionary.vendor;
  auto& sum = operations_[ptp::to_string(static_cast<ptp::OperationCode>(request.code), vendor)];
  const auto took = seconds(exchange.first, exchange.last);
  sum.code = request.code;
  ++sum.count;
  sum.failed += !response || response->code != static_cast<u16>(ptp::ResponseCode::OK);
  sum.bytes += data ? data->size : 0;
  sum.seconds += took;
  sum.longest = std::max(sum.longest, took);
}

void Survey::event(const Place& place, const ptp::Message& message) {
  auto* const session = of(place.session, place.origin);
  if (!session) return;
  ++session->events;
  quirks_.event(place, message);
}

void Survey::packet(const Place& place, const ptp::Message& message, View wire, const std::string& address) {
  if (of(place.session, place.origin)) quirks_.packet(place, message, wire, address);
}

void Survey::gap(const Place& place, u64) { of(place.session, place.origin); }

std::vector<Json> Survey::sessions() const {
  std::vector<Json> list;
  for (const auto& [number, one] : sessions_) {
    const auto& session = *one.session;
    Json line = {{"type", "session"},
                 {"session", number},
                 {"dialect", session.dialect},
                 {"initiator", session.initiator},
                 {"responder", session.responder},
                 {"initiator_name", session.asked ? Json(session.asked->identity.name) : Json()},
                 {"responder_name", session.answered ? Json(session.answered->identity.name) : Json()},
                 {"model", session.device ? Json(session.device->model) : Json()},
                 {"frames", {one.first.frame, one.last.frame}},
                 {"duration", seconds(one.first, one.last)},
                 {"transactions", one.transactions},
                 {"incomplete", one.incomplete},
                 {"events", one.events},
                 {"bytes_to_initiator", one.to_initiator},
                 {"bytes_to_responder", one.to_responder}};
    list.push_back(std::move(line));
  }
  if (left_out_)
    list.push_back({{"type", "warning"},
                    {"frame", nullptr},
                    {"text", fmt::format("only the first {} sessions are listed and counted", max_surveyed)}});
  return list;
}

std::vector<Json> Survey::operations() const {
  std::vector<Json> list;
  for (const auto& [name, sum] : operations_)
    list.push_back(
        {{"type", "operation"},
         {"code", sum.code},
         {"name", name},
         {"count", sum.count},
         {"failed", sum.failed},
         {"seconds", sum.seconds},
         {"mean", sum.seconds / static_cast<double>(sum.count)},
         {"longest", sum.longest},
         {"bytes", sum.bytes},
         {"bytes_per_second", sum.seconds > 0 ? Json(static_cast<double>(sum.bytes) / sum.seconds) : Json()}});
  std::ranges::sort(list, [](const Json& a, const Json& b) {
    return a["seconds"] == b["seconds"] ? a["name"] < b["name"] : a["seconds"] > b["seconds"];
  });
  return list;
}

std::vector<Json> Survey::quirks() const {
  std::vector<Json> list;
  for (const auto& quirk : quirks_.seen())
    list.push_back({{"type", "quirk"},
                    {"name", quirk.name},
                    {"text", quirk.text},
                    {"count", quirk.count},
                    {"frame", quirk.frame}});
  return list;
}

// Names come from the wire.
std::string survey_line(const Json& record) { return ptp::printable(line(record)); }

}  // namespace stuntcam::pcap
