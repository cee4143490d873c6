#include "pcap/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <asio/ip/address.hpp>

namespace stuntcam::pcap {
namespace {

constexpr u16 ethertype_v4 = 0x0800, ethertype_v6 = 0x86DD;
constexpr u8 protocol_tcp = 6;
constexpr u8 hop_limit = 64;
// 65535 × 2^14, the most there is: whatever the two sides had in flight fits into it.
constexpr u16 window = 0xFFFF;
constexpr std::array<u8, 8> syn_options = {2, 4, 0xFF, 0xD7, 1, 3, 3, 14};

void put16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<u8>(value >> 8));
  out.push_back(static_cast<u8>(value));
}
void put32(Bytes& out, u32 value) {
  put16(out, value >> 16);
  put16(out, value & 0xFFFF);
}
void put(Bytes& out, View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
View address(const Endpoint& end) { return View(end.address).first(end.v6 ? 16 : 4); }

// The sum of 16-bit words, most significant byte first. A ones' complement sum comes out the same, but for the order of
// its bytes, however wide the words are and whatever their byte order: so most of it is four bytes at a time, and four
// sums side by side, which a processor adds at once.
u64 sum(View bytes, u64 start = 0) {
  std::array<u64, 4> sums{};
  std::array<u32, 4> some{};
  for (; bytes.size() >= sizeof some; bytes = bytes.subspan(sizeof some)) {
    std::memcpy(some.data(), bytes.data(), sizeof some);
    for (std::size_t i = 0; i < some.size(); ++i) sums[i] += some[i];
  }
  u64 words = sums[0] + sums[1] + sums[2] + sums[3];
  for (; bytes.size() >= sizeof(u32); bytes = bytes.subspan(sizeof(u32))) {
    u32 word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    words += word;
  }
  while (words >> 16) words = (words & 0xFFFF) + (words >> 16);
  start += (words & 0xFF) << 8 | words >> 8;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) start += static_cast<u64>(bytes[i] << 8 | bytes[i + 1]);
  return bytes.size() % 2 ? start + (static_cast<u64>(bytes.back()) << 8) : start;
}
void store_checksum(Bytes& out, std::size_t at, u64 total) {
  while (total >> 16) total = (total & 0xFFFF) + (total >> 16);
  out[at] = static_cast<u8>(~total >> 8);
  out[at + 1] = static_cast<u8>(~total);
}

// Locally administered addresses, the last byte saying who: 1 the client, 2 the camera.
void put_ethernet(const Segment& segment, bool from_camera, Bytes& out) {
  for (const u8 who : {from_camera ? u8{1} : u8{2}, from_camera ? u8{2} : u8{1}}) put(out, Bytes{2, 0, 0, 0, 0, who});
  put16(out, segment.from.v6 ? ethertype_v6 : ethertype_v4);
}

void put_ip(const Segment& segment, std::size_t tcp_size, Bytes& out) {
  const auto begin = out.size();
  if (segment.from.v6) {
    put32(out, 0x60000000);
    put16(out, tcp_size);
    out.push_back(protocol_tcp);
    out.push_back(hop_limit);
  } else {
    put16(out, 0x4500);
    put16(out, 20 + tcp_size > 0xFFFF ? 0 : 20 + tcp_size);  // 0: as with segmentation offload
    put32(out, 0x00004000);                                  // don't fragment
    out.push_back(hop_limit);
    out.push_back(protocol_tcp);
    put16(out, 0);
  }
  put(out, address(segment.from));
  put(out, address(segment.to));
  if (!segment.from.v6) store_checksum(out, begin + 10, sum(View(out).subspan(begin)));
}

}  // namespace

std::optional<Endpoint> parse_endpoint(const std::string& text, u16 port) {
  std::error_code error;
  const auto parsed = asio::ip::make_address(text.substr(0, text.find('%')), error);
  if (error) return {};
  Endpoint end;
  end.port = port;
  end.v6 = parsed.is_v6();
  if (end.v6)
    end.address = parsed.to_v6().to_bytes();
  else
    std::ranges::copy(parsed.to_v4().to_bytes(), end.address.begin());
  return end;
}

std::optional<Endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  u16 port = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
  if (error != std::errc{} || end != last) return {};
  return parse_endpoint(text.substr(0, colon), port);
}

std::string to_string(const Endpoint& end) {
  if (end.v6) return fmt::format("[{}]:{}", asio::ip::address_v6(end.address).to_string(), end.port);
  const auto& bytes = end.address;
  return fmt::format("{}.{}.{}.{}:{}", bytes[0], bytes[1], bytes[2], bytes[3], end.port);
}

void encode(const Segment& segment, bool from_camera, Bytes& out) {
  encode_head(segment, from_camera, out);
  put(out, segment.payload);
}

void encode_head(const Segment& segment, bool from_camera, Bytes& out) {
  const auto options = segment.flags & Segment::syn ? View(syn_options) : View{};
  const auto header = 20 + options.size();
  const auto tcp_size = header + segment.payload.size();
  put_ethernet(segment, from_camera, out);
  put_ip(segment, tcp_size, out);
  const auto begin = out.size();
  put16(out, segment.from.port);
  put16(out, segment.to.port);
  put32(out, segment.sequence);
  put32(out, segment.acknowledged);
  put16(out, header / 4 << 12 | segment.flags);
  put16(out, window);
  put32(out, 0);  // checksum, urgent pointer
  put(out, options);
  const auto pseudo = sum(address(segment.from), sum(address(segment.to), protocol_tcp + tcp_size));
  store_checksum(out, begin + 16, sum(segment.payload, sum(View(out).subspan(begin), pseudo)));
}

}  // namespace stuntcam::pcap
