#include "initiator/conform/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "initiator/conform/expect.h"
#include "ptp/packets.h"

namespace stuntcam::initiator::conform {
namespace {

// A failure is understood from its last packets, and from their first bytes.
constexpr std::size_t kept_entries = 64, kept_bytes = 64;

std::string packet_name(View wire) {
  u32 type = 0;
  if (wire.size() >= 8) std::memcpy(&type, wire.data() + 4, sizeof type);
  const auto name = ptp::name(static_cast<ptp::PacketType>(type));
  return name.empty() ? fmt::format("packet of type {}", type) : std::string(name);
}

}  // namespace

class Trace::Watcher final : public transport::Observer {
 public:
  Watcher(std::shared_ptr<Trace> trace, std::string name) : trace_(std::move(trace)), name_(std::move(name)) {}
  void head(bool sent, const ptp::Message&, View wire) override {
    add(fmt::format("{} {} {}", sent ? "->" : "<-", name_, packet_name(wire)), wire);
  }
  void payload(bool, View bytes) override {
    if (!trace_->entries_.empty()) extend(trace_->entries_.back(), bytes);
  }
  void malformed(View bytes, const ptp::Error& error) override {
    add(fmt::format("<- {} no packet ({})", name_, error.to_string()), bytes);
  }
  void closed(bool by_us, bool reset) override {
    trace_->add(fmt::format("{} {} closed{}", by_us ? "->" : "<-", name_, reset ? " by a reset" : ""));
  }

 private:
  void add(std::string head, View bytes) { extend(trace_->add(std::move(head)), bytes); }
  static void extend(Entry& entry, View bytes) {
    const auto room = kept_bytes - std::min(kept_bytes, entry.bytes.size());
    entry.bytes.insert(entry.bytes.end(), bytes.begin(),
                       bytes.begin() + static_cast<std::ptrdiff_t>(std::min(room, bytes.size())));
    entry.size += bytes.size();
  }
  std::shared_ptr<Trace> trace_;
  std::string name_;
};

Trace::Entry& Trace::add(std::string head) {
  if (entries_.size() == kept_entries) {
    entries_.pop_front();
    ++dropped_;
  }
  entries_.push_back({std::move(head), {}, 0});
  return entries_.back();
}

std::vector<std::string> Trace::lines() const {
  std::vector<std::string> lines;
  if (dropped_ != 0) lines.push_back(fmt::format("({} packets before)", dropped_));
  for (const auto& entry : entries_) {
    if (entry.size == 0) {
      lines.push_back(entry.head);
      continue;
    }
    lines.push_back(fmt::format("{}, {} bytes: {}{}", entry.head, entry.size, hex(entry.bytes),
                                entry.size > entry.bytes.size() ? " …" : ""));
  }
  return lines;
}

std::shared_ptr<transport::Observer> Trace::watch(std::shared_ptr<Trace> trace, std::string name) {
  return std::make_shared<Watcher>(std::move(trace), std::move(name));
}

}  // namespace stuntcam::initiator::conform
