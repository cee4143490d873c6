#include "pcap/learn.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "pcap/quirk_watch.h"
#include "ptp/dialect.h"

namespace stuntcam::pcap {
namespace {

using ptp::OperationCode;

// An answer without a meaning here that is kept whole.
constexpr std::size_t max_answer = 4096;
constexpr u16 first_vendor_code = 0x9000;

std::string at(const Origin& origin) { return fmt::format("frame {}", origin.frame); }

std::chrono::nanoseconds between(const Origin& from, const Origin& to) {
  return std::chrono::nanoseconds(to.time - from.time);
}

class Learner final : public TraceSink {
 public:
  explicit Learner(std::optional<u64> session) : only_(session) {}

  void message(const Place& place, const ptp::Message& message, View wire) override {
    if (wanted(place.session)) quirks_.message(place, message, wire);
  }
  void data(const Exchange& exchange, const Place& place, const ptp::Message& message) override {
    if (wanted(exchange.session)) quirks_.data(exchange, place, message);
  }
  void packet(const Place& place, const ptp::Message& message, View wire, const std::string& address) override {
    if (!wanted(place.session)) return;
    quirks_.packet(place, message, wire, address);
    const auto& said = place.session->answered;
    if (message.kind == ptp::Kind::init_command_ack && said && !said->form.no_version &&
        place.session->dialect == ptp::dialects()[0].name)
      findings_.protocol_version(said->identity.version, at(place.origin));
  }
  void event(const Place& place, const ptp::Message& message) override {
    if (!wanted(place.session)) return;
    quirks_.event(place, message);
    const auto code = static_cast<ptp::EventCode>(message.code);
    if (code == ptp::EventCode::CaptureComplete && released_) {
      findings_.capture_time(between(*released_, place.origin));
      released_.reset();
    }
  }
  // All that a vendor's operation answers: the conversation keeps data sets only.
  void payload(const Exchange* exchange, const Place& place, View bytes) override {
    if (!exchange || !place.from_camera || exchange->transaction->request.code < first_vendor_code) return;
    auto& answer = answers_[exchange->id];
    const auto room = std::min(bytes.size(), max_answer + 1 - answer.size());
    answer.insert(answer.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(room));
  }
  void transaction(const Exchange& exchange) override;

  Findings take() {
    for (const auto& quirk : quirks_.seen())
      findings_.quirk(quirk.name, fmt::format("{}: {} times, first in frame {}", quirk.text, quirk.count, quirk.frame));
    for (const auto& [code, times] : times_) {
      auto sorted = times;
      std::ranges::sort(sorted);
      const auto part = [&](std::size_t percent) {
        return static_cast<double>(sorted[(sorted.size() - 1) * percent / 100].count()) / 1e6;
      };
      findings_.remark(fmt::format("{}: {} times, median {:.1f} ms, 90 % below {:.1f} ms, longest {:.1f} ms", code,
                                   sorted.size(), part(50), part(90), part(100)));
    }
    return std::move(findings_);
  }

 private:
  bool wanted(const std::shared_ptr<const Session>& session) const {
    return session && (!only_ || session->number == *only_);
  }
  void succeeded(const Exchange&, OperationCode, View data);
  void unknown(const Exchange&, Bytes data);
  void live_view(const Exchange&, std::string_view name);

