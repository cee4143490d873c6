#include "cli/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/failure.h"
#include "cli/units.h"

namespace stuntcam::cli {
namespace {

u16 parse_port(const std::string& text, const std::string& target) {
  const auto port = parse_number(text);
  if (!port || *port == 0 || *port > 65535) throw Failure(usage, fmt::format("'{}' is no port in '{}'", text, target));
  return static_cast<u16>(*port);
}

}  // namespace

bool is_target(const std::string& word) {
  const auto scheme = word.substr(0, word.find(':'));
  return scheme.size() < word.size() && scheme.size() > 1 &&
         std::ranges::all_of(scheme, [](char c) { return c >= 'a' && c <= 'z'; });
}

Target parse_target(const std::string& text) {
  Target target;
  const auto scheme = text.find(':');
  if (text.starts_with("usb:")) {
    target.usb = transport::usb::parse_selector(text.substr(scheme + 1));
    if (!target.usb)
      throw Failure(usage, fmt::format("'{}' is no camera on USB", text), "write usb:, usb:VID:PID or usb:BUS,DEV");
    return target;
  }
  target.dialect = scheme == std::string::npos ? nullptr : transport::dialect(text.substr(0, scheme));
  if (target.dialect == nullptr)
    throw Failure(usage, fmt::format("'{}' is no TARGET that can be reached", text),
                  "write ptpip:HOST[:PORT[:EVENT_PORT]], or usb:");
  target.port = target.dialect->port;
  auto rest = text.substr(scheme + 1);
  std::size_t end = rest.find(':');
  if (rest.starts_with('[')) {
    const auto bracket = rest.find(']');
    if (bracket == std::string::npos) throw Failure(usage, fmt::format("'{}' lacks a ']'", text));
    target.host = rest.substr(1, bracket - 1);
    end = bracket + 1 == rest.size() ? std::string::npos : bracket + 1;
  } else {
    target.host = rest.substr(0, end);
  }
  if (target.host.empty()) throw Failure(usage, fmt::format("'{}' names no host", text));
  std::vector<u16*> ports{&target.port, &target.lanes.event};
  if (target.dialect->lanes) ports.push_back(&target.lanes.live_view);
  for (std::size_t i = 0; end != std::string::npos; ++i) {
    rest = rest.substr(end + 1);
    end = i + 1 < ports.size() ? rest.find(':') : std::string::npos;
    *ports[i] = parse_port(rest.substr(0, end), text);
  }
  return target;
}

}  // namespace stuntcam::cli
