// Parts of the program without I/O: framing, reassembly, properties, replay matching.
#include <benchmark/benchmark.h>

#include <memory>

#include "emulator/properties.h"
#include "pcap/layers.h"
#include "pcap/replay_script.h"
#include "pcap/streams.h"
#include "profiles/load.h"
#include "ptp/container.h"
#include "ptp/packets.h"

namespace stuntcam::bench {
namespace {

using ptp::Kind;
using ptp::Message;

// Framing: many small packets in one buffer, as a stream brings them.
template <class Framing>
void frame_events(benchmark::State& state) {
  const Framing framing;
  Message event;
  event.kind = Kind::event;
  event.code = 0x4002;
  event.count = 1;
  Bytes stream;
  for (int n = 0; n < 1000; ++n) framing.encode(event, stream);
  while (state.KeepRunning()) {
    for (View left = stream; !left.empty();) {
      const auto head = framing.head(left);
      benchmark::DoNotOptimize(framing.decode(left.first(head->size)));
      left = left.subspan(head->size);
    }
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(frame_events<ptp::PacketFraming>);
BENCHMARK(frame_events<ptp::ContainerFraming>);

class Counting final : public pcap::StreamSink {
 public:
  void opened(u64, const pcap::Endpoint&, const pcap::Endpoint&, bool, pcap::Origin) override {}
  bool data(u64, bool, View view, pcap::Origin) override {
    bytes += view.size();
    return true;
  }
  void gap(u64, bool, u64, pcap::Origin) override {}
  void closed(u64, bool, pcap::Origin) override {}
  u64 bytes = 0;
};

// Reassembly of 1448-byte segments; every so many arrives before the one in front of it.
void reassemble(benchmark::State& state) {
  constexpr std::size_t size = 1448, count = 10'000;
  const Bytes payload(size, 0x5A);
  const auto swapped = static_cast<std::size_t>(state.range(0));
  while (state.KeepRunning()) {
    Counting sink;
    pcap::Streams streams(sink, [](u64, const std::string&) {});
    pcap::TcpPacket packet;
    packet.segment.from.port = 15740;
    packet.segment.to.port = 50000;
    packet.segment.flags = pcap::Segment::syn;
    packet.segment.sequence = 0xFFFFFFFF;
    streams.add(packet, {});
    packet.segment.flags = pcap::Segment::ack;
    packet.segment.payload = payload;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t at = swapped == 0 || n + 1 >= count ? n
                             : n % swapped == 0             ? n + 1
                             : n % swapped == 1             ? n - 1
                                                            : n;
      packet.segment.sequence = static_cast<u32>(at * size);
      streams.add(packet, {n, 0});
    }
    streams.finish();
    benchmark::DoNotOptimize(sink.bytes);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(size * count));
}
BENCHMARK(reassemble)->Arg(0)->Arg(10);

profiles::Profile camera() { return profiles::load("nikon-d5300").value(); }

void property_get(benchmark::State& state) {
  const auto profile = camera();
  const emulator::Properties properties(profile.properties);
  while (state.KeepRunning())
    for (const auto& property : profile.properties) benchmark::DoNotOptimize(properties.get(property.code));
  state.SetItemsProcessed(state.iterations() * static_cast<i64>(profile.properties.size()));
}
BENCHMARK(property_get);

void property_describe(benchmark::State& state) {
  const auto profile = camera();
  const emulator::Properties properties(profile.properties);
  while (state.KeepRunning())
    for (const auto& property : profile.properties)
      if (const auto described = properties.describe(property.code)) benchmark::DoNotOptimize(ptp::encode(*described));
  state.SetItemsProcessed(state.iterations() * static_cast<i64>(profile.properties.size()));
}
BENCHMARK(property_describe);

void load_profile(benchmark::State& state) {
  while (state.KeepRunning()) benchmark::DoNotOptimize(profiles::load("nikon-d5300"));
}
BENCHMARK(load_profile)->Unit(benchmark::kMillisecond);

// A recorded session of so many transactions, asked again from its beginning to its end.
void replay(benchmark::State& state, pcap::Match match) {
  pcap::RecordedSession session;
  for (u32 n = 0; n < static_cast<u32>(state.range(0)); ++n) {
    pcap::RecordedTransaction transaction;
    transaction.request.kind = Kind::operation_request;
    transaction.request.code = static_cast<u16>(ptp::OperationCode::GetObjectInfo);
    transaction.request.count = 1;
    transaction.request.params[0] = n;
    Message response;
    response.kind = Kind::operation_response;
    response.code = static_cast<u16>(ptp::ResponseCode::OK);
    transaction.response = response;
    session.transactions.push_back(transaction);
  }
  pcap::MatchOptions options;
  options.match = match;
  while (state.KeepRunning()) {
    pcap::Script script(session, options);
    for (const auto& transaction : session.transactions)
      benchmark::DoNotOptimize(script.choose(script.key(transaction.request)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK_CAPTURE(replay, strict, pcap::Match::strict)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();
BENCHMARK_CAPTURE(replay, ordered, pcap::Match::ordered)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();
BENCHMARK_CAPTURE(replay, loose, pcap::Match::loose)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();

}  // namespace
}  // namespace stuntcam::bench

BENCHMARK_MAIN();
