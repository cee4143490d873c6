// Writing pcapng: the three blocks that a recording needs, little-endian, times in nanoseconds. Each appends to `out`.
#pragma once

#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::pcap {

// As the registry of link types numbers them.
enum class LinkType : u16 {
  null = 0,
  ethernet = 1,
  raw_bsd = 12,
  raw_openbsd = 14,
  raw = 101,
  ieee802_11 = 105,
  loop = 108,
  linux_sll = 113,
  radiotap = 127,
  usb_linux = 189,
  ppi = 192,
  usb_linux_mmapped = 220,
  ipv4 = 228,
  ipv6 = 229,
  usb_pcap = 249,
  pktap = 258,
  linux_sll2 = 276,
};

void begin_section(std::string_view application, Bytes& out);
void describe_interface(LinkType, std::string_view name, Bytes& out);
// Of the interface that was described as the n-th, from 0. `original_size`: on the wire; more than frame.size() where
// the packet is cut.
void enhanced_packet(u32 interface, u64 nanoseconds, View frame, std::size_t original_size, std::string_view comment,
                     Bytes& out);
// The same but for the frame: what stands before it, and what behind. `size`: of the frame, as captured.
void begin_enhanced_packet(u32 interface, u64 nanoseconds, std::size_t size, std::size_t original_size,
                           std::string_view comment, Bytes& out);
void end_enhanced_packet(std::size_t size, std::string_view comment, Bytes& out);

}  // namespace stuntcam::pcap
