// The initiator against a camera that answers whatever the input says: it takes it, complains, or gives up in time; it
// never hangs.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "fuzz/targets/input.h"
#include "fuzz/targets/loop.h"
#include "fuzz/targets/steps.h"
#include "initiator/property_text.h"
#include "initiator/session.h"
#include "initiator/vendors/extension.h"
#include "transport/memory_link.h"
#include "transport/spawn.h"

namespace stuntcam::fuzz {
namespace {

using initiator::Problem;
using initiator::Session;
using transport::Link;
using transport::Task;

constexpr std::size_t most_steps = 300, most_calls = 40;
constexpr std::size_t most_data = 1 << 20;
// Timeouts, retries and polls of one call: more are a hang.
constexpr int most_turns = 20'000;

struct Camera {
  std::unique_ptr<Link> command, events;
  ptp::Message asked;  // the request that came last
};

Task<> hear(std::shared_ptr<Camera> camera, bool events) {
  Link& link = events ? *camera->events : *camera->command;
  Bytes buffer(4096);
  for (;;) {
    const auto message = co_await link.receive();
    require(message.has_value(), "what an initiator sends parses");
    if (message->kind == ptp::Kind::operation_request) camera->asked = *message;
    std::size_t got = 1;
    while (got > 0) got = co_await link.read(buffer);
  }
}

Task<> say(std::shared_ptr<Camera> camera, bool events, Bytes bytes) {
  Link& link = events ? *camera->events : *camera->command;
  ptp::Message message;
  message.kind = ptp::Kind::raw;
  message.wire = bytes;
  link.put(message);
  co_await link.flush();
}

void ignore_end(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::system_error&) {
    return;  // the connection ended, as connections do
  }
}

class World : public Loop {
 public:
  World(Input& input, const transport::Dialect& dialect)
      : input_(input), dialect_(dialect), camera_(std::make_shared<Camera>()) {
    const auto& framing = dialect.framing(false);
    std::tie(command_, camera_->command) = transport::make_memory_links(io, framing, framing);
    std::tie(events_, camera_->events) = transport::make_memory_links(io, framing, framing);
    transport::spawn(io, hear(camera_, false), ignore_end);
    transport::spawn(io, hear(camera_, true), ignore_end);
  }
  ~World() {
    camera_->command->close();
    camera_->events->close();
    settle();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void run() {
    bool ended = false;
    transport::spawn(io, client(), [&](const std::exception_ptr& error) {
      ended = true;
      accept(error);
    });
    settle();
    for (std::size_t steps = 0; !ended && !input_.empty() && steps < most_steps; ++steps) {
      step();
      settle();
    }
    camera_->command->close();
    camera_->events->close();
    settle();
    for (int turns = 0; !ended && turns < most_turns && clock.waiting(); ++turns) {
      clock.advance_to_next();
      settle();
    }
    require(ended, "an initiator never hangs");
  }

 private:
  // What a client may end with. Anything else is a defect.
  static void accept(const std::exception_ptr& error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Problem& problem) {
      require(problem.what()[0] != '\0', "a problem has words");
    }
  }

  Task<> client() {
    initiator::Dialers dialers;
    dialers.command = [this]() -> Task<std::unique_ptr<Link>> { co_return std::move(command_); };
    dialers.events = [this]() -> Task<std::unique_ptr<Link>> { co_return std::move(events_); };
    dialers.live_view = []() -> Task<std::unique_ptr<Link>> {
      throw std::system_error(asio::error::make_error_code(asio::error::connection_refused));
      co_return nullptr;
    };
    initiator::ConnectionOptions options;
    options.dialect = &dialect_;
    options.remark = [](const std::string& text) { require(!text.empty(), "a remark has words"); };
    connection_ = co_await initiator::Connection::open(io, clock, std::move(dialers), std::move(options));
    session_ = std::make_unique<Session>(*connection_);
    extension_ = initiator::make_extension({}, ptp::Vendor::none);
    co_await session_->open();
    for (std::size_t count = 0; !input_.empty() && count < most_calls && connection_->usable(); ++count) {
      const auto call = static_cast<Call>(input_.below(calls));
      co_await patient(call);
    }
    co_await session_->close();
  }
  // A camera may refuse.
  Task<> patient(Call call) {
    try {
      co_await make(call);
    } catch (const Problem& problem) {
      require(problem.what()[0] != '\0', "a problem has words");
    }
  }

