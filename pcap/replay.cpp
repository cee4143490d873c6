#include "pcap/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace stuntcam::pcap {

using ptp::OperationCode;
using ptp::ResponseCode;
using transport::Answer;
using transport::Duration;
using transport::EventOut;
using transport::Intake;
using transport::Outlet;
using transport::Reply;

namespace {

constexpr std::size_t copy_size = 64 << 10;
// Of live view without the recorded waits: no camera is faster, and the other connections have their turn.
constexpr Duration shortest_interval = std::chrono::milliseconds(10);
// Of a camera whose own was not captured. All zeros would look like a defect to some clients.
constexpr u8 made_up_guid = 0x5C;

bool is(const ptp::Message& request, OperationCode code) { return request.code == static_cast<u16>(code); }

// Data that goes to whoever answers in the capture's place.
Reply pass_on(Answer answer, const transport::File* data, u64 size) {
  if (auto* reply = std::get_if<Reply>(&answer)) return std::move(*reply);
  auto& intake = *std::get<std::unique_ptr<Intake>>(answer);
  if (data != nullptr) {
    intake.begin(size);
    Bytes piece(copy_size);
    for (u64 at = 0; at < size;) {
      const auto got = data->read(at, piece);
      if (got == 0) break;
      intake.write(View(piece).first(got));
      at += got;
    }
  }
  return intake.finish(true);
}

}  // namespace

// One connection that is answered from one session of the capture.
class Replay::Play final : public transport::Session {
 public:
  Play(Replay& replay, const RecordedSession& session, Outlet& outlet, std::unique_ptr<transport::Session> fallback)
      : replay_(replay),
        session_(session),
        outlet_(outlet),
        script_(session, replay.options_.matching),
        fallback_(std::move(fallback)) {
    outlet_.open_lanes(true);
    time_frames();
  }
  ~Play() override { count_unasked(script_, replay_.report_); }
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  Answer request(const ptp::Message& request) override {
    if (request.data_phase == 2 || script_.carries_data(request)) return std::make_unique<DataIn>(*this, request);
    return answer(request, script_.key(request), nullptr, 0);
  }

  // The next one, unless it comes of what has not been asked for yet; then the last again, as at the end.
  std::shared_ptr<const Bytes> frame() override {
    const auto& frames = session_.frames;
    if (next_frame_ < frames.size() && script_.reached(frames[next_frame_].after))
      shown_ = picture_of(*replay_.file_, frames[next_frame_++]);
    return shown_;
  }
  Duration frame_interval() const override { return frame_interval_; }

 private:
  // Data to the camera: only its hash is wanted, but for whoever answers in the capture's place.
  class DataIn final : public Intake {
   public:
    DataIn(Play& play, const ptp::Message& request) : play_(play), request_(request) {
      if (play.fallback_) file_ = transport::File::temporary(std::filesystem::temp_directory_path());
    }
    void begin(u64) override { begun_ = true; }
    void write(View bytes) override {
      if (file_) file_->write(size_, bytes);
      size_ += bytes.size();
      hash_ = hash(hash_, bytes);
    }
    Reply finish(bool) override {
      const auto& script = play_.script_;
      const auto key = begun_ ? script.key(request_, size_, hash_) : script.key(request_);
      return play_.answer(request_, key, file_.get(), size_);
    }

   private:
    Play& play_;
    ptp::Message request_;
    bool begun_ = false;
    u64 size_ = 0, hash_ = empty_hash;
    std::shared_ptr<transport::File> file_;
  };

  Reply answer(const ptp::Message& request, const RequestKey& key, const transport::File* data, u64 size) {
    auto& report = replay_.report_;
    ++report.requests;
    if (is(request, OperationCode::OpenSession)) fallback_open_ = false;
    const auto due = [this](i64 since_effect) { return wait(0, since_effect) <= replay_.clock_.now() - answered_; };
    if (const auto choice = script_.choose(key, due)) {
      report.repeated += choice->fresh || choice->poll ? 0 : 1;
      report.out_of_order += choice->out_of_order ? 1 : 0;
      return recorded(request, session_, script_, *choice);
    }
    if (const auto match = replay_.options_.matching.match; match != Match::strict) {
      for (auto& [session, script] : others()) {
        const auto choice = match == Match::loose ? script.choose(key) : script.recall(key);
        if (!choice) continue;
        report.out_of_order += choice->out_of_order ? 1 : 0;
        return recorded(request, *session, script, *choice);
      }
    }
    auto reply = miss(request, data, size);
    note_miss(key, ptp::to_string(static_cast<ResponseCode>(reply.code), session_.dictionary.vendor));
    return reply;
  }

