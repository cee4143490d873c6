#include "cli/listen_address.h"

#include <gtest/gtest.h>

namespace stuntcam::cli {
namespace {

std::string read(const std::string& text) {
  const auto address = parse_listen_address(text);
  return address ? address->host + " " + std::to_string(address->port) : "none";
}

TEST(ListenAddress, IsAnAddressAndAPort) {
  EXPECT_EQ(read("192.168.1.7:4000"), "192.168.1.7 4000");
  EXPECT_EQ(read("[::1]:4000"), "::1 4000");
  EXPECT_EQ(read("localhost:65535"), "127.0.0.1 65535");
}

TEST(ListenAddress, IsLoopbackWhereOnlyThePortIsGiven) {
  EXPECT_EQ(read(":4000"), "127.0.0.1 4000");
  EXPECT_EQ(read("0"), "127.0.0.1 0");
}

TEST(ListenAddress, NeedsAPortAndANumber) {
  for (const auto* text : {"", ":", "nowhere", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:1x", "camera.example:1", "::1:4000", "[127.0.0.1]:1", "[::1]"})
    EXPECT_EQ(read(text), "none") << text;
}

}  // namespace
}  // namespace stuntcam::cli
