// A capture that plays the client: asks a live camera what was recorded, and compares the answers (docs/replay.md).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pcap/replay_plan.h"
#include "transport/clock.h"
#include "transport/link.h"
#include "transport/task.h"

namespace stuntcam::pcap {

struct ClientOptions {
  Masks masks;
  transport::Duration answer = std::chrono::seconds(30);     // how long a phase may take
  transport::Duration condition = std::chrono::seconds(10);  // how long what was polled for may take
};

// What became of one recorded transaction.
struct Step {
  std::size_t number = 0;  // in the session, from 1
  u64 frame = 0;
  std::string request;
  enum class Outcome : u8 { same, different, skipped, failed } outcome = Outcome::same;
  std::string why;  // skipped, failed
  std::vector<Difference> differences;
  double seconds = 0;
};

// How to get the connections. The event connection's, which may give null, is called after the command connection's
// Ack, or, where the dialect has lanes, once the camera is in the mode for it; that of live view, which only such
// dialects have, then too, if pictures were recorded.
struct ClientDialers {
  using Dialer = std::function<transport::Task<std::unique_ptr<transport::Link>>()>;
  Dialer command, events, live_view{};
};

class ClientReplay {
 public:
  using Tell = std::function<void(const Step&)>;
  ClientReplay(asio::io_context&, transport::Clock&, std::shared_ptr<const RecordedFile>, std::size_t session,
               ClientOptions, Tell);
  ~ClientReplay();
  // Throws std::system_error when the camera cannot be reached, std::runtime_error when it refuses the initiator. What
  // happens later is told as steps.
  transport::Task<> run(ClientDialers dialers);
  u64 different() const { return different_; }      // steps, and those that failed
  u64 events_left() const { return bag_->size(); }  // that came and were not recorded

 private:
  using Bag = std::deque<QueuedEvent>;
  using Name = std::pair<std::string, u32>;  // of an object, with its size

  transport::Task<> connect();
  transport::Task<ptp::Message> first_answer(transport::Link&);
  transport::Task<> open_lanes(Step& step);
  transport::Task<> step(std::size_t index, Step& step);
  transport::Task<> ask_until_as_recorded(const RecordedTransaction&, ptp::Message request, Step& step);
  transport::Task<Answer> ask_until_ready(const RecordedTransaction&, ptp::Message request);
  transport::Task<Answer> ask(const RecordedTransaction&, ptp::Message request);
  transport::Task<Answer> converse(const RecordedTransaction&, ptp::Message request);
  transport::Task<> send_data(const RecordedTransaction&, ptp::Message request);
  transport::Task<> poll(const RecordedTransaction&, ptp::Message request, Step& step);
  transport::Task<> await_events(const RecordedTransaction&, Step& step);
  transport::Task<> await_picture(std::size_t index, Step& step);
  transport::Task<> map_handles(const RecordedTransaction&, const Answer&);
  transport::Task<Name> name_of(u32 handle);
  transport::Task<> say_goodbye();
  bool may_change(const RecordedTransaction&, const std::vector<Difference>&, transport::Duration due) const;
  void listen();
  bool take_event(const QueuedEvent& recorded);
  Difference absent(const Step&, const QueuedEvent&) const;
  std::map<u32, Name> recorded_names() const;
  void learn(const RecordedTransaction&, const Answer&);
  std::optional<Bytes> recorded_bytes(const RecordedTransaction&) const;

  asio::io_context& io_;
  transport::Clock& clock_;
  std::shared_ptr<const RecordedFile> file_;
  const RecordedSession& session_;
  const transport::Dialect& dialect_;
  ClientOptions options_;
  const ReplayPlan plan_;
  Tell tell_;
  ClientDialers dialers_;
  std::shared_ptr<transport::Link> link_, events_, live_view_;
  std::shared_ptr<Bag> bag_ = std::make_shared<Bag>();        // came, and not yet expected
  std::shared_ptr<u64> pictures_ = std::make_shared<u64>(0);  // of live view
  Identifiers ids_;
  std::set<u32> listed_;             // handles that the camera has listed
  std::map<u32, u32> transactions_;  // recorded ids and those of now
  std::shared_ptr<u64> asked_ = std::make_shared<u64>(0);
  u32 last_ = 0;
  bool open_ = false;
  Bytes buffer_;
  // When the last transaction that changes the camera was over: as recorded (nanoseconds), and now.
  i64 changed_then_ = 0;
  transport::Duration changed_now_{};
  i64 awaited_ = 0;  // bytes that queues in a form that is not known gave then and not yet now
  u64 different_ = 0;
};

}  // namespace stuntcam::pcap