  Task<> make(Call call) {
    using initiator::BytesSink;
    switch (call) {
      case Call::device_info: {
        device_ = co_await session_->device_info();
        extension_ = initiator::make_extension(device_, session_->vendor());
        co_await extension_->prepare_events(*session_, device_);
        break;
      }
      case Call::storage_ids:
        co_await session_->storage_ids();
        break;
      case Call::storage_info:
        co_await session_->storage_info(1);
        break;
      case Call::num_objects:
        co_await session_->num_objects();
        break;
      case Call::object_handles:
        co_await session_->object_handles();
        break;
      case Call::object_info:
        co_await session_->object_info(1);
        break;
      case Call::object: {
        BytesSink sink(most_data);
        co_await session_->object(1, sink);
        break;
      }
      case Call::partial_object: {
        BytesSink sink(most_data);
        co_await session_->partial_object(1, 100, 1000, sink);
        break;
      }
      case Call::thumb:
        co_await session_->thumb(1);
        break;
      case Call::send_object: {
        const ptp::ObjectInfo info;
        co_await session_->send_object_info(info);
        Bytes bytes(100'000);
        transport::Body body(std::move(bytes));
        co_await session_->send_object(std::move(body));
        break;
      }
      case Call::capture: {
        co_await extension_->capture(*session_);
        std::function<bool(const initiator::Event&)> any = [](const initiator::Event&) { return true; };
        const auto event = co_await session_->await_event(std::move(any), std::chrono::seconds(1));
        if (event) co_await extension_->heed(*session_, *event);
        break;
      }
      case Call::prop_desc: {
        const auto described = co_await session_->prop_desc(0x5001);
        (void)initiator::value_text(*extension_, described.code, described.current);
        (void)initiator::allowed_text(*extension_, described);
        (void)initiator::value_by_text(*extension_, described, "1/250");
        break;
      }
      case Call::prop_value:
        co_await session_->prop_value(0x5001, ptp::DataType::string);
        break;
      case Call::set_prop_value: {
        ptp::Value value(ptp::DataType::uint16, 7);
        co_await session_->set_prop_value(0x5001, std::move(value));
        break;
      }
      case Call::more_properties: {
        const auto codes = co_await extension_->more_properties(*session_);
        if (!codes.empty()) co_await extension_->property(*session_, codes.front());
        break;
      }
      case Call::events: {
        std::function<bool(const initiator::Event&)> none = [](const initiator::Event&) { return false; };
        co_await session_->await_event(std::move(none), std::chrono::seconds(2));
        break;
      }
      case Call::live_view: {
        co_await extension_->start_live_view(*session_);
        const auto frame = co_await extension_->frame(*session_);
        (void)initiator::jpeg_within(frame);
        co_await extension_->end_live_view(*session_);
        break;
      }
      case Call::changes: {
        co_await session_->delete_object(1);
        co_await session_->copy_object(1, 2, 3);
        break;
      }
    }
  }

  void step() {
    switch (static_cast<CameraStep>(input_.below(camera_steps))) {
      case CameraStep::greet:
        return greet();
      case CameraStep::answer:
        return answer();
      case CameraStep::respond:
        return respond(false, ptp::Kind::operation_response);
      case CameraStep::event:
        return respond(!dialect_.lanes || input_.flag(), ptp::Kind::event);
      case CameraStep::raw:
        return give(false, input_.bytes(input_.number<u16>() % 4096));
      case CameraStep::raw_event:
        return give(true, input_.bytes(input_.number<u16>() % 4096));
      case CameraStep::wait:
        return advance(std::chrono::milliseconds(input_.number<u16>()));
      case CameraStep::leave:
        return (input_.flag() ? camera_->events : camera_->command)->close();
    }
  }
  void greet() {
    const Bytes identity = dialect_.identity({{1, 2, 3}, "camera"}, true);
    ptp::Message message;
    message.kind = ptp::Kind::init_command_ack;
    message.params[0] = 1;
    message.wire = identity;
    give(false, message);
    message.kind = ptp::Kind::init_event_ack;
    if (!dialect_.lanes) give(true, message);
  }
  void answer() {
    const View payload = input_.bytes(input_.number<u16>() % 4096);
    const auto& framing = dialect_.framing(false);
    ptp::Message message;
    message.kind = ptp::Kind::data;
    message.first = message.last = true;
    message.code = camera_->asked.code;
    message.transaction_id = camera_->asked.transaction_id;
    message.total = message.size = payload.size();
    Bytes bytes;
    framing.encode(message, bytes);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    message.kind = ptp::Kind::operation_response;
    message.code = static_cast<u16>(ptp::ResponseCode::OK);
    framing.encode(message, bytes);
    give(false, bytes);
  }
  void respond(bool events, ptp::Kind kind) {
    ptp::Message message;
    message.kind = kind;
    message.code = input_.number<u16>();
    message.count = static_cast<u8>(input_.below(kind == ptp::Kind::event ? 4 : 6));
    for (std::size_t i = 0; i < message.count; ++i) message.params[i] = input_.number<u32>();
    message.transaction_id = camera_->asked.transaction_id;
    give(events, message);
  }
  void give(bool events, const ptp::Message& message) {
    Bytes bytes;
    dialect_.framing(false).encode(message, bytes);
    give(events, bytes);
  }
  void give(bool events, View bytes) {
    transport::spawn(io, say(camera_, events, Bytes(bytes.begin(), bytes.end())), ignore_end);
    settle();
  }

  Input& input_;
  const transport::Dialect& dialect_;
  std::unique_ptr<Link> command_, events_;
  std::shared_ptr<Camera> camera_;
  std::unique_ptr<initiator::Connection> connection_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<initiator::Extension> extension_;
  ptp::DeviceInfo device_;
};

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  Input input(data, size);
  const auto& dialect = *transport::dialects()[input.below(transport::dialects().size())];
  World world(input, dialect);
  world.run();
  return 0;
}
