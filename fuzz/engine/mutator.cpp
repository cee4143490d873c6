#include "fuzz/engine/mutator.h"

#include <algorithm>
#include <array>
#include <limits>

#include "fuzz/engine/structure.h"
#include "ptp/text.h"
#include "ptp/writer.h"

namespace stuntcam::fuzz {

using transport::Fault;
using transport::FaultKind;

namespace {

// Numbers at which arithmetic goes wrong; cut to the size of a field.
constexpr std::array<u64, 20> edges{0,          1,          2,          3,          0x7F,       0x80,   0xFE,
                                    0xFF,       0x100,      0x7FFF,     0x8000,     0xFFFE,     0xFFFF, 0x10000,
                                    0x20000001, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, ~u64{0}};

template <class T>
Bytes bytes_of(T value) {
  Bytes out;
  ptp::Writer(out).integer(value);
  return out;
}

Bytes number_of(u64 value, std::size_t size) {
  Bytes out = bytes_of(value);
  out.resize(size);
  return out;
}

u64 number_at(View bytes) {
  u64 value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), 8); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

u64 other_number(Random& random, u64 was) {
  switch (random.below(6)) {
    case 0:
      return was + 1;
    case 1:
      return was - 1;
    case 2:
      return was * 2;
    case 3:
      return was ^ (u64{1} << random.below(64));
    case 4:
      return random.next();
    default:
      return random.pick(edges);
  }
}

// Where sizes and counts are, other mistakes are made than elsewhere.
u64 other_count(Random& random, u64 was) {
  constexpr std::array<u64, 10> counts{0,          1,          0xFF,       0xFFFF,     0x10000,
                                       0x3FFFFFFF, 0x40000001, 0x7FFFFFFF, 0x80000001, 0xFFFFFFFF};
  switch (random.below(4)) {
    case 0:
      return was + 1 + random.below(16);
    case 1:
      return was == 0 ? 1 : was - 1;
    default:
      return random.pick(counts);
  }
}

// Most fields are numbers. Others are chosen as often, and of strings rather those that say something.
const Field& choose(Random& random, const std::vector<Field>& fields) {
  const auto other = [](const Field& field) { return field.kind != Field::Kind::number; };
  const bool wanted = random.one_in(2);
  const Field* chosen = &random.pick(fields);
  for (int tries = 0; tries < 8; ++tries) {
    const bool empty = chosen->kind == Field::Kind::string && chosen->size == 1;
    if (other(*chosen) == wanted && !empty) break;
    chosen = &random.pick(fields);
  }
  return *chosen;
}

Bytes random_bytes(Random& random, std::size_t count) {
  Bytes out(count);
  for (auto& byte : out) byte = static_cast<u8>(random.next());
  return out;
}

}  // namespace

struct Mutator::Answer {
  const Step& step;
  u64 nth = 1;  // of its operation
};

// Meddles with this answer alone, or with all of its operation.
transport::FaultSelector Mutator::select(Random& random, const Answer& answer) const {
  transport::FaultSelector where;
  where.operation = answer.step.operation;
  if (!random.one_in(4)) where.nth = answer.nth;
  return where;
}

u16 Mutator::code(Random& random) const {
  const std::array lists{&words_.operations, &words_.events, &words_.properties, &words_.formats};
  const auto& list = *lists[random.below(lists.size())];
  if (list.empty() || random.one_in(4)) return static_cast<u16>(random.next());
  return random.pick(list);
}

