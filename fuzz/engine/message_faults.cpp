// What goes wrong with responses, events, handshakes and whole connections.
#include <array>

#include "fuzz/engine/mutator.h"
#include "fuzz/engine/values.h"

namespace stuntcam::fuzz {

using transport::Fault;
using transport::FaultKind;

// Little, or around the patience, or around half of it: who waits twice has the more of it.
transport::Duration Mutator::pause(Random& random) const {
  constexpr std::array<int, 6> percent{4, 48, 52, 96, 104, 150};
  return patience_ * random.pick(percent) / 100;
}

Fault Mutator::of_response(Random& random, const Answer& answer) const {
  Fault fault{.where = select(random, answer)};
  switch (random.below(9)) {
    case 0:
    case 1:
      fault.kind = FaultKind::code;
      fault.with.code = static_cast<u16>(0x2000 + random.below(0x24));
      break;
    case 2:
      fault.kind = FaultKind::refuse;
      fault.with.code = static_cast<u16>(0x2002 + random.below(0x1F));
      break;
    case 3:
      fault.kind = FaultKind::parameters;
      for (u64 i = random.below(6); i > 0; --i) fault.with.values.push_back(random.pick(edges) & 0xFFFFFFFF);
      break;
    case 4:
      fault.kind = FaultKind::transaction;
      fault.with.add = random.one_in(2) ? 1 : -1;
      break;
    case 5:
      fault.kind = FaultKind::drop;
      break;
    case 6:
      fault.kind = FaultKind::repeat;
      break;
    case 7:
      fault.kind = FaultKind::late;
      fault.with.delay = pause(random);
      break;
    default:
      fault.kind = random.one_in(2) ? FaultKind::pad : FaultKind::shorten;
      fault.with.bytes = 1 + random.below(8);
      break;
  }
  return fault;
}

Fault Mutator::of_event(Random& random, const Conversation& heard) const {
  Fault fault{.kind = FaultKind::inject};
  if (!heard.events.empty() && random.one_in(2)) {
    fault.where.event = random.pick(heard.events);
    constexpr std::array kinds{FaultKind::drop,  FaultKind::repeat,  FaultKind::reorder, FaultKind::parameters,
                               FaultKind::early, FaultKind::shorten, FaultKind::pad};
    fault.kind = random.pick(kinds);
    if (fault.kind == FaultKind::parameters)
      for (u64 i = random.below(4); i > 0; --i) fault.with.values.push_back(random.pick(edges) & 0xFFFFFFFF);
    if (fault.kind == FaultKind::shorten || fault.kind == FaultKind::pad) fault.with.bytes = 1 + random.below(8);
    return fault;
  }
  if (!heard.steps.empty()) {
    const auto index = static_cast<std::size_t>(random.below(heard.steps.size()));
    fault.where.operation = heard.steps[index].operation;
    fault.where.nth = 1;
  }
  fault.with.code = words_.events.empty() || random.one_in(4) ? static_cast<u16>(0x4000 + random.below(0x10))
                                                              : random.pick(words_.events);
  for (u64 i = random.below(4); i > 0; --i)
    fault.with.values.push_back(random.one_in(2) ? random.below(4) : random.pick(edges) & 0xFFFFFFFF);
  if (random.one_in(4)) fault.with.count = 1 + random.below(64);
  return fault;
}

// Why a handshake fails. Where events have a connection of their own, response codes say it.
u32 Mutator::reason(Random& random) const {
  if (!words_.lanes) return static_cast<u32>(random.below(5));
  constexpr std::array<u32, 4> usual{0x2002, 0x2003, 0x2019, 0x201D};
  return random.one_in(4) ? static_cast<u32>(random.below(0x10000)) : random.pick(usual);
}

Fault Mutator::of_handshake(Random& random) const {
  Fault fault;
  fault.where.packet =
      random.one_in(3) && !words_.lanes ? ptp::PacketType::init_event_ack : ptp::PacketType::init_command_ack;
  switch (random.below(6)) {
    case 0:
      fault.kind = FaultKind::refuse;
      fault.where.packet.reset();
      fault.with.reason = reason(random);
      break;
    case 1:
      fault.kind = FaultKind::drop;
      break;
    case 2:
      fault.kind = FaultKind::repeat;
      break;
    case 3:
      fault.kind = random.one_in(2) ? FaultKind::pad : FaultKind::shorten;
      fault.with.bytes = 1 + random.below(32);
      break;
    case 4:
      fault.kind = FaultKind::flip;
      fault.with.count = 1 + random.below(4);
      break;
    default:
      fault.kind = FaultKind::replace;
      fault.with.at = random.below(64);
      fault.with.hex = random_bytes(random, 1 + random.below(8));
      break;
  }
  return fault;
}

Fault Mutator::of_connection(Random& random, const Conversation& heard) const {
  Fault fault{.kind = FaultKind::slice};
  constexpr std::array kinds{FaultKind::slice,   FaultKind::reset, FaultKind::close,  FaultKind::half_close,
                             FaultKind::silence, FaultKind::stall, FaultKind::latency};
  fault.kind = random.pick(kinds);
  if (fault.kind == FaultKind::latency) {
    fault.with.delay = pause(random);
    fault.where.times = 1 + random.below(4);
    return fault;
  }
  const bool lasts = fault.kind == FaultKind::stall || fault.kind == FaultKind::silence;
  if (lasts && !random.one_in(4)) fault.with.time = pause(random);
  if (fault.kind == FaultKind::slice) {
    fault.with.bytes = 1 + random.below(24);
    fault.with.delay = std::chrono::microseconds(50);
    fault.where.connection = 1 + random.below(2);
    return fault;
  }
  if (heard.steps.empty()) {
    fault.where.connection = 1;
    fault.where.from = random.below(64);
    return fault;
  }
  const auto index = static_cast<std::size_t>(random.below(heard.steps.size()));
  fault.where.operation = heard.steps[index].operation;
  fault.where.nth = 1;
  return fault;
}

}  // namespace stuntcam::fuzz
