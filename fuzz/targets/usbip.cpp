// A USB/IP host that does anything: commands of 48 bytes in any order, for any endpoint, with any data behind them. The
// device and the camera behind it answer each URB once, and never more than was asked for.
#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "emulator/camera.h"
#include "fuzz/targets/input.h"
#include "fuzz/targets/loop.h"
#include "pcap/usb_recorder.h"
#include "profiles/load.h"
#include "transport/server.h"
#include "transport/usb/virtual_device.h"
#include "transport/usbip/protocol.h"

namespace stuntcam::fuzz {
namespace {

using namespace transport;

// What an input may cost.
constexpr std::size_t most_commands = 200;
constexpr u32 most_length = 64 << 10;

class Host final : public usb::Bus {
 public:
  void expect(u32 urb, u64 length) { asked_[urb] = length; }
  void forget(u32 urb) { asked_.erase(urb); }
  bool waits(u32 urb) const { return asked_.contains(urb); }

  void answer(u32 urb, usb::UrbStatus, u64 size, View data) override {
    end(urb, size);
    require(data.size() <= size, "no more data comes than was announced");
    if (size == data.size()) return;  // beside an URB of another endpoint that is still owed some
    require(owed_ == 0, "one URB is brought whole before the next one");
    owed_ = size - data.size();
  }
  void more(View data) override {
    require(data.size() <= owed_, "no more data comes than was announced");
    owed_ -= data.size();
  }
  void accepted(u32 urb, usb::UrbStatus, u64 size) override { end(urb, size); }
  bool full() const override { return false; }
  void unplugged() override {}

 private:
  void end(u32 urb, u64 size) {
    const auto found = asked_.find(urb);
    require(found != asked_.end(), "an URB is answered once");
    require(size <= found->second, "no URB is answered by more than it has room for");
    asked_.erase(found);
  }
  std::map<u32, u64> asked_;
  u64 owed_ = 0;
};

class World : public Loop {
 public:
  World()
      : camera_(profile(), {}, clock),
        server_(io, camera_, clock, {}),
        device_(std::make_shared<usb::VirtualDevice>(
            io, usb::Description{}, [this](std::unique_ptr<Link> command, std::unique_ptr<Link> events) {
              return server_.attach(std::move(command), std::move(events), ptp::Identity{.guid = {}, .name = "host"});
            })) {
    static const auto recording = std::make_shared<pcap::RecordingFile>("/dev/null", 1000);
    device_->watch(
        [](const std::string& name) { return pcap::make_usb_recorder(recording, {1, 1, "camera", name, {}}); });
    require(device_->attach(host_, "host"), "a device that nobody has can be had");
    settle();
  }
  ~World() {
    device_->detach(host_);
    bool stopped = false;
    server_.stop([&] { stopped = true; });
    settle();
    if (!stopped) advance(std::chrono::seconds(2));
    require(stopped, "every coroutine of a server ends");
    device_.reset();
    settle();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void run(Input& input) {
    for (std::size_t count = 0; !input.empty() && count < most_commands; ++count) {
      step(input);
      settle();
      device_->carried();
      settle();
    }
  }

 private:
  static const profiles::Profile& profile() {
    static const auto generic = profiles::load("generic").value();
    return generic;
  }
  void step(Input& input) {
    std::array<u8, usbip::command_size> bytes{};
    std::ranges::copy(input.bytes(bytes.size()), bytes.begin());
    auto command = usbip::decode_command(bytes);
    command.length %= most_length;
    command.endpoint %= 16;
    if (command.kind == usbip::Kind::unlink) {
      if (device_->unlink(command.unlinked)) host_.forget(command.unlinked);
      return;
    }
    if (command.kind != usbip::Kind::submit) return advance(std::chrono::milliseconds(command.length));
    if (host_.waits(command.sequence)) return;  // no host gives two the same number
    const View data = command.to_host ? View{} : input.bytes(command.length);
    if (command.endpoint == 0) {
      const auto answer = device_->control(command.setup, data);
      require(answer.data.size() <= 0xFFFF + std::size_t{1}, "a control answer fits its length");
      return;
    }
    host_.expect(command.sequence, command.length);
    if (command.to_host) {
      device_->submit_in(static_cast<u8>(command.endpoint | 0x80), command.sequence, command.length);
    } else {
      device_->submit_out(static_cast<u8>(command.endpoint), command.sequence, data.size(),
                          (command.flags & usbip::zero_packet_flag) != 0);
      if (!data.empty()) device_->arrive(data);
    }
  }

  emulator::Camera camera_;
  Server server_;
  Host host_;
  std::shared_ptr<usb::VirtualDevice> device_;
};

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  Input input(data, size);
  const auto records = transport::usbip::device_list({{"1-1", 1, 1, transport::usb::Description{}}});
  require(records.size() > transport::usbip::request_size, "a list has its devices");
  World world;
  world.run(input);
  return 0;
}
