// The camera of no brand has the whole standard.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "profiles/critique.h"

namespace stuntcam::profiles {
namespace {

TEST(Cameras, LoadWithoutComplaint) {
  EXPECT_THAT(cameras(), testing::IsSupersetOf(
                             {"canon-eos-r6", "generic", "leica-sl", "nikon-d5300", "olympus-e-m1", "parrot-sequoia"}));
  for (const auto& name : cameras()) {
    const auto profile = load(name);
    if (!profile) FAIL() << profile.error().front().to_string();
    EXPECT_EQ(profile->name, name);
    EXPECT_EQ(profile->origin, "built in");
    EXPECT_FALSE(profile->description.empty());
    for (const auto& finding : check(name, {}))
      EXPECT_EQ(finding.severity, Severity::note) << finding.problem.to_string();
  }
}

TEST(Cameras, AreKnownByNameWithoutBeingRead) {
  for (const auto& name : cameras()) EXPECT_TRUE(is_built_in(name)) << name;
  EXPECT_TRUE(is_built_in("nikon"));  // a base: nothing else has its name either
  for (const auto* other : {"", "nikon-d530", "nikon-d5300.toml", "session.pcapng"}) EXPECT_FALSE(is_built_in(other));
}

TEST(Generic, AdvertisesTheStandardAndTheEditFamily) {
  const auto profile = load("generic").value();
  for (u16 code = 0x1001; code <= 0x101C; ++code)
    EXPECT_TRUE(profile.advertises(static_cast<ptp::OperationCode>(code))) << std::hex << code;
  for (u16 code = 0x95C1; code <= 0x95C5; ++code)
    EXPECT_TRUE(profile.advertises(static_cast<ptp::OperationCode>(code))) << std::hex << code;
  for (const int code : {0x9801, 0x9802, 0x9803, 0x9804, 0x9805, 0x9806, 0x9808, 0x9810, 0x9811})
    EXPECT_TRUE(profile.advertises(static_cast<ptp::OperationCode>(code))) << std::hex << code;
}

TEST(Generic, HasNoVendorCode) {
  const auto profile = load("generic").value();
  const auto standard = [](u16 code) { return code < 0x9000 || (code >= 0x9500 && code < 0x9900); };
  EXPECT_TRUE(std::ranges::all_of(profile.device.operations, standard));
  for (const auto& property : profile.properties) {
    EXPECT_LT(property.code, 0xD000) << property.name;
    EXPECT_FALSE(property.vendor_list);
  }
  EXPECT_EQ(profile.device.vendor, ptp::Vendor::none);
}

TEST(Generic, PushesEventsAndTakesHundredsOfClients) {
  const auto profile = load("generic").value();
  EXPECT_TRUE(profile.quirks.push_events);
  EXPECT_FALSE(profile.quirks.poll_events);
  EXPECT_GE(profile.max_initiators, 500u);
  for (const auto& storage : profile.storages) EXPECT_EQ(storage.access_capability, 0);
}

}  // namespace
}  // namespace stuntcam::profiles
