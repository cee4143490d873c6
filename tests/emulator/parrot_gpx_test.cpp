// GPX files: what is read of them, and what is said of broken ones.
#include "emulator/vendors/parrot_gpx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <system_error>

namespace stuntcam::emulator::parrot {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string gpx(const std::string& inside) {
  return "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n" + inside +
         "</gpx>\n";
}
std::string track(const std::string& points) { return gpx("<trk><trkseg>\n" + points + "</trkseg></trk>\n"); }

std::string complaint(const std::string& text) {
  try {
    parse_gpx(text, "tour.gpx");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(ParrotGpx, ATrackWithAllItCanHave) {
  const auto points =
      parse_gpx(track("<!-- a comment\n with two lines -->"
                      "<trkpt lat='48.5' lon=\"-2.25\"><ele> 120.5 </ele>\n"
                      "<time>2024-05-06T10:00:00Z</time><extensions><x:ele>7</x:ele></extensions></trkpt>\n"
                      "<trkpt lon='-2.26' lat='48.6'><time>2024-05-06T12:00:01.250+02:00</time>"
                      "<ele><![CDATA[121]]></ele></trkpt>\n"),
                "tour.gpx");
  ASSERT_THAT(points, SizeIs(2));
  EXPECT_DOUBLE_EQ(points[0].latitude, 48.5);
  EXPECT_DOUBLE_EQ(points[0].longitude, -2.25);
  EXPECT_DOUBLE_EQ(points[0].elevation.value(), 120.5);
  EXPECT_DOUBLE_EQ(points[1].elevation.value(), 121);
  EXPECT_DOUBLE_EQ(points[1].time.value() - points[0].time.value(), 1.25);
  EXPECT_EQ(points[0].line, 5u);
  EXPECT_EQ(points[1].line, 7u);
}

TEST(ParrotGpx, TracksGoBeforeRoutesAndSegmentsAreJoined) {
  const std::string a = "<trkpt lat='1' lon='1'/>", b = "<rtept lat='2' lon='2'></rtept>";
  EXPECT_THAT(parse_gpx(gpx("<wpt lat='9' lon='9'/><rte>" + b + b + "</rte><trk><trkseg>" + a + "</trkseg><trkseg>" +
                            a + a + "</trkseg></trk>"),
                        "tour.gpx"),
              SizeIs(3));
  EXPECT_THAT(parse_gpx(gpx("<rte>" + b + b + "</rte>"), "tour.gpx"), SizeIs(2));
}

TEST(ParrotGpx, BrokenFilesAreRefusedWithTheirLine) {
  const std::string good = "<trkpt lat='1' lon='1'></trkpt>\n";  // line 4 when it is the first
  EXPECT_EQ(complaint(""), "tour.gpx:1: there is nothing in this file");
  EXPECT_EQ(complaint("hello\n"), "tour.gpx:1: there is text outside of all elements: this is no XML");
  EXPECT_EQ(complaint("\n<kml></kml>"), "tour.gpx:2: this is no GPX: its root element is <kml>");
  EXPECT_EQ(complaint(track(good)), "tour.gpx:7: a path has at least two points (<trkpt> or <rtept>), this one has 1");
  EXPECT_EQ(complaint(track(good + "<trkpt lat='1'/>")), "tour.gpx:5: <trkpt> has no 'lon'");
  EXPECT_EQ(complaint(track(good + "<trkpt lat='91' lon='1'/>")), "tour.gpx:5: lat '91' is no angle from -90 to 90");
  EXPECT_EQ(complaint(track(good + "<trkpt lat='1' lon='x'/>")), "tour.gpx:5: lon 'x' is no angle from -180 to 180");
  EXPECT_EQ(complaint(track(good + "<trkpt lat='nan' lon='1'/>")), "tour.gpx:5: lat 'nan' is no angle from -90 to 90");
  EXPECT_EQ(complaint(track("<trkpt lat='1' lon='1'>\n<ele>high</ele></trkpt>")), "tour.gpx:5: 'high' is no elevation");
  EXPECT_EQ(complaint(track("<trkpt lat='1' lon='1'>\n<time>noon</time></trkpt>")), "tour.gpx:5: 'noon' is no time");
  EXPECT_EQ(complaint(track("<trkpt lat='1' lon='1'>\n<trkpt lat='1' lon='1'/></trkpt>")),
            "tour.gpx:5: <trkpt> stands in another point");
}

TEST(ParrotGpx, TimesAreAllOrNoneAndIncrease) {
  const auto at = [](const std::string& time) {
    return "<trkpt lat='1' lon='1'><time>2024-05-06T" + time + "Z</time></trkpt>\n";
  };
  const std::string timeless = "<trkpt lat='1' lon='1'/>\n";
  EXPECT_EQ(complaint(track(at("10:00:00") + timeless)),
            "tour.gpx:5: this point has no <time>, unlike the one of line 4");
  EXPECT_EQ(complaint(track(timeless + at("10:00:00"))),
            "tour.gpx:5: this point has a <time>, unlike the one of line 4");
  EXPECT_EQ(complaint(track(at("10:00:01") + at("10:00:01"))),
            "tour.gpx:5: the time of this point is not later than that of line 4");
  EXPECT_EQ(complaint(track(at("10:00:01") + at("10:00:01.5"))), "none");
}

TEST(ParrotGpx, WhatIsNoXmlIsRefused) {
  EXPECT_THAT(complaint("<gpx><trk>\n</gpx>"), HasSubstr("2: </gpx> stands where <trk> of line 1 must be closed"));
  EXPECT_THAT(complaint("<gpx>\n<trk>"), HasSubstr("2: <trk> is never closed: the file is cut"));
  EXPECT_THAT(complaint("<gpx a=1>"), HasSubstr("1: the value of the attribute 'a' is not in quotes"));
  EXPECT_THAT(complaint("<gpx a>"), HasSubstr("1: the attribute 'a' has no value"));
  EXPECT_THAT(complaint("<gpx a='1' a='2'>"), HasSubstr("the attribute 'a' is there twice"));
  EXPECT_THAT(complaint("<gpx a='1"), HasSubstr("does not end"));
  EXPECT_THAT(complaint("<gpx"), HasSubstr("the tag <gpx> does not end"));
  EXPECT_THAT(complaint("< gpx>"), HasSubstr("a name is missing"));
  EXPECT_THAT(complaint("</gpx>"), HasSubstr("</gpx> closes nothing"));
  EXPECT_THAT(complaint("<gpx><!-- "), HasSubstr("a comment does not end"));
  EXPECT_THAT(complaint("<gpx/><gpx/>"), HasSubstr("a second root element"));
  EXPECT_THAT(complaint("<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx/>"), HasSubstr("a document type that declares things"));
}

TEST(ParrotGpx, EveryCutOfAGoodFileIsRefusedOrRead) {
  const std::string whole = track("<trkpt lat='1' lon='1'><ele>3</ele></trkpt><trkpt lat='1' lon='2'/>");
  for (std::size_t size = 0; size + 1 < whole.size(); ++size)
    EXPECT_NE(complaint(whole.substr(0, size)), "none") << size;
}

TEST(ParrotGpx, AFileThatIsNotThere) { EXPECT_THROW(read_gpx("/nowhere/tour.gpx"), std::system_error); }

}  // namespace
}  // namespace stuntcam::emulator::parrot