// A PTP string, or what is none.
Bytes Mutator::text(Random& random) const {
  static const std::array<std::string, 8> traps{"",         "../escaped", "../../escaped",      "..", "%s%n%s%n",
                                                "a/b\\c:d", "\n",         std::string(253, 'A')};
  Bytes out;
  if (words_.strings.empty() || random.one_in(2))
    ptp::Writer(out).string(random.pick(traps));
  else
    ptp::Writer(out).string(random.pick(words_.strings));
  switch (random.below(6)) {
    case 0:  // no terminator
      if (out.size() > 3) out.resize(out.size() - 2), --out[0];
      break;
    case 1:  // more is announced than there is
      out[0] = static_cast<u8>(out[0] + 1 + random.below(20));
      break;
    case 2:  // half a surrogate pair
      if (out.size() > 3) out[1] = 0x3D, out[2] = 0xD8;
      break;
    default:
      break;
  }
  return out;
}

Fault Mutator::of_field(Random& random, const Answer& answer) const {
  const View data = answer.step.data;
  const auto fields = fields_of(static_cast<ptp::OperationCode>(answer.step.operation), data);
  if (fields.empty()) return of_bytes(random, answer);
  const Field& field = choose(random, fields);
  Fault fault{.kind = FaultKind::replace, .where = select(random, answer)};
  const u64 was = number_at(data.subspan(field.at, field.size));
  fault.with.at = field.at;
  fault.with.length = field.size;
  switch (field.kind) {
    case Field::Kind::number:
      fault.with.hex = number_of(other_number(random, was), field.size);
      break;
    case Field::Kind::code:
      fault.with.hex = number_of(random.one_in(3) ? other_number(random, was) : code(random), field.size);
      break;
    case Field::Kind::count:
      fault.with.hex = number_of(other_count(random, was), field.size);
      break;
    case Field::Kind::string:
      fault.with.hex = text(random);
      break;
    case Field::Kind::type:
      fault.with.hex = bytes_of(
          static_cast<u16>(random.one_in(4) ? random.next() : (random.one_in(3) ? 0x4000 : 0) + random.below(11)));
      if (random.one_in(4)) fault.with.hex = bytes_of(u16{0xFFFF});
      break;
    case Field::Kind::form:
      fault.with.hex = number_of(random.one_in(4) ? random.next() : random.below(7), field.size);
      break;
  }
  // A field that is there twice.
  if (random.one_in(16)) fault.with.length = 0;
  return fault;
}

Fault Mutator::of_bytes(Random& random, const Answer& answer) const {
  const auto known = static_cast<std::size_t>(std::min<u64>(answer.step.size, answer.step.data.size()));
  Fault fault{.kind = FaultKind::replace, .where = select(random, answer)};
  const auto at = static_cast<std::size_t>(random.below(known + 1));
  // Half of all beginnings are headers.
  fault.with.at = random.one_in(2) ? at : std::min<std::size_t>(at, random.below(16));
  const std::size_t width = std::size_t{1} << random.below(4);
  const auto there = static_cast<std::size_t>(*fault.with.at);
  const View old =
      View(answer.step.data).subspan(std::min(there, known), std::min(width, known - std::min(there, known)));
  fault.with.length = width;
  fault.with.hex =
      number_of(random.one_in(2) ? other_count(random, number_at(old)) : other_number(random, number_at(old)), width);
  if (random.one_in(8)) fault.with.hex = random_bytes(random, 1 + random.below(32));
  if (random.one_in(6)) {
    fault.kind = FaultKind::flip;
    fault.with.length.reset();
    fault.with.hex.reset();
    fault.with.count = 1 + random.below(4);
  }
  return fault;
}

