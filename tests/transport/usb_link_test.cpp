// Containers on bulk endpoints as messages, with cameras that do it in every way that was seen, and in some that were
// not: docs/usb.md.
#include <algorithm>
#include <array>
#include <system_error>

#include "tests/transport/usb_toy.h"
#include "transport/usb/class_request.h"
#include "transport/usb/usb_camera.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;
using transport::usb::Links;

struct Usb : Stage {
  explicit Usb(Manners manners = {}) {
    toy->manners = manners;
    toy->clock = &clock;
    toy->about.bulk_in_packet = toy->about.bulk_out_packet = manners.packet;
    toy->about.interrupt_packet = manners.interrupt_packet;
    links.emplace(io, clock, std::make_unique<UsbToy>(io, toy),
                  [this](const std::string& line) { log.push_back(line); });
    command = links->command();
    events = links->events();
  }
  ~Usb() {
    command.reset();
    events.reset();
    links.reset();
    settle();
    EXPECT_EQ(toy->pipes, 0u);
  }
  std::shared_ptr<UsbToy::State> toy = std::make_shared<UsbToy::State>(io);
  std::vector<std::string> log;
  std::optional<Links> links;
  std::unique_ptr<Link> command, events;
};

Bytes expected(u64 size) {
  Bytes bytes(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern(i);
  return bytes;
}

// Sizes around every border there is: packets, the first read, reads of 256 KiB.
const std::vector<u32> sizes = {0,     1,     499,   500,         501,    512,    1012,         1024,
                                16372, 16373, 16384, 262144 - 12, 262144, 300000, 1048576 - 12, 1048576 + 500};

void expect_all_sizes(const Manners& manners) {
  Usb usb(manners);
  usb.run([&]() -> Task<> {
    u32 id = 0;
    for (const u32 size : sizes) {
      const Received got = co_await transaction(*usb.command, request(op_bytes, ++id, size));
      EXPECT_EQ(got.response.code, 0x2001) << size;
      EXPECT_EQ(got.response.transaction_id, id);
      EXPECT_EQ(got.data, expected(size)) << size;
      EXPECT_EQ(got.total, manners.unknown_length ? unknown_size : size);
      const Received nothing = co_await transaction(*usb.command, request(op_nothing, ++id));
      EXPECT_EQ(nothing.response.code, 0x2001) << "behind " << size;
    }
  });
  EXPECT_EQ(usb.toy->most_reads, manners.unknown_length ? 1u : 4u);
}

TEST(UsbLink, DataOfEverySize) {
  for (const u16 packet : std::array<u16, 3>{64, 512, 1024}) expect_all_sizes({.packet = packet});
}

TEST(UsbLink, NoZeroLengthPacketOrTwo) {
  for (const u16 packet : std::array<u16, 2>{512, 1024})
    for (const unsigned count : {0u, 2u}) expect_all_sizes({.packet = packet, .zero_packets = count});
}

TEST(UsbLink, HeaderOnItsOwn) {
  expect_all_sizes({.split_header = true});
  expect_all_sizes({.zero_packets = 0, .split_header = true});
}

TEST(UsbLink, ResponseInTheTransferOfTheData) { expect_all_sizes({.joined_response = true}); }

TEST(UsbLink, LengthUnknown) {
  expect_all_sizes({.unknown_length = true});
  expect_all_sizes({.zero_packets = 2, .unknown_length = true});
  expect_all_sizes({.split_header = true, .unknown_length = true});
}

TEST(UsbLink, LengthUnknownAndNoZeroLengthPacketEndsAtTheResponse) {
  Usb usb({.zero_packets = 0, .unknown_length = true});
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(op_bytes, 1, 1024 * 1024 + 16384 - 12));
    EXPECT_EQ(got.data, expected(1024 * 1024 + 16384 - 12));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(UsbLink, LargeObjectsComeInPacketsThatCanBeCancelledBetween) {
  Usb usb;
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(op_bytes, 1, (17 << 20) + 1));
    EXPECT_EQ(got.data.size(), (17u << 20) + 1);
    EXPECT_EQ(got.packets, 18u);
    EXPECT_EQ(got.data, expected((17 << 20) + 1));
  });
}

