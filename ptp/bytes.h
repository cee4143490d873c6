// The words for bytes and numbers that every folder uses.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stuntcam {

static_assert(std::endian::native == std::endian::little, "integers are copied to and from the wire as they are");

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
__extension__ using u128 = unsigned __int128;
__extension__ using i128 = __int128;

using Bytes = std::vector<u8>;
using View = std::span<const u8>;  // borrowed, to read
using Room = std::span<u8>;        // borrowed, to fill

// "The length is not known yet" wherever a u64 counts payload bytes; also what StartData says then (docs/protocol.md
// §1.2).
inline constexpr u64 unknown_size = ~u64{0};

}  // namespace stuntcam
