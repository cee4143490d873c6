#include "tests/conform/breaker.h"

#include <stdexcept>
#include <system_error>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>

#include "profiles/load.h"
#include "transport/memory_link.h"
#include "transport/spawn.h"
#include "transport/wait.h"

namespace stuntcam::tests {

namespace conform = initiator::conform;
using transport::Task;

namespace {

// Everything that there is a case for, and small.
constexpr std::string_view profile_text = R"(
extends = "generic"
dialect = "ptpip"
max_initiators = 8
data_packet = "64KiB"
[device]
operations = [
  "GetDeviceInfo", "OpenSession", "CloseSession", "GetStorageIDs", "GetStorageInfo", "GetNumObjects",
  "GetObjectHandles", "GetObjectInfo", "GetObject", "GetThumb", "DeleteObject", "SendObjectInfo", "SendObject",
  "InitiateCapture", "FormatStore", "ResetDevice", "SelfTest", "SetObjectProtection", "GetDevicePropDesc",
  "GetDevicePropValue", "SetDevicePropValue", "ResetDevicePropValue", "TerminateOpenCapture", "MoveObject",
  "CopyObject", "GetPartialObject", "InitiateOpenCapture", "GetPartialObject64", "SendPartialObject", "TruncateObject",
  "BeginEditObject", "EndEditObject", "GetObjectPropsSupported", "GetObjectPropDesc", "GetObjectPropValue",
  "SetObjectPropValue", "GetObjectPropList", "SetObjectPropList", "SendObjectPropList", "GetObjectReferences",
  "SetObjectReferences",
]
[quirks]
transaction_ids = "strict"

[[storage]]
id = 0x00010001
type = "removable-ram"
filesystem = "dcf"
access = "read-write"
capacity = "1GiB"
description = "Memory card"
label = "CARD 1"

[[storage.objects]]
folder = "DCIM/100STUNT"
name = "IMG_%04u.JPG"
count = 2
format = "EXIF_JPEG"
size = "24KiB"
width = 64
height = 48

[[storage.objects]]
folder = "DCIM/100STUNT"
name = "MOV_%04u.MP4"
count = 1
format = "MP4"
size = "1200KiB"

[[storage.objects]]
folder = "MISC"
name = "NOTE%u.TXT"
count = 1
format = "Text"
size = "1KiB"

[[storage]]
id = 0x00020001
type = "fixed-ram"
filesystem = "hierarchical"
access = "read-only"
capacity = "1MiB"
description = "Internal memory"
label = "INTERNAL"

[[property]]
code = "BatteryLevel"
type = "uint8"
access = "r"
default = 100
range = [0, 100, 1]

[[property]]
code = "ImageSize"
type = "string"
access = "rw"
default = "64x48"
enum = ["64x48", "96x64"]

[[property]]
code = "WhiteBalance"
type = "uint16"
access = "rw"
default = 2
enum = [1, 2, 4]

[[property]]
code = "DateTime"
type = "string"
access = "rw"
default = "20200101T000000"

[[property]]
code = "Sharpness"
type = "uint8"
access = "rw"
default = 50
range = [0, 100, 10]
)";

profiles::Profile profile(bool honest) {
  auto parsed = profiles::parse(profile_text, "broken.toml");
  if (!parsed) throw std::runtime_error(parsed.error().front().to_string());
  // A camera that is answered for loses count.
  if (!honest) parsed->quirks.transaction_ids = profiles::Quirks::TransactionIds::lenient;
  return *std::move(parsed);
}

class BrokenIntake final : public transport::Intake {
 public:
  BrokenIntake(std::unique_ptr<transport::Intake> inner, std::function<void(Reply&)> change)
      : inner_(std::move(inner)), change_(std::move(change)) {}
  void begin(u64 total) override { inner_->begin(total); }
  void write(View bytes) override { inner_->write(bytes); }
  Reply finish(bool complete) override {
    Reply reply = inner_->finish(complete);
    change_(reply);
    return reply;
  }

 private:
  std::unique_ptr<transport::Intake> inner_;
  std::function<void(Reply&)> change_;
};

class BrokenSession final : public transport::Session, public transport::Outlet {
 public:
  BrokenSession(World& world, u32 connection, transport::Outlet& outlet)
      : world_(world), connection_(connection), outlet_(outlet) {}
  void attach(std::unique_ptr<transport::Session> inner) { inner_ = std::move(inner); }