TEST(UsbLink, LessThanAnnounced) {
  for (const i64 fewer : {-1, -100, -20000}) {
    Usb usb({.surplus = fewer});
    usb.run([&]() -> Task<> {
      const Received got = co_await transaction(*usb.command, request(op_bytes, 1, 50000));
      EXPECT_EQ(got.data.size(), static_cast<std::size_t>(50000 + fewer));
      EXPECT_EQ(got.total, 50000u);
      EXPECT_EQ(got.response.code, 0x2001);
      usb.toy->manners.surplus = 0;
      const Received next = co_await transaction(*usb.command, request(op_bytes, 2, 1000));
      EXPECT_EQ(next.data, expected(1000));
    });
    EXPECT_EQ(usb.log.size(), 1u);
  }
}

TEST(UsbLink, MoreThanAnnouncedIsDropped) {
  for (const i64 more : {1, 100, 20000}) {
    Usb usb({.surplus = more});
    usb.run([&]() -> Task<> {
      const Received got = co_await transaction(*usb.command, request(op_bytes, 1, 50000));
      EXPECT_EQ(got.data, expected(50000)) << more;
      EXPECT_EQ(got.response.code, 0x2001);
      usb.toy->manners.surplus = 0;
      const Received next = co_await transaction(*usb.command, request(op_bytes, 2, 1000));
      EXPECT_EQ(next.data, expected(1000));
    });
  }
}

TEST(UsbLink, WrongOrEmptyIdsArePutRight) {
  for (const Manners& manners : {Manners{.wrong_id = 5}, Manners{.empty_id = true}}) {
    Usb usb;
    usb.run([&]() -> Task<> {
      co_await transaction(*usb.command, request(0x1002, 0, 1));
      usb.toy->manners = manners;
      const Received got = co_await transaction(*usb.command, request(op_bytes, 7, 2000));
      EXPECT_EQ(got.data, expected(2000));
      EXPECT_EQ(got.response.transaction_id, 7u);
      EXPECT_EQ(got.response.code, 0x2001);
    });
  }
}

TEST(UsbLink, TailOfAnOlderTransactionIsDropped) {
  Usb usb({.stale_tail = true});
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(0x1002, 0, 1));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(UsbLink, GarbageBeforeAnAnswerIsDropped) {
  Usb usb({.garbage = true});
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(op_nothing, 3));
    EXPECT_EQ(got.response.code, 0x2001);
  });
}

TEST(UsbLink, UploadsGoWithTheirHeaderAndEndShort) {
  for (const u16 packet : std::array<u16, 3>{64, 512, 1024}) {
    Usb usb({.packet = packet});
    usb.run([&]() -> Task<> {
      u32 id = 0;
      for (const u32 size : sizes) {
        usb.toy->out_sizes.clear();
        co_await send(*usb.command, announced_request(op_take, ++id));
        co_await send_data(*usb.command, id, expected(size), 65536);
        const Received got = co_await transaction(*usb.command, {});
        EXPECT_EQ(got.response.code, 0x2001) << size;
        const Bytes container = usb.toy->taken;
        EXPECT_EQ(container.size(), size + 12u);
        EXPECT_EQ(Bytes(container.begin() + 12, container.end()), expected(size));
        EXPECT_GE(usb.toy->out_sizes.at(1), std::min<std::size_t>(size + 12u, 512)) << "no split behind the header";
        EXPECT_TRUE(usb.toy->out_ended);
      }
    });
  }
}

TEST(UsbLink, UploadOfUnknownLength) {
  Usb usb;
  usb.run([&]() -> Task<> {
    co_await send(*usb.command, announced_request(op_take, 1));
    Message data = plain(Kind::data);
    data.transaction_id = 1;
    data.first = true;
    data.total = unknown_size;
    usb.command->put(data);
    const Bytes bytes = expected(1000);
    data.first = false;
    data.size = bytes.size();
    usb.command->put(data);
    co_await usb.command->write(View(bytes));
    data.last = true;
    data.size = 0;
    usb.command->put(data);
    co_await usb.command->flush();
    const Received got = co_await transaction(*usb.command, {});
    EXPECT_EQ(got.response.code, 0x2001);
    EXPECT_EQ(usb.toy->taken.size(), 1012u);
    EXPECT_EQ(usb.toy->taken.at(0), 0xFF);
    EXPECT_TRUE(usb.toy->out_ended);
  });
}

