// Mistakes in [usb]: where they are, what was found, what is allowed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/problems.h"

namespace stuntcam::profiles {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string usb = device + "[usb]\nvendor_id = 0x04B0\nproduct_id = 0x0433\n";

TEST(UsbProblems, NoIds) {
  EXPECT_THAT(problems(usb), IsEmpty());
  EXPECT_THAT(problems(device + "[usb]\nproduct_id = 1\n"),
              ElementsAre("my.toml:7:1: [usb] needs the key 'vendor_id'"));
  EXPECT_THAT(problems(device + "[usb]\nvendor_id = 1\n"),
              ElementsAre("my.toml:7:1: [usb] needs the key 'product_id'"));
  EXPECT_THAT(problems(device + "[usb]\nvendor_id = 0\nproduct_id = 0x10000\n"),
              ElementsAre(HasSubstr("my.toml:8:13: 'vendor_id' in [usb] must be an integer from 1 to 65535"),
                          HasSubstr("my.toml:9:14: 'product_id' in [usb] must be an integer from 0 to 65535")));
}

TEST(UsbProblems, TextThatIsTooLong) {
  for (const std::string key : {"manufacturer", "product", "serial"}) {
    EXPECT_THAT(problems(usb + key + " = \"" + std::string(126, 'x') + "\"\n"), IsEmpty());
    EXPECT_THAT(problems(usb + key + " = \"" + std::string(127, 'x') + "\"\n"),
                ElementsAre(HasSubstr("'" + key + "' in [usb] must be at most 126 characters")));
  }
}

TEST(UsbProblems, Choices) {
  EXPECT_THAT(problems(usb + "speed = \"low\"\n"),
              ElementsAre("my.toml:10:9: 'speed' in [usb] must be one of full, high, super, not the string 'low'"));
  EXPECT_THAT(
      problems(usb + "status = \"fine\"\n"),
      ElementsAre("my.toml:10:10: 'status' in [usb] must be one of ok, empty, stall, busy, not the string 'fine'"));
  EXPECT_THAT(problems(usb + "zlps = true\n"),
              ElementsAre("my.toml:10:1: unknown key 'zlps' in [usb]; did you mean 'zlp'?"));
}

TEST(UsbProblems, InterruptPacket) {
  for (const std::string size : {"7", "65"})
    EXPECT_THAT(problems(usb + "interrupt_packet = " + size + "\n"),
                ElementsAre("my.toml:10:20: 'interrupt_packet' in [usb] must be an integer from 8 to 64, not the "
                            "integer " +
                            size));
}

}  // namespace
}  // namespace stuntcam::profiles
