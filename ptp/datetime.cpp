#include "ptp/datetime.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>

namespace stuntcam::ptp {

namespace {

// Takes `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

// Reads "Z", "+hhmm" or "-hhmm", the whole of a text that is not empty.
std::optional<int> parse_zone(std::string_view text) {
  if (text == "Z") return 0;
  const bool west = text.starts_with('-');
  if (!take(text, west ? '-' : '+')) return std::nullopt;
  const auto hours = take_number(text, 2);
  const auto minutes = take_number(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59 || !text.empty()) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return west ? -offset : offset;
}

std::chrono::year_month_day date_of(const DateTime& time) {
  return {std::chrono::year{time.year}, std::chrono::month{static_cast<unsigned>(time.month)},
          std::chrono::day{static_cast<unsigned>(time.day)}};
}

}  // namespace

std::string DateTime::to_string() const {
  std::string text;
  write(text);
  return text;
}

void DateTime::write(std::string& text) const {
  text.clear();
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:04}{:02}{:02}T{:02}{:02}{:02}", year, month, day, hour, minute, second);
  if (tenths) fmt::format_to(out, ".{}", *tenths);
  if (!offset_minutes) return;
  if (*offset_minutes == 0) {
    text += 'Z';
    return;
  }
  const auto offset = std::abs(*offset_minutes);
  fmt::format_to(out, "{}{:02}{:02}", *offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

i64 DateTime::seconds() const {
  const auto days = std::chrono::sys_days{date_of(*this)}.time_since_epoch().count();
  const i64 minutes = (i64{days} * 24 + hour) * 60 + minute - offset_minutes.value_or(0);
  return minutes * 60 + second;
}

DateTime DateTime::from_seconds(i64 since_1970) {
  constexpr i64 day_length = i64{24} * 60 * 60;
  // The format has four digits for the year.
  const auto since = std::clamp<i64>(since_1970, -62'167'219'200, 253'402'300'799);
  const auto days = (since >= 0 ? since : since - day_length + 1) / day_length;
  const auto rest = static_cast<int>(since - days * day_length);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          rest / 3600,
          rest / 60 % 60,
          rest % 60,
          {},
          {}};
}

std::optional<DateTime> parse_datetime(std::string_view text) {
  DateTime time;
  const auto field = [&](int& value, std::size_t digits, int most) {
    const auto number = take_number(text, digits);
    value = number.value_or(0);
    return number && value <= most;
  };
  const bool shaped = field(time.year, 4, 9999) && field(time.month, 2, 12) && field(time.day, 2, 31) &&
                      take(text, 'T') && field(time.hour, 2, 23) && field(time.minute, 2, 59) &&
                      field(time.second, 2, 59);
  if (!shaped || !date_of(time).ok()) return std::nullopt;
  if (take(text, '.')) {
    time.tenths = take_number(text, 1);
    if (!time.tenths) return std::nullopt;
  }
  if (text.empty()) return time;
  time.offset_minutes = parse_zone(text);
  if (!time.offset_minutes) return std::nullopt;
  return time;
}

}  // namespace stuntcam::ptp
