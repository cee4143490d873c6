// What each kind of fault makes of a conversation, byte by byte, on a clock that the test turns.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "tests/transport/world.h"
#include "transport/fault/engine.h"
#include "transport/fault/faults.h"
#include "transport/file.h"
#include "transport/wrapper.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using transport::FaultPlan;
using transport::Faults;
using Lines = std::vector<std::string>;

std::string shown(View bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

// What goes out over one connection, a line for each packet: next to the socket, behind the faults.
class Record final : public transport::Observer {
 public:
  Record(Lines& lines, Lines& notes) : lines_(lines), notes_(notes) {}
  void head(bool sent, const Message& message, View wire) override {
    if (!sent) return;
    switch (message.kind) {
      case Kind::operation_response:
        lines_.push_back(fmt::format("response {:04x} #{}", message.code, message.transaction_id));
        break;
      case Kind::event:
        lines_.push_back(fmt::format("event {:04x} #{}", message.code, static_cast<i32>(message.transaction_id)));
        break;
      case Kind::data:
        if (message.first)
          lines_.push_back(fmt::format("start {} #{}", static_cast<i64>(message.total), message.transaction_id));
        if (!message.first)
          lines_.push_back(
              fmt::format("{} {} #{}", message.last ? "end" : "data", message.size, message.transaction_id));
        break;
      case Kind::init_fail:
        lines_.push_back(fmt::format("fail {:x}", message.params[0]));
        break;
      case Kind::raw:
        lines_.push_back(fmt::format("raw {}", shown(wire)));
        break;
      default:
        return;
    }
    for (std::size_t i = 0; i < message.count; ++i) lines_.back() += fmt::format(" {}", message.params.at(i));
  }
  void payload(bool sent, View bytes) override {
    if (!sent || bytes.empty()) return;
    if (lines_.empty() || lines_.back().find('=') == std::string::npos) lines_.emplace_back("=");
    lines_.back() += bytes.size() <= 16 ? shown(bytes) : fmt::format("{} bytes", bytes.size());
  }
  void malformed(View, const ptp::Error&) override {}
  void note(std::string_view what) override { notes_.emplace_back(what); }
  void closed(bool by_us, bool reset) override {
    if (by_us) lines_.emplace_back(reset ? "reset" : "closed");
  }

 private:
  Lines &lines_, &notes_;
};

// A world whose camera has faults; a client with both connections, which reads nothing but is told nothing wrong.
class Meddled {
 public:
  explicit Meddled(std::vector<std::string> specs, u64 seed = 1, transport::ServerOptions options = {})
      : world_(options) {
    FaultPlan plan{seed, {}};
    for (const auto& spec : specs) {
      auto fault = transport::parse_fault(spec);
      EXPECT_TRUE(fault) << spec << ": " << (fault ? "" : fault.error());
      if (fault) plan.faults.push_back(*fault);
    }
    faults_ = std::make_unique<Faults>(world_.io, world_.clock, plan, ptp::Vendor::none, *options.dialect);
    world_.wrap = [this, wrap = faults_->around([this](std::unique_ptr<Link> link, u64) {
      return transport::make_tap(std::move(link), std::make_shared<Record>(lines_, notes_));
    })](std::unique_ptr<Link> link) { return wrap(std::move(link), ++connections_); };
  }

  Meddled& connect(bool with_events = true) {
    world_.run([this, with_events]() -> Task<> { client_ = co_await handshake(world_, with_events); });
    lines_.clear();
    return *this;
  }
  // Sends without waiting for an answer.
  Meddled& ask(u16 code, u32 transaction, u32 param = 0) {
    client_.command->put(request(code, transaction, param));
    return flush();
  }
  Meddled& flush() {
    asio::co_spawn(world_.io, [this] { return client_.command->flush(); }, asio::detached);
    world_.settle();
    return *this;
  }
  Lines lines() { return std::exchange(lines_, {}); }
  World& world() { return world_; }
  Faults& faults() { return *faults_; }
  Client& client() { return client_; }
  const Lines& notes() const { return notes_; }

 private:
  Lines lines_, notes_;
  World world_;
  std::unique_ptr<Faults> faults_;
  u64 connections_ = 0;
  Client client_;
};

// What ten bytes and their response become.
Lines ten_bytes(const std::string& spec) {
  Meddled meddled({spec});
  meddled.connect(false).ask(op_bytes, 1, 10);
  const auto lines = meddled.lines();
  EXPECT_THAT(meddled.notes(), ElementsAre(HasSubstr(spec.substr(0, spec.find(':'))))) << spec;
  EXPECT_EQ(1u, meddled.faults().status().at(0).applied) << spec;
  return lines;
}

constexpr auto start = "start 10 #1", end = "end 10 #1", ten = "=00070e151c232a31383f", ok = "response 2001 #1";

TEST(Fault, OfAResponse) {
  EXPECT_THAT(ten_bytes("code:code=DeviceBusy"), ElementsAre(start, end, ten, "response 2019 #1"));
  EXPECT_THAT(ten_bytes("parameters:values=3+4"), ElementsAre(start, end, ten, "response 2001 #1 3 4"));
  EXPECT_THAT(ten_bytes("transaction:add=-1"), ElementsAre(start, end, ten, "response 2001 #0"));
  EXPECT_THAT(ten_bytes("transaction:value=9,packet=StartData"), ElementsAre("start 10 #9", end, ten, ok));
  EXPECT_THAT(ten_bytes("drop"), ElementsAre(start, end, ten));
  EXPECT_THAT(ten_bytes("drop:packet=EndData"), ElementsAre(start, ok));
  EXPECT_THAT(ten_bytes("repeat:count=2"), ElementsAre(start, end, ten, ok, ok, ok));
  EXPECT_THAT(ten_bytes("pad:bytes=4"), ElementsAre(start, end, ten, "raw 120000000700000001200100000000000000"));
  EXPECT_THAT(ten_bytes("shorten:bytes=2"), ElementsAre(start, end, ten, "raw 0c0000000700000001200100"));
}

TEST(Fault, OfADataPhase) {
  EXPECT_THAT(ten_bytes("before-data"), ElementsAre(ok, start, end, ten));
  EXPECT_THAT(ten_bytes("cut:at=4"), ElementsAre(start, end, "=00070e15", "reset"));
  EXPECT_THAT(ten_bytes("cut:at=10,then=close"), ElementsAre(start, end, ten, "closed"));
  EXPECT_THAT(ten_bytes("cut:at=4,then=silence"), ElementsAre(start, end, "=00070e15"));
  EXPECT_THAT(ten_bytes("truncate:at=4"), ElementsAre(start, "end 4 #1", "=00070e15", ok));
  EXPECT_THAT(ten_bytes("extend:bytes=2,hex=aabb"), ElementsAre(start, "end 12 #1", std::string(ten) + "aabb", ok));
  EXPECT_THAT(ten_bytes("total:add=-4"), ElementsAre("start 6 #1", end, ten, ok));
  EXPECT_THAT(ten_bytes("total:value=unknown"), ElementsAre("start -1 #1", end, ten, ok));
  EXPECT_THAT(ten_bytes("flip:at=8,count=2,mask=255"), ElementsAre(start, end, "=00070e151c232a31c7c0", ok));
  EXPECT_THAT(ten_bytes("replace:at=3,hex=aabb"), ElementsAre(start, end, "=00070eaabb232a31383f", ok));
  EXPECT_THAT(ten_bytes("replace:at=3,length=4,hex=aa"), ElementsAre("start 7 #1", "end 7 #1", "=00070eaa31383f", ok));
  EXPECT_THAT(ten_bytes("replace:at=10,length=0,hex=aa"),
              ElementsAre("start 11 #1", "end 11 #1", std::string(ten) + "aa", ok));
  EXPECT_THAT(ten_bytes("replace:at=8,length=9,hex="), ElementsAre("start 8 #1", "end 8 #1", "=00070e151c232a31", ok));
  EXPECT_THAT(ten_bytes("data:hex=0102"), ElementsAre("start 2 #1", "end 2 #1", "=0102", ok));
  EXPECT_THAT(ten_bytes("empty"), ElementsAre("start 0 #1", "end 0 #1", ok));
  EXPECT_THAT(ten_bytes("split:values=4"),
              ElementsAre(start, "data 4 #1", "=00070e15", "data 4 #1", "=1c232a31", "end 2 #1", "=383f", ok));
  EXPECT_THAT(ten_bytes("split:values=0+9"),
              ElementsAre(start, "data 0 #1", "data 9 #1", "=00070e151c232a3138", "data 0 #1", "end 1 #1", "=3f", ok));
}

TEST(Fault, OfAPacketsBytes) {
  EXPECT_THAT(ten_bytes("flip:at=8,packet=OperationResponse"),
              ElementsAre(start, end, ten, "raw 0e00000007000000002001000000"));
  EXPECT_THAT(ten_bytes("replace:at=0,hex=ff,packet=OperationResponse"),
              ElementsAre(start, end, ten, "raw ff00000007000000012001000000"));
  EXPECT_THAT(ten_bytes("replace:at=14,length=0,hex=01000000,packet=OperationResponse"),
              ElementsAre(start, end, ten, "raw 120000000700000001200100000001000000"));
  EXPECT_THAT(ten_bytes("cut:at=5,packet=OperationResponse"), ElementsAre(start, end, ten, "raw 0e00000007", "reset"));
}

TEST(Fault, LateWaitsOnTheClock) {
  Meddled meddled({"late:delay=2.4s", "late:delay=100ms,packet=StartData"});
  meddled.connect().ask(op_bytes, 1, 10);
  EXPECT_THAT(meddled.lines(), ElementsAre());
  meddled.world().advance(100ms);
  meddled.world().advance(2399ms);
  EXPECT_THAT(meddled.lines(), ElementsAre(start, end, ten));
  meddled.world().advance(1ms);
  EXPECT_THAT(meddled.lines(), ElementsAre(ok));
}

TEST(Fault, AClientThatLeavesEndsTheWait) {
  Meddled meddled({"late:delay=1h"});
  meddled.connect().ask(op_nothing, 1);
  meddled.client().command->close();
  meddled.world().settle();
  EXPECT_EQ(0u, meddled.world().server->initiators());
}

TEST(Fault, RefusedOperationsAreNotDone) {
  Meddled meddled({"refuse:code=DeviceBusy,operation=0x9002,times=2"});
  meddled.connect().ask(op_bytes, 1, 10).ask(op_bytes, 2, 10).ask(op_nothing, 3).ask(op_bytes, 4, 10);
  EXPECT_THAT(meddled.lines(), ElementsAre("response 2019 #1", "response 2019 #2", "response 2001 #3", "start 10 #4",
                                           "end 10 #4", ten, "response 2001 #4"));
  EXPECT_EQ(3u, meddled.faults().status().at(0).seen);
}

TEST(Fault, RefusedUploadsAreTaken) {
  Meddled meddled({"refuse:code=StoreFull,operation=0x9006"});
  meddled.connect();
  meddled.world().run([&]() -> Task<> {
    Link& link = *meddled.client().command;
    co_await send(link, announced_request(op_take, 1));
    const Bytes data(1000);
    co_await send_data(link, 1, data);
    const Message response = co_await receive(link);
    EXPECT_EQ(response.code, 0x200C);
    const Received next = co_await transaction(link, request(op_nothing, 2));
    EXPECT_EQ(next.response.code, 0x2001);
  });
  EXPECT_EQ(0u, meddled.world().toy.finished);
}

Lines handshake_under(const std::string& spec, Kind hello) {
  Meddled meddled({spec});
  if (hello == Kind::init_event_request) meddled.connect(false);
  const auto link = meddled.world().connect();
  const Bytes identity = someone("tester");
  Message message = plain(hello, hello == Kind::init_event_request ? meddled.client().number : 0);
  if (hello == Kind::init_command_request) message.wire = identity;
  link->put(message);
  asio::co_spawn(meddled.world().io, [&] { return link->flush(); }, asio::detached);
  meddled.world().settle();
  return meddled.lines();
}

TEST(Fault, OfTheHandshake) {
  EXPECT_THAT(handshake_under("refuse:reason=1", Kind::init_command_request), ElementsAre("fail 1", "closed"));
  EXPECT_THAT(handshake_under("refuse:packet=InitCommandRequest", Kind::init_command_request),
              ElementsAre("fail 2", "closed"));
  EXPECT_THAT(handshake_under("refuse:packet=InitEventRequest,reason=3", Kind::init_event_request),
              ElementsAre("fail 3", "closed"));
  EXPECT_THAT(handshake_under("cut:at=6,packet=InitCommandAck,then=close", Kind::init_command_request),
              ElementsAre(HasSubstr("raw "), "closed"));
  EXPECT_THAT(handshake_under("reset:packet=InitEventRequest", Kind::init_event_request), ElementsAre("reset"));
  EXPECT_THAT(handshake_under("reset:lane=event", Kind::init_event_request), ElementsAre("reset", "closed"))
      << "and the other connection ends with it";
}

TEST(Fault, OfEvents) {
  EXPECT_THAT(Meddled({"drop:event=0x4002"}).connect().ask(op_event, 1).lines(), ElementsAre(ok));
  EXPECT_THAT(Meddled({"code:code=0xc7ff,event=0x4002"}).connect().ask(op_event, 1).lines(),
              ElementsAre(ok, "event c7ff #-1 7"));
  EXPECT_THAT(Meddled({"transaction:value=5,event=0x4002"}).connect().ask(op_event, 1).lines(),
              ElementsAre(ok, "event 4002 #5 7"));
  EXPECT_THAT(Meddled({"repeat:event=0x4002"}).connect().ask(op_event, 1).lines(),
              ElementsAre(ok, "event 4002 #-1 7", "event 4002 #-1 7"));
  EXPECT_THAT(Meddled({"early:operation=0x9007"}).connect().ask(op_event, 1).lines(),
              ElementsAre("event 4002 #-1 7", ok));
  EXPECT_THAT(
      Meddled({"inject:code=ObjectAdded,values=1+2,value=3,operation=0x9001"}).connect().ask(op_nothing, 1).lines(),
      ElementsAre(ok, "event 4002 #3 1 2"));
}

TEST(Fault, EarlyWaitsNoLongerThanSaid) {
  Meddled meddled({"early:for=2s"});
  meddled.connect().ask(op_nothing, 1);
  meddled.world().advance(1999ms);
  EXPECT_THAT(meddled.lines(), ElementsAre());
  meddled.world().advance(1ms);
  EXPECT_THAT(meddled.lines(), ElementsAre(ok));
}

TEST(Fault, ReorderedEventsComeBehindTheNextOrAfterAWhile) {
  Meddled meddled({"transaction:value=77,event=0x4002,nth=2", "reorder:nth=1"});
  meddled.connect().ask(op_event, 1);
  EXPECT_THAT(meddled.lines(), ElementsAre(ok));
  meddled.ask(op_event, 2);
  EXPECT_THAT(meddled.lines(), ElementsAre("response 2001 #2", "event 4002 #77 7", "event 4002 #-1 7"));
  Meddled alone({"reorder:for=3s"});
  alone.connect().ask(op_event, 1);
  alone.world().advance(3s);
  EXPECT_THAT(alone.lines(), ElementsAre(ok, "event 4002 #-1 7"));
}

TEST(Fault, UnsolicitedEventsByTheClock) {
  Meddled meddled({"inject:code=0xc001,after=5s,count=2"});
  meddled.connect();
  meddled.world().advance(4s);
  EXPECT_THAT(meddled.lines(), ElementsAre());
  meddled.world().advance(1s);
  EXPECT_THAT(meddled.lines(), ElementsAre("event c001 #-1", "event c001 #-1"));
}

TEST(Fault, EndsOfConnections) {
  EXPECT_THAT(Meddled({"reset:operation=0x9002"}).connect().ask(op_bytes, 1, 10).lines(), Contains("reset"));
  EXPECT_THAT(Meddled({"close:packet=EndData"}).connect().ask(op_bytes, 1, 10).lines(),
              ElementsAre(start, "closed", "closed"));
  EXPECT_THAT(Meddled({"half-close:operation=0x9002"}).connect().ask(op_bytes, 1, 10).lines(), ElementsAre());
  Meddled later({"reset:after=5s,lane=event"});
  later.connect();
  later.world().advance(4999ms);
  EXPECT_THAT(later.lines(), ElementsAre());
  later.world().advance(1ms);
  EXPECT_THAT(later.lines(), Contains("reset"));
}

TEST(Fault, FromAByteOnIsExact) {
  Meddled meddled({"reset:lane=command,from=160"});
  meddled.connect();
  meddled.ask(op_bytes, 1, 200);
  const auto lines = meddled.lines();
  // In front of it went the Ack (12 and an identity of 28), StartData (20) and EndData's head (12).
  EXPECT_THAT(lines, ElementsAre("start 200 #1", "end 200 #1", fmt::format("={} bytes", 160 - 40 - 20 - 12), "reset",
                                 "closed"));
}

TEST(Fault, StallGoesOnAfterAWhileAndSilenceDoesNot) {
  Meddled stall({"stall:operation=0x9002,for=3s"});
  stall.connect().ask(op_bytes, 1, 10);
  EXPECT_THAT(stall.lines(), ElementsAre());
  stall.world().advance(3s);
  EXPECT_THAT(stall.lines(), ElementsAre(start, end, ten, ok));
  Meddled silence({"silence:operation=0x9002"});
  silence.connect().ask(op_bytes, 1, 10).ask(op_nothing, 2);
  silence.world().advance(1h);
  EXPECT_THAT(silence.lines(), ElementsAre());
  EXPECT_EQ(1u, silence.world().server->initiators());
  Meddled pause({"silence:operation=0x9002,for=1s"});
  pause.connect().ask(op_bytes, 1, 10);
  pause.world().advance(1s);
  pause.ask(op_nothing, 2);
  EXPECT_THAT(pause.lines(), ElementsAre("response 2001 #2"));
}

TEST(Fault, AStallThatLastsIsNobodysFault) {
  Meddled meddled({"stall:operation=0x9002"});
  meddled.connect().ask(op_bytes, 1, 10);
  for (int i = 0; i < 100; ++i) meddled.world().advance(10s);
  EXPECT_EQ(1u, meddled.world().server->initiators()) << "the server must not take it for a dead peer";
}

TEST(Fault, BandwidthLatencyAndSegments) {
  Meddled slow({"throttle:bytes=100"});
  slow.connect().world().advance(10s);
  slow.ask(op_bytes, 1, 200);
  slow.world().advance(1s);
  std::size_t early = 0;
  for (const auto& line : slow.lines()) early += line.starts_with("=") ? line.size() / 2 : 0;
  EXPECT_LT(early, 100u);
  slow.world().advance(2s);
  EXPECT_THAT(slow.lines(), Contains(ok));

  Meddled far({"latency:delay=50ms,operation=0x9002"});
  far.connect().ask(op_bytes, 1, 10);
  far.world().advance(49ms);
  EXPECT_THAT(far.lines(), ElementsAre());
  far.world().advance(1ms);
  EXPECT_THAT(far.lines(), ElementsAre(start, end, ten, ok)) << "once for the whole answer";

  Meddled small({"slice:bytes=7,operation=0x9001"});
  small.connect().ask(op_nothing, 1);
  EXPECT_THAT(small.lines(), ElementsAre("raw 0e000000070000"));
  small.world().advance(1ms);
  EXPECT_THAT(small.lines(), ElementsAre("raw 00012001000000"));
}

TEST(Fault, DenyResetsWhoComesBackTooSoon) {
  Meddled meddled({"deny:for=5s"});
  meddled.connect();
  meddled.client().command->close();
  meddled.world().advance(1s);
  meddled.lines();
  const auto refused = meddled.world().connect();
  meddled.world().settle();
  EXPECT_THAT(meddled.lines(), ElementsAre("reset"));
  meddled.world().advance(4s);
  meddled.connect();
}

TEST(Fault, WhatComesInCanBeMeddledWithToo) {
  Meddled lost({"drop:direction=i2r,operation=0x9001"});
  lost.connect().ask(op_nothing, 1).ask(op_bytes, 2, 0);
  EXPECT_THAT(lost.lines(), ElementsAre("start 0 #2", "end 0 #2", "response 2001 #2"));

  Meddled late({"late:direction=i2r,delay=1s"});
  late.connect().ask(op_nothing, 1);
  EXPECT_THAT(late.lines(), ElementsAre());
  late.world().advance(1s);
  EXPECT_THAT(late.lines(), ElementsAre(ok));

  Meddled turned({"flip:direction=i2r,at=2,mask=255,operation=0x9006"});
  turned.connect();
  turned.world().run([&]() -> Task<> {
    Link& link = *turned.client().command;
    co_await send(link, announced_request(op_take, 1));
    const Bytes data{1, 2, 3, 4};
    co_await send_data(link, 1, data);
    co_await receive(link);
  });
  EXPECT_EQ((Bytes{1, 2, 0xFC, 4}), turned.world().toy.taken);
}

TEST(Fault, SelectorsCount) {
  const auto codes = [](const std::string& spec) {
    Meddled meddled({spec});
    meddled.connect().ask(op_nothing, 1).ask(op_nothing, 2).ask(op_nothing, 3).ask(op_nothing, 4);
    std::string kept;
    for (const auto& line : meddled.lines()) kept += line.back();
    return kept;
  };
  EXPECT_EQ("134", codes("drop:nth=2"));
  EXPECT_EQ("13", codes("drop:every=2"));
  EXPECT_EQ("34", codes("drop:times=2"));
  EXPECT_EQ("", codes("drop"));
  EXPECT_EQ("1234", codes("drop:probability=0"));
  EXPECT_EQ("", codes("drop:probability=1"));
  EXPECT_EQ("1234", codes("drop:operation=0x9002"));
  EXPECT_EQ("1234", codes("drop:response=DeviceBusy"));
  EXPECT_EQ("1234", codes("drop:connection=2"));
  EXPECT_EQ("", codes("drop:connection=1"));
  EXPECT_EQ("1234", codes("drop:lane=event"));
  EXPECT_EQ("1234", codes("drop:after=1s"));
  EXPECT_EQ("1234", codes("drop:param1=7"));
}

// What is dropped of the same requests, by whom they ask for what and when.
TEST(Fault, SelectorsTellOperationsParametersAndTimes) {
  const auto dropped = [](const std::string& spec) {
    Meddled meddled({spec});
    meddled.connect();
    std::string lost;
    for (u32 second = 0; second < 4; ++second) {
      meddled.ask(op_nothing, 10 + second, second).ask(op_bytes, 20 + second, second);
      const auto kept = meddled.lines();
      for (const u32 id : {10 + second, 20 + second})
        if (std::ranges::find(kept, fmt::format("response 2001 #{}", id)) == kept.end())
          lost += fmt::format("{}{} ", id < 20 ? "nothing" : "bytes", second);
      meddled.world().advance(1s);
    }
    return lost;
  };
  EXPECT_EQ("bytes0 bytes1 bytes2 bytes3 ", dropped("drop:operation=0x9002"));
  EXPECT_EQ("nothing2 bytes2 ", dropped("drop:param1=2"));
  EXPECT_EQ("bytes3 ", dropped("drop:operation=0x9002,param1=3"));
  EXPECT_EQ("", dropped("drop:param2=0")) << "a parameter that is not there is not 0";
  EXPECT_EQ("nothing2 bytes2 nothing3 bytes3 ", dropped("drop:after=2s"));
  EXPECT_EQ("nothing0 bytes0 ", dropped("drop:until=1s"));
  EXPECT_EQ("nothing1 nothing2 ", dropped("drop:operation=0x9001,after=1s,until=3s"));
}

TEST(Fault, ChangesWhileConnectionsAreOpen) {
  Meddled meddled({});
  meddled.connect().ask(op_nothing, 1);
  EXPECT_THAT(meddled.lines(), ElementsAre(ok));
  const u64 id = meddled.faults().add(*transport::parse_fault("code:code=DeviceBusy,operation=0x9001"));
  meddled.ask(op_nothing, 2);
  EXPECT_THAT(meddled.lines(), ElementsAre("response 2019 #2"));
  EXPECT_TRUE(meddled.faults().remove(id));
  EXPECT_FALSE(meddled.faults().remove(id));
  meddled.ask(op_nothing, 3);
  EXPECT_THAT(meddled.lines(), ElementsAre("response 2001 #3"));
  EXPECT_THAT(meddled.faults().status(), ElementsAre());
}

TEST(Fault, RemovedOnesLetGoOfWhatTheyHold) {
  Meddled meddled({"early:for=1h"});
  meddled.connect().ask(op_nothing, 1).ask(op_nothing, 2);
  EXPECT_THAT(meddled.lines(), ElementsAre());
  meddled.faults().clear();
  meddled.world().settle();
  EXPECT_THAT(meddled.lines(), ElementsAre(ok, "response 2001 #2")) << "also of a request that did not wait";
}

// Each is small enough by itself.
TEST(Fault, OnesThatMakeTooMuchOfAMessageTogetherEndTheConnection) {
  const auto last = [](const std::vector<std::string>& specs) {
    Meddled meddled(specs);
    meddled.connect(false).ask(op_bytes, 1, 10);
    const auto lines = meddled.lines();
    return lines.empty() ? "" : lines.back();
  };
  EXPECT_EQ("reset", last({"repeat:count=65536", "repeat:count=65536"}));
  EXPECT_EQ("reset", last({"extend:bytes=64MiB", "slice:bytes=1"}));
  EXPECT_EQ("response 2001 #1", last({"repeat:count=9", "repeat:count=9"}));
}

TEST(Fault, ReleasedResponsesWaitForNoEvent) {
  Stage stage;
  transport::FaultEngine engine(stage.io, stage.clock, 1, ptp::Vendor::none, transport::standard_dialect());
  const auto told = std::make_shared<int>(0);
  const auto tell = [told] { ++*told; };
  const long before = told.use_count();
  for (int i = 0; i < 100; ++i) engine.when_event_sent(std::make_shared<int>(), tell);  // gone at once
  EXPECT_EQ(before + 1, told.use_count()) << "what will never be told is forgotten when another comes";
  const auto response = std::make_shared<int>();
  engine.when_event_sent(response, tell);
  engine.event_sent();
  EXPECT_EQ(1, *told);
}

TEST(Fault, OneAfterTheOther) {
  Meddled meddled({"truncate:at=6", "flip:at=0", "split:values=3", "code:code=DeviceBusy", "repeat"});
  meddled.connect().ask(op_bytes, 1, 10);
  EXPECT_THAT(meddled.lines(), ElementsAre(start, "data 3 #1", "=01070e", "data 3 #1", "=151c23", "response 2019 #1",
                                           "response 2019 #1"));
}

// What is random follows from the seed, whatever the other connections do.
TEST(Fault, TheSameSeedGivesTheSameBytes) {
  const auto talk = [](u64 seed) {
    Meddled meddled({"flip:count=3,probability=0.5", "drop:packet=OperationResponse,probability=0.3",
                     "late:delay=1s,jitter=900ms,probability=0.5"},
                    seed);
    meddled.connect();
    Lines all;
    for (u32 i = 1; i <= 20; ++i) {
      meddled.ask(op_bytes, i, 10);
      for (int steps = 0; steps < 20; ++steps) {
        meddled.world().advance(100ms);
        for (const auto& line : meddled.lines()) all.push_back(fmt::format("{} {}", steps, line));
      }
    }
    return all;
  };
  EXPECT_EQ(talk(1), talk(1));
  EXPECT_NE(talk(1), talk(2));
}

// Next to the socket: what a file slice has become when it arrives there.
class Floor final : public transport::Wrapper {
 public:
  Floor(std::unique_ptr<Link> inner, std::vector<bool>& slices) : Wrapper(std::move(inner)), slices_(slices) {}
  Task<> write(transport::Payload payload) override {
    slices_.push_back(payload.descriptor >= 0);
    return Wrapper::write(payload);
  }

 private:
  std::vector<bool>& slices_;
};

TEST(Fault, FileSlicesReachSendfileWhereNoFaultApplies) {
  const auto slices = [](const std::string& spec) {
    World world;
    std::vector<bool> seen;
    const auto file = transport::File::temporary();
    file->write(0, Bytes(100'000));
    world.toy.file = file;
    Faults faults(world.io, world.clock, {1, {*transport::parse_fault(spec)}});
    const auto wrap = faults.around([&](std::unique_ptr<Link> link, u64) -> std::unique_ptr<Link> {
      return std::make_unique<Floor>(std::move(link), seen);
    });
    world.wrap = [&](std::unique_ptr<Link> link) { return wrap(std::move(link), 1); };
    world.run([&]() -> Task<> {
      Client client = co_await handshake(world, false);
      const Received got = co_await transaction(*client.command, request(op_file, 1, 100'000));
      EXPECT_EQ(got.data.size(), 100'000u);
    });
    return seen;
  };
  EXPECT_THAT(slices("flip:operation=0x9002"), ElementsAre(true));
  EXPECT_THAT(slices("code:code=OK"), ElementsAre(true));
  EXPECT_THAT(slices("flip:operation=0x9004"), Each(false));
}

// The same in the dialect whose connections for events and live view have ports of their own; only that for commands.
class MeddledLanes : public Meddled {
 public:
  explicit MeddledLanes(std::vector<std::string> specs) : Meddled(std::move(specs), 1, {.dialect = &dialect()}) {
    world().run([this]() -> Task<> {
      client().command = world().connect(transport::Lane::command);
      const Bytes identity = dialect().identity({}, false);
      Message hello = plain(Kind::init_command_request, dialect().protocol);
      hello.wire = identity;
      co_await send(*client().command, hello);
      const Message ack = co_await receive(*client().command);
      EXPECT_EQ(ack.kind, Kind::init_command_ack);
    });
  }
  MeddledLanes& connect_events() {
    ask(op_lanes, 1, 1);
    client().events = world().connect(transport::Lane::event);
    world().settle();
    lines();
    return *this;
  }

 private:
  static const transport::Dialect& dialect() { return *transport::dialect("fuji"); }
};

TEST(Fault, EventsGoToAConnectionThatHasNotSentOne) {
  MeddledLanes behind({"inject:code=0xc001,values=7,operation=0x9001"});
  behind.connect_events().ask(op_nothing, 2);
  EXPECT_THAT(behind.lines(), ElementsAre("response 2001 #2", "event c001 #-1 7"));
  MeddledLanes clock({"inject:code=0xc001,after=5s"});
  clock.connect_events().world().advance(5s);
  EXPECT_THAT(clock.lines(), ElementsAre("event c001 #-1"));
  MeddledLanes ended({"reset:lane=event,after=5s"});
  ended.connect_events().world().advance(5s);
  EXPECT_THAT(ended.lines(), ElementsAre("reset"));
}

TEST(Fault, AnEventWaitsForTheConnectionThatItGoesTo) {
  MeddledLanes lanes({"inject:code=0xc001,values=7,operation=0x9001,times=2"});
  lanes.ask(op_nothing, 2).ask(op_nothing, 3).ask(op_nothing, 4);
  EXPECT_THAT(lanes.lines(), ElementsAre("response 2001 #2", "response 2001 #3", "response 2001 #4"));
  EXPECT_EQ(0u, lanes.faults().status().at(0).applied);
  lanes.ask(op_lanes, 5, 1).lines();
  lanes.client().events = lanes.world().connect(transport::Lane::event);
  lanes.world().settle();
  EXPECT_THAT(lanes.lines(), ElementsAre("event c001 #-1 7", "event c001 #-1 7"));
  EXPECT_EQ(3u, lanes.faults().status().at(0).seen);
}

TEST(Fault, AnEventThatHasNowhereToGoIsNotCounted) {
  Meddled meddled({"inject:code=0xc001,operation=0x9001"});
  meddled.connect(false).ask(op_nothing, 1);
  EXPECT_THAT(meddled.lines(), ElementsAre(ok));
  EXPECT_EQ(0u, meddled.faults().status().at(0).applied);
  EXPECT_THAT(meddled.notes(), ElementsAre());
}

TEST(Fault, WhoIsDeniedIsNotDeniedForThatLonger) {
  MeddledLanes meddled({"deny:for=5s"});
  meddled.client().command->close();
  for (int second = 0; second < 4; ++second) {
    meddled.world().advance(1s);
    meddled.world().connect(transport::Lane::command);
  }
  meddled.world().advance(1s);
  meddled.lines();
  const auto again = meddled.world().connect(transport::Lane::command);
  meddled.world().settle();
  EXPECT_THAT(meddled.lines(), ElementsAre());
}

TEST(Fault, InADialectWithContainers) {
  MeddledLanes meddled(
      {"truncate:at=4,nth=1", "replace:at=0,hex=ffff,length=1,nth=2", "refuse:reason=0x201d,connection=2"});
  meddled.ask(op_bytes, 1, 10).ask(op_bytes, 2, 10);
  EXPECT_THAT(meddled.lines(),
              ElementsAre("start 4 #1", "=00070e15", ok, "start 11 #2", "=ffff070e151c232a31383f", "response 2001 #2"));
}

}  // namespace
}  // namespace stuntcam::tests
