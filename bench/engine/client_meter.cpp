#include "bench/engine/client_meter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "transport/wrapper.h"

namespace stuntcam::bench {

using ptp::Kind;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr u32 data_to_camera = 2;  // DataPhaseInfo of a request

double seconds(SteadyClock::duration time) { return std::chrono::duration<double>(time).count(); }
u64 nanoseconds(SteadyClock::duration time) {
  return static_cast<u64>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

}  // namespace

class ClientMeter::Metered final : public transport::Wrapper {
 public:
  Metered(std::unique_ptr<transport::Link> inner, std::shared_ptr<ClientMeter> meter)
      : Wrapper(std::move(inner)), meter_(std::move(meter)) {}

  transport::Task<ptp::Expected<ptp::Message>> receive() override {
    const auto before = SteadyClock::now();
    auto message = co_await inner().receive();
    if (message && message->kind == Kind::operation_request) {
      begin(*message);
    } else if (message && message->kind == Kind::data && waits_for_data_) {
      transferred(before);
      waits_for_data_ = !message->last;
    }
    co_return message;
  }
  transport::Task<std::size_t> read(Room room) override {
    const auto before = SteadyClock::now();
    const std::size_t got = co_await inner().read(room);
    transferred(before);
    meter_->account_.uploaded += got;
    bytes_ += got;
    co_return got;
  }
  transport::Task<bool> ready() override {
    const auto before = SteadyClock::now();
    const bool there = co_await inner().ready();
    if (waits_for_data_) transferred(before);
    co_return there;
  }
  void put(const ptp::Message& message) override {
    inner().put(message);
    if (message.kind == Kind::operation_response) answered_ = true;
  }
  transport::Task<> write(transport::Payload payload) override {
    const auto before = SteadyClock::now();
    co_await inner().write(payload);
    transferred(before);
    meter_->account_.downloaded += payload.size;
    bytes_ += payload.size;
  }
  transport::Task<> flush() override {
    co_await inner().flush();
    if (std::exchange(answered_, false) && begun_) end(*begun_);
  }

 private:
  void transferred(SteadyClock::time_point since) {
    if (begun_) transfer_ += SteadyClock::now() - since;
  }
  void begin(const ptp::Message& request) {
    const auto now = SteadyClock::now();
    auto& account = meter_->account_;
    if (account.sessions == 0) meter_->begin_ = now;
    if (last_response_) {
      account.thinking += seconds(now - *last_response_);
      account.thoughts.add(nanoseconds(now - *last_response_));
    } else {
      ++account.sessions;
    }
    code_ = request.code;
    begun_ = now;
    bytes_ = 0;
    transfer_ = {};
    waits_for_data_ = request.data_phase == data_to_camera;
  }
  void end(SteadyClock::time_point begun) {
    const auto now = SteadyClock::now();
    auto& account = meter_->account_;
    const auto whole = now - begun;
    const auto own = whole - std::min(whole, transfer_);
    ++account.operations;
    account.transferring += seconds(transfer_);
    account.answering += seconds(own);
    account.answers.add(nanoseconds(own));
    account.span = seconds(now - meter_->begin_);
    auto& operation = account.by_operation[code_];
    ++operation.count;
    operation.bytes += bytes_;
    operation.seconds += seconds(whole);
    begun_.reset();
    last_response_ = now;
  }

  std::shared_ptr<ClientMeter> meter_;
  std::optional<SteadyClock::time_point> begun_, last_response_;  // of the transaction under way; of the one before
  SteadyClock::duration transfer_{};                              // time of it that data was on its way
  u16 code_ = 0;
  u64 bytes_ = 0;
  bool answered_ = false, waits_for_data_ = false;
};

transport::Wrap ClientMeter::wrap() {
  return [self = shared_from_this()](std::unique_ptr<transport::Link> link, u64) -> std::unique_ptr<transport::Link> {
    if (self->stopped_) return link;
    return std::make_unique<Metered>(std::move(link), self);
  };
}

}  // namespace stuntcam::bench
