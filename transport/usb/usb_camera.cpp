#include "transport/usb/usb_camera.h"

#include <fmt/format.h>

#include "transport/usb/device.h"
#include "transport/usb/usb_link.h"

namespace stuntcam::transport::usb {
namespace {

// Asking often costs nothing, and in containers hotplug messages never come.
constexpr Duration search_interval = std::chrono::seconds(1);

class UsbCamera final : public RealCamera {
 public:
  UsbCamera(asio::io_context& io, Clock& clock, Selector selector, Opener opener, Log log)
      : io_(io), clock_(clock), selector_(std::move(selector)), opener_(std::move(opener)), log_(std::move(log)) {
    take(opener_(selector_));
    // It may come back at another place; what it is stays.
    const Interface& usb = device_->interface();
    selector_ = {};
    selector_.vendor = usb.vendor;
    selector_.product = usb.product;
    if (!usb.serial_number.empty()) selector_.serial_number = usb.serial_number;
    watch();
  }

  Task<std::shared_ptr<Line>> open(ptp::Identity) override {
    if (device_ && device_->gone()) look();
    if (!device_) throw Unavailable(ptp::InitFailReason::unspecified, known_ + " is not plugged in");
    auto line = std::make_shared<Line>();
    line->command = make_command_link(device_);
    line->events = make_event_link(device_);
    line->identity = device_->identity();
    line->introduction = ptp::encode_identity(line->identity);
    line->replaces_sessions = true;
    co_return line;
  }

  Task<> hang_up(std::shared_ptr<Line> line, bool in_step) override {
    line->command->close();
    const auto device = device_;
    if (device && !in_step && !device->gone()) co_await device->restore();
  }

  void let_go() override {
    alive_.reset();  // it is not looked for any more
    if (device_) device_->let_go();
  }

 private:
  void take(std::unique_ptr<Pipe> pipe) {
    device_ = std::make_shared<Device>(io_, clock_, std::move(pipe), log_);
    device_->start();
  }
  void watch() {
    clock_.after(search_interval, [this, alive = std::weak_ptr<int>(alive_)] {
      if (alive.expired()) return;
      look();
      watch();
    });
  }
  void look() {
    if (device_ && device_->gone()) {
      known_ = title(device_->interface());
      say("gone; it is served again when it is back: plug it in, switch it on");
      device_.reset();
    }
    if (device_) return;
    try {
      take(opener_(selector_));
      problem_.clear();
      known_ = title(device_->interface());
      say("it is back");
    } catch (const Problem& problem) {
      if (problem_ == problem.what()) return;
      problem_ = problem.what();
      say(fmt::format("{}; {}", problem.what(), problem.remedy));
    }
  }
  void say(const std::string& what) {
    if (log_) log_(fmt::format("{}: {}", known_, what));
  }

  asio::io_context& io_;
  Clock& clock_;
  Selector selector_;
  Opener opener_;
  Log log_;
  std::shared_ptr<Device> device_;
  std::string known_;  // what it was called when it was seen last
  std::string problem_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace

Links::Links(asio::io_context& io, Clock& clock, std::unique_ptr<Pipe> pipe, Log log)
    : device(std::make_shared<Device>(io, clock, std::move(pipe), std::move(log))) {
  device->start();
}

std::unique_ptr<Link> Links::command() const { return make_command_link(device); }
std::unique_ptr<Link> Links::events() const { return make_event_link(device); }

std::unique_ptr<RealCamera> make_usb_camera(asio::io_context& io, Clock& clock, Selector selector, Opener opener,
                                            Log log) {
  return std::make_unique<UsbCamera>(io, clock, std::move(selector), std::move(opener), std::move(log));
}

}  // namespace stuntcam::transport::usb
