#include "pcap/replay_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "ptp/text.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

// By a number of each, and as they were where it is the same. (clang warns of std::stable_sort in this library.)
template <class T, class Number>
void order_by(std::vector<T>& list, Number number) {
  std::vector<std::pair<u64, std::size_t>> order;
  for (const auto& one : list) order.emplace_back(number(one), order.size());
  std::ranges::sort(order);
  std::vector<T> ordered;
  ordered.reserve(list.size());
  for (const auto& [_, index] : order) ordered.push_back(std::move(list[index]));
  list = std::move(ordered);
}

// Collects what a capture tells.
class Loader final : public TraceSink {
 public:
  explicit Loader(RecordedFile& file)
      : file_(file), spool_(transport::File::temporary(std::filesystem::temp_directory_path())) {
    file_.payload = spool_;
  }

  void begins(const std::shared_ptr<const Session>& session, Origin) override { (void)talk(session); }
  void packet(const Place& place, const ptp::Message& message, View wire, const std::string&) override {
    auto* const found = talk(place.session);
    if (found == nullptr) return;
    auto& session = found->recorded;
    auto whole = message;
    whole.wire = wire;
    const auto identity = [&] {
      const auto body = ptp::identity_body(whole);
      return Bytes(body.begin(), body.end());
    };
    if (message.kind == Kind::init_command_request) session.initiator_identity = identity();
    if (message.kind == Kind::init_command_ack) session.responder_identity = identity();
    if (message.kind == Kind::data && message.size <= max_kept_frame)
      live_[place.connection] = {place.session, message.size, place.origin, {}};
    if (message.kind == Kind::init_fail && session.responder_identity.empty()) session.init_fail = message.params[0];
  }
  void data(const Exchange& exchange, const Place& place, const ptp::Message& message) override {
    auto& phase = begun(exchange, place);
    if (message.first) phase.announced = message.total;
    if (message.first && !message.last) return;  // StartData
    phase.told_packets = phase.told_packets && phase.data.packets.size() < max_kept_packets;
    if (phase.told_packets)
      phase.data.packets.push_back(message.size);
    else
      phase.data.packets.clear();
  }
  void payload(const Exchange* exchange, const Place& place, View bytes) override {
    if (exchange == nullptr) return live(place.connection, bytes);
    auto& phase = begun(*exchange, place);
    spool_->write(end_, bytes);
    auto& pieces = phase.data.pieces;
    const bool goes_on = !pieces.empty() && pieces.back().offset && *pieces.back().offset + pieces.back().size == end_;
    if (!goes_on) pieces.push_back({end_, 0});
    pieces.back().size += bytes.size();
    end_ += bytes.size();
    phase.data.size += bytes.size();
    phase.data.hash = hash(phase.data.hash, bytes);
  }
  void missing(const Exchange* exchange, const Place& place, u64 size) override {
    if (exchange == nullptr) live_.erase(place.connection);
    if (exchange == nullptr || size == 0) return;
    auto& data = begun(*exchange, place).data;
    if (data.pieces.empty() || data.pieces.back().offset) data.pieces.push_back({{}, 0});
    data.pieces.back().size += size;
    data.size += size;
    data.missing += size;
    data.hash = hash(data.hash, View(reinterpret_cast<const u8*>(&size), sizeof(size)));  // like nothing that can come
  }
  void transaction(const Exchange& seen) override {
    const auto phase = phases_.extract(seen.id);
    if (!seen.requested()) return;
    const auto& transaction = *seen.transaction;
    RecordedTransaction recorded{.request = transaction.request,
                                 .data = {},
                                 .response = transaction.response,
                                 .asked = seen.first,
                                 .answered = seen.last,
                                 .incomplete = seen.incomplete()};
    if (!phase.empty() && transaction.data) {
      recorded.data = std::move(phase.mapped().data);
      recorded.data->sent = transaction.data->sent;
      recorded.data->announced = phase.mapped().announced;
      recorded.data_began = phase.mapped().began;
      recorded.data_ended = phase.mapped().ended;
    }
    if (auto* const session = talk(seen.session)) session->recorded.transactions.push_back(std::move(recorded));
  }
  void event(const Place& place, const ptp::Message& message) override {
    auto* const session = talk(place.session);
    if (session == nullptr) return;
    auto plain = message;
    plain.wire = {};
    session->events.push_back({plain, place.origin});
  }
  void gap(const Place&, u64 bytes) override {
    ++gaps_;
    lost_ += bytes;
  }
  void warn(u64 frame, const std::string& text) override {
    if (file_.warnings.size() < max_kept_warnings)
      file_.warnings.push_back(frame ? fmt::format("frame {}: {}", frame, text) : text);
    else
      ++untold_;
  }

