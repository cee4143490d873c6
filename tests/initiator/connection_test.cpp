// The handshake, and transactions with cameras that keep the rules and cameras that don't.
#include "ptp/fuji.h"
#include "tests/initiator/script.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;

Task<> drop(Task<std::unique_ptr<Connection>> task) { co_await std::move(task); }
template <class T>
Task<> forget(Task<T> task) {
  co_await std::move(task);
}

TEST(Handshake, TellsBothSidesWhoTheyAre) {
  Script script;
  script.options.identity.name = "tester";
  script.play(
      [&]() -> Task<> {
        const auto connection = co_await script.connect();
        EXPECT_EQ(connection->camera().name, "script");
        EXPECT_TRUE(connection->usable());
      },
      [](Peer& peer) -> Task<> {
        const Message hello = co_await peer.expect(Kind::init_command_request);
        const auto identity = ptp::decode_identity(ptp::identity_body(hello));
        EXPECT_TRUE(identity.has_value());
        if (!identity) co_return;
        EXPECT_EQ(identity->identity.name, "tester");
        EXPECT_EQ(identity->identity.version, 0x00010000u);
        EXPECT_TRUE(identity->form.standard());
        const Bytes body = ptp::encode_identity({.guid = {}, .name = "script", .version = 0x00010000});
        Message ack;
        ack.kind = Kind::init_command_ack;
        ack.params[0] = 5;
        ack.wire = body;
        co_await peer.put(ack);
        const Message events = co_await peer.expect(Kind::init_event_request, peer.events.get());
        EXPECT_EQ(events.params[0], 5u);
        Message event_ack;
        event_ack.kind = Kind::init_event_ack;
        co_await peer.put(event_ack, peer.events.get());
      });
}

// What the camera does in place of InitCommandAck.
void refused(std::function<Task<>(Peer&)> camera, Trouble trouble, const std::string& words) {
  Script script;
  script.play([&]() -> Task<> { co_await expect_trouble(drop(script.connect()), trouble, words); }, std::move(camera));
}

TEST(Handshake, InitFail) {
  const std::vector<std::pair<u32, std::string>> reasons = {
      {1, "InitFail 1"}, {2, "busy"}, {3, "InitFail 3"}, {0x2019, "InitFail 0x2019"}};
  for (const auto& [code, words] : reasons) {
    const u32 reason = code;
    refused(
        [reason](Peer& peer) -> Task<> {
          co_await peer.expect(Kind::init_command_request);
          Message fail;
          fail.kind = Kind::init_fail;
          fail.params[0] = reason;
          co_await peer.put(fail);
        },
        Trouble::unreachable, words);
  }
}

TEST(Handshake, Silence) {
  refused([](Peer& peer) -> Task<> { co_await peer.expect(Kind::init_command_request); }, Trouble::timeout,
          "no InitCommandAck within 10 s");
}

TEST(Handshake, Close) {
  refused(
      [](Peer& peer) -> Task<> {
        co_await peer.expect(Kind::init_command_request);
        peer.command->close();
      },
      Trouble::closed, "during the handshake");
}

TEST(Handshake, AnotherPacket) {
  refused([](Peer& peer) -> Task<> { co_await peer.respond(0); }, Trouble::violation, "in place of InitCommandAck");
}

TEST(Handshake, NoEventAck) {
  refused(
      [](Peer& peer) -> Task<> {
        co_await peer.expect(Kind::init_command_request);
        const Bytes body = ptp::encode_identity({});
        Message ack;
        ack.kind = Kind::init_command_ack;
        ack.wire = body;
        co_await peer.put(ack);
      },
      Trouble::timeout, "no InitEventAck");
}