// Until there is a response, as after a Cancel.
Task<Message> response(Link& link) {
  for (;;) {
    const Message message = co_await receive(link);
    if (message.kind == Kind::operation_response) co_return message;
  }
}

Message cancel_of(u32 id) {
  Message message = plain(Kind::cancel);
  message.transaction_id = id;
  return message;
}

TEST(UsbLink, CancelInTheMiddleOfData) {
  for (const Manners& manners : {Manners{}, Manners{.busy_polls = 3}, Manners{.status_stalls = true},
                                 Manners{.status_empty = true}, Manners{.packet = 1024}}) {
    Usb usb(manners);
    usb.run([&]() -> Task<> {
      co_await send(*usb.command, request(op_bytes, 4, 20 << 20));
      const Message start = co_await receive(*usb.command);
      EXPECT_TRUE(start.first);
      co_await receive(*usb.command);
      Bytes room(1000);
      co_await usb.command->read(room);
      co_await send(*usb.command, cancel_of(4));
      const Message last = co_await response(*usb.command);
      EXPECT_EQ(last.code, 0x201F);
      EXPECT_EQ(last.transaction_id, 4u);
      EXPECT_EQ(usb.toy->cancelled_id, 4u);
      EXPECT_EQ(usb.toy->port_resets, 0u);
      EXPECT_GE(std::ranges::count(usb.toy->requests, transport::usb::device_status), 1) << "polled";
      const Received next = co_await transaction(*usb.command, request(op_bytes, 5, 1000));
      EXPECT_EQ(next.data, expected(1000));
    });
  }
}

TEST(UsbLink, CancelThatIsNeverAnsweredEndsInAReset) {
  Usb usb({.busy_polls = 1'000'000});
  usb.run([&]() -> Task<> {
    co_await send(*usb.command, request(op_bytes, 4, 20 << 20));
    co_await receive(*usb.command);
    const auto began = usb.clock.now();
    co_await send(*usb.command, cancel_of(4));
    const Message last = co_await response(*usb.command);
    EXPECT_EQ(last.code, 0x201F);
    EXPECT_LT(usb.clock.now() - began, 15s);
    EXPECT_EQ(usb.toy->port_resets, 1u);
    const Received next = co_await transaction(*usb.command, request(op_nothing, 5));
    EXPECT_EQ(next.response.code, 0x2001);
  });
}

TEST(UsbLink, CancelOfASilentOperationAndOfAnUpload) {
  Usb usb({.silent = true});
  usb.run([&]() -> Task<> {
    co_await send(*usb.command, request(op_nothing, 1));
    co_await send(*usb.command, cancel_of(1));
    const Message silent = co_await response(*usb.command);
    EXPECT_EQ(silent.code, 0x201F);
    usb.toy->manners.silent = false;
    co_await send(*usb.command, announced_request(op_take, 2));
    Message data = plain(Kind::data);
    data.first = true;
    data.total = 1 << 20;
    usb.command->put(data);
    data.first = false;
    data.size = 1000;
    usb.command->put(data);
    const Bytes bytes = expected(1000);
    co_await usb.command->write(View(bytes));
    co_await send(*usb.command, cancel_of(2));
    const Message upload = co_await response(*usb.command);
    EXPECT_EQ(upload.code, 0x201F);
    const Received next = co_await transaction(*usb.command, request(op_nothing, 3));
    EXPECT_EQ(next.response.code, 0x2001);
  });
}

TEST(UsbLink, LateCancelChangesNothing) {
  Usb usb;
  usb.run([&]() -> Task<> {
    co_await transaction(*usb.command, request(op_nothing, 1));
    co_await send(*usb.command, cancel_of(1));
    const Received next = co_await transaction(*usb.command, request(op_nothing, 2));
    EXPECT_EQ(next.response.transaction_id, 2u);
    EXPECT_TRUE(usb.toy->requests.empty());
  });
}

