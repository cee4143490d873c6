#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "tests/transport/world.h"
#include "transport/file.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;

void expect_pattern(const Bytes& data, std::size_t size) {
  ASSERT_EQ(data.size(), size);
  for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(data[i], pattern(i)) << "at byte " << i;
}

Bytes patterned(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = pattern(i);
  return bytes;
}

TEST(DataIn, AllSizesAroundThePackets) {
  World world({.data_packet = 3 << 20});
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    u32 tid = 1;
    const std::array<u32, 10> sizes{0, 1, 16383, 16384, 16385, 262144, 1048576, 3u << 20, (3u << 20) + 1, 5000000};
    const std::array<u16, 2> codes{op_bytes, op_generated};
    for (const u32 size : sizes) {
      for (const u16 code : codes) {
        const Received got = co_await transaction(*client.command, request(code, tid++, size));
        EXPECT_EQ(got.response.code, 0x2001);
        EXPECT_EQ(got.total, size);
        expect_pattern(got.data, size);
        EXPECT_EQ(got.packets, size <= (3u << 20) ? 1u : (size + (1u << 20) - 1) >> 20);
      }
    }
  });
}

// More of them than the connection holds: a part of one goes out at once, and the rest when there is room.
TEST(DataIn, SmallAnswersThatNobodyReadsYet) {
  constexpr u32 requests = 100, size = 10'007;
  World world;
  std::optional<Client> client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    for (u32 tid = 1; tid <= requests; ++tid) client->command->put(request(op_bytes, tid, size));
    co_await client->command->flush();
  });
  world.settle();
  world.run([&]() -> Task<> {
    for (u32 tid = 1; tid <= requests; ++tid) {
      Message none;
      none.kind = Kind::raw;  // it has been asked for
      const Received got = co_await transaction(*client->command, none);
      EXPECT_EQ(got.response.transaction_id, tid);
      expect_pattern(got.data, size);
    }
  });
}

TEST(DataIn, FileSlices) {
  const auto file = transport::File::temporary();
  file->write(0, patterned(3'000'000));
  World world({.data_packet = 1 << 20});
  world.toy.file = file;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_file, 1, 3'000'000));
    expect_pattern(got.data, 3'000'000);
    EXPECT_EQ(got.packets, 3u);
  });
}

TEST(DataIn, CutAsTheAnswerSays) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_cut, 1, 5000));
    expect_pattern(got.data, 5000);
    EXPECT_EQ(got.packets, 3u);
    const Received other = co_await transaction(*client.command, request(op_cut, 2, 999));
    expect_pattern(other.data, 999);
    EXPECT_EQ(other.packets, 1u) << "packets that are not the body's are ignored";
  });
}

TEST(DataIn, UnknownTotal) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_unknown_total, 1, 100000));
    EXPECT_EQ(got.total, unknown_size);
    expect_pattern(got.data, 100000);
  });
}

TEST(DataIn, SourceThatBreaksIsFilledUpAndSaysIncompleteTransfer) {
  for (const u16 code : {op_broken_source, op_file}) {
    const auto file = transport::File::temporary();
    file->write(0, patterned(500'000));
    World world;
    world.toy.file = file;
    world.run([&]() -> Task<> {
      Client client = co_await handshake(world);
      const Received got = co_await transaction(*client.command, request(code, 1, 1'000'000));
      EXPECT_EQ(got.data.size(), 1'000'000u);
      EXPECT_EQ(got.response.code, 0x2007);
      const Received next = co_await transaction(*client.command, request(op_nothing, 2));
      EXPECT_EQ(next.response.code, 0x2001);
    });
  }
}

TEST(DataIn, CancelOnBothConnectionsStopsBetweenPackets) {
  World world({.data_packet = 1 << 20});
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await send(*client.command, request(op_generated, 3, 200u << 20));
    const Message start = co_await receive(*client.command);
    EXPECT_EQ(start.total, 200u << 20);
    co_await send(*client.events, plain(Kind::cancel, 3));
    co_await send(*client.command, plain(Kind::cancel, 3));
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x201F);
    EXPECT_EQ(got.response.transaction_id, 3u);
    EXPECT_LT(got.data.size(), 10u << 20);
    const Received next = co_await transaction(*client.command, request(op_bytes, 4, 10));
    EXPECT_EQ(next.response.transaction_id, 4u);
    expect_pattern(next.data, 10);
  });
  EXPECT_EQ(world.toy.cancelled, 1u);
}

TEST(DataIn, CancelOnTheEventConnectionAloneIsAnsweredAfterTheWait) {
  World world({.data_packet = 1 << 20});
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await send(*client.command, request(op_generated, 3, 50u << 20));
    co_await send(*client.events, plain(Kind::cancel, 3));
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x201F);
  });
  EXPECT_GE(world.clock.now(), 5s);
}

