#include "profiles/units.h"

#include <gtest/gtest.h>

namespace stuntcam::profiles {
namespace {

using namespace std::chrono_literals;

TEST(Units, Durations) {
  EXPECT_EQ(parse_duration("350ms"), 350ms);
  EXPECT_EQ(parse_duration("2s"), 2s);
  EXPECT_EQ(parse_duration("1m"), 1min);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0.25ms"), 250us);
  EXPECT_EQ(parse_duration("1us"), 1us);
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(Units, DurationsThatAreNone) {
  for (const auto* text : {"", "s", "5", "5 s", " 5s", "5sec", "-5s", "1.s", ".5s", "1..5s", "0.5ns", "1e3s", "5S",
                           "9223372036855s" /* over 2^63 ns */, "99999999999999999999999s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Units, Sizes) {
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("512B"), 512u);
  EXPECT_EQ(parse_size("4MiB"), 4u << 20);
  EXPECT_EQ(parse_size("2GiB"), u64{2} << 30);
  EXPECT_EQ(parse_size("1.5KiB"), 1536u);
  EXPECT_EQ(parse_size("1kB"), 1000u);
  EXPECT_EQ(parse_size("8TiB"), u64{8} << 40);
  EXPECT_EQ(parse_size("18446744073709551615"), ~u64{0});
}

TEST(Units, SizesThatAreNone) {
  for (const auto* text :
       {"", "MiB", "4 MiB", "-1", "4mib", "4M", "0.3B", "18446744073709551616", "16777216TiB", "0x10", "1.1KiB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Units, TextLeadsBack) {
  for (const auto duration : {0ns, 1ns, 1500ns, 350000000ns, 90000000000ns, 7200000000000ns})
    EXPECT_EQ(parse_duration(duration_text(duration)), duration) << duration_text(duration);
  for (const u64 size : {u64{0}, u64{1}, u64{1023}, u64{1024}, u64{5} << 30, u64{15923150848}, ~u64{0}})
    EXPECT_EQ(parse_size(size_text(size)), size) << size_text(size);
  EXPECT_EQ(duration_text(350ms), "350ms");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(size_text(16u << 20), "16MiB");
}

}  // namespace
}  // namespace stuntcam::profiles
