#include "pcap/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace stuntcam::pcap {
namespace {

// How far `a` is ahead of `b`; sequence numbers wrap.
i32 ahead(u32 a, u32 b) { return static_cast<i32>(a - b); }

std::array<u8, 18> bytes_of(const Endpoint& end) {
  std::array<u8, 18> bytes{};
  std::ranges::copy(end.address, bytes.begin());
  bytes[16] = static_cast<u8>(end.port >> 8);
  bytes[17] = static_cast<u8>(end.port);
  return bytes;
}

}  // namespace

Streams::Connection& Streams::connection(const Segment& segment, Origin origin) {
  const auto from = bytes_of(segment.from), to = bytes_of(segment.to);
  if (connections_.size() >= max_followed) forget(origin);
  Key key{static_cast<u8>(segment.from.v6)};
  std::ranges::copy(std::min(from, to), key.begin() + 1);
  std::ranges::copy(std::max(from, to), key.begin() + 19);
  auto& found = connections_[key];
  const bool syn = (segment.flags & Segment::syn) != 0, opens = syn && (segment.flags & Segment::ack) == 0;
  if (found) {
    const auto& side = found->sides[segment.from != found->first];
    const auto data = segment.sequence + (syn ? 1 : 0);
    const bool elsewhere = syn && side.begun && data != side.begin;
    const bool jumped = side.begun && !found->unwanted && std::abs(i64{ahead(data, side.next)}) > i64{max_jump} &&
                        (segment.flags & Segment::reset) == 0;
    if (elsewhere || jumped || (found->closed && opens)) {
      close(*found, false, origin);
      found.reset();
    }
  }
  if (!found) {
    found = std::make_unique<Connection>();
    found->number = ++opened_;
    const bool answers = syn && !opens;
    found->first = answers ? segment.to : segment.from;
    found->handshake = syn;
    sink_.opened(found->number, found->first, answers ? segment.from : segment.to, syn, origin);
  }
  return *found;
}

void Streams::add(const TcpPacket& packet, Origin origin) {
  const auto& segment = packet.segment;
  auto& connection = this->connection(segment, origin);
  connection.last = origin;
  const bool side = segment.from != connection.first;
  begin(connection, segment, origin);
  if (connection.unwanted) return;
  const auto& mine = connection.sides[side];
  const auto first = segment.sequence + ((segment.flags & Segment::syn) ? 1 : 0);
  sink_.placed(origin.frame, connection.number, side, static_cast<i64>(mine.passed) + ahead(first, mine.next));
  if (connection.closed) {
    const auto next = connection.sides[side].next;
    if (!segment.payload.empty() && ahead(segment.sequence + static_cast<u32>(segment.payload.size()), next) > 0)
      warn_(origin.frame, fmt::format("connection {}: data after it was closed is left out", connection.number));
    return;
  }
  take(connection, side, packet, origin);
  if (connection.unwanted) connection.waiting = {};
  const bool over = connection.sides[0].ended && connection.sides[1].ended && connection.waiting.empty();
  const bool reset = (segment.flags & Segment::reset) != 0;
  if (over || reset) close(connection, reset, origin);
}

// Where the two streams begin, as far as this packet tells.
void Streams::begin(Connection& connection, const Segment& segment, Origin) {
  auto& mine = connection.sides[segment.from != connection.first];
  auto& other = connection.sides[segment.from == connection.first];
  const auto first = segment.sequence + ((segment.flags & Segment::syn) ? 1 : 0);
  if (!mine.begun) mine = {.begun = true, .next = first, .begin = first, .recent = {}};
  if ((segment.flags & Segment::ack) && !other.begun)
    other = {.begun = true, .next = segment.acknowledged, .begin = segment.acknowledged, .recent = {}};
}

void Streams::take(Connection& connection, bool side, const TcpPacket& packet, Origin origin) {
  const auto& segment = packet.segment;
  const bool syn = (segment.flags & Segment::syn) != 0, fin = (segment.flags & Segment::fin) != 0;
  const auto sequence = segment.sequence + (syn ? 1 : 0);
  if (segment.payload.empty() && packet.missing == 0 && !fin) return;
  const auto& next = connection.sides[side].next;
  const bool keep_alive = segment.payload.size() <= 1 && packet.missing == 0 && !fin && sequence == next - 1;
  if (keep_alive) return;
  if (connection.waiting.empty() && ahead(sequence, next) <= 0) {
    deliver(connection, side, sequence, segment.payload, packet.missing, fin, origin, {});
    return;
  }
  connection.waiting.push_back(
      {side, fin, sequence, packet.missing, Bytes(segment.payload.begin(), segment.payload.end()), origin});
  connection.waiting_bytes += segment.payload.size();
  drain(connection, false);
}