TEST(DataIn, CancelAfterTheResponseIsSwallowed) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await transaction(*client.command, request(op_bytes, 3, 10));
    co_await send(*client.events, plain(Kind::cancel, 3));
    co_await send(*client.command, plain(Kind::cancel, 3));
    // The same id again, as clients do that never change it.
    const Received next = co_await transaction(*client.command, request(op_bytes, 3, 10));
    EXPECT_EQ(next.response.code, 0x2001);
  });
}

TEST(DataOut, EverySegmentation) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    u32 tid = 1;
    const std::array<std::size_t, 5> sizes{1, 100, 65536, 65537, 1'000'000};
    const std::array<std::size_t, 3> packets{0, 997, 65536};
    for (const std::size_t size : sizes) {
      for (const std::size_t packet : packets) {
        co_await send(*client.command, announced_request(op_take, tid));
        co_await send_data(*client.command, tid, patterned(size), packet);
        const Received got = co_await transaction(*client.command, plain(Kind::unknown));
        EXPECT_EQ(got.response.code, 0x2001);
        EXPECT_EQ(got.response.transaction_id, tid);
        expect_pattern(world.toy.taken, size);
        EXPECT_EQ(world.toy.announced, size);
        ++tid;
      }
    }
  });
}

TEST(DataOut, DataPacketsThenAnEmptyEndData) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    client.command->put(announced_request(op_take, 1));
    Bytes bytes =
        hex("14 00 00 00 09 00 00 00 01 00 00 00 03 00 00 00 00 00 00 00 0f 00 00 00 0a 00 00 00 01 00 00 00 61 62 63 "
            "0c 00 00 00 0c 00 00 00 01 00 00 00");  // EndData()
    co_await send_raw(*client.command, bytes);
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x2001);
    EXPECT_EQ(world.toy.taken, (Bytes{'a', 'b', 'c'}));
  });
}

TEST(DataOut, StartDataWithA32BitTotal) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    client.command->put(announced_request(op_take, 1));
    Bytes bytes = hex("10 00 00 00 09 00 00 00 01 00 00 00 03 00 00 00 0f 00 00 00 0c 00 00 00 01 00 00 00 61 62 63");
    co_await send_raw(*client.command, bytes);
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x2001);
    EXPECT_EQ(world.toy.taken, (Bytes{'a', 'b', 'c'}));
  });
}

TEST(DataOut, ALoneDataPacketWithoutStartOrIdIsTheWholePhase) {
  for (const std::size_t size : {1u, 2u, 4u, 9u}) {
    World world;
    world.run([&]() -> Task<> {
      Client client = co_await handshake(world);
      client.command->put(request(op_take, 1));
      Bytes bytes{static_cast<u8>(8 + size), 0, 0, 0, 10, 0, 0, 0};
      for (std::size_t i = 0; i < size; ++i) bytes.push_back(pattern(i + 1));
      co_await send_raw(*client.command, bytes);
      const Received got = co_await transaction(*client.command, plain(Kind::unknown));
      EXPECT_EQ(got.response.code, 0x2001);
      EXPECT_EQ(world.toy.taken.size(), size);
      EXPECT_EQ(world.toy.taken[0], pattern(1));
    });
  }
}

TEST(DataOut, ZeroLengthInBothEncodings) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const std::array<bool, 2> both{true, false};
    // Announced: StartData(0), with and without the EndData that one client leaves out.
    for (const bool with_end : both) {
      client.command->put(announced_request(op_take, 1));
      Bytes bytes = hex("14 00 00 00 09 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00");
      const Bytes end = hex("0c 00 00 00 0c 00 00 00 01 00 00 00");
      if (with_end) bytes.insert(bytes.end(), end.begin(), end.end());
      co_await send_raw(*client.command, bytes);
      const Received got = co_await transaction(*client.command, plain(Kind::unknown));
      EXPECT_EQ(got.response.code, 0x2001);
    }
    // Not announced and not sent.
    const Received got = co_await transaction(*client.command, request(op_take, 2));
    EXPECT_EQ(got.response.code, 0x2001);
    EXPECT_TRUE(world.toy.taken.empty());
  });
  EXPECT_EQ(world.toy.finished, 3u);
}

TEST(DataOut, UnannouncedDataIsWaitedForByTheOperation) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await send(*client.command, request(op_take, 1));
    co_await send_data(*client.command, 1, patterned(10));
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x2001);
    expect_pattern(world.toy.taken, 10);
  });
}

TEST(DataOut, LyingTotalsAreIncompleteTransfers) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const std::array<u8, 2> totals{2, 4};
    for (const u8 total : totals) {  // three bytes come
      client.command->put(announced_request(op_take, 1));
      Bytes bytes{20, 0, 0,  0, 9, 0, 0,  0, 1, 0, 0, 0, total, 0, 0,   0,   0,  0,
                  0,  0, 15, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0,     0, 'a', 'b', 'c'};
      co_await send_raw(*client.command, bytes);
      const Received got = co_await transaction(*client.command, plain(Kind::unknown));
      EXPECT_EQ(got.response.code, 0x2007);
      EXPECT_LE(world.toy.taken.size(), total);
    }
  });
}

