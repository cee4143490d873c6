#include "pcap/stand_ins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "ptp/text.h"

namespace stuntcam::pcap {
namespace {

// Shorter secrets would be found where nobody put them.
constexpr std::size_t least_swept = 4;

Bytes wide(const std::string& text) {
  Bytes out;
  for (const char16_t unit : ptp::utf16_from_utf8(text)) {
    out.push_back(static_cast<u8>(unit));
    out.push_back(static_cast<u8>(unit >> 8));
  }
  return out;
}
Bytes narrow(const std::string& text) { return {text.begin(), text.end()}; }

Bytes hex(View bytes, bool upper) {
  return narrow(upper ? fmt::format("{:02X}", fmt::join(bytes, "")) : fmt::format("{:02x}", fmt::join(bytes, "")));
}

std::size_t replace(Room where, View secret, View instead) {
  std::size_t count = 0;
  if (secret.empty() || secret.size() != instead.size()) return 0;
  for (auto rest = where;;) {
    const auto found = std::ranges::search(rest, secret);
    if (found.empty()) return count;
    std::ranges::copy(instead, found.begin());
    rest = Room(found.end(), rest.end());
    ++count;
  }
}

}  // namespace

// Zeros for digits and 'x' for the rest, ended by a number: "000-0001", "xxxxxxb".
std::string StandIns::text(const std::string& kind, const std::string& secret) {
  const auto units = ptp::utf16_from_utf8(secret);
  auto& of_kind = kinds_[kind];
  ++of_kind.places;
  auto& instead = known_[{kind, narrow(secret)}];
  if (instead.empty()) {
    auto number = of_kind.values++;
    const bool digits =
        std::ranges::all_of(units, [](char16_t unit) { return unit < 128 && std::isxdigit(unit) != 0; });
    instead.assign(units.size(), digits ? u8{'0'} : u8{'x'});
    for (auto at = instead.rbegin(); at != instead.rend() && number > 0; ++at) {
      const u64 base = digits ? 10 : 23;  // up to 'w': 'x' is nothing
      *at = static_cast<u8>((digits ? '0' : 'a') + number % base);
      number /= base;
    }
    remember(narrow(secret), Bytes(secret.size(), 'x'));
    remember(wide(secret), wide(std::string(instead.begin(), instead.end())));
    remember(hex(narrow(secret), false), Bytes(2 * secret.size(), '0'));
    remember(hex(narrow(secret), true), Bytes(2 * secret.size(), '0'));
  }
  return {instead.begin(), instead.end()};
}

Bytes StandIns::bytes(const std::string& kind, View secret) {
  auto& of_kind = kinds_[kind];
  ++of_kind.places;
  auto& instead = known_[{kind, Bytes(secret.begin(), secret.end())}];
  if (instead.empty() && !secret.empty()) {
    instead.assign(secret.size(), 0);
    auto number = ++of_kind.values;
    for (auto at = instead.rbegin(); at != instead.rend() && number > 0; ++at, number >>= 8)
      *at = static_cast<u8>(number);
    remember(secret, instead);
    for (const bool upper : {false, true}) {
      const auto digits = hex(secret, upper);
      remember(digits, hex(instead, upper));
      remember(wide({digits.begin(), digits.end()}), Bytes(2 * digits.size(), 0));
    }
  }
  return instead;
}

void StandIns::remember(View secret, View instead) {
  if (secret.size() < least_swept || std::ranges::all_of(secret, [&](u8 byte) { return byte == secret[0]; })) return;
  forms_.push_back({Bytes(secret.begin(), secret.end()), Bytes(instead.begin(), instead.end())});
}

Bytes StandIns::units(const std::string& text, bool one_byte) { return one_byte ? narrow(text) : wide(text); }

bool StandIns::overwrite(Room where, View secret, View instead) { return replace(where, secret, instead) > 0; }

void StandIns::publish(const std::string& text) {
  for (const bool one_byte : {false, true})
    if (!text.empty()) public_.push_back(units(text, one_byte));
}

void StandIns::sweep(Room where) {
  for (const auto& form : forms_)
    if (std::ranges::find(public_, form.secret) == public_.end()) replace(where, form.secret, form.instead);
}

}  // namespace stuntcam::pcap
