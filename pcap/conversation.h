// What the messages of one connection mean together: which operation a data phase belongs to, and which request a
// response answers. Follows; judges nothing and never fails, whatever the two sides send.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "ptp/message.h"

namespace stuntcam::pcap {

// Which of an initiator's connections this is. The first packet says it.
enum class Channel : u8 { unknown, command, event, live_view };
std::string_view name(Channel);  // "command", "event", "live_view", "?"

// "OperationRequest", "StartData", …: which packet of PTP/IP carries this message.
std::string_view packet_name(const ptp::Message&);

// Bytes kept of a data phase: enough for every data set but the longest handle lists (16 383 handles).
inline constexpr std::size_t max_data_set = 65536;
// Bytes kept of a phase that carries no data set: to recognise it by eye.
inline constexpr std::size_t max_excerpt = 64;
// Requests that await their response; a client that sends more without listening loses the oldest here.
inline constexpr std::size_t max_outstanding = 64;

struct DataPhase {
  bool sent = false;  // by the responder
  u64 announced = unknown_size;
  u64 size = 0;           // payload bytes seen so far
  Bytes kept;             // the first of them
  bool complete = false;  // its last frame has passed whole
  bool whole() const { return complete && kept.size() == size; }
};

struct Transaction {
  ptp::Message request;  // without wire
  std::optional<DataPhase> data;
  std::optional<ptp::Message> response;
};

class Conversation {
 public:
  // `sent` everywhere: by the responder.
  void head(bool sent, const ptp::Message&);
  void payload(bool sent, View);
  // The payload of the frame whose head came last in that direction is complete.
  void frame_ended(bool sent);
  // Something was not captured: until an id fits a request again, what fits none may answer one that was not seen.
  void missed() { missed_ = true; }

  Channel channel() const { return channel_; }
  // What the last message in that direction belonged to; null for what belongs to none.
  std::shared_ptr<const Transaction> transaction(bool sent) const { return at_[sent]; }

 private:
  void request(const ptp::Message&);
  void data(bool sent, const ptp::Message&);
  void response(const ptp::Message&);
  DataPhase* phase(bool sent);  // the one that goes on in that direction
  // Whose answer this is; null: that of none.
  std::shared_ptr<Transaction> answer_to(const ptp::Message&);

  Channel channel_ = Channel::unknown;
  bool missed_ = false;
  std::deque<std::shared_ptr<Transaction>> outstanding_;  // in the order of their requests
  std::shared_ptr<Transaction> answered_;                 // the last one
  std::shared_ptr<Transaction> at_[2];
  ptp::Message last_[2];
};

}  // namespace stuntcam::pcap