TEST(UsbLink, StallFailsTheTransactionOnly) {
  for (const bool told : {false, true}) {
    Usb usb({.stall_in = true, .response_after_stall = told});
    usb.run([&]() -> Task<> {
      const Received got = co_await transaction(*usb.command, request(op_bytes, 1, 5000));
      EXPECT_EQ(got.response.code, told ? 0x200F : 0x2002);
      EXPECT_GE(usb.toy->cleared, 1u);
      EXPECT_EQ(usb.toy->port_resets, 0u);
      const Received next = co_await transaction(*usb.command, request(op_bytes, 2, 5000));
      EXPECT_EQ(next.data, expected(5000));
    });
  }
}

TEST(UsbLink, StallOfAnUpload) {
  Usb usb({.stall_out = true});
  usb.run([&]() -> Task<> {
    co_await send(*usb.command, announced_request(op_take, 1));
    co_await send_data(*usb.command, 1, expected(3 << 20), 65536);
    const Received got = co_await transaction(*usb.command, {});
    EXPECT_EQ(got.response.code, 0x2002);
    usb.toy->manners.stall_out = false;
    const Received next = co_await transaction(*usb.command, request(op_nothing, 2));
    EXPECT_EQ(next.response.code, 0x2001);
  });
}

TEST(UsbLink, StalledEmptyPacketBehindAnUploadIsNoFailure) {
  for (const u16 packet : std::array<u16, 2>{512, 1024}) {
    // With the last transfer, and in a transfer of its own.
    for (const u32 size : {2 * 1024u - 12, 1024 * 1024u - 12}) {
      Usb usb({.packet = packet, .zlp_out_stall = true});
      usb.run([&]() -> Task<> {
        co_await send(*usb.command, announced_request(op_take, 1));
        co_await send_data(*usb.command, 1, expected(size), 65536);
        const Received got = co_await transaction(*usb.command, {});
        EXPECT_EQ(got.response.code, 0x2001);
        EXPECT_EQ(usb.toy->taken.size(), size + 12u);
        EXPECT_EQ(usb.toy->cleared, 1u) << "the halt";
      });
      EXPECT_TRUE(usb.log.empty());
    }
  }
}

// Whoever gives up closes the link, and must not wait for what the camera does not take.
TEST(UsbLink, ClosedLinkWaitsForNothingThatIsOnItsWay) {
  for (const bool upload : {false, true}) {
    Usb usb({.stuck_out = !upload});
    bool over = false;
    const auto wait = [&]() -> Task<> {
      try {
        co_await send(*usb.command, announced_request(op_take, 1));
        usb.toy->manners.stuck_out = true;
        co_await send_data(*usb.command, 1, expected(5 << 20));
        co_await transaction(*usb.command, {});
      } catch (const std::system_error& error) {
        over = error.code() == asio::error::operation_aborted;
      }
    };
    asio::co_spawn(usb.io, wait(), asio::detached);
    usb.settle();
    EXPECT_FALSE(over);
    EXPECT_EQ(usb.toy->writes.size(), upload ? 4u : 1u);
    usb.command->close();
    usb.settle();
    EXPECT_TRUE(over) << (upload ? "upload" : "command");
    EXPECT_TRUE(usb.toy->writes.empty());
  }
}

TEST(UsbLink, FailedReadIsMendedByTheResponseOrAReset) {
  using transport::usb::Status;
  for (const Status how : {Status::failed, Status::overflow, Status::timed_out}) {
    for (const bool answers : {true, false}) {
      Usb usb({.next_read = how, .no_response = !answers});
      usb.run([&]() -> Task<> {
        const Received got = co_await transaction(*usb.command, request(op_bytes, 1, 1000));
        EXPECT_EQ(got.response.code, answers ? 0x2001 : 0x2002) << "found behind the failure, or an error";
        usb.toy->manners.no_response = false;
        const Received next = co_await transaction(*usb.command, request(op_bytes, 2, 5000));
        EXPECT_EQ(next.data, expected(5000));
      });
      EXPECT_EQ(std::ranges::count(usb.toy->requests, transport::usb::device_reset), answers ? 0 : 1);
      EXPECT_EQ(usb.toy->port_resets, 0u);
    }
  }
}