  Reply recorded(const ptp::Message& request, const RecordedSession& session, Script& script, Script::Choice choice) {
    const auto& one = session.transactions[choice.index];
    transactions_[one.request.transaction_id] = request.transaction_id;
    Reply reply(ResponseCode::GeneralError);  // where no response was captured
    if (one.response) {
      reply.code = one.response->code;
      reply.count = one.response->count;
      reply.params = one.response->params;
    }
    const bool sent = one.data && one.data->sent;
    if (sent) {
      reply.body = body_of(*replay_.file_, *one.data);
      const bool odd = one.data->announced != one.data->size && !one.incomplete;
      if (odd || one.data->announced == unknown_size) reply.announced = one.data->announced;
      reply.packets = one.data->packets;
      reply.before_data = wait(one.asked.time, one.data_began);
    }
    reply.before_response = wait(one.data ? one.data_ended : one.asked.time, one.answered.time);
    if (choice.fresh) tell_events(one, script.due(choice.index), reply);
    if (choice.effect) answered_ = replay_.clock_.now() + reply.before_response;
    return reply;
  }

  // The usual time between two frames: half of them came sooner.
  void time_frames() {
    std::vector<i64> times;
    const auto& frames = session_.frames;
    times.reserve(frames.size());
    for (std::size_t i = 1; i < frames.size(); ++i) times.push_back(frames[i].origin.time - frames[i - 1].origin.time);
    if (times.empty()) return;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, middle);
    frame_interval_ = std::max(shortest_interval, wait(0, *middle));
  }

  // As long as it took then, as far as times of a damaged file mean anything.
  Duration wait(i64 from, i64 to) const {
    const auto passed = static_cast<double>(static_cast<i64>(static_cast<u64>(to) - static_cast<u64>(from)));
    const double scaled = std::max(0.0, passed * replay_.options_.speed);
    const auto longest = replay_.options_.longest_wait;
    return scaled < static_cast<double>(longest.count()) ? Duration(static_cast<i64>(scaled)) : longest;
  }

  void tell_events(const RecordedTransaction& one, const std::vector<const RecordedEvent*>& events, Reply& reply) {
    for (const auto* event : events) {
      EventOut out;
      out.code = event->message.code;
      out.count = static_cast<u8>(std::min<std::size_t>(event->message.count, out.params.size()));
      std::copy_n(event->message.params.begin(), out.count, out.params.begin());
      const auto live = transactions_.find(event->message.transaction_id);
      out.transaction_id = live == transactions_.end() ? event->message.transaction_id : live->second;
      if (names_its_transaction(event->message, dialect_of(session_))) out.params[0] = out.transaction_id;
      const bool meanwhile = event->origin.frame > one.asked.frame && event->origin.frame < one.answered.frame;
      const auto from = meanwhile ? one.asked.time : one.answered.time;
      const bool belongs = event->origin.frame > one.asked.frame;
      const auto late = belongs ? wait(from, event->origin.time) : Duration{};
      if (late == Duration{} && meanwhile)
        outlet_.event(out);
      else if (late == Duration{})
        reply.then.push_back(out);
      else
        replay_.clock_.after(late + (meanwhile ? Duration{} : reply.before_data + reply.before_response),
                             [this, out, alive = std::weak_ptr(alive_)] {
                               if (alive.lock()) outlet_.event(out);
                             });
    }
  }

  Reply miss(const ptp::Message& request, const transport::File* data, u64 size) {
    if (fallback_) {
      const bool opens = is(request, OperationCode::OpenSession);
      if (!fallback_open_ && !opens) {
        ptp::Message open;
        open.kind = ptp::Kind::operation_request;
        open.code = static_cast<u16>(OperationCode::OpenSession);
        open.count = 1;
        open.params[0] = 1;
        fallback_->request(open);
      }
      fallback_open_ = true;
      return pass_on(fallback_->request(request), data, size);
    }
    if (replay_.options_.on_miss == OnMiss::close) outlet_.close();
    // A capture that began later, or ended sooner, than its session.
    if (is(request, OperationCode::OpenSession) || is(request, OperationCode::CloseSession))
      return Reply(ResponseCode::OK);
    return Reply(known(request.code) ? ResponseCode::GeneralError : ResponseCode::OperationNotSupported);
  }

  // By the camera: in any of its sessions.
  bool known(u16 operation) {
    return script_.knows(operation) ||
           std::ranges::any_of(others(), [&](const auto& other) { return other.second.knows(operation); });
  }

  void note_miss(const RequestKey& key, const std::string& answer) {
    auto& report = replay_.report_;
    ++report.misses;
    const auto text = script_.text(key);
    const auto known = std::ranges::find(report.missed, text, &ReplayReport::Miss::request);
    if (known != report.missed.end()) {
      ++known->times;
      return;
    }
    if (report.missed.size() == max_reported) return;
    auto nearest = script_.nearest(key);
    if (report.match == Match::strict)
      nearest.insert(nearest.begin(),
                     fmt::format("expected: {}", script_.expected().empty() ? "nothing more" : script_.expected()));
    auto line = fmt::format("not in the capture: {}; answered {}", text, answer);
    for (const auto& each : nearest) line += "\n  " + each;
    if (replay_.options_.log) replay_.options_.log(line);
    report.missed.push_back({text, 1, std::move(nearest), answer});
  }

  std::vector<std::pair<const RecordedSession*, Script>>& others() {
    if (others_.empty()) {
      for (const auto index : replay_.options_.sessions) {
        const auto& session = replay_.file_->sessions[index];
        if (&session != &session_) others_.emplace_back(&session, Script(session, replay_.options_.matching));
      }
    }
    return others_;
  }

  Replay& replay_;
  const RecordedSession& session_;
  Outlet& outlet_;
  Script script_;
  std::vector<std::pair<const RecordedSession*, Script>> others_;
  std::unique_ptr<transport::Session> fallback_;
  bool fallback_open_ = false;
  std::map<u32, u32> transactions_;  // recorded ids and those of now
  std::size_t next_frame_ = 0;
  std::shared_ptr<const Bytes> shown_;  // the last frame
  Duration frame_interval_ = shortest_interval;
  Duration answered_{};  // when the last one was that may have changed something
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

