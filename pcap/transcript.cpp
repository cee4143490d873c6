#include "pcap/transcript.h"

#include <fmt/format.h>

#include <optional>

#include "ptp/packets.h"

namespace stuntcam::pcap {
namespace {

using ptp::Json;
using ptp::Kind;

std::string hex(View bytes, std::size_t limit) {
  std::string text;
  for (const auto byte : bytes.first(std::min(limit, bytes.size())))
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

Json parameters(const ptp::Message& message) {
  auto list = Json::array();
  for (std::size_t i = 0; i < message.count; ++i) list.push_back(message.params[i]);
  return list;
}

template <class Code>
void add_code(Json& line, u16 code, ptp::Vendor vendor) {
  line["code"] = code;
  line["name"] = ptp::to_string(static_cast<Code>(code), vendor);
}

void add_identity(Json& line, const ptp::Message& message) {
  const auto received = ptp::decode_identity(ptp::identity_body(message));
  if (!received) return;
  line["guid"] = ptp::to_string(received->identity.guid);
  line["friendly_name"] = received->identity.name;
  line["version"] = fmt::format("{}.{}", received->identity.version >> 16, received->identity.version & 0xFFFF);
}

// What the head of a packet says. `message.wire` is there.
void describe(Json& line, const ptp::Message& message, const Transaction* transaction, ptp::Vendor vendor) {
  switch (message.kind) {
    case Kind::init_command_request:
      add_identity(line, message);
      break;
    case Kind::init_command_ack:
      line["connection_number"] = message.params[0];
      add_identity(line, message);
      break;
    case Kind::init_event_request:
      line["connection_number"] = message.params[0];
      break;
    case Kind::init_fail:
      line["reason"] = message.params[0];
      break;
    case Kind::operation_request:
      line["tid"] = message.transaction_id;
      add_code<ptp::OperationCode>(line, message.code, vendor);
      line["params"] = parameters(message);
      if (message.data_phase != 0) line["data_phase"] = message.data_phase;
      break;
    case Kind::operation_response:
      line["tid"] = message.transaction_id;
      add_code<ptp::ResponseCode>(line, message.code, vendor);
      line["params"] = parameters(message);
      break;
    case Kind::event:
      line["tid"] = message.transaction_id;
      add_code<ptp::EventCode>(line, message.code, vendor);
      line["params"] = parameters(message);
      break;
    case Kind::data:
      line["tid"] = message.transaction_id;
      if (message.first) line["total"] = message.total == unknown_size ? Json() : Json(message.total);
      break;
    case Kind::cancel:
      line["tid"] = message.transaction_id;
      break;
    case Kind::unknown:
      line["packet_type"] = message.params[0];
      break;
    default:
      break;
  }
  if (transaction && (message.kind == Kind::data || message.kind == Kind::operation_response))
    line["operation"] = ptp::to_string(static_cast<ptp::OperationCode>(transaction->request.code), vendor);
}

class Transcript final : public transport::Observer {
 public:
  Transcript(std::shared_ptr<TranscriptFile> file, std::shared_ptr<const TranscriptCamera> camera, u64 connection,
             std::string peer)
      : file_(std::move(file)), camera_(std::move(camera)), connection_(connection) {
    auto line = begin();
    line["note"] = "connected";
    line["peer"] = std::move(peer);
    file_->write(line);
  }

  ~Transcript() override {
    finish(false);
    finish(true);
  }
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  void head(bool sent, const ptp::Message& message, View wire) override {
    finish(sent);
    conversation_.head(sent, message);
    auto line = begin(sent);
    line["type"] = packet_name(message);
    auto received = message;
    received.wire = wire;
    if (message.kind == Kind::raw) line["bytes"] = hex(wire, max_malformed);
    describe(line, received, conversation_.transaction(sent).get(), camera_->dictionary.vendor);
    open_[sent] = Open{std::move(line), message, wire.size(), 0};
    if (message.kind != Kind::data || message.size == 0) finish(sent);
  }

  void payload(bool sent, View bytes) override {
    conversation_.payload(sent, bytes);
    auto& open = open_[sent];
    if (!open) return;
    open->size += bytes.size();
    if (open->size == open->message.size) finish(sent);
  }

  void malformed(View bytes, const ptp::Error& error) override {
    finish(false);
    auto line = begin(false);
    line["note"] = "malformed";
    line["problem"] = error.to_string();
    line["length"] = bytes.size();
    line["bytes"] = hex(bytes, max_malformed);
    file_->write(line);
  }

  void note(std::string_view what) override {
    auto line = begin();
    line["note"] = "fault";
    line["fault"] = what;
    file_->write(line);
  }

  void closed(bool by_us, bool reset) override {
    finish(false);
    finish(true);
    auto line = begin();
    line["note"] = "closed";
    line["by"] = by_us ? "responder" : "initiator";
    line["reset"] = reset;
    file_->write(line);
  }

 private:
  // A packet whose payload is still passing.
  struct Open {
    Json line;
    ptp::Message message;  // its wire is gone
    std::size_t head = 0;  // bytes
    u64 size = 0;          // payload bytes seen
  };

  Json begin() const {
    Json line;
    line["t"] = file_->elapsed();
    line["camera"] = camera_->name;
    line["conn"] = connection_;
    return line;
  }
  Json begin(bool sent) const {
    auto line = begin();
    line["dir"] = sent ? "r2i" : "i2r";
    line["channel"] = name(conversation_.channel());
    return line;
  }

  // Writes the line of the packet that came last in that direction, unless it is written.
  void finish(bool sent) {
    auto& slot = open_[sent];
    if (!slot) return;
    auto open = std::move(*slot);
    slot.reset();
    open.line["length"] = open.head + open.size;
    if (open.message.kind == Kind::data) end_data(open, sent);
    file_->write(open.line);
  }

  void end_data(Open& open, bool sent) {
    const auto announced = open.message.size;
    const bool start = open.message.first && !open.message.last;  // StartData carries none
    if (!start) open.line["payload"] = open.size;
    if (announced != unknown_size && open.size < announced) {
      open.line["missing"] = announced - open.size;
      return;
    }
    conversation_.frame_ended(sent);
    if (open.message.last) add_data_set(open.line, sent);
  }

  void add_data_set(Json& line, bool sent) const {
    const auto transaction = conversation_.transaction(sent);
    if (!transaction) return;
    const auto& data = transaction->data;
    if (!data || data->sent != sent || data->size == 0) return;
    if (data->whole()) {
      const auto decoded = data_set(camera_->dictionary, transaction->request, data->kept);
      if (decoded && !decoded->is_null()) {
        line["data_set"] = *decoded;
        return;
      }
      if (!decoded) line["problem"] = decoded.error().to_string();
    }
    line["bytes"] = hex(data->kept, max_excerpt);
  }

  std::shared_ptr<TranscriptFile> file_;
  std::shared_ptr<const TranscriptCamera> camera_;
  u64 connection_;
  Conversation conversation_;
  std::optional<Open> open_[2];
};

}  // namespace

TranscriptFile::TranscriptFile(const std::string& path, std::function<void(std::string_view)> also)
    : also_(std::move(also)) {
  if (!path.empty()) sink_.emplace(path);
}

double TranscriptFile::elapsed() const {
  const auto passed = std::chrono::steady_clock::now() - start_;
  return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count()) / 1e6;
}

void TranscriptFile::write(const Json& line) {
  // Names come from the wire: bytes that are not UTF-8 are shown as U+FFFD instead of throwing.
  const auto body = line.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  const auto text = fmt::format("{{\"v\":1,\"seq\":{},{}\n", ++lines_, std::string_view(body).substr(1));
  if (sink_) sink_->write({reinterpret_cast<const u8*>(text.data()), text.size()});
  if (also_) also_(text);
}

int TranscriptFile::error() const {
  const std::lock_guard lock(mutex_);
  return sink_ ? sink_->error() : 0;
}

std::shared_ptr<transport::Observer> make_transcript(std::shared_ptr<TranscriptFile> file,
                                                     std::shared_ptr<const TranscriptCamera> camera, u64 connection,
                                                     std::string peer) {
  return std::make_shared<Transcript>(std::move(file), std::move(camera), connection, std::move(peer));
}

}  // namespace stuntcam::pcap