  void finish() {
    if (untold_ > 0) file_.warnings.push_back(fmt::format("and {} more warnings", untold_));
    if (left_out_) file_.warnings.push_back(fmt::format("only the first {} sessions are read", max_kept_sessions));
    if (gaps_ > 0) file_.warnings.push_back(fmt::format("{} bytes in {} pieces were not captured", lost_, gaps_));
    for (auto& [number, talk] : talks_) {
      auto& session = talk.recorded;
      if (session.transactions.empty() && !session.init_fail) continue;
      session.dictionary = talk.session->dictionary;
      if (talk.session->answered) session.identity = talk.session->answered->identity;
      if (const auto& device = talk.session->device) {
        session.model = device->model;
        session.serial_number = device->serial_number;
      }
      order_by(session.transactions, [](const auto& one) { return one.asked.frame; });
      attach(session.transactions, talk.events);
      for (auto& frame : session.frames) frame.after = last_before(session.transactions, frame.origin);
      file_.sessions.push_back(std::move(session));
    }
  }

 private:
  struct Phase {
    RecordedData data{.hash = empty_hash};
    u64 announced = unknown_size;
    i64 began = 0, ended = 0;
    bool told_packets = true;
  };
  struct Live {
    std::shared_ptr<const Session> session;
    u64 size = 0;
    Origin origin;
    Bytes bytes;
  };
  struct Talk {
    std::shared_ptr<const Session> session;
    RecordedSession recorded;
    std::vector<RecordedEvent> events;
  };

  // Null: there is none, or one too many.
  Talk* talk(const std::shared_ptr<const Session>& session) {
    if (!session) return nullptr;
    if (talks_.size() == max_kept_sessions && !talks_.contains(session->number)) {
      left_out_ = true;
      return nullptr;
    }
    auto& found = talks_[session->number];
    if (found.session) return &found;
    found.session = session;
    auto& recorded = found.recorded;
    recorded.number = session->number;
    recorded.dialect = session->dialect;
    recorded.initiator = session->initiator;
    recorded.responder = session->responder;
    if (session->responder_end) recorded.port = session->responder_end->port;
    return &found;
  }
  Phase& begun(const Exchange& exchange, const Place& place) {
    const auto [found, fresh] = phases_.try_emplace(exchange.id);
    if (fresh) found->second.began = place.origin.time;
    found->second.ended = place.origin.time;
    return found->second;
  }
  // A frame of live view, piece by piece.
  void live(u64 connection, View bytes) {
    const auto found = live_.find(connection);
    if (found == live_.end()) return;
    auto& [session, size, origin, picture] = found->second;
    picture.insert(picture.end(), bytes.begin(), bytes.end());
    if (picture.size() < size) return;
    spool_->write(end_, picture);
    if (auto* const of = talk(session)) of->recorded.frames.push_back({end_, size, origin, {}});
    end_ += size;
    live_.erase(found);
  }
  static std::optional<std::size_t> last_before(const std::vector<RecordedTransaction>& transactions,
                                                const Origin& origin) {
    const auto next =
        std::ranges::upper_bound(transactions, origin.frame, {}, [](const auto& one) { return one.asked.frame; });
    if (next == transactions.begin()) return {};
    return static_cast<std::size_t>(next - transactions.begin()) - 1;
  }
  static void attach(std::vector<RecordedTransaction>& transactions, std::vector<RecordedEvent>& events) {
    order_by(events, [](const auto& one) { return one.origin.frame; });
    if (transactions.empty()) return;
    for (const auto& event : events) {
      auto next = std::ranges::upper_bound(transactions, event.origin.frame, {},
                                           [](const auto& one) { return one.asked.frame; });
      if (next != transactions.begin()) --next;  // what came before any: with the first
      next->events.push_back(event);
    }
  }