Replay::Replay(std::shared_ptr<const RecordedFile> file, ReplayOptions options, transport::Clock& clock,
               std::unique_ptr<transport::Responder> fallback)
    : file_(std::move(file)), options_(std::move(options)), clock_(clock), fallback_(std::move(fallback)) {
  report_.match = options_.matching.match;
}

Replay::~Replay() = default;

void Replay::count_unasked(const Script& script, ReplayReport& report) {
  for (const auto index : script.unasked()) {
    if (report.unasked_transactions++ < max_reported) report.unasked.push_back(script.text(index));
  }
}

ReplayReport Replay::report() const {
  auto report = report_;
  for (auto i = report.connections; i < options_.sessions.size(); ++i)
    count_unasked(Script(file_->sessions[options_.sessions[i]], options_.matching), report);
  return report;
}

const RecordedSession& Replay::session() const {
  const auto newest = report_.connections == 0 ? 0 : report_.connections - 1;
  return file_->sessions[options_.sessions[std::min<u64>(newest, options_.sessions.size() - 1)]];
}

ptp::Identity Replay::identity() const {
  if (const auto& own = session().identity) return *own;
  for (const auto index : options_.sessions)  // over USB it has none
    if (const auto& other = file_->sessions[index].identity) return *other;
  ptp::Identity made_up;
  made_up.name = session().model.empty() ? std::filesystem::path(file_->path).stem().string() : session().model;
  made_up.guid.fill(made_up_guid);
  return made_up;
}

Bytes Replay::introduction() const {
  const auto& recorded = session().responder_identity;
  return recorded.empty() ? ptp::encode_identity(identity()) : recorded;
}

std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> Replay::open(const ptp::Identity& initiator,
                                                                                     Outlet& outlet) {
  ++report_.connections;
  const auto& recorded = session();
  if (recorded.init_fail) return std::unexpected(static_cast<ptp::InitFailReason>(*recorded.init_fail));
  std::unique_ptr<transport::Session> fallback;
  if (fallback_) {
    auto opened = fallback_->open(initiator, outlet);
    if (opened) fallback = std::move(*opened);
  }
  return std::make_unique<Play>(*this, recorded, outlet, std::move(fallback));
}

}  // namespace stuntcam::pcap
