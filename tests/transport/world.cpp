#include "tests/transport/world.h"

#include <stdexcept>

namespace stuntcam::tests {
namespace {

struct Pattern final : transport::Source {
  void read(u64 offset, Room room) const override {
    for (std::size_t i = 0; i < room.size(); ++i) room[i] = pattern(offset + i);
  }
};
struct BrokenSource final : transport::Source {
  explicit BrokenSource(u64 good) : good_(good) {}
  void read(u64 offset, Room room) const override {
    if (offset + room.size() > good_) throw std::runtime_error("gone");
    Pattern().read(offset, room);
  }
  u64 good_;
};

struct ToyIntake final : transport::Intake {
  explicit ToyIntake(Toy& owner) : toy(owner) { toy.taken.clear(); }
  ~ToyIntake() override { ++toy.dropped; }
  void begin(u64 total) override { toy.announced = total; }
  void write(View bytes) override { toy.taken.insert(toy.taken.end(), bytes.begin(), bytes.end()); }
  Reply finish(bool complete) override {
    toy.complete = complete;
    ++toy.finished;
    --toy.dropped;
    return Reply(complete ? ResponseCode::OK : ResponseCode::IncompleteTransfer);
  }
  Toy& toy;
};

struct ToySession final : transport::Session {
  ToySession(Toy& owner, transport::Outlet& line) : toy(owner), outlet(line) {}
  ~ToySession() override { ++toy.closed; }
  void cancelled(u32) override { ++toy.cancelled; }
  std::shared_ptr<const Bytes> frame() override { return toy.frame; }
  transport::Duration frame_interval() const override { return toy.frame_interval; }
  Answer request(const Message& message) override {
    const u64 size = message.params[0];
    switch (message.code) {
      case op_nothing:
        return Reply(ResponseCode::OK);
      case op_bytes: {
        Bytes bytes(size);
        Pattern().read(0, bytes);
        return Reply(transport::Body(std::move(bytes)));
      }
      case op_generated:
      case op_cut:
      case op_unknown_total: {
        Reply reply(transport::Body(transport::Generated{std::make_shared<Pattern>(), 0, size}));
        if (message.code == op_cut) reply.packets = {1000, size < 1000 ? 0 : size - 1000, 0};
        if (message.code == op_unknown_total) reply.announced = unknown_size;
        return reply;
      }
      case op_broken_source:
        return Reply(transport::Body(transport::Generated{std::make_shared<BrokenSource>(size / 2), 0, size}));
      case op_file:
        return Reply(transport::Body(transport::FileSlice{toy.file, 0, size}));
      case op_slow: {
        Reply reply;
        reply.before_response = std::chrono::milliseconds(size);
        return reply;
      }
      case op_take:
        return std::make_unique<ToyIntake>(toy);
      case op_event: {
        Reply reply;
        EventOut event;
        event.code = 0x4002;
        event.count = 1;
        event.params[0] = 7;
        reply.then.push_back(event);
        return reply;
      }
      case op_close:
        outlet.close();
        return Reply(ResponseCode::OK);
      case op_lanes:
        outlet.open_lanes(size != 0);
        return Reply(ResponseCode::OK);
      case op_flood: {
        for (u64 i = 0; i < size; ++i) outlet.event({});
        return Reply(ResponseCode::OK);
      }
      default:
        return Reply(ResponseCode::OperationNotSupported);
    }
  }
  Toy& toy;
  transport::Outlet& outlet;
};

}  // namespace

std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> Toy::open(const ptp::Identity& initiator,
                                                                                  transport::Outlet& outlet) {
  if (reject) return std::unexpected(ptp::InitFailReason::rejected);
  last_name = initiator.name;
  ++opened;
  return std::make_unique<ToySession>(*this, outlet);
}

World::World(transport::ServerOptions options)
    : framing(options.dialect->framing(false)), server_framing(options.dialect->framing(options.strict)) {
  options.log = [this](const std::string& line) { log.push_back(line); };
  server = std::make_unique<transport::Server>(io, toy, clock, std::move(options));
}

World::~World() {
  bool stopped = false;
  server->stop([&] { stopped = true; });
  settle();
  EXPECT_TRUE(stopped) << "a coroutine of the server did not end";
}

std::unique_ptr<Link> World::connect(transport::Lane lane) {
  auto [client, camera] = transport::make_memory_links(io, framing, server_framing, lane);
  if (wrap) camera = wrap(std::move(camera));
  asio::co_spawn(
      io, [this, link = std::move(camera), lane]() mutable { return server->serve(std::move(link), lane); },
      asio::detached);
  return std::move(client);
}

void Stage::settle() {
  io.restart();
  // poll() runs what is ready; a coroutine that goes on makes more of it.
  while (io.poll() != 0) {
  }
}

void Stage::advance(transport::Duration time) {
  settle();
  clock.advance(time);
  settle();
}

void Stage::run(std::function<Task<>()> test) {
  std::exception_ptr failure;
  bool ended = false;
  asio::co_spawn(io, std::move(test), [&](const std::exception_ptr& error) {
    failure = error;
    ended = true;
  });
  settle();
  // Time passes only while nothing else can happen.
  for (int turns = 0; !ended && turns < 1000 && clock.waiting(); ++turns) {
    clock.advance_to_next();
    settle();
  }
  if (failure) std::rethrow_exception(failure);
  ASSERT_TRUE(ended) << "the conversation hangs";
}

Bytes someone(std::string_view name) {
  ptp::Identity identity;
  identity.name = name;
  return ptp::encode_identity(identity);
}

Bytes hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    if (digits[i] == ' ') continue;
    bytes.push_back(static_cast<u8>(std::stoi(std::string(digits.substr(i++, 2)), nullptr, 16)));
  }
  return bytes;
}