  transport::Answer request(const Message& message) override {
    const Asked asked{message, session_, connection_};
    const auto& deviation = world_.deviation;
    if (deviation.instead)
      if (auto reply = deviation.instead(asked)) return *std::move(reply);
    auto answer = inner_->request(message);
    if (asked.is(Op::CloseSession)) session_ = 0;
    if (asked.is(Op::OpenSession) && session_ == 0) session_ = asked.param(0);
    if (!deviation.reply) return answer;
    if (auto* const reply = std::get_if<Reply>(&answer)) {
      deviation.reply(asked, *reply);
      return answer;
    }
    auto& intake = std::get<std::unique_ptr<transport::Intake>>(answer);
    return std::make_unique<BrokenIntake>(std::move(intake), [this, message, session = asked.session](Reply& reply) {
      world_.deviation.reply(Asked{message, session, connection_}, reply);
    });
  }
  void cancelled(u32 id) override { inner_->cancelled(id); }

  void event(const transport::EventOut& event) override {
    auto changed = event;
    if (world_.deviation.event && world_.deviation.event(changed, session_) == Do::drop) return;
    outlet_.event(changed);
  }
  void close() override { outlet_.close(); }

 private:
  World& world_;
  u32 connection_, session_ = 0;
  transport::Outlet& outlet_;
  std::unique_ptr<transport::Session> inner_;
};

class BrokenResponder final : public transport::Responder {
 public:
  BrokenResponder(World& world, transport::Responder& inner) : world_(world), inner_(inner) {}
  ptp::Identity identity() const override {
    auto identity = inner_.identity();
    if (world_.deviation.identity) world_.deviation.identity(identity);
    return identity;
  }
  std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> open(const ptp::Identity& initiator,
                                                                               transport::Outlet& outlet) override {
    auto session = std::make_unique<BrokenSession>(world_, ++connections_, outlet);
    auto inner = inner_.open(initiator, *session);
    if (!inner) return std::unexpected(inner.error());
    session->attach(*std::move(inner));
    return session;
  }

 private:
  World& world_;
  transport::Responder& inner_;
  u32 connections_ = 0;
};

// Longer than the suite waits for anything.
constexpr transport::Duration for_ever = std::chrono::seconds(60);

}  // namespace

BrokenLink::~BrokenLink() {
  world_.links.remove(this);
  if (lingers_) world_.lingering.push_back(inner_);
}

void BrokenLink::put_raw(const Bytes& bytes) {
  Message message;
  message.kind = Kind::raw;
  message.wire = bytes;
  inner_->put(message);
}

Task<ptp::Expected<Message>> BrokenLink::receive() {
  const auto& deviation = world_.deviation;
  for (;;) {
    const u64 before = inner_->moved();
    Do what = Do::pass;
    const bool there = co_await inner_->ready();
    constexpr u64 header = 8;
    const u64 came = inner_->moved() - before;
    auto message = co_await inner_->receive();
    if (!there) co_return message;
    if (!message) {
      if (!deviation.ignores || !deviation.ignores(*this, inner_->unread())) co_return message;
      co_await inner_->flush();
      co_await transport::wait(world_.io, world_.clock, for_ever);
      throw std::system_error(asio::error::make_error_code(asio::error::eof));
    }
    heard_ = true;
    if (message->kind == Kind::data && message->first) world_.last_total = message->total;
    if (message->kind == Kind::init_event_request) events_ = true;
    if (deviation.receiving) {
      const Arrival arrival{*message, came != 0 && came < header, inner_->pending()};
      what = deviation.receiving(*this, arrival);
    }
    const bool begins = message->kind == Kind::init_command_request || message->kind == Kind::init_event_request;
    introduced_ = introduced_ || (begins && what == Do::pass);
    if (what == Do::pass) co_return message;
    co_await inner_->flush();
    if (what == Do::close) throw std::system_error(asio::error::make_error_code(asio::error::eof));
  }
}

void BrokenLink::put(const Message& message) {
  Message changed = message;
  const auto& deviation = world_.deviation;
  dropping_ = deviation.sending && deviation.sending(*this, changed) == Do::drop;
  if (!dropping_) inner_->put(changed);
}

Task<> BrokenLink::write(transport::Payload payload) {
  if (dropping_) co_return;
  co_await inner_->write(payload);
}

// Once it may be kept open; who closes it again means it.
void BrokenLink::close(bool reset) {
  lingers_ = !closed_ && world_.deviation.keeps_open && world_.deviation.keeps_open(*this);
  closed_ = true;
  if (!lingers_) inner_->close(reset);
}

World::World(Deviation wrong) : deviation(std::move(wrong)) {
  camera_ = std::make_unique<emulator::Camera>(profile(deviation.id.empty()), emulator::CameraOptions{}, clock);
  responder_ = std::make_unique<BrokenResponder>(*this, *camera_);
  transport::ServerOptions options;
  options.data_packet = camera_->profile().data_packet;
  server_ = std::make_unique<transport::Server>(io, *responder_, clock, options);
  const initiator::Dialers dialers{[this] { return dial(); }, [this] { return dial(); }};
  subject_ = std::make_unique<conform::Subject>(conform::Subject{io, clock, dialers});
}

