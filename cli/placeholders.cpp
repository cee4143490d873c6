#include "cli/placeholders.h"

#include <fmt/format.h>

#include "cli/failure.h"

namespace stuntcam::cli {
namespace {

std::string shell_quoted(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ' ';
    text += '\'';
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    text += '\'';
  }
  return text;
}

std::optional<std::string> value(std::string_view name, const Address& address) {
  if (name == "host") return address.host;
  if (name == "port") return fmt::to_string(address.port);
  if (name == "event_port") return fmt::to_string(address.event_port);
  if (name == "target") return address.target();
  if (name == "gphoto2") return shell_quoted(address.gphoto2());
  if (name != "liveview_port") return {};
  if (!address.liveview_port) throw Failure(usage, fmt::format("{} has no {{liveview_port}}", address.camera));
  return fmt::to_string(*address.liveview_port);
}

std::string fill_in(std::string_view text, const Address& address) {
  std::string filled;
  while (!text.empty()) {
    const auto open = text.find('{');
    filled += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    const auto known = close == std::string_view::npos ? std::nullopt : value(text.substr(1, close - 1), address);
    filled += known ? *known : "{";
    text.remove_prefix(known ? close + 1 : 1);
  }
  return filled;
}

}  // namespace

std::string Address::target() const {
  auto text = fmt::format("{}:{}:{}:{}", dialect->name, host, port, event_port);
  if (liveview_port) text += fmt::format(":{}", *liveview_port);
  return text;
}

// gphoto2 has one kind of port for all dialects, and looks for live view behind the event port.
std::vector<std::string> Address::gphoto2() const {
  return {fmt::format("--port=ptpip:{}:{}:{}", host, port, event_port),
          fmt::format("--camera={}", dialect->gphoto2_camera)};
}

std::vector<std::string> fill_in(const std::vector<std::string>& arguments, const Address& address) {
  std::vector<std::string> filled;
  for (const auto& argument : arguments) {
    if (argument == "{gphoto2}") {
      for (auto& word : address.gphoto2()) filled.push_back(std::move(word));
    } else {
      filled.push_back(fill_in(argument, address));
    }
  }
  return filled;
}

}  // namespace stuntcam::cli
