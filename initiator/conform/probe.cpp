// Probes: docs/protocol.md §1.7.
#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Kind;

Task<Packet> probed(Trial& t) {
  const auto ping = plain(Kind::probe_request);
  co_await t.events().send(ping);
  for (;;) {
    Packet packet = co_await t.events().next("ProbeResponse");
    if (packet.message.kind != Kind::event) co_return packet;
  }
}

Task<> answered(Trial& t) {
  co_await t.enter();
  const Packet packet = co_await probed(t);
  expect(packet.message.kind == Kind::probe_response, "ProbeResponse", packet.name());
}

Task<> length(Trial& t) {
  co_await t.enter();
  const Packet packet = co_await probed(t);
  expect_equal<std::size_t>("the length of ProbeResponse", 8, packet.wire.size());
}

Task<> without_session(Trial& t) {
  co_await t.connect();
  const Packet packet = co_await probed(t);
  expect(packet.message.kind == Kind::probe_response, "ProbeResponse", packet.name());
}

Task<> several(Trial& t) {
  co_await t.enter();
  const auto ping = plain(Kind::probe_request);
  constexpr int count = 10;
  for (int i = 0; i < count; ++i) t.events().put(ping);
  co_await t.events().flush();
  for (int answers = 0; answers < count;) {
    const Packet packet = co_await t.events().next(fmt::format("ProbeResponse {} of {}", answers + 1, count));
    if (packet.message.kind == Kind::probe_response) ++answers;
  }
}

// The object is not read until the probe is answered, so its data cannot have gone out whole.
Task<> during_transfer(Trial& t) {
  co_await t.enter();
  const Found found = co_await t.large_file();
  const auto asked = t.request(Op::GetObject, {found.handle});
  co_await t.command().send(asked);
  const Packet start = co_await t.command().next("the data of GetObject");
  expect(start.message.kind == Kind::data, "the data of GetObject", start.name());
  const Packet packet = co_await probed(t);
  expect(packet.message.kind == Kind::probe_response, "ProbeResponse", packet.name());
  const Answer answer = co_await t.answer(asked);
  expect_ok(answer);
}

constexpr std::array cases{
    Case{"probe.answer", "1.7", "A ProbeRequest on the event connection is answered by ProbeResponse.", answered},
    Case{"probe.length", "1.2", "ProbeResponse has 8 bytes.", length},
    Case{"probe.without-session", "1.7", "A ProbeRequest is answered before a session is open, too.", without_session},
    Case{"probe.several", "1.7", "Each ProbeRequest is answered, also those that came together.", several},
    Case{"probe.during-transfer",
         "1.7",
         "A ProbeRequest is answered at once, even during a long transaction.",
         during_transfer,
         {Op::GetObject}},
};

}  // namespace

std::span<const Case> probe_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