TEST(UsbLink, FailedReadWithinDataEndsIt) {
  using transport::usb::Status;
  for (const Status how : {Status::failed, Status::overflow}) {
    Usb usb;
    usb.run([&]() -> Task<> {
      co_await send(*usb.command, request(op_bytes, 1, 3 << 20));
      const Message start = co_await receive(*usb.command);
      EXPECT_EQ(start.total, 3u << 20);
      usb.toy->manners.next_read = how;
      const Received got = co_await transaction(*usb.command, {});
      EXPECT_LT(got.data.size(), 3u << 20);
      EXPECT_EQ(got.response.code, 0x2001) << "the camera's own, found behind what was left";
      const Received next = co_await transaction(*usb.command, request(op_bytes, 2, 5000));
      EXPECT_EQ(next.data, expected(5000));
    });
  }
}

// Never an answer, and never quiet: it is given up after so many, and the drain after so long.
TEST(UsbLink, CameraThatBabblesIsReset) {
  Usb usb({.silent = true, .babbles = true});
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2002);
    EXPECT_EQ(std::ranges::count(usb.toy->requests, transport::usb::device_reset), 1);
    EXPECT_GE(usb.clock.now(), 3600ms) << "4096 strays, and 3 s of drain";
    EXPECT_LT(usb.clock.now(), 5s);
    usb.toy->manners.silent = false;
    const Received next = co_await transaction(*usb.command, request(op_nothing, 2));
    EXPECT_EQ(next.response.code, 0x2001);
  });
  EXPECT_TRUE(usb.log.front().contains("no answer to operation 0x9001")) << usb.log.front();
}

TEST(UsbLink, StatusThatIsNeitherFineNorBusyEndsInAReset) {
  Usb usb({.status_code = 0x2002});
  usb.run([&]() -> Task<> {
    co_await send(*usb.command, request(op_bytes, 4, 20 << 20));
    co_await receive(*usb.command);
    co_await send(*usb.command, cancel_of(4));
    const Message last = co_await response(*usb.command);
    EXPECT_EQ(last.code, 0x201F);
    EXPECT_EQ(usb.toy->port_resets, 1u);
    EXPECT_LT(usb.clock.now(), 1s) << "it is not asked again";
  });
}

TEST(UsbLink, SessionOutlivesTheResetsThatAreOurs) {
  for (const bool keeps : {false, true}) {
    Usb usb({.busy_polls = 1'000'000, .keeps_session = keeps});
    usb.run([&]() -> Task<> {
      co_await transaction(*usb.command, request(0x1002, 0, 1));
      co_await send(*usb.command, request(op_bytes, 4, 20 << 20));
      co_await receive(*usb.command);
      co_await send(*usb.command, cancel_of(4));
      const Message last = co_await response(*usb.command);
      EXPECT_EQ(last.code, 0x201F);
      EXPECT_EQ(usb.toy->port_resets, 1u);
      EXPECT_TRUE(usb.toy->session);
      EXPECT_EQ(usb.toy->operations, (std::vector<u16>{0x1002, op_bytes, 0x1002}));
      const Received closed = co_await transaction(*usb.command, request(0x1003, 5));
      EXPECT_EQ(closed.response.code, 0x2001);
      usb.toy->manners.busy_polls = 1'000'000;
      co_await send(*usb.command, request(op_bytes, 6, 20 << 20));
      co_await receive(*usb.command);
      co_await send(*usb.command, cancel_of(6));
      co_await response(*usb.command);
      EXPECT_EQ(usb.toy->port_resets, 2u);
      EXPECT_FALSE(usb.toy->session) << "one that was closed stays so";
    });
  }
}

TEST(UsbLink, CameraThatTakesNothingIsReset) {
  Usb usb({.refuses_class_reset = true, .takes_nothing = true});
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(op_nothing, 1));
    EXPECT_EQ(got.response.code, 0x2002);
    EXPECT_EQ(usb.toy->port_resets, 1u);
  });
}

