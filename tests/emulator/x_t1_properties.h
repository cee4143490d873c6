// The X-T1's properties as docs/cameras.md has them: code, what GetDevicePropValue gave before remote control, what
// GetDevicePropDesc gave after GetCapabilities. Numbers are hexadecimal, those of an i16 decimal.
#pragma once

#include <array>
#include <string_view>

namespace stuntcam::tests::x_t1 {

// clang-format off
inline constexpr std::array<std::string_view, 42> properties = {
    "5001|0x0 (1 bytes)|u8, R, default 0, current 0, range 0..3 step 1",
    "5003|153 raw bytes (see quirks)|type FFFF, RW, malformed string desc, 648 bytes",
    "5005|0x0 (2 bytes)|u16, RW, default 2, current 2, enum(10): 2 4 8006 8001 8002 8003 6 800A 800B 800C",
    "5007|0x0 (2 bytes)|u16, RW, default 15E, current 0, enum(7): 15E 212 2C6 3E8 44C 640 FFFF",
    "500A|0x0 (2 bytes)|u16, RW, default 8001, current 0, enum(3): 1 8001 8002",
    "500C|0x2 (2 bytes)|u16, RW, default 2, current 8009, enum(2): 8009 800A",
    "500D|0x0 (4 bytes)|u32, RW, default 2, current 0, enum(3): 2 493E0 FFFFFFFF",
    "500E|0x0 (2 bytes)|u16, RW, default 6, current 0, enum(13): 1 2 3 4 6 8001 8002 8003 8004 8005 8006 8007 8008",
    "5010|0x0 (2 bytes)|i16, RW, default 0, current 0, enum(19): -3000 -2667 -2333 -2000 -1667 -1333 "
        "-1000 -667 -333 0 333 667 1000 1333 1667 2000 2333 2667 3000",
    "5012|0x0 (2 bytes)|u16, RW, default 0, current 0, enum(3): 0 2 4",
    "D001|0x0 (2 bytes)|u16, RW, default 1, current 1, enum(11): 1 2 3 4 5 6 7 8 9 A B",
    "D018|0x1 (2 bytes)|u16, RW, default 1, current 1, enum(5): 1 2 3 4 5",
    "D019|0x1 (2 bytes)|u16, RW, default 1, current 1, enum(2): 0 1",
    "D01D|0x1 (2 bytes)|u16, RW, default 1, current 1, enum(0):",
    "D028|0x0 (2 bytes)|u16, RW, default 0, current 0, enum(4): 0 1 2 3",
    "D02A|0xFFFFFFFF (4 bytes)|u32, RW, default FFFFFFFF, current 80001900, enum(25): 80000190 80000320 "
        "80000640 80000C80 80001900 40000064 C8 FA 140 190 1F4 280 320 3E8 4E2 640 7D0 9C4 C80 FA0 1388 1900 "
        "40003200 40006400 4000C800",
    "D170|0x1 (2 bytes)|u16, RW, default 1, current 1, range 1..27 step 1",
    "D174|103 raw bytes (see quirks)|type FFFF, RW, malformed string desc, 277 bytes",
    "D17C|0x0 (4 bytes)|u32, RW, default 0, current 3020702, range 0..10090707 step 1",
    "D212|see golden test|not dumped",
    "D21B|0x0 (2 bytes)|u16, RW, default 0, current 0, enum(15): 0 1 2 3 4 5 6 7 8 9 A B C D E",
    "D220|0x0 (4 bytes)|u32, RW, default 0, current 0, range 0..1 step 1",
    "D222|0x0 (4 bytes)|u32, RW, default 0, current 0, range 0..7530 step 0",
    "D226|0x0 (2 bytes)|u16, RW, default 0, current 0, enum(2): 0 1",
    "D227|0x0 (2 bytes)|not dumped",
    "D228|65 raw bytes (see quirks)|not dumped",
    "D229|0x5D6 (4 bytes)|not dumped",
    "D22A|0x68F (4 bytes)|not dumped",
    "D240|0xFFFFFFFF (4 bytes)|not dumped",
    "D241|0xA (2 bytes)|not dumped",
    "D400|0x0 (4 bytes)|not dumped",
    "D401|0x0 (4 bytes)|not dumped",
    "D500|97 raw bytes (see quirks)|not dumped",
    "D52F|0x0 (4 bytes)|not dumped",
    "DF00|0x0 (2 bytes)|not dumped",
    "DF01|0x0 (2 bytes)|not dumped",
    "DF21|0x3 (4 bytes)|not dumped",
    "DF22|0x3 (4 bytes)|not dumped",
    "DF23|0x1 (4 bytes)|not dumped",
    "DF24|0x20001 (4 bytes)|not dumped",
    "DF25|0x1 (4 bytes)|not dumped",
    "DF31|0x2 (4 bytes)|not dumped",
};
// clang-format on

}  // namespace stuntcam::tests::x_t1
