#include "transport/usb/usb_link.h"

#include <fmt/format.h>

#include <system_error>

#include "ptp/packets.h"
#include "transport/usb/device.h"

namespace stuntcam::transport::usb {

using ptp::Kind;
using ptp::Message;

namespace {

constexpr std::size_t scratch_size = 64 << 10;

const ptp::Framing& packets() {
  static const ptp::PacketFraming framing;
  return framing;
}

class UsbLink : public Link {
 public:
  explicit UsbLink(std::shared_ptr<Device> device) : device_(std::move(device)) {}
  const ptp::Framing& framing() const override { return packets(); }
  void close(bool) override {
    closed_ = true;
    device_->changed.raise();
  }
  std::string peer() const override {
    const Interface& usb = device_->interface();
    return fmt::format("usb:{:03},{:03}", usb.bus, usb.device);
  }

 protected:
  void check() const {
    if (closed_) throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted));
    if (device_->gone()) throw std::system_error(std::make_error_code(std::errc::no_such_device));
  }
  // As it would look on PTP/IP, for those who record it.
  Message dressed(Message message, View body = {}) {
    message.wire = body;
    wire_.clear();
    packets().encode(message, wire_);
    message.wire = wire_;
    return message;
  }
  std::shared_ptr<Device> device_;
  Bytes wire_;
  bool closed_ = false;
};

class CommandLink final : public UsbLink {
 public:
  using UsbLink::UsbLink;
  ~CommandLink() override { UsbLink::close(false); }
  void close(bool reset) override {
    UsbLink::close(reset);
    device_->abandon();
  }

  Task<ptp::Expected<Message>> receive() override {
    const auto device = device_;
    while (device->frame_left() != 0) {
      scratch_.resize(scratch_size);
      co_await read(scratch_);
    }
    for (;;) {
      if (closed_) check();
      const auto said = co_await device->next();
      if (closed_) check();
      if (said) co_return dressed(said->message, said->body);
    }
  }
  Task<std::size_t> read(Room room) override {
    if (closed_) check();
    const auto device = device_;
    const std::size_t got = co_await device->read(room, closed_);
    if (closed_) check();
    co_return got;
  }
  bool pending() override { return closed_ || device_->has_input(); }
  Task<bool> ready() override {
    const auto device = device_;
    for (;;) {
      if (closed_ || device->gone()) co_return false;
      if (device->has_input()) co_return true;
      co_await device->changed.wait();
    }
  }
  void put(const Message& message) override { device_->put(message); }
  Task<> write(Payload payload) override {
    check();
    return device_->write(payload);
  }
  Task<> flush() override {
    check();
    return device_->flush();
  }
  u64 moved() const override { return device_->moved(); }

 private:
  Bytes scratch_;
};

class EventLink final : public UsbLink {
 public:
  explicit EventLink(std::shared_ptr<Device> device) : UsbLink(std::move(device)) {
    device_->events.clear();
    ++device_->listeners;
  }
  ~EventLink() override {
    --device_->listeners;
    close(false);
  }

  Task<ptp::Expected<Message>> receive() override {
    const auto device = device_;
    for (;;) {
      if (closed_) check();
      if (!answers_.empty()) {
        const Message answer = answers_.front();
        answers_.pop_front();
        co_return dressed(answer);
      }
      if (!device->events.empty()) {
        const Message event = device->events.front();
        device->events.pop_front();
        co_return dressed(event);
      }
      check();
      co_await device->changed.wait();
    }
  }
  Task<std::size_t> read(Room) override { co_return 0; }
  bool pending() override { return closed_ || device_->gone() || !answers_.empty() || !device_->events.empty(); }
  Task<bool> ready() override {
    const auto device = device_;
    while (!pending()) co_await device->changed.wait();
    co_return !closed_ && !device->gone();
  }
  void put(const Message& message) override {
    Message answer;
    if (message.kind == Kind::init_event_request)
      answer.kind = Kind::init_event_ack;
    else if (message.kind == Kind::probe_request)
      answer.kind = Kind::probe_response;
    else
      return;  // Cancel: the command link's is enough
    answers_.push_back(answer);
    device_->changed.raise();
  }
  Task<> write(Payload) override { co_return; }
  Task<> flush() override { co_return; }
  u64 moved() const override { return moved_; }

 private:
  std::deque<Message> answers_;
  u64 moved_ = 0;
};

}  // namespace

std::unique_ptr<Link> make_command_link(std::shared_ptr<Device> device) {
  return std::make_unique<CommandLink>(std::move(device));
}
std::unique_ptr<Link> make_event_link(std::shared_ptr<Device> device) {
  return std::make_unique<EventLink>(std::move(device));
}

}  // namespace stuntcam::transport::usb