TEST(Transaction, DataInSeveralPackets) {
  Script script;
  const Bytes expected = counted(100'000);
  script.talk(
      [&](Session& session) -> Task<> {
        u64 done = 0;
        initiator::BytesSink sink;
        initiator::Progress progress = [&](u64 moved, u64 total) {
          EXPECT_GT(moved, done);
          EXPECT_EQ(total, 100'000u);
          done = moved;
          return true;
        };
        const Response response = co_await session.object(7, sink, std::move(progress));
        EXPECT_EQ(response.received, 100'000u);
        EXPECT_EQ(done, 100'000u);
        EXPECT_EQ(sink.take(), expected);
      },
      [&](Peer& peer) -> Task<> {
        const Message asked = co_await peer.request(OperationCode::GetObject);
        EXPECT_EQ(asked.transaction_id, 1u);
        EXPECT_EQ(asked.data_phase, 1u);
        EXPECT_EQ(asked.count, 1u);
        EXPECT_EQ(asked.params[0], 7u);
        co_await peer.start_data(1, expected.size());
        co_await peer.data(1, Bytes(expected.begin(), expected.begin() + 60'000), false);
        co_await peer.data(1, Bytes(expected.begin() + 60'000, expected.end()), false);
        co_await peer.data(1, {}, true);
        co_await peer.respond(1);
      });
  EXPECT_TRUE(script.remarks.empty());
}

TEST(Transaction, DataOfUnknownLength) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        co_await session.object(7, sink);
        EXPECT_EQ(sink.take(), counted(1000));
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetObject);
        co_await peer.start_data(1, unknown_size);
        co_await peer.data(1, counted(1000), true);
        co_await peer.respond(1);
      });
}

TEST(Transaction, DataOutInPackets) {
  Script script;
  script.options.data_packet = 1000;
  const Bytes sent = counted(2500);
  script.talk(
      [&](Session& session) -> Task<> {
        transport::Body body = sent;
        co_await session.send_object(std::move(body));
      },
      [&](Peer& peer) -> Task<> {
        const Message asked = co_await peer.request(OperationCode::SendObject);
        EXPECT_EQ(asked.data_phase, 2u);
        const Message start = co_await peer.expect(Kind::data);
        EXPECT_TRUE(start.first);
        EXPECT_EQ(start.total, sent.size());
        Bytes got;
        const std::vector<u64> sizes = {1000, 1000, 500};
        for (const u64 size : sizes) {
          const Message packet = co_await peer.expect(Kind::data);
          EXPECT_EQ(packet.size, size);
          EXPECT_EQ(packet.transaction_id, 1u);
          EXPECT_EQ(packet.last, size == 500);
          const Bytes piece = co_await peer.payload();
          got.insert(got.end(), piece.begin(), piece.end());
        }
        EXPECT_EQ(got, sent);
        co_await peer.respond(1);
      });
}

// Where a data phase is one frame and there is no Cancel, what is on its way goes out whole, whoever wants it to end.
void send_in_one_frame(bool cancelled) {
  const auto& fuji = *transport::dialect("fuji");
  Script script(fuji);
  script.options.data_packet = 1000;
  const Bytes sent = counted(2500);
  std::vector<u64> told;
  script.play(
      [&]() -> Task<> {
        const auto connection = co_await script.connect();
        Request request(OperationCode::SendObject, {});
        request.data = sent;
        request.progress = [&](u64 done, u64) {
          told.push_back(done);
          return !cancelled;
        };
        const auto talk = [&]() -> Task<> { co_await connection->transact(request, 1); };
        if (cancelled)
          co_await expect_trouble(talk(), Trouble::cancelled, "SendObject was cancelled");
        else
          co_await talk();
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.greet(fuji);
        co_await peer.request(OperationCode::SendObject);
        const Message data = co_await peer.expect(Kind::data);
        EXPECT_EQ(data.size, sent.size());
        const Bytes got = co_await peer.payload();
        EXPECT_EQ(got, sent);
        co_await peer.respond(1);
      });
  EXPECT_EQ(told, (std::vector<u64>{1000, 2000, 2500}));
}

TEST(Transaction, DataOutInOneFrame) { send_in_one_frame(false); }

TEST(Transaction, DataOutInOneFrameGoesOutWhole) { send_in_one_frame(true); }

TEST(Transaction, EmptyDataOutHasStartAndEnd) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        transport::Body body = Bytes();
        co_await session.send_object(std::move(body));
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::SendObject);
        const Message start = co_await peer.expect(Kind::data);
        EXPECT_TRUE(start.first);
        EXPECT_EQ(start.total, 0u);
        const Message end = co_await peer.expect(Kind::data);
        EXPECT_TRUE(end.last);
        EXPECT_EQ(end.size, 0u);
        co_await peer.respond(1);
      });
}

