// A camera and its server, and any number of clients that do whatever the input says: connections in any order, whole
// conversations, requests of every kind, raw bytes, silence, and connections that end; perhaps with faults around them.
// What the camera sends must parse, unless a fault meddled with it, and when it is switched off nothing of it may be
// left running.
#include "transport/server.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "emulator/camera.h"
#include "emulator/hands.h"
#include "fuzz/targets/input.h"
#include "fuzz/targets/loop.h"
#include "fuzz/targets/steps.h"
#include "pcap/recorder.h"
#include "pcap/transcript.h"
#include "profiles/load.h"
#include "transport/fault/faults.h"
#include "transport/memory_link.h"
#include "transport/spawn.h"

namespace stuntcam::fuzz {
namespace {

using transport::Lane;
using transport::Link;
using transport::Task;

// What an input may cost.
constexpr std::size_t most_connections = 8, most_steps = 200;
constexpr u64 most_received = 2 << 20;  // bytes of one connection; then the client leaves
// Pictures are drawn when they are asked for: small ones take no time.
constexpr u64 most_object = 32 << 10;
constexpr u32 most_objects = 3, most_pixels = 64;
constexpr u64 most_surplus = 4096, most_copies = 64;  // of a fault

profiles::Profile small(const std::string& name) {
  auto profile = profiles::load(name).value();
  for (auto& storage : profile.storages) {
    storage.media = "synthetic";
    for (auto& run : storage.objects) {
      run.count = std::min(run.count, most_objects);
      run.size = std::min(run.size, most_object);
      run.width = std::min(run.width, most_pixels);
      run.height = std::min(run.height, most_pixels);
    }
  }
  return profile;
}

const std::vector<profiles::Profile>& cameras() {
  static const auto all = [] {
    std::vector<profiles::Profile> profiles;
    for (const auto& name : profiles::cameras()) profiles.push_back(small(name));
    return profiles;
  }();
  return all;
}

// Those lines that are faults; without those that take long.
transport::FaultPlan plan(std::string_view lines, ptp::Vendor vendor) {
  transport::FaultPlan plan;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto fault = transport::parse_fault(lines.substr(0, end), vendor);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (fault && fault->with.bytes.value_or(0) <= most_surplus && fault->with.count.value_or(0) <= most_copies)
      plan.faults.push_back(*fault);
  }
  return plan;
}

// The client's end of one connection, and what it has seen.
struct Wire {
  std::unique_ptr<Link> link;
  u32 transaction = 0, number = 0;  // the next TransactionID; the connection's number in the last InitCommandAck
  u64 received = 0;
};

Task<> listen(std::shared_ptr<Wire> wire, bool trusting) {
  Bytes buffer(4096);
  while (wire->received < most_received) {
    const auto message = co_await wire->link->receive();
    require(message.has_value() || !trusting, "what a camera sends parses");
    if (!message) break;
    if (message->kind == ptp::Kind::init_command_ack) wire->number = message->params[0];
    wire->received += message->wire.size();
    std::size_t got = 1;
    while (got > 0) {
      got = co_await wire->link->read(buffer);
      wire->received += got;
    }
  }
  wire->link->close();
}

Task<> send(std::shared_ptr<Wire> wire, Bytes bytes) {
  ptp::Message message;
  message.kind = ptp::Kind::raw;
  message.wire = bytes;
  wire->link->put(message);
  co_await wire->link->flush();
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
  World(const profiles::Profile& profile, bool watched, bool strict, const transport::FaultPlan& plan)
      : profile_(profile),
        watched_(watched),
        camera_(std::make_unique<emulator::Camera>(profile, emulator::CameraOptions{}, clock)),
        hands_(*camera_),
        dialect_(*transport::dialect(profile.dialect)),
        faults_(io, clock, plan, profile.device.vendor, dialect_),
        meddled_(!plan.faults.empty()) {
    faults_.on_camera([this](const transport::Fault& fault) { hands_.act(fault); });
    transport::ServerOptions options;
    options.dialect = &dialect_;
    options.strict = strict;
    options.max_initiators = 2;
    options.data_packet = 4096;
    options.log = [](const std::string& line) { require(!line.empty(), "a log line has words"); };
    server_ = std::make_unique<transport::Server>(io, *camera_, clock, std::move(options));
  }

  ~World() {
    bool stopped = false;
    server_->stop([&] { stopped = true; });
    settle();
    if (!stopped) advance(std::chrono::seconds(2));  // who looks for room for a newcomer waits a second for answers
    require(stopped, "every coroutine of a server ends");
    wires_.clear();
    settle();
    server_.reset();
    faults_.clear();
    camera_.reset();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void run(Input& input) {
    for (std::size_t steps = 0; !input.empty() && steps < most_steps; ++steps) {
      step(input);
      settle();
    }
  }

 private:
  void step(Input& input) {
    const auto what = static_cast<ServerStep>(input.below(server_steps));
    switch (what) {
      case ServerStep::connect:
        return connect(lane(input));
      case ServerStep::introduce:
        return introduce(input);
      case ServerStep::join:
        return join(input);
      case ServerStep::raw:
        if (const auto wire = pick(input)) give(wire, input.bytes(input.number<u16>() % 4096));
        return;
      case ServerStep::request:
        return request(input);
      case ServerStep::data:
        return data(input);
      case ServerStep::wait:
        return advance(std::chrono::milliseconds(input.number<u16>()));
      case ServerStep::leave:
        if (const auto wire = pick(input)) wire->link->close(input.flag());
        return;
    }
  }

  Lane lane(Input& input) const {
    static constexpr std::array lanes{Lane::command, Lane::event, Lane::live_view};
    return dialect_.lanes ? lanes[input.below(lanes.size())] : Lane::first_packet_says;
  }
  std::shared_ptr<Wire> pick(Input& input) { return wires_.empty() ? nullptr : wires_[input.below(wires_.size())]; }

  void connect(Lane lane) {
    if (wires_.size() >= most_connections) return;
    auto [mine, theirs] = transport::make_memory_links(io, dialect_.framing(false), dialect_.framing(false), lane);
    if (watched_) theirs = watch(std::move(theirs));
    if (meddled_) theirs = faults_.around()(std::move(theirs), wires_.size() + 1);
    asio::co_spawn(
        io, [this, link = std::move(theirs), lane]() mutable { return server_->serve(std::move(link), lane); },
        asio::detached);
    auto wire = std::make_shared<Wire>();
    wire->link = std::move(mine);
    transport::spawn(io, listen(wire, !meddled_), ignore_end);
    wires_.push_back(std::move(wire));
  }
  std::unique_ptr<Link> watch(std::unique_ptr<Link> link) const {
    static const auto recording = std::make_shared<pcap::RecordingFile>("/dev/null");
    static const auto transcript = std::make_shared<pcap::TranscriptFile>("/dev/null");
    const pcap::TranscriptCamera camera{profile_.name, {profile_.device.vendor, {}}};
    link = transport::make_tap(std::move(link), pcap::make_recorder(recording, {.number = wires_.size() + 1}));
    return transport::make_tap(std::move(link),
                               pcap::make_transcript(transcript, std::make_shared<const pcap::TranscriptCamera>(camera),
                                                     wires_.size() + 1, "client"));
  }

  void introduce(Input& input) {
    const auto wire = pick(input);
    if (!wire) return;
    ptp::Identity identity;
    identity.guid[0] = input.number<u8>();
    identity.name = text(input.bytes(input.below(64)));
    const Bytes body = dialect_.identity(identity, false);
    ptp::Message message;
    message.kind = ptp::Kind::init_command_request;
    message.params[0] = dialect_.protocol;
    message.wire = body;
    give(wire, message);
  }
  // As the event connection of another.
  void join(Input& input) {
    const auto wire = pick(input), other = pick(input);
    if (!wire) return;
    ptp::Message message;
    message.kind = ptp::Kind::init_event_request;
    message.params[0] = other->number;
    give(wire, message);
  }
  void request(Input& input) {
    const auto wire = pick(input);
    const u8 form = input.number<u8>();
    ptp::Message message;
    message.kind = ptp::Kind::operation_request;
    const auto& known = profile_.device.operations;
    message.code = (form & 0x80) != 0 || known.empty() ? input.number<u16>() : known[input.below(known.size())];
    message.count = (form & 7) % 6;
    message.data_phase = 1 + (form >> 4) % 3;
    for (std::size_t i = 0; i < message.count; ++i) message.params[i] = input.number<u32>();
    if (!wire) return;
    message.transaction_id = (form & 8) != 0 ? input.number<u32>() : wire->transaction;
    wire->transaction = message.transaction_id + 1;
    give(wire, message);
  }
  // A data phase of the last request.
  void data(Input& input) {
    const auto wire = pick(input);
    const u8 form = input.number<u8>();
    const View payload = input.bytes(input.number<u16>() % 4096);
    if (!wire) return;
    ptp::Message message;
    message.kind = ptp::Kind::data;
    message.first = true;
    message.transaction_id = wire->transaction - 1;
    message.total = (form & 1) != 0 ? unknown_size : (form & 2) != 0 ? input.number<u64>() : payload.size();
    message.last = dialect_.framing(false).one_frame();
    Bytes bytes;
    dialect_.framing(false).encode(message, bytes);
    if (!message.last) {
      message.first = false;
      message.last = (form & 4) == 0;
      message.size = payload.size();
      dialect_.framing(false).encode(message, bytes);
    }
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    give(wire, bytes);
  }

  void give(const std::shared_ptr<Wire>& wire, const ptp::Message& message) {
    Bytes bytes;
    dialect_.framing(false).encode(message, bytes);
    give(wire, bytes);
  }
  void give(const std::shared_ptr<Wire>& wire, View bytes) {
    transport::spawn(io, send(wire, Bytes(bytes.begin(), bytes.end())), ignore_end);
    settle();  // one writer at a time; who cannot write now is closed
  }

  const profiles::Profile& profile_;
  bool watched_;
  std::unique_ptr<emulator::Camera> camera_;
  emulator::Hands hands_;
  const transport::Dialect& dialect_;
  transport::Faults faults_;
  bool meddled_;
  std::unique_ptr<transport::Server> server_;
  std::vector<std::shared_ptr<Wire>> wires_;
};

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam::fuzz;
  Input input(data, size);
  const auto& profile = cameras()[input.below(cameras().size())];
  const auto form = input.number<std::uint8_t>();
  const auto faults = (form & 4) != 0 ? text(input.bytes(input.number<std::uint8_t>())) : std::string_view();
  World world(profile, (form & 1) != 0, (form & 2) != 0, plan(faults, profile.device.vendor));
  world.run(input);
  return 0;
}
