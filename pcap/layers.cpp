#include "pcap/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace stuntcam::pcap {
namespace {

constexpr u16 ipv4_type = 0x0800, ipv6_type = 0x86DD, pppoe_type = 0x8864;
constexpr u8 protocol_tcp = 6, protocol_fragment = 44;
constexpr const char* cut_fragments = "fragments that the snap length cut are not joined";
constexpr const char* unfinished_fragments = "IP fragments without the rest of their datagrams";

// Network byte order; the caller has checked that the bytes are there.
u16 big16(View bytes, std::size_t at) { return static_cast<u16>(bytes[at] << 8 | bytes[at + 1]); }
u32 little32(View bytes, std::size_t at) {
  return static_cast<u32>(bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16) | static_cast<u32>(bytes[at + 3]) << 24;
}
u32 big32(View bytes, std::size_t at) { return static_cast<u32>(big16(bytes, at)) << 16 | big16(bytes, at + 2); }

u16 type_by_version(View bytes) {
  if (bytes.empty()) return 0;
  return bytes[0] >> 4 == 4 ? ipv4_type : bytes[0] >> 4 == 6 ? ipv6_type : u16{0};
}

Endpoint endpoint(View address) {
  Endpoint end;
  end.v6 = address.size() == 16;
  std::ranges::copy(address, end.address.begin());
  return end;
}

}  // namespace

void Layers::warn_once(const std::string& text) {
  if (told_.insert(text).second) warn_(frame_, text);
}

std::optional<TcpPacket> Layers::tcp(const Frame& frame) {
  frame_ = frame.number;
  aggregated_.clear();
  if (const auto packet = ip(network(frame.link_type, frame.bytes))) return packet;
  return more();
}

std::optional<TcpPacket> Layers::more() {
  while (!aggregated_.empty()) {
    const auto next = aggregated_.front();
    aggregated_.pop_front();
    if (const auto packet = ip(llc(next))) return packet;
  }
  return {};
}

void Layers::finish() {
  frame_ = 0;
  if (!fragmented_.empty()) warn_once(unfinished_fragments);
}

std::optional<TcpPacket> Layers::ip(const std::optional<Network>& found) {
  if (!found) return {};
  if (found->ethertype == ipv4_type) return ip4(found->bytes);
  if (found->ethertype == ipv6_type) return ip6(found->bytes);
  return {};
}

std::optional<Layers::Network> Layers::network(LinkType type, View bytes) {
  switch (type) {
    case LinkType::ethernet:
      if (bytes.size() < 14) return {};
      return ethernet(big16(bytes, 12), bytes.subspan(14));
    case LinkType::linux_sll:
      if (bytes.size() < 16) return {};
      return ethernet(big16(bytes, 14), bytes.subspan(16));
    case LinkType::linux_sll2:
      if (bytes.size() < 20) return {};
      return ethernet(big16(bytes, 0), bytes.subspan(20));
    case LinkType::null:  // an address family, whose numbers and byte order differ between systems: IP says it itself
    case LinkType::loop:
      if (bytes.size() < 4) return {};
      return Network{type_by_version(bytes.subspan(4)), bytes.subspan(4)};
    case LinkType::raw:
    case LinkType::raw_bsd:
    case LinkType::raw_openbsd:
    case LinkType::ipv4:
    case LinkType::ipv6:
      return Network{type_by_version(bytes), bytes};
    case LinkType::radiotap: {
      const std::size_t header = bytes.size() < 4 ? 4 : bytes[2] | bytes[3] << 8;
      if (header < 4 || bytes.size() < header) return {};
      return wifi(bytes.subspan(header));
    }
    case LinkType::ieee802_11:
      return wifi(bytes);
    case LinkType::ppi: {  // a header of its own length and the link type behind it
      const std::size_t header = bytes.size() < 8 ? 8 : bytes[2] | bytes[3] << 8;
      if (header < 8 || bytes.size() < header) return {};
      return inner(little32(bytes, 4), bytes.subspan(header));
    }
    case LinkType::pktap: {
      const std::size_t header = bytes.size() < 12 ? 12 : little32(bytes, 0);
      if (header < 12 || bytes.size() < header) return {};
      return inner(little32(bytes, 8), bytes.subspan(header));
    }
    case LinkType::usb_linux:
    case LinkType::usb_linux_mmapped:
    case LinkType::usb_pcap:
      return {};  // usb.h
  }
  warn_once(fmt::format("link type {} is not read: capture on Ethernet, Wi-Fi, a loopback interface or USB",
                        std::to_underlying(type)));
  return {};
}