TEST(Transaction, RefusedWithoutData) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await expect_trouble(forget(session.device_info()), Trouble::refused,
                                "GetDeviceInfo with OperationNotSupported (0x2005)");
        EXPECT_TRUE(session.connection().usable());
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetDeviceInfo);
        co_await peer.respond(1, ResponseCode::OperationNotSupported);
      });
}

// What a camera that breaks the rules does after a GetObject with transaction id 1.
struct Hostile {
  std::string name;
  Trouble trouble;
  std::string words;
  std::function<Task<>(Peer&)> camera;
};

std::vector<Hostile> hostile_cameras() {
  return {
      {"ResponseOfAnotherTransaction", Trouble::violation, "TransactionID 9, not 1",
       [](Peer& peer) -> Task<> { co_await peer.respond(9); }},
      {"DataOfAnotherTransaction", Trouble::violation, "TransactionID 9, not 1",
       [](Peer& peer) -> Task<> { co_await peer.start_data(9, 10); }},
      {"DataPastTheTotal", Trouble::violation, "sent 11 bytes of data and announced 10",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.data(1, counted(11), true);
       }},
      {"DataPastTheTotalInAnotherPacket", Trouble::violation, "sent 15 bytes of data and announced 10",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.data(1, counted(10), false);
         co_await peer.data(1, counted(5), true);
       }},
      {"EndDataTooEarly", Trouble::violation, "sent 4 bytes of data and announced 10",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.data(1, counted(4), true);
         co_await peer.respond(1);
       }},
      {"ResponseInTheMiddleOfData", Trouble::violation, "sent 4 bytes of data and announced 10",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.data(1, counted(4), false);
         co_await peer.respond(1);
       }},
      {"OkWithoutData", Trouble::violation, "OK and no data", [](Peer& peer) -> Task<> { co_await peer.respond(1); }},
      {"DataWithoutStart", Trouble::violation, "without StartData",
       [](Peer& peer) -> Task<> { co_await peer.data(1, counted(10), true); }},
      {"TwoStarts", Trouble::violation, "a second StartData",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.start_data(1, 10);
       }},
      {"DataAfterTheEnd", Trouble::violation, "after its EndData",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, unknown_size);
         co_await peer.data(1, counted(10), true);
         co_await peer.data(1, counted(10), true);
       }},
      {"Silence", Trouble::timeout, "no answer to GetObject within 30 s", [](Peer&) -> Task<> { co_return; }},
      {"SilenceWithinData", Trouble::timeout, "the data of GetObject stopped within 30 s",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.data(1, counted(4), false);
       }},
      {"SilenceAfterData", Trouble::timeout, "GetObject",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 4);
         co_await peer.data(1, counted(4), true);
       }},
      {"Close", Trouble::closed, "closed the connection during GetObject",
       [](Peer& peer) -> Task<> {
         peer.command->close();
         co_return;
       }},
      {"Reset", Trouble::closed, "closed the connection during GetObject",
       [](Peer& peer) -> Task<> {
         peer.command->close(true);
         co_return;
       }},
      {"CloseWithinData", Trouble::closed, "during GetObject",
       [](Peer& peer) -> Task<> {
         co_await peer.start_data(1, 10);
         co_await peer.data(1, counted(4), false);
         peer.command->close();
       }},
      {"ARequest", Trouble::violation, "does not belong there",
       [](Peer& peer) -> Task<> {
         Message message;
         message.kind = Kind::operation_request;
         co_await peer.put(message);
       }},
      {"NoPacket", Trouble::violation, "during GetObject",
       [](Peer& peer) -> Task<> {
         const Bytes bytes = {3, 0, 0, 0, 7, 0, 0, 0};
         Message message;
         message.kind = Kind::raw;
         message.wire = bytes;
         co_await peer.put(message);
       }},
      {"ProbesWithoutEnd", Trouble::violation, "does not belong there",
       [](Peer& peer) -> Task<> {
         Message message;
         message.kind = Kind::probe_response;
         for (int i = 0; i < 1100; ++i) peer.command->put(message);
         co_await peer.command->flush();
       }},
  };
}

