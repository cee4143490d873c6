// How arguments are read: units, placeholders, suggestions.
#include <gtest/gtest.h>

#include "cli/failure.h"
#include "cli/placeholders.h"
#include "cli/suggest.h"
#include "cli/target.h"
#include "cli/units.h"

namespace stuntcam::cli {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadsDurations) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("2.5s"), 2500ms);
  EXPECT_EQ(parse_duration("3"), 3s);
  EXPECT_EQ(parse_duration("1m"), 60s);
  EXPECT_EQ(parse_duration("1h"), 3600s);
  EXPECT_EQ(parse_duration("7us"), 7us);
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  for (const auto* wrong : {"", "s", "-1s", "5x", "5 s", "1e999s", "nan", "99999999999h"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

TEST(Units, ReadsNumbers) {
  EXPECT_EQ(parse_number("42"), 42u);
  EXPECT_EQ(parse_number("0x1F"), 31u);
  EXPECT_EQ(parse_number("18446744073709551615"), ~u64{0});
  for (const auto* wrong : {"", "0x", "-1", "1a", "18446744073709551616", " 1"})
    EXPECT_FALSE(parse_number(wrong)) << wrong;
}

const Address somewhere{"cam", "127.0.0.1", 4000, 4001, {}};

TEST(Placeholders, AreFilledInAnywhere) {
  EXPECT_EQ(fill_in({"--at={host}:{port}", "{event_port}", "{target}"}, somewhere),
            (std::vector<std::string>{"--at=127.0.0.1:4000", "4001", "ptpip:127.0.0.1:4000:4001"}));
}

TEST(Placeholders, LeaveOtherBracesAlone) {
  const std::vector<std::string> own = {"{}", "{print $1}", "{", "}", "{{x}", "a{hostname}b"};
  EXPECT_EQ(fill_in(own, somewhere), own);
}

TEST(Placeholders, GphotoAloneIsSeveralArguments) {
  EXPECT_EQ(fill_in({"gphoto2", "{gphoto2}", "-L"}, somewhere),
            (std::vector<std::string>{"gphoto2", "--port=ptpip:127.0.0.1:4000:4001", "--camera=PTP/IP Camera", "-L"}));
}

TEST(Placeholders, GphotoWithinAnArgumentIsQuotedForAShell) {
  EXPECT_EQ(fill_in({"gphoto2 {gphoto2} -L"}, somewhere)[0],
            "gphoto2 '--port=ptpip:127.0.0.1:4000:4001' '--camera=PTP/IP Camera' -L");
}

TEST(Placeholders, ADialectHasItsOwnTargetAndCamera) {
  auto other = somewhere;
  other.dialect = transport::dialect("fuji");
  other.liveview_port = 4002;
  EXPECT_EQ(fill_in({"{target}"}, other)[0], "fuji:127.0.0.1:4000:4001:4002");
  EXPECT_EQ(fill_in({"{gphoto2}"}, other),
            (std::vector<std::string>{"--port=ptpip:127.0.0.1:4000:4001", "--camera=Fuji X (WLAN)"}));
}

TEST(Target, NamesItsDialectAndPorts) {
  const auto short_one = parse_target("fuji:192.168.0.1");
  EXPECT_EQ(short_one.dialect->name, "fuji");
  EXPECT_EQ(short_one.host, "192.168.0.1");
  EXPECT_EQ(short_one.port, 55740);
  const auto whole = parse_target("fuji:[::1]:1:2:3");
  EXPECT_EQ(whole.host, "::1");
  EXPECT_EQ(whole.port, 1);
  EXPECT_EQ(whole.lanes.event, 2);
  EXPECT_EQ(whole.lanes.live_view, 3);
  EXPECT_EQ(parse_target("ptpip:h:5:6").lanes.event, 6);
  for (const auto* wrong : {"fuji:", "fuji:h:0", "fuji:h:1:2:3:4", "ptpip:h:1:2:3", "nikon:h", "h"})
    EXPECT_THROW(parse_target(wrong), Failure) << wrong;
}

TEST(Placeholders, LiveViewPortMustExist) {
  EXPECT_THROW(fill_in({"{liveview_port}"}, somewhere), Failure);
  auto other = somewhere;
  other.liveview_port = 4002;
  EXPECT_EQ(fill_in({"{liveview_port}"}, other)[0], "4002");
}

TEST(Suggest, FindsTheSlipOfTheFinger) {
  const std::vector<std::string> known = {"serve", "run", "cameras"};
  EXPECT_EQ(nearest("srve", known), "serve");
  EXPECT_EQ(nearest("rnu", known), "run");
  EXPECT_EQ(nearest("camera", known), "cameras");
  EXPECT_EQ(nearest("bench", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(unknown("command", "srve", known), "unknown command 'srve'; did you mean 'serve'?");
  EXPECT_EQ(unknown("command", "xyz", known), "unknown command 'xyz'");
}

}  // namespace
}  // namespace stuntcam::cli