  RecordedFile& file_;
  std::shared_ptr<transport::File> spool_;
  u64 end_ = 0, gaps_ = 0, lost_ = 0, untold_ = 0;
  bool left_out_ = false;
  std::map<u64, Talk> talks_;    // by the session's number
  std::map<u64, Phase> phases_;  // that have begun, by exchange
  std::map<u64, Live> live_;     // frames that have begun, by connection
};

// A phase in several pieces of the file, or with bytes missing.
class Pieces final : public transport::Source {
 public:
  Pieces(std::shared_ptr<const transport::File> file, std::vector<RecordedData::Piece> pieces)
      : file_(std::move(file)), pieces_(std::move(pieces)) {}
  void read(u64 offset, Room room) const override {
    std::ranges::fill(room, u8{0});
    for (const auto& piece : pieces_) {
      if (room.empty()) return;
      if (offset >= piece.size) {
        offset -= piece.size;
        continue;
      }
      const auto now = room.first(static_cast<std::size_t>(std::min<u64>(room.size(), piece.size - offset)));
      if (piece.offset) file_->read(*piece.offset + offset, now);
      room = room.subspan(now.size());
      offset = 0;
    }
  }

 private:
  std::shared_ptr<const transport::File> file_;
  std::vector<RecordedData::Piece> pieces_;
};

}  // namespace

u64 hash(u64 before, View bytes) {
  static constexpr u64 prime = 0x100000001B3;
  for (const u8 byte : bytes) before = (before ^ byte) * prime;
  return before;
}

std::size_t RecordedSession::incomplete() const {
  return static_cast<std::size_t>(std::ranges::count_if(transactions, &RecordedTransaction::incomplete));
}

std::string RecordedSession::camera() const {
  if (identity) return ptp::to_string(identity->guid);
  return responder;
}

std::string RecordedSession::body() const {
  if (model.empty() || serial_number.empty()) return {};
  return fmt::format("{} {} {}", dialect_of(*this).name, model, serial_number);
}

const transport::Dialect& dialect_of(const RecordedSession& session) {
  const auto* const spoken = transport::dialect(session.dialect);
  return spoken != nullptr ? *spoken : transport::standard_dialect();
}

bool names_its_transaction(const ptp::Message& event, const transport::Dialect& dialect) {
  return dialect.lanes && event.count > 0 && event.params[0] == event.transaction_id;
}

RecordedFile load_recording(const std::string& path, const TraceOptions& options) {
  RecordedFile file{.path = path};
  Loader loader(file);
  read_trace(path, options, loader);
  loader.finish();
  return file;
}

transport::Body body_of(const RecordedFile& file, const RecordedData& data) {
  if (data.pieces.empty()) return Bytes();
  const auto& first = data.pieces.front();
  if (data.pieces.size() == 1 && first.offset) return transport::FileSlice{file.payload, *first.offset, first.size};
  return transport::Generated{std::make_shared<const Pieces>(file.payload, data.pieces), 0, data.size};
}

std::shared_ptr<const Bytes> picture_of(const RecordedFile& file, const RecordedFrame& frame) {
  auto picture = std::make_shared<Bytes>(static_cast<std::size_t>(frame.size));
  file.payload->read(frame.offset, *picture);
  return picture;
}

std::optional<Bytes> bytes_of(const RecordedFile& file, const RecordedData& data, std::size_t limit) {
  if (data.size > limit) return {};
  Bytes bytes(static_cast<std::size_t>(data.size));
  Pieces(file.payload, data.pieces).read(0, bytes);
  return bytes;
}

std::string describe(const RecordedSession& session) {
  auto text = fmt::format("{}  {} -> {}", session.number, session.initiator, session.responder);
  if (session.identity) text += fmt::format("  \"{}\"", ptp::printable(session.identity->name));
  if (!session.model.empty()) text += "  " + ptp::printable(session.model);
  if (session.init_fail) return text + "  turned away";
  text += fmt::format("  {} transactions", session.transactions.size());
  if (!session.frames.empty()) text += fmt::format(", {} frames of live view", session.frames.size());
  if (const auto cut = session.incomplete()) text += fmt::format(", {} of them incomplete", cut);
  return text;
}

}  // namespace stuntcam::pcap