// Behind a header that names the link type of what it wraps.
std::optional<Layers::Network> Layers::inner(u32 type, View bytes) {
  const auto known = static_cast<LinkType>(type);
  if (type > 0xFFFF || known == LinkType::ppi || known == LinkType::pktap) return {};
  return network(known, bytes);
}

std::optional<Layers::Network> Layers::ethernet(u16 ethertype, View bytes) {
  for (int i = 0; i < max_headers; ++i) {
    if (ethertype == 0x8100 || ethertype == 0x88A8 || ethertype == 0x9100) {  // VLAN and QinQ
      if (bytes.size() < 4) return {};
      ethertype = big16(bytes, 2);
      bytes = bytes.subspan(4);
    } else if (ethertype == pppoe_type) {
      if (bytes.size() < 8) return {};
      const auto protocol = big16(bytes, 6);
      return Network{protocol == 0x0021 ? ipv4_type : protocol == 0x0057 ? ipv6_type : u16{0}, bytes.subspan(8)};
    } else {
      return Network{ethertype, bytes};
    }
  }
  return {};
}

std::optional<Layers::Network> Layers::wifi(View bytes) {
  if (bytes.size() < 24) return {};
  const unsigned type = bytes[0] >> 2 & 3, subtype = bytes[0] >> 4, flags = bytes[1];
  const bool data = type == 2 && (subtype & 4) == 0;
  if (!data) return {};
  if (flags & 0x40) {
    warn_once(
        "encrypted Wi-Fi: nothing in it can be read; decrypt it with Wireshark (Edit > Preferences > IEEE 802.11) or "
        "capture "
        "on one of the two devices");
    return {};
  }
  const bool qos = (subtype & 8) != 0;
  std::size_t header = 24;
  if ((flags & 3) == 3) header += 6;
  const auto control = header;
  if (qos) header += 2;
  if (qos && (flags & 0x80)) header += 4;
  if (bytes.size() < header) return {};
  if (qos && (bytes[control] & 0x80)) {
    split(bytes.subspan(header));
    return {};
  }
  return llc(bytes.subspan(header));
}

std::optional<Layers::Network> Layers::llc(View bytes) {
  if (bytes.size() < 8 || bytes[0] != 0xAA || bytes[1] != 0xAA) return {};
  return ethernet(big16(bytes, 6), bytes.subspan(8));
}

// An A-MSDU: for each packet two addresses, its length, the packet, and zeros up to a multiple of four.
void Layers::split(View aggregate) {
  constexpr std::size_t header = 14;
  while (aggregate.size() > header) {
    const std::size_t size = big16(aggregate, 12);
    const auto rest = aggregate.subspan(header);
    aggregated_.push_back(rest.first(std::min(size, rest.size())));
    const auto padded = (header + size + 3) / 4 * 4 - header;
    aggregate = rest.subspan(std::min(padded, rest.size()));
  }
}

std::optional<TcpPacket> Layers::ip4(View bytes) {
  if (bytes.size() < 20 || bytes[0] >> 4 != 4) return {};
  const auto header = 4 * std::size_t{bytes[0] & 15u};
  std::size_t total = big16(bytes, 2);
  if (total == 0) total = bytes.size();  // segmentation offload: the network card would have filled it in
  if (header < 20 || total < header || bytes.size() < header || bytes[9] != protocol_tcp) return {};
  const auto size = total - header;
  const auto payload = bytes.subspan(header, std::min(size, bytes.size() - header));
  Segment segment;
  segment.from = endpoint(bytes.subspan(12, 4));
  segment.to = endpoint(bytes.subspan(16, 4));
  const auto fragment = big16(bytes, 6);
  if ((fragment & 0x3FFF) == 0) return transport(segment, payload, size);
  if (payload.size() < size) {
    warn_once(cut_fragments);
    return {};
  }
  Bytes key(bytes.begin() + 12, bytes.begin() + 20);
  key.insert(key.end(), bytes.begin() + 4, bytes.begin() + 6);
  const auto whole = join(key, 8 * std::size_t{fragment & 0x1FFFu}, (fragment & 0x2000) == 0, payload);
  return whole ? transport(segment, *whole, whole->size()) : std::nullopt;
}