  std::optional<u64> only_;
  Findings findings_;
  QuirkWatch quirks_;
  std::map<u64, Bytes> answers_;  // of the exchanges that go on
  std::map<std::string, std::vector<std::chrono::nanoseconds>> times_;
  std::optional<Origin> released_, frame_;
};

void Learner::transaction(const Exchange& exchange) {
  auto answer = answers_.extract(exchange.id);
  if (!wanted(exchange.session)) return;
  quirks_.transaction(exchange);
  if (exchange.incomplete()) return;
  const auto& session = *exchange.session;
  for (const auto& dialect : ptp::dialects())
    if (dialect.name == session.dialect)
      findings_.dialect(session.dialect, session.responder_end ? session.responder_end->port : dialect.port,
                        at(exchange.first));
  const auto& [request, data, response] = *exchange.transaction;
  const auto code = static_cast<OperationCode>(request.code);
  const auto name = ptp::to_string(code, session.dictionary.vendor);
  times_[name].push_back(between(exchange.first, exchange.last));
  live_view(exchange, name);
  if (response->code != static_cast<u16>(ptp::ResponseCode::OK)) {
    if (code == OperationCode::GetDevicePropDesc)
      findings_.refused(static_cast<u16>(request.params[0]), response->code, at(exchange.first));
    if (code == OperationCode::GetStorageInfo) findings_.empty_slot(request.params[0], at(exchange.first));
    return;
  }
  if (code == OperationCode::InitiateCapture) released_ = exchange.first;
  if (request.code >= first_vendor_code && code != OperationCode::GetObjectPropsSupported)
    unknown(exchange, answer ? std::move(answer.mapped()) : Bytes{});
  else if (data && data->sent && data->whole())
    succeeded(exchange, code, data->kept);
}

void Learner::succeeded(const Exchange& exchange, OperationCode code, View data) {
  const auto& request = exchange.transaction->request;
  const auto source = at(exchange.data.value_or(exchange.first));
  switch (code) {
    case OperationCode::GetDeviceInfo:
      if (const auto info = ptp::decode<ptp::DeviceInfo>(data)) findings_.device(*info, source);
      break;
    case OperationCode::GetDevicePropDesc:
      if (const auto description = ptp::decode<ptp::DevicePropDesc>(data)) findings_.property(*description, source);
      break;
    case OperationCode::GetStorageInfo:
      if (const auto info = ptp::decode<ptp::StorageInfo>(data)) findings_.storage(request.params[0], *info, source);
      break;
    case OperationCode::GetStorageIDs:
      // An empty slot is listed with a logical part of 0.
      if (const auto ids = ptp::decode_u32_array(data, "StorageIDs"))
        for (const u32 id : *ids)
          if ((id & 0xFFFF) == 0) findings_.empty_slot(id, source);
      break;
    case OperationCode::GetObjectInfo:
      if (const auto info = ptp::decode<ptp::ObjectInfo>(data)) findings_.object(request.params[0], *info, source);
      break;
    case OperationCode::GetObjectPropsSupported:
      if (const auto codes = ptp::decode_u16_array(data, "ObjectPropCodes"))
        findings_.object_properties(*codes, source);
      break;
    default:
      break;
  }
}

// Four letters in a row, of one byte or two: a name, a number of the camera, or what happens to look like one.
bool has_text(View bytes) {
  constexpr int least = 4;
  int narrow = 0, wide = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool letter = bytes[i] >= 0x20 && bytes[i] < 0x7F;
    narrow = letter ? narrow + 1 : 0;
    if (letter || (i > 0 && bytes[i] == 0 && bytes[i - 1] != 0))
      wide += letter ? 1 : 0;
    else
      wide = 0;
    if (narrow >= least || wide >= least) return true;
  }
  return false;
}

// What a vendor's operation answered first: it may stand in for its meaning.
void Learner::unknown(const Exchange& exchange, Bytes bytes) {
  const auto& [request, data, response] = *exchange.transaction;
  const bool sent = data && data->sent;
  const auto where = fmt::format("operation 0x{:04X}", request.code);
  if (sent && bytes.size() > max_answer)
    return findings_.remark(fmt::format("{}: its answer of {} bytes is too long to be kept", where, data->size));
  if (sent && has_text(bytes)) return findings_.remark(where + ": its answer holds text and is left out");
  profiles::CannedOperation answer;
  answer.code = request.code;
  if (sent) answer.data.emplace().emplace_back(std::move(bytes));
  answer.takes_data = data && !data->sent;
  answer.response = response->code;
  for (u8 i = 0; i < response->count; ++i)
    answer.response_params.push_back({.value = ptp::Value(ptp::DataType::uint32, response->params[i])});
  findings_.answer(answer, at(exchange.data.value_or(exchange.first)) + ": the first answer, whatever was asked");
}

void Learner::live_view(const Exchange& exchange, std::string_view name) {
  const bool fetches = name.find("LiveViewIm") != name.npos || name.find("ViewFinderData") != name.npos ||
                       name.find("ViewfinderData") != name.npos;
  if (!fetches) return;
  constexpr std::chrono::seconds pause(2);  // longer is no rate
  if (frame_ && between(*frame_, exchange.first) < pause)
    findings_.live_view_interval(between(*frame_, exchange.first));
  frame_ = exchange.first;
}

}  // namespace

Findings learn_capture(const std::string& path, const TraceOptions& options, const std::optional<u64>& session) {
  Learner learner(session);
  read_trace(path, options, learner);
  return learner.take();
}

}  // namespace stuntcam::pcap
