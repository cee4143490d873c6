// What goes wrong with data: a field of it, its bytes, or how it comes.
#include <algorithm>
#include <array>

#include "fuzz/engine/mutator.h"
#include "fuzz/engine/structure.h"
#include "fuzz/engine/values.h"

namespace stuntcam::fuzz {

using transport::Fault;
using transport::FaultKind;

namespace {

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

}  // namespace

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

}  // namespace stuntcam::fuzz
