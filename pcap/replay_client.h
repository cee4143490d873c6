// A capture that plays the client: asks a live camera what was recorded, and compares the answers (docs/replay.md).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pcap/replay_compare.h"
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

// How to get the two connections, one after the other; the second may give null.
struct ClientDialers {
  std::function<transport::Task<std::unique_ptr<transport::Link>>()> command, events;
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
  struct Answer {
    std::optional<ptp::Message> response;
    bool data = false;
    u64 size = 0, hash = empty_hash;
    Bytes kept;
  };
  using Bag = std::deque<QueuedEvent>;

  transport::Task<> connect(const ClientDialers&);
  transport::Task<ptp::Message> first_answer(transport::Link&);
  transport::Task<> step(std::size_t index, Step& step);
  transport::Task<Answer> ask(const RecordedTransaction&, ptp::Message request);
  transport::Task<Answer> converse(const RecordedTransaction&, ptp::Message request);
  transport::Task<> send_data(const RecordedTransaction&, ptp::Message request);
  transport::Task<Answer> ask_until_ready(const RecordedTransaction&, ptp::Message request);
  transport::Task<> poll(const RecordedTransaction&, ptp::Message request, Step& step);
  transport::Task<> await_events(const RecordedTransaction&, Step& step);
  transport::Task<> map_handles(const RecordedTransaction&, const Answer&);
  bool waits(std::size_t index) const;
  bool take_event(const QueuedEvent& recorded);
  void learn(const RecordedTransaction&, const Answer&);
  void compare_answer(const RecordedTransaction&, const Answer&, Step&);
  void compare_data(const RecordedTransaction&, const Answer&, Step&);
  std::optional<Bytes> recorded_bytes(const RecordedTransaction&) const;
  void find_fresh();

  asio::io_context& io_;
  transport::Clock& clock_;
  std::shared_ptr<const RecordedFile> file_;
  const RecordedSession& session_;
  ClientOptions options_;
  Tell tell_;
  std::shared_ptr<transport::Link> link_, events_;
  std::shared_ptr<Bag> bag_ = std::make_shared<Bag>();  // came, and not yet expected
  Identifiers ids_;
  std::map<u32, u32> transactions_;  // recorded ids and those of now
  std::shared_ptr<u64> asked_ = std::make_shared<u64>(0);
  u32 last_ = 0;
  bool open_ = false, late_ = false;
  Bytes buffer_;
  u64 quiet_ = unknown_size;  // bytes of an empty queue in a form that is not known
  i64 awaited_ = 0;           // bytes that such queues gave then and not yet now
  u64 different_ = 0;
};

}  // namespace stuntcam::pcap
