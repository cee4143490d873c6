#include "ptp/datetime.h"

#include <gtest/gtest.h>

namespace stuntcam::ptp {
namespace {

TEST(DateTimeTest, EveryShapeRoundTrips) {
  for (const auto* text : {"20130101T000000", "20211121T153515", "20240229T235959", "20211121T153515.7",
                           "20211121T153515Z", "20211121T153515+0930", "20211121T153515-0100", "20211121T153515.0-0030",
                           "00000101T000000", "99991231T235959"}) {
    const auto time = parse_datetime(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(time->to_string(), text);
  }
}

TEST(DateTimeTest, Fields) {
  const auto time = parse_datetime("20211121T153515.7-0130");
  ASSERT_TRUE(time);
  EXPECT_EQ(*time, (DateTime{2021, 11, 21, 15, 35, 15, 7, -90}));
  EXPECT_EQ(parse_datetime("20211121T153515+0000")->offset_minutes, 0);
  EXPECT_EQ(parse_datetime("20211121T153515")->offset_minutes, std::nullopt);
}

TEST(DateTimeTest, OtherTextsAreRefused) {
  for (const auto* text : {"",
                           "20211121",
                           "20211121T1535",
                           "20210230T000000",
                           "20210229T000000",
                           "20211301T000000",
                           "20210001T000000",
                           "20210100T000000",
                           "20210101T240000",
                           "20210101T006000",
                           "20210101T000060",
                           "20210101t000000",
                           "2021010lT000000",
                           "20210101T000000.",
                           "20210101T000000.77",
                           "20210101T000000X",
                           "20210101T000000+1",
                           "20210101T000000+2400",
                           "20210101T000000+0060",
                           "20210101T000000ZZ",
                           " 20210101T000000",
                           "20210101T000000 ",
                           "2021-01-01T00:00:00",
                           "+2210101T000000"}) {
    EXPECT_FALSE(parse_datetime(text)) << text;
  }
}

TEST(DateTimeTest, Seconds) {
  EXPECT_EQ(DateTime{}.seconds(), 0);
  EXPECT_EQ(parse_datetime("20211121T153515")->seconds(), 1637508915);
  EXPECT_EQ(parse_datetime("20211121T153515+0100")->seconds(), 1637508915 - 3600);
  EXPECT_EQ(parse_datetime("19691231T235959")->seconds(), -1);
  for (const i64 seconds : {i64{0}, i64{-1}, i64{86399}, i64{86400}, i64{951782400}, i64{1637508915}, i64{-86401}}) {
    EXPECT_EQ(DateTime::from_seconds(seconds).seconds(), seconds);
  }
  EXPECT_EQ(DateTime::from_seconds(1709251199).to_string(), "20240229T235959");
}

TEST(DateTimeTest, SecondsBeyondFourDigitYearsStayInside) {
  EXPECT_EQ(DateTime::from_seconds(INT64_MAX).to_string(), "99991231T235959");
  EXPECT_EQ(DateTime::from_seconds(INT64_MIN).to_string(), "00000101T000000");
}

}  // namespace
}  // namespace stuntcam::ptp
