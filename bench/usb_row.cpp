// A camera on USB: through the bridge, and by plain reads of libusb. The bus is umockdev's, the camera one of ours.

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "bench/client.h"
#include "bench/machine.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/served.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

constexpr const char* wrapper = "/usr/bin/umockdev-wrapper";
constexpr const char* mock = STUNTCAM_MOCK;
constexpr const char* plain_reader = STUNTCAM_PLAIN_READER;

// A program that finds a camera with this folder on its USB; the camera ends with it, and tells it when it must.
std::vector<std::string> plugged(const std::string& media, std::initializer_list<std::string> program) {
  std::vector<std::string> command = {wrapper, mock, "generic", "--media", media, "--"};
  command.insert(command.end(), program);
  return command;
}

}  // namespace

Row usb_row(const Options& options) {
  Row row("usb", "GetObject of 64 MiB from a camera on USB, through the bridge", "plain reads of libusb, 256 KiB each");
  if (std::string_view(mock).empty() || !std::filesystem::exists(wrapper)) {
    row.note("umockdev, which plays the USB bus, is not installed: apt install umockdev libumockdev-dev.");
    return row;
  }
  const u64 size = options.object(u64{64} << 20);
  const Media large(size), small(8u << 10);
  const Start how = {.pinned = false, .end_signal = SIGTERM};
  const auto bridge_to = [&](const Media& media) {
    return serve(plugged(media.path(), {options.stuntcam, "serve", "usb:", "--port", "0", "--quiet"}), how);
  };
  const auto download = [](const Served& bridge, u64 wanted) {
    Client client(bridge.port(), true);
    const auto handle = client.only_object();
    Round round;
    round.seconds = seconds([&] {
      if (client.drain(OperationCode::GetObject, {handle}) != wanted) throw std::runtime_error("bytes are missing");
    });
    return round;
  };
  const auto peak = [](const Served& bridge) {
    const auto program = child_of(bridge.process.pid());
    if (!program) throw std::runtime_error("the bridge is not there");
    return static_cast<double>(status_kib(*program, "VmHWM:")) / kib;
  };
  const auto bridge = bridge_to(large);
  contest(
      row, options, [&] { return download(bridge, size); },
      [&] {
        const auto plain = Process::start(plugged(large.path(), {plain_reader}), how);
        std::istringstream said(plain.lines().empty() ? "" : plain.lines().front());
        u64 bytes = 0;
        Round round;
        said >> bytes >> round.seconds;
        if (bytes != size) throw std::runtime_error("the plain reader did not get the object");
        return round;
      },
      [&](const Pairs& pairs) -> std::vector<Measure> {
        const double amount = static_cast<double>(size) / mib;
        return {{"throughput", "MiB/s", rates(pairs.ours, amount), rates(pairs.bare, amount), Bound::at_least, 0.9}};
      });
  std::vector<double> more;
  for (int n = 0; n < options.times(3, 1); ++n) {
    const auto little = bridge_to(small), much = bridge_to(large);
    (void)download(little, 8u << 10);
    (void)download(much, size);
    more.push_back(std::max(peak(much) - peak(little), 0.0));
  }
  row.add({"more memory for 64 MiB than for 8 KiB", "MiB", more, {}, Bound::at_most, 8, true});
  return row;
}

}  // namespace stuntcam::bench