// How the phase is made, whatever is in it.
Fault Mutator::of_phase(Random& random, const Answer& answer) const {
  const u64 size = answer.step.size;
  Fault fault{.where = select(random, answer)};
  switch (random.below(9)) {
    case 0:
      fault.kind = FaultKind::truncate;
      fault.with.at = random.below(size + 1);
      break;
    case 1:
      fault.kind = FaultKind::extend;
      fault.with.bytes = 1 + random.below(random.one_in(4) ? 1 << 20 : 64);
      break;
    case 2: {
      fault.kind = FaultKind::total;
      constexpr std::array<u64, 6> totals{0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x100000000, unknown_size};
      fault.with.value = random.one_in(2) ? random.pick(totals) : other_count(random, size);
      break;
    }
    case 3:
      fault.kind = FaultKind::cut;
      fault.with.at = random.below(size + 1);
      fault.with.then = random.one_in(2) ? transport::FaultEnding::reset : transport::FaultEnding::close;
      break;
    case 4:
      fault.kind = FaultKind::cut;
      fault.with.at = random.below(size + 1);
      fault.with.then = transport::FaultEnding::silence;
      break;
    case 5:
      fault.kind = FaultKind::empty;
      break;
    case 6:
      fault.kind = FaultKind::split;
      fault.with.values = {1 + random.below(64), random.below(3)};
      break;
    case 7:
      fault.kind = FaultKind::data;
      fault.with.hex = random_bytes(random, static_cast<std::size_t>(random.below(std::min<u64>(2 * size + 8, 512))));
      break;
    default:
      fault.kind = FaultKind::before_data;
      break;
  }
  return fault;
}

Fault Mutator::of_data(Random& random, const Answer& answer) const {
  const auto choice = random.below(10);
  if (choice < 6) return of_field(random, answer);
  if (choice < 7) return of_bytes(random, answer);
  return of_phase(random, answer);
}

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

// Of live view, on its own connection.
Fault Mutator::of_frame(Random& random) const {
  Fault fault{.kind = FaultKind::flip};
  fault.where.lane = transport::FaultLane::live_view;
  fault.where.nth = 1 + random.below(4);
  constexpr std::array kinds{FaultKind::flip,   FaultKind::replace, FaultKind::truncate,
                             FaultKind::extend, FaultKind::empty,   FaultKind::data};
  fault.kind = random.pick(kinds);
  if (fault.kind == FaultKind::replace || fault.kind == FaultKind::truncate) fault.with.at = random.below(256);
  if (fault.kind == FaultKind::replace || fault.kind == FaultKind::data)
    fault.with.hex = random_bytes(random, random.below(64));
  if (fault.kind == FaultKind::extend) fault.with.bytes = 1 + random.below(1024);
  if (fault.kind == FaultKind::flip) fault.with.count = 1 + random.below(16);
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

Fault Mutator::draw(Random& random, const Conversation& heard) const {
  const auto choice = random.below(100);
  if (choice < 5) return of_handshake(random);
  if (choice < 12) return of_connection(random, heard);
  if (choice < 20) return of_event(random, heard);
  if (heard.frames > 0 && choice < 30) return of_frame(random);
  if (heard.steps.empty()) return of_handshake(random);
  auto index = static_cast<std::size_t>(random.below(heard.steps.size()));
  // There is more to get wrong in data.
  for (int tries = 0; tries < 2 && !heard.steps[index].has_data; ++tries)
    index = static_cast<std::size_t>(random.below(heard.steps.size()));
  const auto& step = heard.steps[index];
  const auto earlier = std::ranges::count(heard.steps.begin(), heard.steps.begin() + static_cast<std::ptrdiff_t>(index),
                                          step.operation, &Step::operation);
  const Answer answer{step, 1 + static_cast<u64>(earlier)};
  return step.has_data && !random.one_in(5) ? of_data(random, answer) : of_response(random, answer);
}

transport::FaultPlan Mutator::vary(Random& random, transport::FaultPlan plan, const Conversation& heard) const {
  auto& faults = plan.faults;
  const auto choice = random.below(4);
  if (!faults.empty() && choice == 0)
    faults.erase(faults.begin() + static_cast<std::ptrdiff_t>(random.below(faults.size())));
  else if (!faults.empty() && choice == 1)
    faults[static_cast<std::size_t>(random.below(faults.size()))] = draw(random, heard);
  if (faults.size() < most_faults) faults.push_back(draw(random, heard));
  plan.seed = 1 + random.below(std::numeric_limits<u32>::max());
  return plan;
}

}  // namespace stuntcam::fuzz
