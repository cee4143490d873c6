#include "tests/initiator/script.h"

#include <stdexcept>

#include "transport/spawn.h"

namespace stuntcam::tests {

Task<Message> Peer::expect(Kind kind, Link* link) {
  Link& from = link != nullptr ? *link : *command;
  const auto message = co_await from.receive();
  if (!message) throw std::runtime_error("the initiator sent what does not parse: " + message.error().to_string());
  if (message->kind != kind)
    throw std::runtime_error("the initiator sent packet " + std::to_string(static_cast<int>(message->kind)));
  co_return *message;
}

Task<> Peer::put(Message message, Link* link) {
  Link& to = link != nullptr ? *link : *command;
  to.put(message);
  co_await to.flush();
}

Task<> Peer::greet(const transport::Dialect& dialect) {
  co_await expect(Kind::init_command_request);
  ptp::Identity identity;
  identity.name = "script";
  const Bytes body = dialect.identity(identity, true);
  Message ack;
  ack.kind = Kind::init_command_ack;
  ack.params[0] = 77;
  ack.wire = body;
  co_await put(ack);
}

Task<> Peer::shake_hands() {
  co_await greet(transport::standard_dialect());
  const Message request = co_await expect(Kind::init_event_request, events.get());
  EXPECT_EQ(request.params[0], 77u);
  Message event_ack;
  event_ack.kind = Kind::init_event_ack;
  co_await put(event_ack, events.get());
}

Task<Message> Peer::request(OperationCode code) {
  const Message message = co_await expect(Kind::operation_request);
  EXPECT_EQ(message.code, static_cast<u16>(code));
  co_return message;
}

Task<Bytes> Peer::payload() {
  Bytes bytes;
  for (;;) {
    u8 piece[4096];
    const std::size_t got = co_await command->read(piece);
    if (got == 0) co_return bytes;
    bytes.insert(bytes.end(), piece, piece + got);
  }
}

Task<> Peer::start_data(u32 transaction_id, u64 total) {
  Message message;
  message.kind = Kind::data;
  message.first = true;
  message.transaction_id = transaction_id;
  message.total = total;
  co_await put(message);
}

Task<> Peer::data(u32 transaction_id, Bytes bytes, bool last) {
  Message message;
  message.kind = Kind::data;
  message.last = last;
  message.transaction_id = transaction_id;
  message.size = bytes.size();
  command->put(message);
  const transport::Payload payload{View(bytes)};
  co_await command->write(payload);
  co_await command->flush();
}

Task<> Peer::respond(u32 transaction_id, ResponseCode code) {
  Message message;
  message.kind = Kind::operation_response;
  message.code = static_cast<u16>(code);
  message.transaction_id = transaction_id;
  co_await put(message);
}

Task<> Peer::respond(u32 transaction_id, ResponseCode code, u32 param) {
  Message message;
  message.kind = Kind::operation_response;
  message.code = static_cast<u16>(code);
  message.transaction_id = transaction_id;
  message.count = 1;
  message.params[0] = param;
  co_await put(message);
}

Task<> Peer::answer(OperationCode code, Bytes bytes) {
  const Message asked = co_await request(code);
  co_await start_data(asked.transaction_id, bytes.size());
  co_await data(asked.transaction_id, std::move(bytes), true);
  co_await respond(asked.transaction_id);
}

Task<> Peer::event(u16 code, u32 param) {
  Message message;
  message.kind = Kind::event;
  message.code = code;
  message.transaction_id = ptp::no_transaction;
  message.count = 1;
  message.params[0] = param;
  co_await put(message, events.get());
}

Script::Script(const transport::Dialect& dialect) {
  const ptp::Framing& framing = dialect.framing(false);
  options.dialect = &dialect;
  options.remark = [this](const std::string& text) { remarks.push_back(text); };
  std::tie(command_, peer_.command) = transport::make_memory_links(io, framing, framing);
  std::tie(events_, peer_.events) = transport::make_memory_links(io, framing, framing);
}

void Script::settle() {
  io.restart();
  while (io.poll() != 0) {
  }
}

Task<std::unique_ptr<Connection>> Script::connect() {
  initiator::Dialers dialers;
  dialers.command = [this]() -> Task<std::unique_ptr<Link>> { co_return std::move(command_); };
  dialers.events = [this]() -> Task<std::unique_ptr<Link>> { co_return std::move(events_); };
  initiator::ConnectionOptions mine = options;
  auto connection = co_await Connection::open(io, clock, std::move(dialers), std::move(mine));
  co_return connection;
}

void Script::play(std::function<Task<>()> client, std::function<Task<>(Peer&)> camera) {
  std::exception_ptr failure, camera_failure;
  bool ended = false, camera_ended = false;
  transport::spawn(io, camera(peer_), [&](const std::exception_ptr& error) {
    camera_failure = error;
    camera_ended = true;
  });
  transport::spawn(io, client(), [&](const std::exception_ptr& error) {
    failure = error;
    ended = true;
  });
  settle();
  for (int turns = 0; !ended && turns < 1000 && clock.waiting(); ++turns) {
    clock.advance_to_next();
    settle();
  }
  peer_.command->close();
  if (peer_.events) peer_.events->close();
  settle();
  EXPECT_TRUE(camera_ended) << "the script did not end";
  if (failure) std::rethrow_exception(failure);
  ASSERT_TRUE(ended) << "the initiator hangs";
  if (camera_failure) std::rethrow_exception(camera_failure);
}

void Script::talk(std::function<Task<>(Session&)> client, std::function<Task<>(Peer&)> camera) {
  const auto whole_client = [&]() -> Task<> {
    const auto connection = co_await connect();
    Session talking(*connection, session);
    co_await talking.open();
    co_await client(talking);
  };
  const auto whole_camera = [&](Peer& peer) -> Task<> {
    co_await peer.shake_hands();
    const Message open = co_await peer.request(OperationCode::OpenSession);
    EXPECT_EQ(open.transaction_id, 0u);
    co_await peer.respond(0);
    co_await camera(peer);
  };
  play(whole_client, whole_camera);
}

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<u8>(i ^ (i >> 8));
  return bytes;
}

Task<> expect_trouble(Task<> task, Trouble trouble, std::string words) {
  bool thrown = false;
  try {
    co_await std::move(task);
  } catch (const Problem& problem) {
    thrown = true;
    EXPECT_EQ(static_cast<int>(problem.kind), static_cast<int>(trouble)) << problem.what();
    EXPECT_NE(std::string(problem.what()).find(words), std::string::npos) << problem.what();
  }
  EXPECT_TRUE(thrown) << "no trouble; expected: " << words;
}

}  // namespace stuntcam::tests
