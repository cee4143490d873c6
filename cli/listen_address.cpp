#include "cli/listen_address.h"

#include <charconv>
#include <string_view>

#include <asio/ip/address.hpp>

namespace stuntcam::cli {
namespace {

std::optional<u16> port_number(std::string_view text) {
  u16 port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return port;
}

}  // namespace

std::optional<ListenAddress> parse_listen_address(const std::string& text) {
  ListenAddress address;
  const auto colon = text.rfind(':');
  const auto port = port_number(colon == std::string::npos ? text : std::string_view(text).substr(colon + 1));
  if (!port) return {};
  address.port = *port;
  if (colon == std::string::npos || colon == 0) return address;
  auto host = text.substr(0, colon);
  if (host == "localhost") return address;
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  asio::error_code error;
  const auto number = asio::ip::make_address(host, error);
  if (error || number.is_v6() != in_brackets) return {};
  address.host = host;
  return address;
}

}  // namespace stuntcam::cli
