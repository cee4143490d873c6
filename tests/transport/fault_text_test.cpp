// Faults as text: what is written is what is meant, and what is wrong is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/fault/plan.h"

namespace stuntcam::tests {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using transport::Fault;
using transport::FaultKind;
using transport::parse_fault;

Fault parsed(std::string_view spec, ptp::Vendor vendor = ptp::Vendor::none) {
  auto fault = parse_fault(spec, vendor);
  EXPECT_TRUE(fault) << spec << ": " << (fault ? "" : fault.error());
  return fault.value_or(Fault{});
}

std::string problem(std::string_view spec) {
  const auto fault = parse_fault(spec);
  return fault ? "" : fault.error();
}

TEST(FaultText, TakesWhatIsWritten) {
  const auto fault = parsed("late:delay=2.6s,operation=GetObject,param1=0x10001,nth=2,probability=0.5,connection=3");
  EXPECT_EQ(FaultKind::late, fault.kind);
  EXPECT_EQ(2600ms, fault.with.delay);
  EXPECT_EQ(0x1009, fault.where.operation);
  EXPECT_EQ(0x10001u, fault.where.params[0]);
  EXPECT_EQ(2u, fault.where.nth);
  EXPECT_EQ(0.5, fault.where.probability);
  EXPECT_EQ(3u, fault.where.connection);
}

TEST(FaultText, CodesAreOfTheVendorAndOfWhatTheFaultIsAbout) {
  EXPECT_EQ(0x90C7, parsed("drop:operation=GetEvent", ptp::Vendor::nikon).where.operation);
  EXPECT_EQ(0x2019, parsed("code:code=DeviceBusy").with.code);
  EXPECT_EQ(0x4003, parsed("code:code=ObjectRemoved,event=ObjectAdded").with.code);
  EXPECT_EQ(0x4003, parsed("inject:code=ObjectRemoved,values=1+2").with.code);
}

TEST(FaultText, ReadsBackWhatItShows) {
  for (const std::string spec : {"drop",
                                 "code:code=DeviceBusy,operation=GetObject,times=3",
                                 "parameters:values=1+2+3",
                                 "transaction:add=-1,packet=StartData",
                                 "transaction:value=7",
                                 "late:delay=2400ms,jitter=100ms,nth=2",
                                 "repeat:count=2,event=ObjectAdded",
                                 "pad:bytes=4",
                                 "shorten:bytes=2",
                                 "refuse:reason=0x2,packet=InitCommandRequest",
                                 "before-data:operation=GetDeviceInfo",
                                 "early:for=1s",
                                 "cut:then=stall,at=100",
                                 "truncate:at=5",
                                 "extend:bytes=3",
                                 "total:value=unknown",
                                 "total:add=-4",
                                 "flip:at=7,count=2,mask=255",
                                 "replace:at=3,length=2,hex=0aff",
                                 "replace:at=3,length=2,hex=",
                                 "data:hex=0102",
                                 "empty:every=2",
                                 "split:values=1+0+70000",
                                 "inject:code=0xc7ff,value=3,values=1,after=2s",
                                 "reorder:for=1s,event=ObjectAdded",
                                 "reset:from=4096",
                                 "close:after=3s,until=4s",
                                 "half-close",
                                 "stall:for=3s,lane=event",
                                 "silence:connection=2",
                                 "throttle:bytes=65536",
                                 "latency:delay=50ms,jitter=20ms",
                                 "slice:delay=1ms,bytes=7",
                                 "deny:for=5s",
                                 "battery:for=10s,to=5",
                                 "card-full",
                                 "card-out:for=2s",
                                 "lens-off",
                                 "overheat:code=GeneralError,for=1m",
                                 "dial:to=3",
                                 "set:property=0x5007,to=560",
                                 "forget:property=0x5007",
                                 "clock:jump=-1h",
                                 "freeze:probability=0.25",
                                 "drop:direction=i2r,response=OK"}) {
    const auto fault = parsed(spec);
    const auto shown = to_string(fault);
    EXPECT_EQ(fault, parsed(shown)) << shown;
    EXPECT_EQ(shown, to_string(parsed(shown)));
  }
}

TEST(FaultText, NamesEveryKindOnce) {
  for (const auto& one : transport::fault_kinds()) EXPECT_EQ(&one, &row(one.kind)) << one.name;
  EXPECT_EQ(static_cast<std::size_t>(FaultKind::freeze) + 1, transport::fault_kinds().size());
}

TEST(FaultText, SaysWhatIsWrongAndWhatIsNear) {
  EXPECT_THAT(problem("lat:delay=1s"), HasSubstr("did you mean 'late'?"));
  EXPECT_THAT(problem("late:delai=1s"), HasSubstr("did you mean 'delay'?"));
  EXPECT_THAT(problem("late:delay=soon"), HasSubstr("write a duration"));
  EXPECT_THAT(problem("late"), HasSubstr("late needs delay="));
  EXPECT_THAT(problem("late:delay=1s,operation=GetObjekt"), HasSubstr("did you mean 'GetObject'?"));
  EXPECT_THAT(problem("late:delay=1s,delay=2s"), HasSubstr("twice"));
  EXPECT_THAT(problem("late:delay"), HasSubstr("no key=value"));
  EXPECT_THAT(problem("late:delay=-1s"), HasSubstr("only jump="));
  for (const std::string key : {"delay", "jitter", "after", "until"})
    EXPECT_THAT(problem("late:" + std::string(key == "delay" ? "" : "delay=1s,") + key + "=8761h"),
                HasSubstr("longer than a year"))
        << key;
  EXPECT_THAT(problem("late:delay=9223372036854775807ns"), HasSubstr("longer than a year"));
  EXPECT_THAT(problem("stall:for=8761h"), HasSubstr("longer than a year"));
  EXPECT_THAT(problem("stall:for=8760h,after=8760h"), "");
  for (const std::string fault : {"repeat:", "flip:", "inject:code=ObjectAdded,"}) {
    EXPECT_THAT(problem(fault + "count=65537"), HasSubstr("65536 at most")) << fault;
    EXPECT_THAT(problem(fault + "count=1000000000000"), HasSubstr("65536 at most")) << fault;
    EXPECT_THAT(problem(fault + "count=65536"), "") << fault;
  }
  EXPECT_THAT(problem("drop:nth=0"), HasSubstr("count from 1"));
  EXPECT_THAT(problem("drop:hex=00"), HasSubstr("has no key 'hex'"));
  EXPECT_THAT(problem("total"), HasSubstr("value= or add="));
  EXPECT_THAT(problem("split:values=0+0"), HasSubstr("empty packets only"));
  EXPECT_THAT(problem("truncate:at=3,direction=i2r"), HasSubstr("i2r does not fit"));
  EXPECT_THAT(problem("freeze:packet=Event"), HasSubstr("happens to the camera"));
  EXPECT_THAT(problem("data:hex=0"), HasSubstr("bytes in hex"));
  EXPECT_THAT(problem("drop:probability=1.5"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(problem(""), HasSubstr("unknown kind"));
}

TEST(FaultText, WritesTomlThatSaysTheSame) {
  EXPECT_EQ("[[fault]]\nkind = \"late\"\ndelay = \"2600ms\"\noperation = \"GetObject\"\nparam1 = 0x10001\nnth = 2\n",
            to_toml(parsed("late:delay=2.6s,operation=GetObject,param1=0x10001,nth=2")));
  EXPECT_EQ("[[fault]]\nkind = \"total\"\nvalue = \"unknown\"\n", to_toml(parsed("total:value=unknown")));
}

}  // namespace
}  // namespace stuntcam::tests