TEST(UsbLink, UnpluggedInTheMiddleOfDataAndWhileIdle) {
  Usb usb({.dies_after = 100000});
  usb.run([&]() -> Task<> {
    bool gone = false;
    try {
      co_await transaction(*usb.command, request(op_bytes, 1, 5 << 20));
    } catch (const std::system_error& error) {
      gone = error.code() == std::errc::no_such_device;
    }
    EXPECT_TRUE(gone);
    gone = false;
    try {
      co_await usb.events->receive();
    } catch (const std::system_error&) {
      gone = true;
    }
    EXPECT_TRUE(gone) << "who waits for events notices, too";
  });
}

TEST(UsbLink, EventsWholeAndInPieces) {
  for (const u16 packet : std::array<u16, 4>{8, 16, 24, 64}) {
    Usb usb({.interrupt_packet = packet});
    usb.run([&]() -> Task<> {
      for (u32 i = 0; i < 20; ++i) {
        usb.toy->event(0x4002, {i});
        usb.toy->event(0x400D, {});
        usb.toy->event(0x4006, {i, 2, 3});
      }
      for (u32 i = 0; i < 20; ++i) {
        const Message added = co_await receive(*usb.events);
        EXPECT_EQ(added.code, 0x4002);
        EXPECT_EQ(added.params[0], i);
        const Message complete = co_await receive(*usb.events);
        EXPECT_EQ(complete.code, 0x400D);
        EXPECT_EQ(complete.count, 0);
        const Message changed = co_await receive(*usb.events);
        EXPECT_EQ(changed.count, 3);
        EXPECT_EQ(changed.params[2], 3u);
      }
    });
  }
}

TEST(UsbLink, HaltsOfTheInterruptEndpointAreCleared) {
  Usb usb({.interrupt_stalls = 5});
  usb.run([&]() -> Task<> {
    usb.toy->event(0x4002, {7});
    const Message added = co_await receive(*usb.events);
    EXPECT_EQ(added.params[0], 7u);
    EXPECT_EQ(usb.toy->cleared, 5u);
  });
  EXPECT_TRUE(usb.log.empty());
}

TEST(UsbLink, InterruptEndpointThatHaltsForEverIsLeft) {
  Usb usb({.interrupt_stalls = 1000});
  usb.run([&]() -> Task<> {
    const Received got = co_await transaction(*usb.command, request(op_bytes, 1, 5000));
    EXPECT_EQ(got.data, expected(5000));
  });
  EXPECT_EQ(usb.log.size(), 1u);
  EXPECT_EQ(usb.toy->cleared, 5u);
}

TEST(UsbLink, NoiseOnTheInterruptEndpointIsDropped) {
  Usb usb;
  usb.run([&]() -> Task<> {
    usb.toy->event_bytes(hex("ff ff ff ff 09 00 00 00 00 00 00 00"));
    usb.toy->event(0x4002, {7});
    const Message added = co_await receive(*usb.events);
    EXPECT_EQ(added.params[0], 7u);
  });
}

TEST(UsbLink, LongEventsAreAskedFor) {
  Usb usb;
  usb.toy->extended = hex("02 40 09 00 00 00 02 00 04 00 11 00 00 00 02 00 22 00");
  usb.run([&]() -> Task<> {
    usb.toy->event(0x4002, {1, 2, 3, 4});
    const Message event = co_await receive(*usb.events);
    EXPECT_EQ(event.code, 0x4002);
    EXPECT_EQ(event.transaction_id, 9u);
    EXPECT_EQ(event.count, 2);
    EXPECT_EQ(event.params[0], 0x11u);
    EXPECT_EQ(event.params[1], 0x22u);
  });
}

// Whether the tail comes in the same packet, in packets of its own, or not at all.
TEST(UsbLink, LongEventsLeaveNoTail) {
  for (const u16 packet : std::array<u16, 4>{8, 16, 24, 64}) {
    for (const bool tail : {true, false}) {
      Usb usb({.interrupt_packet = packet});
      usb.toy->extended = hex("02 40 09 00 00 00 01 00 04 00 11 00 00 00");
      usb.run([&]() -> Task<> {
        for (u32 i = 0; i < 3; ++i) {
          Bytes bytes = hex("20 00 00 00 04 00 02 40 00 00 00 00 01000000 02000000 03000000 04000000 05000000");
          if (!tail) bytes.resize(24);
          usb.toy->event_bytes(bytes);
          const Message first = co_await receive(*usb.events);
          EXPECT_EQ(first.code, 0x4002);
          EXPECT_EQ(first.params[0], 0x11u);
          usb.toy->event(0x4006, {i});
          const Message next = co_await receive(*usb.events);
          EXPECT_EQ(next.code, 0x4006) << packet << (tail ? " with" : " without") << " tail";
          EXPECT_EQ(next.params[0], i);
        }
      });
      EXPECT_TRUE(usb.log.empty());
    }
  }
}

