#include "cli/narrator.h"

#include <fmt/format.h>

#include "pcap/conversation.h"

namespace stuntcam::cli {
namespace {

std::string parameters(const ptp::Message& message) {
  std::string list;
  for (std::size_t i = 0; i < message.count; ++i) list += fmt::format("{}0x{:x}", i ? ", " : "", message.params[i]);
  return list.empty() ? "" : "(" + list + ")";
}

class Narrator final : public transport::Observer {
 public:
  Narrator(const Console& console, std::string camera, ptp::Vendor vendor, u64 connection, std::string peer)
      : console_(console), camera_(std::move(camera)), vendor_(vendor), connection_(connection) {
    tell(fmt::format("{} connected", peer));
  }

  void head(bool sent, const ptp::Message& message, View) override {
    conversation_.head(sent, message);
    if (message.kind == ptp::Kind::operation_response) {
      if (const auto transaction = conversation_.transaction(sent)) tell(line(*transaction, message));
    } else if (message.kind == ptp::Kind::event) {
      tell(fmt::format("event {}{}", ptp::to_string(static_cast<ptp::EventCode>(message.code), vendor_),
                       parameters(message)));
    } else if (message.kind == ptp::Kind::init_fail) {
      tell(fmt::format("refused, reason {}", message.params[0]));
    }
  }
  void payload(bool sent, View bytes) override { conversation_.payload(sent, bytes); }
  void malformed(View, const ptp::Error&) override {}  // the server's log tells it
  void closed(bool by_us, bool reset) override {
    tell(fmt::format("closed by {}{}", by_us ? "the camera" : "the client", reset ? " (reset)" : ""));
  }

 private:
  std::string line(const pcap::Transaction& transaction, const ptp::Message& response) const {
    const auto& request = transaction.request;
    std::string data;
    if (const auto& phase = transaction.data)
      data = fmt::format(", {} bytes {}", phase->size, phase->sent ? "out" : "in");
    return fmt::format("{}{} → {}{}{}", ptp::to_string(static_cast<ptp::OperationCode>(request.code), vendor_),
                       parameters(request), ptp::to_string(static_cast<ptp::ResponseCode>(response.code), vendor_),
                       parameters(response), data);
  }
  void tell(const std::string& what) const { console_.detail(fmt::format("{} [{}] {}", camera_, connection_, what)); }

  const Console& console_;
  std::string camera_;
  ptp::Vendor vendor_;
  u64 connection_;
  pcap::Conversation conversation_;
};

}  // namespace

std::shared_ptr<transport::Observer> make_narrator(const Console& console, std::string camera, ptp::Vendor vendor,
                                                   u64 connection, std::string peer) {
  return std::make_shared<Narrator>(console, std::move(camera), vendor, connection, std::move(peer));
}

}  // namespace stuntcam::cli
