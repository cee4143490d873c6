#include "pcap/debug_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace stuntcam::pcap {
namespace {

constexpr std::size_t max_line = 1 << 16;
constexpr std::size_t row = 16;  // bytes of a dump's line

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "12.345678 " in front, as every message has it.
std::optional<i64> time_of(std::string_view line) {
  constexpr i64 billion = 1'000'000'000;
  i64 seconds = 0, micro = 0;
  const auto dot = line.find('.'), blank = line.find(' ');
  if (dot == line.npos || blank != dot + 7) return {};
  const auto* const begin = line.data();
  if (std::from_chars(begin, begin + dot, seconds).ptr != begin + dot) return {};
  if (std::from_chars(begin + dot + 1, begin + blank, micro).ptr != begin + blank) return {};
  constexpr i64 most = i64{1} << 32;
  if (seconds < 0 || seconds > most || micro < 0) return {};
  return seconds * billion + micro * 1000;
}

// The first decimal number behind `word`.
std::optional<u64> number_behind(std::string_view line, std::string_view word) {
  auto at = line.find(word);
  if (at == line.npos) return {};
  at = line.find_first_of("0123456789", at + word.size());
  if (at == line.npos) return {};
  u64 value = 0;
  std::from_chars(line.data() + at, line.data() + line.size(), value);
  return value;
}

bool has(std::string_view line, std::string_view word) { return line.find(word) != line.npos; }

}  // namespace

bool DebugLog::begins(View bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (has(text, std::string_view("\0", 1))) return false;
  const bool talks = has(text, "gp_port_") || has(text, "gphoto2-port") || has(text, "ptpip/");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (time_of(line) && (has(line, "(2): ") || has(line, "(3): ")) && (talks || has(line, "main  "))) return true;
    at = end + 1;
  }
  return false;
}

bool DebugLog::read_line() {
  if (std::exchange(again_, false)) return true;
  line_.clear();
  for (;;) {
    const auto end = buffer_.find('\n', at_);
    if (end != std::string::npos) {
      line_.append(buffer_, at_, std::min(end - at_, max_line));
      at_ = end + 1;
      break;
    }
    line_.append(buffer_, at_, std::min(buffer_.size() - at_, max_line - std::min(line_.size(), max_line)));
    buffer_.resize(max_line);
    at_ = 0;
    const auto got = source_->read_some(Room(reinterpret_cast<u8*>(buffer_.data()), buffer_.size()));
    buffer_.resize(got);
    if (got == 0) {
      if (!line_.empty()) break;
      return false;
    }
  }
  ++number_;
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

std::optional<DebugLog::Chunk> DebugLog::next() {
  while (read_line()) {
    if (chunk_) {
      dump();
      if (!chunk_ || chunk_->bytes.size() < size_) continue;
      return finish();
    }
    if (announce() && size_ == 0) return finish();
  }
  if (chunk_) return finish();
  return {};
}

// The bytes of one line of a dump; anything else ends it.
void DebugLog::dump() {
  auto rest = std::string_view(line_);
  std::size_t offset = 0, digits = 0;
  while (digits < rest.size() && digit(rest[digits]) >= 0)
    offset = offset * 16 + static_cast<std::size_t>(digit(rest[digits++]));
  const bool dumped = digits >= 4 && rest.substr(digits).starts_with("  ") && offset == chunk_->bytes.size();
  if (!dumped) {
    if (rest.empty() && chunk_->bytes.empty()) return;
    chunk_->missing += size_ - chunk_->bytes.size();
    size_ = chunk_->bytes.size();
    again_ = true;
    return;
  }
  rest.remove_prefix(digits + 2);
  for (std::size_t i = 0; i < row && chunk_->bytes.size() < size_; ++i) {
    const auto cell = rest.substr(std::min(3 * i, rest.size()), 2);
    if (cell.size() < 2 || digit(cell[0]) < 0 || digit(cell[1]) < 0) break;
    chunk_->bytes.push_back(static_cast<u8>(digit(cell[0]) * 16 + digit(cell[1])));
  }
}

// A message: does a dump follow it?
bool DebugLog::announce() {
  const std::string_view line = line_;
  const auto time = time_of(line);
  if (!time) return false;
  const bool old = has(line, "gphoto2-port(");
  if (has(line, "Writing ")) last_ = Pipe::out;
  if (has(line, "Reading ")) last_ = Pipe::in;
  if (has(line, "interrupt")) last_ = Pipe::events;
  auto dumped = number_behind(line, "(hexdump of ");
  Chunk chunk;
  chunk.line = number_;
  chunk.time = *time;
  if (old && has(line, "Hexdump of ")) {
    dumped = number_behind(line, "Hexdump of ");
    chunk.pipe = last_;
  } else if (has(line, "gp_port_write") && has(line, "Wrote")) {
    chunk.pipe = Pipe::out;
  } else if (has(line, "gp_port_read") && has(line, "Read ")) {
    chunk.pipe = Pipe::in;
  } else if (has(line, "gp_port_check_int") && has(line, "Read ")) {
    chunk.pipe = Pipe::events;
  } else if (has(line, "ptpip/")) {
    chunk.usb = false;
    chunk.header = has(line, "header:");
    chunk.pipe = has(line, "generic_read") || has(line, "_read") ? Pipe::in : Pipe::out;
    chunk.opens = has(line, "ptpip/init_cmd") || has(line, "ptpip/init_event");
    if (has(line, "ptpip/init_event")) chunk.on_events = true;
  } else {
    return false;
  }
  if (!dumped) return false;
  size_ = *dumped;
  if (const auto first = line.find(" first "); first != line.npos) {  // "(hexdump of the first 10 of 20 bytes)"
    const auto total = number_behind(line.substr(first), " of ");
    if (total && *total > size_) chunk.missing = *total - size_;
  }
  chunk_ = std::move(chunk);
  return true;
}

std::optional<DebugLog::Chunk> DebugLog::finish() {
  auto chunk = std::exchange(chunk_, {});
  if (!chunk->usb) route(*chunk);
  return chunk;
}

// Both connections of PTP/IP are read by one function: the packet's type says which it was.
void DebugLog::route(Chunk& chunk) {
  constexpr u8 init_event_ack = 4, event = 8, probe_request = 13;
  if (chunk.pipe == Pipe::in && chunk.header && chunk.bytes.size() == 8) {
    const auto type = chunk.bytes[4];
    on_events_ = type == init_event_ack || type == event || type == probe_request;
  }
  if (chunk.pipe == Pipe::in) chunk.on_events = on_events_;
}

}  // namespace stuntcam::pcap
