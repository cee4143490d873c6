// Bytes that look random and can be made at any offset, so that content of any size costs no memory.
#pragma once

#include "ptp/bytes.h"

namespace stuntcam::emulator {

// One step of SplitMix64, a published public-domain generator: a well mixed word for each number.
constexpr u64 mixed(u64 number) {
  number += 0x9E3779B97F4A7C15;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
  return number ^ (number >> 31);
}

// The bytes [offset, offset + room.size()) of the seed's endless sequence.
void fill_noise(u64 seed, u64 offset, Room room);

}  // namespace stuntcam::emulator
