// One direction of a conversation cut into messages: the containers of a USB pipe, transfer by transfer, and the
// packets of a TCP stream, in any segments. No byte comes twice, and where packets follow packets segments make no
// difference.
#include <algorithm>
#include <string>

#include "fuzz/targets/input.h"
#include "pcap/walker.h"

namespace stuntcam::fuzz {
namespace {

using pcap::Origin;

class Sink final : public pcap::WalkerSink {
 public:
  void head(bool, const ptp::Message& message, View wire, Origin) override {
    require(!wire.empty(), "a head has bytes");
    require(message.count <= message.params.size(), "five parameters at most");
    seen += 'h';
    seen += std::to_string(wire.size());
    bytes += wire.size();
  }
  void payload(bool, View view, Origin) override { bytes += view.size(); }
  void payload_missing(bool, u64 size, Origin) override { missing += size; }
  void frame_ended(bool, Origin) override { seen += 'e'; }
  void skipped(bool, u64 size, Origin) override {
    seen += 's';
    bytes += size;
  }
  void lost(bool, const std::string& why, Origin) override {
    require(!why.empty(), "a loss has a reason");
    in_step = false;
  }

  std::string seen;
  bool in_step = true;
  u64 bytes = 0, missing = 0;
};

void containers(Input& input) {
  Sink sink;
  pcap::ContainerWalker walker(sink, true);
  u64 given = 0;
  Origin origin;
  while (!input.empty()) {
    ++origin.frame;
    const View transfer = input.bytes(input.number<u16>() % 2048);
    const u8 cut = input.number<u8>();
    walker.transfer(transfer, cut < 0xF0 ? 0 : cut, origin);
    given += transfer.size();
    origin.offset += transfer.size();
  }
  walker.end(origin);
  require(sink.bytes <= given, "no byte comes twice");
}

Sink walk(const ptp::Dialect& dialect, View bytes, std::size_t piece) {
  Sink sink;
  pcap::PacketWalker walker(sink, false);
  walker.speak(dialect);
  Origin origin;
  while (!bytes.empty()) {
    const View part = bytes.first(std::min(piece, bytes.size()));
    walker.data(part, origin);
    origin.offset += part.size();
    bytes = bytes.subspan(part.size());
  }
  walker.end(origin);
  return sink;
}

void packets(Input& input, const ptp::Dialect& dialect) {
  const auto piece = 1 + input.below(64);
  const View bytes = input.rest();
  const auto pieces = walk(dialect, bytes, piece);
  const auto whole = walk(dialect, bytes, bytes.size() + 1);
  require(whole.bytes <= bytes.size(), "no byte comes twice");
  // Behind nonsense they do: a packet is more likely to begin where a segment begins.
  require(pieces.in_step == whole.in_step, "segments make no difference to what is nonsense");
  if (whole.in_step) require(pieces.seen == whole.seen, "segments make no difference");
}

// Segments and gaps.
void gaps(Input& input, const ptp::Dialect& dialect) {
  Sink sink;
  pcap::PacketWalker walker(sink, true);
  walker.speak(dialect);
  u64 given = 0;
  Origin origin;
  while (!input.empty()) {
    const u8 what = input.number<u8>();
    if (what == 0xFF) {
      const u64 size = input.number<u32>();
      walker.gap(size, origin);
      origin.offset += size;
    } else {
      const View part = input.bytes(what);
      walker.data(part, origin);
      origin.offset += part.size();
      given += part.size();
    }
  }
  walker.end(origin);
  require(sink.bytes <= given, "no byte comes twice");
}

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  Input input(data, size);
  const auto what = input.below(3);
  const auto& dialect = ptp::dialects()[input.below(ptp::dialects().size())];
  if (what == 0) containers(input);
  if (what == 1) packets(input, dialect);
  if (what == 2) gaps(input, dialect);
  return 0;
}
