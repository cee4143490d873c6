// docs/protocol.md §1.6: Cancel on both connections, one response, and the session goes on.
#include "tests/initiator/script.h"

namespace stuntcam::tests {
namespace {

struct Broken final : initiator::Sink {
  void write(View) override { throw std::runtime_error("disk full"); }
};

Task<> forget(Task<Response> task) { co_await std::move(task); }

Task<> expect_cancels(Peer& peer, u32 transaction_id) {
  const Message event_side = co_await peer.expect(Kind::cancel, peer.events.get());
  EXPECT_EQ(event_side.transaction_id, transaction_id);
  const Message command_side = co_await peer.expect(Kind::cancel);
  EXPECT_EQ(command_side.transaction_id, transaction_id);
}

// The next transaction must find everything in step.
Task<> one_more(Session& session) {
  const u32 count = co_await session.num_objects();
  EXPECT_EQ(count, 3u);
}
Task<> answer_one_more(Peer& peer) {
  const Message asked = co_await peer.request(OperationCode::GetNumObjects);
  EXPECT_EQ(asked.transaction_id, 2u);
  co_await peer.respond(2, ResponseCode::OK, 3);
}

Task<> cancelled_data_in(Peer& peer) {
  co_await peer.request(OperationCode::GetObject);
  co_await peer.start_data(1, 1000);
  co_await peer.data(1, counted(100), false);
  co_await expect_cancels(peer, 1);
  co_await peer.data(1, counted(100), false);  // was in flight
  co_await peer.respond(1, ResponseCode::TransactionCanceled);
  co_await answer_one_more(peer);
}

TEST(Cancel, DataFromTheCameraByItsProgress) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        auto get = session.object(7, sink, [](u64 done, u64) { return done < 100; });
        co_await expect_trouble(forget(std::move(get)), Trouble::cancelled, "GetObject was cancelled");
        EXPECT_EQ(sink.take().size(), 100u) << "nothing is taken after Cancel";
        co_await one_more(session);
      },
      cancelled_data_in);
}

TEST(Cancel, DataFromTheCameraFromOutside) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        script.clock.after(std::chrono::seconds(1), [&session] { session.connection().cancel(); });
        co_await expect_trouble(forget(session.object(7, sink)), Trouble::cancelled, "GetObject was cancelled");
        co_await one_more(session);
      },
      cancelled_data_in);
}

TEST(Cancel, ASinkThatFails) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        Broken sink;
        std::string told;
        try {
          co_await session.object(7, sink);
        } catch (const std::runtime_error& error) {
          told = error.what();
        }
        EXPECT_EQ(told, "disk full");
        co_await one_more(session);
      },
      cancelled_data_in);
}

TEST(Cancel, ADataSetTooLargeToKeep) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        co_await expect_trouble(forget(session.object(7, sink)), Trouble::violation, "announced 1152921504606846976");
        co_await one_more(session);
      },
      [](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetObject);
        co_await peer.start_data(1, u64{1} << 60);
        co_await expect_cancels(peer, 1);
        co_await peer.respond(1, ResponseCode::TransactionCanceled);
        co_await answer_one_more(peer);
      });
}

TEST(Cancel, DataToTheCameraEndsBetweenPacketsWithoutEndData) {
  Script script;
  script.options.data_packet = 1000;
  script.talk(
      [&](Session& session) -> Task<> {
        transport::Body body = counted(10'000);
        auto send = session.send_object(std::move(body), [](u64 done, u64) { return done < 3000; });
        co_await expect_trouble(std::move(send), Trouble::cancelled, "SendObject was cancelled");
        co_await one_more(session);
      },
      [](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::SendObject);
        co_await peer.expect(Kind::data);
        for (int i = 0; i < 3; ++i) {
          const Message packet = co_await peer.expect(Kind::data);
          EXPECT_FALSE(packet.last);
        }
        co_await expect_cancels(peer, 1);
        co_await peer.respond(1, ResponseCode::TransactionCanceled);
        co_await answer_one_more(peer);
      });
}

TEST(Cancel, NoResponseIsATimeout) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        initiator::BytesSink sink;
        auto get = session.object(7, sink, [](u64, u64) { return false; });
        co_await expect_trouble(forget(std::move(get)), Trouble::timeout, "no response to the Cancel of GetObject");
      },
      [](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetObject);
        co_await peer.start_data(1, 1000);
        co_await peer.data(1, counted(100), false);
        co_await expect_cancels(peer, 1);
      });
}

TEST(Cancel, TooLateChangesNothing) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        script.clock.after(std::chrono::seconds(1), [&session] { session.connection().cancel(); });
        co_await session.initiate_capture();
        session.connection().cancel();  // nothing is under way
        co_await one_more(session);
      },
      [](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::InitiateCapture);
        co_await expect_cancels(peer, 1);
        co_await peer.respond(1);  // the picture was taken all the same
        co_await answer_one_more(peer);
      });
}

}  // namespace
}  // namespace stuntcam::tests