// Delivers in the order of capture. Where the next piece of a side is missing, all behind it waits, of both sides.
void Streams::drain(Connection& connection, bool give_up) {
  auto& waiting = connection.waiting;
  while (!waiting.empty() && !connection.unwanted) {
    const bool side = waiting.front().side;
    const auto next = connection.sides[side].next;
    const auto usable = std::ranges::find_if(
        waiting, [&](const Piece& one) { return one.side == side && ahead(one.sequence, next) <= 0; });
    if (usable == waiting.end()) {
      if (!give_up && waiting.size() <= max_waiting_segments && connection.waiting_bytes <= max_waiting_bytes) return;
      const Piece* nearest = &waiting.front();
      for (const auto& one : waiting)
        if (one.side == side && ahead(one.sequence, nearest->sequence) < 0) nearest = &one;
      lose(connection, side, nearest->sequence - next, nearest->origin);
      continue;
    }
    std::optional<u32> limit;  // where a piece that was captured earlier begins: that one wins
    for (auto earlier = waiting.begin(); earlier != usable; ++earlier)
      if (earlier->side == side && (!limit || ahead(earlier->sequence, *limit) < 0)) limit = earlier->sequence;
    if (deliver(connection, side, usable->sequence, usable->bytes, usable->missing, usable->end, usable->origin,
                limit)) {
      connection.waiting_bytes -= usable->bytes.size();
      waiting.erase(usable);
    }
  }
}

bool Streams::deliver(Connection& connection, bool which, u32 sequence, View bytes, u32 missing, bool end,
                      Origin origin, std::optional<u32> limit) {
  auto& side = connection.sides[which];
  const auto known = std::min<u64>(side.next - sequence, bytes.size());
  compare(connection, which, sequence, bytes.first(known), origin);
  auto fresh = bytes.subspan(known);
  bool whole = true;
  if (limit && ahead(sequence + static_cast<u32>(bytes.size()), *limit) > 0) {
    const auto room = std::max(0, ahead(*limit, side.next));
    whole = fresh.size() <= static_cast<std::size_t>(room);
    fresh = fresh.first(std::min<std::size_t>(fresh.size(), static_cast<std::size_t>(room)));
  }
  if (!fresh.empty()) {
    origin.offset = side.passed;
    origin.pipe = which;
    side.next += static_cast<u32>(fresh.size());
    side.passed += fresh.size();
    side.recent.insert(side.recent.end(), fresh.begin(), fresh.end());
    if (side.recent.size() > 2 * max_compared)
      side.recent.erase(side.recent.begin(), side.recent.end() - static_cast<std::ptrdiff_t>(max_compared));
    if (!sink_.data(connection.number, which, fresh, origin)) {
      connection.unwanted = true;
      for (auto& one : connection.sides) one.recent = {};
      return true;
    }
  }
  if (!whole) return false;
  const auto last = sequence + static_cast<u32>(bytes.size()) + missing;
  if (missing > 0 && ahead(last, side.next) > 0) lose(connection, which, last - side.next, origin);
  if (end && side.next == last && !std::exchange(side.ended, true)) ++side.next;
  return true;
}

void Streams::compare(Connection& connection, bool which, u32 sequence, View bytes, Origin origin) {
  auto& side = connection.sides[which];
  if (!connection.handshake && ahead(side.begin, sequence) > 0) {
    const auto before = side.begin - sequence;
    if (!bytes.empty() && !std::exchange(side.told_early, true))
      warn_(origin.frame,
            fmt::format("connection {}: bytes from before its first captured packet are left out", connection.number));
    bytes = bytes.subspan(std::min<std::size_t>(before, bytes.size()));
    sequence += before;
  }
  const std::size_t back = side.next - sequence - (side.ended ? 1 : 0);
  if (bytes.empty() || back > side.recent.size() || back < bytes.size()) return;
  const auto delivered = View(side.recent).subspan(side.recent.size() - back, bytes.size());
  if (!std::ranges::equal(bytes, delivered) && !std::exchange(side.told_conflict, true))
    warn_(origin.frame,
          fmt::format("connection {}: a retransmission differs from what was captured first, which is taken here and "
                      "wherever it happens again",
                      connection.number));
}

void Streams::lose(Connection& connection, bool which, u32 size, Origin origin) {
  auto& side = connection.sides[which];
  origin.offset = side.passed;
  origin.pipe = which;
  side.next += size;
  side.passed += size;
  side.recent.clear();
  sink_.gap(connection.number, which, size, origin);
}

void Streams::close(Connection& connection, bool reset, Origin origin) {
  if (connection.closed) return;
  connection.closed = true;
  if (!connection.unwanted) drain(connection, true);
  connection.waiting = {};
  for (auto& side : connection.sides) side.recent = {};
  sink_.closed(connection.number, reset, origin);
}

// Makes room for at least one more connection.
void Streams::forget(Origin origin) {
  std::erase_if(connections_, [](const auto& one) { return one.second->closed || one.second->unwanted; });
  if (connections_.size() < max_followed) return;
  std::vector<u64> heard;
  for (const auto& [key, connection] : connections_) heard.push_back(connection->last.frame);
  const auto middle = heard.begin() + static_cast<std::ptrdiff_t>(heard.size() / 2);
  std::ranges::nth_element(heard, middle);
  warn_(origin.frame, "too many connections at once: those silent for longest are taken as closed");
  for (auto& [key, connection] : connections_)
    if (connection->last.frame <= *middle) close(*connection, false, connection->last);
  std::erase_if(connections_, [](const auto& one) { return one.second->closed; });
}

void Streams::finish() {
  for (auto& [key, connection] : connections_) {
    if (connection->closed || connection->unwanted) continue;
    drain(*connection, true);
  }
}

}  // namespace stuntcam::pcap