std::optional<TcpPacket> Layers::ip6(View bytes) {
  if (bytes.size() < 40 || bytes[0] >> 4 != 6) return {};
  Segment segment;
  segment.from = endpoint(bytes.subspan(8, 16));
  segment.to = endpoint(bytes.subspan(24, 16));
  std::size_t size = big16(bytes, 4);
  if (size == 0) size = bytes.size() - 40;  // as in IPv4
  auto next = bytes[6];
  auto rest = bytes.subspan(40, std::min(size, bytes.size() - 40));
  for (int i = 0; i < max_headers && next != protocol_tcp; ++i) {
    const bool skippable = next == 0 || next == 43 || next == 60 || next == 135;  // options, routing, mobility
    if (rest.size() < 8 || !(skippable || next == protocol_fragment)) return {};
    const std::size_t length = next == protocol_fragment ? 8 : (rest[1] + 1u) * 8;
    if (rest.size() < length) return {};
    const auto header = rest.first(length);
    rest = rest.subspan(length);
    size -= length;
    if (next == protocol_fragment) {
      if (rest.size() < size) {
        warn_once(cut_fragments);
        return {};
      }
      Bytes key(bytes.begin() + 8, bytes.begin() + 40);
      key.insert(key.end(), header.begin() + 4, header.begin() + 8);
      const auto whole = join(key, big16(header, 2) & 0xFFF8u, (header[3] & 1) == 0, rest);
      if (!whole) return {};
      rest = *whole;
      size = rest.size();
    }
    next = header[0];
  }
  return next == protocol_tcp ? transport(segment, rest, size) : std::nullopt;
}

std::optional<View> Layers::join(View key, std::size_t offset, bool last, View piece) {
  constexpr std::size_t max_datagram = 65535;
  if (offset + piece.size() > max_datagram || (!last && piece.size() % 8 != 0)) {
    warn_once("IP fragments that can't be joined: their size or place is wrong");
    return {};
  }
  auto found = std::ranges::find_if(fragmented_, [&](const Datagram& one) { return std::ranges::equal(one.key, key); });
  if (found == fragmented_.end()) {
    if (fragmented_.size() == max_fragmented) {
      warn_once(unfinished_fragments);
      fragmented_.pop_front();
    }
    fragmented_.push_back({Bytes(key.begin(), key.end()), {}, {}, 0});
    found = std::prev(fragmented_.end());
  }
  const auto end = offset + piece.size();
  if (found->bytes.size() < end) found->bytes.resize(end);
  found->seen.resize((found->bytes.size() + 7) / 8);
  for (std::size_t at = 0; at < piece.size(); at += 8) {
    const auto unit = (offset + at) / 8;
    if (found->seen[unit]) continue;  // the first to come stays
    found->seen[unit] = true;
    std::ranges::copy(piece.subspan(at, std::min<std::size_t>(8, piece.size() - at)),
                      found->bytes.begin() + static_cast<std::ptrdiff_t>(offset + at));
  }
  if (last) found->size = end;
  if (found->size == 0 || std::ranges::find(found->seen, false) != found->seen.end()) return {};
  joined_ = std::move(found->bytes);
  joined_.resize(found->size);
  fragmented_.erase(found);
  return View(joined_);
}

std::optional<TcpPacket> Layers::transport(Segment segment, View bytes, std::size_t size) {
  if (bytes.size() < 20) return {};
  const auto header = 4 * std::size_t{bytes[12] / 16u};
  if (header < 20 || header > size) return {};
  segment.from.port = big16(bytes, 0);
  segment.to.port = big16(bytes, 2);
  segment.sequence = big32(bytes, 4);
  segment.acknowledged = big32(bytes, 8);
  segment.flags = bytes[13];
  segment.payload = bytes.subspan(std::min(header, bytes.size()));
  return TcpPacket{segment, static_cast<u32>(size - header - segment.payload.size())};
}

}  // namespace stuntcam::pcap
