#include "fuzz/engine/conversation.h"

#include <algorithm>
#include <bit>
#include <map>

#include "fuzz/engine/random.h"
#include "ptp/codes.h"

namespace stuntcam::fuzz {
namespace {

using ptp::Kind;

class Ear final : public transport::Observer {
 public:
  explicit Ear(std::shared_ptr<Conversation> heard) : heard_(std::move(heard)) {}

  void head(bool sent, const ptp::Message& message, View) override {
    if (sent)
      from_camera(message);
    else
      from_client(message);
  }
  void payload(bool sent, View bytes) override {
    if (!sent || !in_data_) return;
    auto* const step = last();
    if (step == nullptr) return;
    step->size += bytes.size();
    const View kept =
        bytes.first(std::min({bytes.size(), most_data - step->data.size(), most_data_in_all - heard_->data}));
    heard_->data += kept.size();
    step->data.insert(step->data.end(), kept.begin(), kept.end());
  }
  void malformed(View, const ptp::Error&) override { heard_->bad_packets = true; }
  void closed(bool, bool) override {}

 private:
  void from_client(const ptp::Message& message) {
    if (message.kind == Kind::init_command_request) ++heard_->handshakes;
    if (message.kind != Kind::operation_request) return;
    mine_.reset();
    if (heard_->steps.size() == most_steps) return;
    mine_ = heard_->steps.size();
    Step step;
    step.operation = message.code;
    step.count = message.count;
    step.params = message.params;
    heard_->steps.push_back(std::move(step));
  }
  void from_camera(const ptp::Message& message) {
    in_data_ = false;
    if (message.kind == Kind::event) heard_->events.push_back(message.code);
    auto* const step = last();
    if (message.kind == Kind::data) {
      if (step == nullptr) ++heard_->frames;
      in_data_ = step != nullptr;
      if (step != nullptr) step->has_data = true;
    }
    if (message.kind == Kind::operation_response && step != nullptr) step->response = message.code;
  }
  Step* last() { return mine_ ? &heard_->steps[*mine_] : nullptr; }

  std::shared_ptr<Conversation> heard_;
  std::optional<std::size_t> mine_;  // the step of this connection's last request
  bool in_data_ = false;
};

// Codes say too much: which one it is was our choice. What a client tells apart is success, "later", and the rest.
u64 kind_of_response(u16 code) {
  if (code == 0) return 0;
  if (code == static_cast<u16>(ptp::ResponseCode::OK)) return 1;
  return code == static_cast<u16>(ptp::ResponseCode::DeviceBusy) ? 2 : 3;
}

u64 size_bucket(const Step& step) { return step.has_data ? 1 + static_cast<u64>(std::bit_width(step.size)) : 0; }

u64 feature(u64 kind, u64 a, u64 b, u64 c, u64 d = 0) { return mixed(mixed(mixed(mixed(kind + a) + b) + c) + d); }

}  // namespace

std::shared_ptr<transport::Observer> Listener::observe(u64) {
  ++heard_->connections;
  return std::make_shared<Ear>(heard_);
}

std::size_t size_of(const Conversation& heard) {
  return sizeof heard + heard.steps.size() * sizeof(Step) + heard.data + heard.events.size() * sizeof(u16);
}

std::vector<u64> features(const Conversation& heard, u64 outcome) {
  std::vector<u64> found;
  std::map<u16, u64> times;
  const Step nothing;
  const Step* before = &nothing;
  for (const auto& step : heard.steps) {
    found.push_back(
        feature(1, before->operation, kind_of_response(before->response), size_bucket(*before), step.operation));
    ++times[step.operation];
    before = &step;
  }
  found.push_back(feature(2, before->operation, kind_of_response(before->response), size_bucket(*before), outcome));
  for (const auto& [operation, count] : times)
    found.push_back(feature(3, operation, static_cast<u64>(std::bit_width(count)), 0));
  found.push_back(
      feature(4, std::min<u64>(heard.connections, 8), std::min<u64>(heard.handshakes, 4), heard.bad_packets));
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace stuntcam::fuzz