Task<Client> handshake(World& world, bool with_events) {
  return handshake(Connect([&world] { return world.connect(); }), with_events);
}

Task<Client> handshake(Connect connect, bool with_events) {
  Client client;
  client.command = connect();
  const Bytes identity = someone("tester");
  Message hello = plain(Kind::init_command_request);
  hello.wire = identity;
  co_await send(*client.command, hello);
  const Message ack = co_await receive(*client.command);
  EXPECT_EQ(ack.kind, Kind::init_command_ack);
  client.number = ack.params[0];
  if (with_events) {
    client.events = connect();
    co_await send(*client.events, plain(Kind::init_event_request, client.number));
    const Message event_ack = co_await receive(*client.events);
    EXPECT_EQ(event_ack.kind, Kind::init_event_ack);
  }
  co_return client;
}

Message request(u16 code, u32 transaction_id) {
  Message message;
  message.kind = Kind::operation_request;
  message.code = code;
  message.transaction_id = transaction_id;
  message.data_phase = 1;
  return message;
}

Message request(u16 code, u32 transaction_id, u32 param) {
  Message message = request(code, transaction_id);
  message.count = 1;
  message.params[0] = param;
  return message;
}

Message announced_request(u16 code, u32 transaction_id) {
  Message message = request(code, transaction_id);
  message.data_phase = 2;
  return message;
}

Message plain(Kind kind, u32 value) {
  Message message;
  message.kind = kind;
  message.params[0] = value;
  message.transaction_id = value;
  return message;
}

Task<> send(Link& link, Message message) {
  link.put(message);
  co_await link.flush();
}

Task<> send_raw(Link& link, Bytes bytes) {
  Message message;
  message.kind = Kind::raw;
  message.wire = bytes;
  link.put(message);
  co_await link.flush();
}

Task<Message> receive(Link& link) {
  const auto message = co_await link.receive();
  if (!message) throw std::runtime_error("the server sent what does not parse: " + message.error().to_string());
  co_return *message;
}

Task<Received> transaction(Link& link, Message message) {
  if (message.kind == Kind::operation_request) co_await send(link, message);
  Received received;
  for (;;) {
    const Message got = co_await receive(link);
    if (got.kind == Kind::operation_response) {
      received.response = got;
      co_return received;
    }
    if (got.kind != Kind::data) throw std::runtime_error("neither data nor a response");
    if (got.first) received.total = got.total;
    if (got.first && !got.last) continue;
    ++received.packets;
    for (;;) {
      u8 piece[65536];
      const std::size_t count = co_await link.read(piece);
      if (count == 0) break;
      received.data.insert(received.data.end(), piece, piece + count);
    }
  }
}

Task<> send_data(Link& link, u32 transaction_id, Bytes data, std::size_t packet) {
  Message head;
  head.kind = Kind::data;
  head.transaction_id = transaction_id;
  head.first = true;
  head.total = data.size();
  link.put(head);
  head.first = false;
  const std::size_t step = packet == 0 ? data.size() : packet;
  for (std::size_t at = 0;; at += step) {
    head.size = std::min(step, data.size() - at);
    head.last = at + head.size == data.size();
    link.put(head);
    const transport::Payload payload(View(data).subspan(at, head.size));
    co_await link.write(payload);
    if (head.last) break;
  }
  co_await link.flush();
}

}  // namespace stuntcam::tests
