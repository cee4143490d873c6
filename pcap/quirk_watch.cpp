#include "pcap/quirk_watch.h"

#include <algorithm>

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

// Fewer prove no habit.
constexpr u64 least_proof = 3;

bool succeeded(const Exchange& exchange) {
  const auto& response = exchange.transaction->response;
  return response && response->code == static_cast<u16>(ptp::ResponseCode::OK);
}

// An operation by which events are fetched, whoever's: their names all say so.
bool polls(u16 code, ptp::Vendor vendor) {
  const auto name = ptp::name(static_cast<ptp::OperationCode>(code), vendor);
  return name.find("GetEvent") != name.npos || name.find("CheckEvent") != name.npos;
}

}  // namespace

void QuirkWatch::note(const std::string& name, const std::string& text, u64 frame) {
  auto& tally = tallies_[name];
  if (tally.count++ > 0) return;
  tally.text = text;
  tally.frame = frame;
}

void QuirkWatch::message(const Place& place, const ptp::Message& message, View) {
  if (message.kind == Kind::operation_response) {
    if (responses_++ == 0) first_response_ = place.origin.frame;
    padded_responses_ += message.count == 5 && message.params[4] == 0;
  }
  if (message.kind != Kind::operation_request || !place.session) return;
  auto& session = sessions_[place.session->number];
  const bool next = message.transaction_id == session.last_id + 1 || message.transaction_id <= 1;
  if (session.any_id && !next) note("transaction ids", "transaction ids that jump or come again", place.origin.frame);
  session.any_id = true;
  session.last_id = message.transaction_id;
}

void QuirkWatch::data(const Exchange& exchange, const Place& place, const ptp::Message& message) {
  if (message.first && message.total == unknown_size)
    note("unknown total", "data phases that don't say their length in front", place.origin.frame);
  if (!place.from_camera || exchange.session->dialect != "ptpip") return;
  packets_[exchange.id].push_back(place.origin.frame);
  if (message.last && message.size == 0 && exchange.transaction->data && exchange.transaction->data->size > 0)
    note("empty EndData", "EndData packets without payload behind Data packets", place.origin.frame);
}

void QuirkWatch::transaction(const Exchange& exchange) {
  if (!exchange.requested()) return;
  auto& session = sessions_[exchange.session->number];
  const auto& request = exchange.transaction->request;
  const auto code = static_cast<ptp::OperationCode>(request.code);
  const auto frame = exchange.first.frame;
  if (const auto phase = packets_.extract(exchange.id); phase && !exchange.incomplete()) {
    auto frames = phase.mapped();
    frames.push_back(exchange.last.frame);
    if (phases_++ == 0) first_phase_ = frame;
    separate_phases_ += std::ranges::adjacent_find(frames) == frames.end();
  }
  if (code == ptp::OperationCode::OpenSession) {
    session.opened = session.opened || succeeded(exchange);
    const auto& response = exchange.transaction->response;
    if (response && response->code == static_cast<u16>(ptp::ResponseCode::SessionAlreadyOpened))
      note("session already open", "OpenSession found a session open", frame);
  } else if (code != ptp::OperationCode::GetDeviceInfo && succeeded(exchange) && !session.opened &&
             request.transaction_id == 0) {
    note("operations_without_session", "operations that worked before OpenSession", frame);
  }
  if (polls(request.code, exchange.session->dictionary.vendor))
    note("poll_events", "the client polls for events", frame);
  if (exchange.transaction->response &&
      exchange.transaction->response->code == static_cast<u16>(ptp::ResponseCode::DeviceBusy))
    note("busy", "the camera was busy", frame);
}

void QuirkWatch::event(const Place& place, const ptp::Message& message) {
  if (events_++ == 0) first_event_ = place.origin.frame;
  padded_events_ += message.count == 3 && message.params[2] == 0;
  note("push_events", "the camera sends events", place.origin.frame);
}

void QuirkWatch::packet(const Place& place, const ptp::Message& message, View, const std::string&) {
  const bool ack = message.kind == Kind::init_command_ack;
  if (!place.session || place.session->dialect != "ptpip" || (!ack && message.kind != Kind::init_command_request))
    return;
  const auto& said = ack ? place.session->answered : place.session->asked;
  if (!said) return;
  const std::string who = ack ? "InitCommandAck" : "InitCommandRequest";
  const std::pair<bool, const char*> forms[] = {{said->form.no_version, " without a version"},
                                                {said->form.short_version, " with a version of two bytes"},
                                                {said->form.ascii_name, " with a name of one byte a character"},
                                                {said->form.unterminated_name, " with a name that isn't ended"},
                                                {said->form.counted_name, " with a counted name"},
                                                {said->form.odd_length, " with bytes left over"}};
  for (const auto& [departs, text] : forms)
    if (departs) note((ack ? "ack" : "request") + std::string(text), who + text, place.origin.frame);
}

std::vector<SeenQuirk> QuirkWatch::seen() const {
  std::vector<SeenQuirk> list;
  for (const auto& [name, tally] : tallies_) list.push_back({name, tally.text, tally.count, tally.frame});
  if (responses_ >= least_proof && padded_responses_ == responses_)
    list.push_back({"five_response_parameters", "every response has five parameters", responses_, first_response_});
  if (events_ >= least_proof && padded_events_ == events_)
    list.push_back({"three_event_parameters", "every event has three parameters", events_, first_event_});
  if (phases_ >= least_proof && separate_phases_ == phases_)
    list.push_back({"one_packet_per_segment", "every packet of a data phase comes in a segment of its own", phases_,
                    first_phase_});
  return list;
}

}  // namespace stuntcam::pcap