TEST(UsbLink, HandshakeAndProbesAreAnsweredHere) {
  Usb usb;
  usb.run([&]() -> Task<> {
    const Bytes name = someone("tester");
    Message hello = plain(Kind::init_command_request);
    hello.wire = name;
    co_await send(*usb.command, hello);
    const Message ack = co_await receive(*usb.command);
    EXPECT_EQ(ack.kind, Kind::init_command_ack);
    const auto identity = ptp::decode_identity(ptp::identity_body(ack));
    EXPECT_EQ(identity->identity.name, "Toy");
    co_await send(*usb.events, plain(Kind::init_event_request, ack.params[0]));
    const Message event_ack = co_await receive(*usb.events);
    EXPECT_EQ(event_ack.kind, Kind::init_event_ack);
    co_await send(*usb.events, plain(Kind::probe_request));
    const Message probed = co_await receive(*usb.events);
    EXPECT_EQ(probed.kind, Kind::probe_response);
  });
}

TEST(UsbClassRequests, StatusAndExtendedEventsCutShort) {
  using namespace transport::usb;
  EXPECT_EQ(encode_cancel(0x01020304), hex("01 40 04 03 02 01"));
  EXPECT_FALSE(decode_status(hex("04 00")).has_value());
  const auto status = decode_status(hex("0c 00 19 20 81 00 00 00 02 00 00 00 83 00 00 00"));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code, 0x2019);
  EXPECT_EQ(status->halted, (std::vector<u8>{0x81, 0x02}));
  EXPECT_FALSE(decode_extended_event(hex("02 40 09")).has_value());
  const auto event = decode_extended_event(hex("02 40 09 00 00 00 05 00 04 00 11 00 00 00 ff ff 00"));
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->count, 1);
}

TEST(UsbSelector, WhatPeopleWrite) {
  using transport::usb::parse_selector;
  EXPECT_TRUE(parse_selector("").has_value());
  const auto ids = parse_selector("04b0:0433");
  ASSERT_TRUE(ids.has_value());
  EXPECT_EQ(ids->vendor, 0x04B0);
  EXPECT_EQ(ids->product, 0x0433);
  const auto place = parse_selector("001,002");
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->bus, 1);
  EXPECT_EQ(place->device, 2);
  for (const auto* wrong : {"x", "04b0:", ":1", "1,", "1,999", "04b0:0433:1", "12345:1"})
    EXPECT_FALSE(parse_selector(wrong).has_value()) << wrong;
}

TEST(UsbProblems, SayWhatHelps) {
  using transport::usb::remedy_for_busy, transport::usb::remedy_for_permission;
  EXPECT_TRUE(remedy_for_busy("gvfsd-gphoto2").contains("gio mount -s gphoto2"));
  EXPECT_TRUE(remedy_for_busy("gvfsd-gphoto2").contains("systemctl --user mask --now gvfs-gphoto2-volume-monitor"));
  EXPECT_TRUE(remedy_for_busy("kiod5").contains("kquitapp5 kiod5"));
  EXPECT_TRUE(remedy_for_busy("gphoto2").contains("pkill gphoto2"));
  EXPECT_FALSE(remedy_for_busy("gphoto2").contains("gio mount"));
  EXPECT_TRUE(remedy_for_busy("").contains("fuser -v /dev/bus/usb"));
  EXPECT_TRUE(remedy_for_permission(1, 23).contains("/dev/bus/usb/001/023"));
  EXPECT_TRUE(remedy_for_permission(1, 23).contains("70-stuntcam.rules"));
}

}  // namespace
}  // namespace stuntcam::tests