TEST(DataOut, DataForAnOperationThatWantsNoneIsDrainedBeforeTheResponse) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await send(*client.command, announced_request(0x9999, 1));
    co_await send_data(*client.command, 1, patterned(300'000), 65536);
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x2005);
    const Received next = co_await transaction(*client.command, request(op_nothing, 2));
    EXPECT_EQ(next.response.transaction_id, 2u);
  });
}

TEST(DataOut, CancelLeavesNothingBehind) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    client.command->put(announced_request(op_take, 1));
    Bytes bytes =
        hex("14 00 00 00 09 00 00 00 01 00 00 00 09 00 00 00 00 00 00 00 0f 00 00 00 0a 00 00 00 01 00 00 00 61 62 63");
    co_await send_raw(*client.command, bytes);
    co_await send(*client.events, plain(Kind::cancel, 1));
    co_await send(*client.command, plain(Kind::cancel, 1));
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x201F);
    EXPECT_EQ(world.toy.dropped, 1u);
    EXPECT_EQ(world.toy.finished, 0u);
    const Received next = co_await transaction(*client.command, request(op_nothing, 2));
    EXPECT_EQ(next.response.code, 0x2001);
  });
}

TEST(DataOut, ClientThatVanishesLeavesNothingBehind) {
  World world;
  Client client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    client.command->put(announced_request(op_take, 1));
    Bytes bytes =
        hex("14 00 00 00 09 00 00 00 01 00 00 00 09 00 00 00 00 00 00 00 63 00 00 00 0a 00 00 00 01 00 00 00 61 62 63");
    co_await send_raw(*client.command, bytes);
  });
  client.command->close(true);
  world.settle();
  EXPECT_EQ(world.toy.dropped, 1u);
  EXPECT_EQ(world.toy.closed, 1u);
  EXPECT_EQ(world.server->connections(), 0u);
}

TEST(DataOut, TransferThatStopsMovingIsGivenUp) {
  World world({.stalled = 5s});
  Client client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    co_await send(*client.command, announced_request(op_take, 1));
  });
  for (int second = 0; second < 8; ++second) world.advance(1s);
  EXPECT_EQ(world.server->initiators(), 0u);
  ASSERT_EQ(world.log.size(), 1u);
  EXPECT_TRUE(world.log[0].contains("a transfer does not move for 5 s"));
}

TEST(Delay, ResponseComesWhenItIsDue) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    const Received got = co_await transaction(*client.command, request(op_slow, 1, 350));
    EXPECT_EQ(got.response.code, 0x2001);
  });
  EXPECT_GE(world.clock.now(), 350ms);
  EXPECT_LT(world.clock.now(), 400ms);
}

TEST(Delay, PeerThatLeavesMeanwhileIsNoticedAtOnce) {
  World world;
  Client client;
  world.run([&]() -> Task<> {
    client = co_await handshake(world);
    co_await send(*client.command, request(op_slow, 1, 60'000));
  });
  client.command->close();
  world.settle();
  EXPECT_EQ(world.toy.closed, 1u);
  EXPECT_EQ(world.server->connections(), 0u);
}

TEST(Delay, CancelEndsIt) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    co_await send(*client.command, request(op_slow, 1, 2'000'000));
    co_await send(*client.command, plain(Kind::cancel, 1));
    const Received got = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(got.response.code, 0x201F);
  });
  EXPECT_LT(world.clock.now(), 1000s);
}

TEST(Delay, RequestThatComesMeanwhileIsAnsweredAfterwards) {
  World world;
  world.run([&]() -> Task<> {
    Client client = co_await handshake(world);
    client.command->put(request(op_slow, 1, 350));
    client.command->put(request(op_bytes, 2, 5));
    co_await client.command->flush();
    const Received first = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(first.response.transaction_id, 1u);
    const Received second = co_await transaction(*client.command, plain(Kind::unknown));
    EXPECT_EQ(second.response.transaction_id, 2u);
    EXPECT_EQ(second.data.size(), 5u);
  });
}

TEST(Strict, ClosesOnWhatTheStandardForbids) {
  const std::vector<Bytes> offences{
      {16, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0},              // 32-bit total
      {15, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 'a', 'b', 'c'},          // Data without StartData
      {20, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0},  // another transaction's id
  };
  for (const Bytes& offence : offences) {
    World world({.strict = true});
    Client client;
    world.run([&]() -> Task<> {
      client = co_await handshake(world);
      client.command->put(announced_request(op_take, 1));
      co_await send_raw(*client.command, offence);
    });
    world.settle();
    EXPECT_EQ(world.server->initiators(), 0u);
    EXPECT_EQ(world.log.size(), 1u);
  }
}

}  // namespace
}  // namespace stuntcam::tests
