// The link between a virtual device's interrupt endpoint and the server behind it.
#include "transport/usb/device_state.h"

namespace stuntcam::transport::usb {
namespace {

// Events go out when the host asks; cancels come in beside the commands, as in PTP/IP on its event connection.
class EventLink final : public Link {
 public:
  EventLink(std::shared_ptr<VirtualDevice::State> device, std::shared_ptr<Round> round)
      : device_(std::move(device)), round_(std::move(round)), peer_(device_->host) {}
  ~EventLink() override { close(false); }

  const ptp::Framing& framing() const override { return containers(); }
  Task<ptp::Expected<ptp::Message>> receive() override {
    while (round_->events_cancels.empty()) {
      if (round_->closed) gone();
      co_await round_->events_wake.wait();
    }
    const auto message = cancel_message(round_->events_cancels.front());
    round_->events_cancels.pop_front();
    co_return message;
  }
  Task<std::size_t> read(Room) override { co_return 0; }
  bool pending() override { return round_->closed || !round_->events_cancels.empty(); }
  Task<bool> ready() override {
    while (!pending()) co_await round_->events_wake.wait();
    co_return !round_->closed;
  }
  void put(const ptp::Message& message) override {
    const bool tells = message.kind == ptp::Kind::event || message.kind == ptp::Kind::raw;
    if (!round_->closed && tells) device_->event(message);
  }
  Task<> write(Payload) override { co_return; }
  Task<> flush() override {
    if (round_->closed) gone();
    co_return;
  }
  void close(bool) override {
    if (round_->closed) return;
    round_->closed = true;
    round_->events_wake.raise();
    device_->wake.raise();
  }
  void mark(std::string_view what) override { device_->note(what); }
  u64 moved() const override { return 0; }
  Lane lane() const override { return Lane::event; }
  std::string peer() const override { return peer_; }

 private:
  std::shared_ptr<VirtualDevice::State> device_;
  std::shared_ptr<Round> round_;
  std::string peer_;
};

}  // namespace

std::unique_ptr<Link> make_event_link(std::shared_ptr<VirtualDevice::State> device, std::shared_ptr<Round> round) {
  return std::make_unique<EventLink>(std::move(device), std::move(round));
}

}  // namespace stuntcam::transport::usb