World::~World() {
  lingering.clear();
  bool stopped = false;
  server_->stop([&stopped] { stopped = true; });
  for (int turns = 0; !stopped && turns < 1000; ++turns) {
    settle();
    clock.advance_to_next();
  }
  settle();
}

Task<std::unique_ptr<transport::Link>> World::dial() {
  auto [here, there] = transport::make_memory_links(io, framing_, framing_);
  auto broken = std::make_unique<BrokenLink>(*this, std::move(there));
  links.push_back(broken.get());
  transport::spawn(io, server_->serve(std::move(broken)), [](const std::exception_ptr&) {});
  co_return std::move(here);
}

void World::settle() {
  io.restart();
  while (io.poll() != 0) {
  }
}

void World::pump(Task<> task) {
  bool ended = false;
  std::exception_ptr failure;
  transport::spawn(io, std::move(task), [&](const std::exception_ptr& error) {
    ended = true;
    failure = error;
  });
  settle();
  int turns = 0;
  while (!ended) {
    if (++turns > 100'000 || !clock.waiting()) throw std::runtime_error("the suite hangs");
    clock.advance_to_next();
    settle();
  }
  if (failure) std::rethrow_exception(failure);
}

conform::Result World::run(const conform::Case& each) {
  conform::Result result;
  const auto keep = [](conform::Subject& subject, const conform::Case& what, conform::Result& out) -> Task<> {
    out = co_await conform::run(subject, what);
  };
  pump(keep(*subject_, each, result));
  return result;
}

std::vector<conform::Result> World::run() {
  pump(conform::survey(*subject_));
  std::vector<conform::Result> results;
  for (const auto* each : conform::all_cases()) results.push_back(run(*each));
  return results;
}

bool is(const Message& message, Op operation) {
  return message.kind == Kind::operation_request && message.code == static_cast<u16>(operation);
}

Bytes packet(u32 type, const Bytes& body) {
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(static_cast<u32>(body.size() + 8));
  writer.integer(type);
  writer.bytes(body);
  return bytes;
}

Bytes response(Code code, u32 transaction_id) {
  Bytes body;
  ptp::Writer writer(body);
  writer.integer(static_cast<u16>(code));
  writer.integer(transaction_id);
  return packet(7, body);
}

Bytes bytes_of(const transport::Body& body) {
  if (const auto* const view = std::get_if<View>(&body)) return {view->begin(), view->end()};
  if (const auto* const whole = std::get_if<Bytes>(&body)) return *whole;
  Bytes out(static_cast<std::size_t>(transport::size_of(body)));
  if (const auto* const slice = std::get_if<transport::FileSlice>(&body)) slice->file->read(slice->offset, out);
  if (const auto* const made = std::get_if<transport::Generated>(&body)) made->source->read(made->offset, out);
  return out;
}

When of(Op operation, u32 session) {
  return [operation, session](const Asked& asked) {
    return asked.is(operation) && (session == 0 || asked.session == session);
  };
}

Deviation says(std::string id, When when, Code code, std::vector<std::string> also) {
  Deviation d{std::move(id), std::move(also)};
  d.instead = [when, code](const Asked& asked) -> std::optional<Reply> {
    if (!when(asked)) return {};
    if (code == Code::OK && asked.is(Op::GetStorageIDs))
      return Reply(transport::Body(ptp::encode_array(std::vector<u32>{0x10001})));
    return Reply(code);
  };
  return d;
}

Deviation answers(std::string id, When when, std::function<void(const Asked&, Reply&)> change) {
  Deviation d{std::move(id)};
  d.reply = [when, change = std::move(change)](const Asked& asked, Reply& reply) {
    if (when(asked)) change(asked, reply);
  };
  return d;
}

Deviation says_after(std::string id, When when, Code code) {
  return answers(std::move(id), std::move(when), [code](const Asked&, Reply& reply) { reply = Reply(code); });
}

Deviation changes_bytes(std::string id, When when, std::function<void(Bytes&)> change) {
  return answers(std::move(id), std::move(when), [change = std::move(change)](const Asked&, Reply& reply) {
    Bytes bytes = bytes_of(reply.body);
    if (bytes.empty()) return;
    change(bytes);
    reply.body = std::move(bytes);
  });
}

Deviation one_byte_more(std::string id, When when) {
  return changes_bytes(std::move(id), std::move(when), [](Bytes& bytes) { bytes.push_back(0); });
}

std::vector<Deviation> deviations() {
  std::vector<Deviation> all;
  add_connection_deviations(all);
  add_session_deviations(all);
  add_device_deviations(all);
  add_object_deviations(all);
  add_property_deviations(all);
  add_upload_deviations(all);
  return all;
}

}  // namespace stuntcam::tests