class HostileCamera : public testing::TestWithParam<Hostile> {};

TEST_P(HostileCamera, IsToldInTheProtocolsTerms) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        co_await expect_trouble(forget(session.object(7, sink)), GetParam().trouble, GetParam().words);
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetObject);
        co_await GetParam().camera(peer);
      });
}

INSTANTIATE_TEST_SUITE_P(All, HostileCamera, testing::ValuesIn(hostile_cameras()),
                         [](const auto& hostile) { return hostile.param.name; });

TEST(Transaction, NothingMoreAfterAViolation) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await expect_trouble(forget(session.num_objects()), Trouble::violation, "TransactionID");
        EXPECT_FALSE(session.connection().usable());
        co_await expect_trouble(forget(session.num_objects()), Trouble::closed, "over");
        co_await session.close();
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetNumObjects);
        co_await peer.respond(9);
      });
}

TEST(Transaction, AMissingEndDataIsPutUpWith) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        co_await session.object(7, sink);
        EXPECT_EQ(sink.take(), counted(4));
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetObject);
        co_await peer.start_data(1, 4);
        co_await peer.data(1, counted(4), false);
        co_await peer.respond(1);
      });
  ASSERT_EQ(script.remarks.size(), 1u);
  EXPECT_NE(script.remarks[0].find("without EndData"), std::string::npos);
}

TEST(Transaction, DataThatMovesIsNotLate) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        co_await session.object(7, sink);
        EXPECT_EQ(sink.take().size(), 50u);
      },
      [&](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetObject);
        co_await peer.start_data(1, 50);
        for (int i = 0; i < 5; ++i) {
          const auto before = script.clock.now();
          transport::spawn(script.io, peer.data(1, counted(10), i == 4), [](const std::exception_ptr&) {});
          transport::Signal later(script.io);
          script.clock.after(20s, [&later] { later.raise(); });
          co_await later.wait();
          EXPECT_EQ(script.clock.now() - before, 20s);
        }
        co_await peer.respond(1);
      });
}

TEST(LiveView, AFrameHasALimit) {
  Script script;
  const ptp::FujiFraming framing;
  auto [ours, theirs] = transport::make_memory_links(script.io, framing, framing);
  script.play(
      [&]() -> Task<> {
        initiator::Dialers dialers;
        dialers.live_view = [&ours]() -> Task<std::unique_ptr<Link>> { co_return std::move(ours); };
        Connection connection(script.io, script.clock, std::move(dialers), script.options);
        Message frame;
        frame.kind = Kind::data;
        frame.first = frame.last = true;
        frame.size = initiator::max_data_set + 1;
        frame.total = frame.size;
        theirs->put(frame);
        const Bytes beginning = counted(100);
        const transport::Payload payload{View(beginning)};
        co_await theirs->write(payload);
        co_await theirs->flush();
        co_await expect_trouble(forget(connection.live_view_frame()), Trouble::violation,
                                "a live-view frame of 67108865 bytes");
      },
      [](Peer&) -> Task<> { co_return; });
}

}  // namespace
}  // namespace stuntcam::tests
