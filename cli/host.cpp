#include "cli/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "cli/control_server.h"
#include "cli/failure.h"
#include "cli/meddling.h"
#include "cli/narrator.h"
#include "cli/open_files.h"
#include "cli/profile_source.h"
#include "cli/scenario.h"
#include "cli/target.h"
#include "emulator/camera.h"
#include "pcap/recorder.h"
#include "pcap/transcript.h"
#include "ptp/json.h"
#include "transport/real_clock.h"
#include "transport/server.h"
#include "transport/usb/find.h"

namespace stuntcam::cli {
namespace {

constexpr u16 usual_port = 15740;  // of PTP/IP: for a capture that has none, as of USB

emulator::CameraOptions camera_options(const HostOptions& options, const profiles::Profile& profile,
                                       std::size_t index) {
  emulator::CameraOptions camera;
  camera.seed = options.seed + index;
  camera.media = options.media;
  camera.writable = options.writable;
  camera.preset = options.preset;
  camera.push_events = options.push_events;
  camera.confirm = options.confirm.value_or(transport::Duration{});
  camera.only_client = options.client;
  for (const auto& text : options.set)
    if (!is_profile_setting(text)) camera.set.push_back(parse_setting(profile, text));
  return camera;
}

transport::ServerOptions server_options(const HostOptions& options, const profiles::Profile& profile) {
  transport::ServerOptions server;
  server.dialect = transport::dialect(profile.dialect);
  server.max_initiators = profile.max_initiators;
  server.strict = options.strict;
  server.idle = options.idle.value_or(transport::Duration{});
  server.data_packet = profile.data_packet;
  server.five_response_parameters = profile.quirks.five_response_parameters;
  server.three_event_parameters = profile.quirks.three_event_parameters;
  server.one_packet_per_segment = profile.quirks.one_packet_per_segment;
  return server;
}

// As many as leave descriptors for the clients' files and the program's own.
u32 most_connections(u32 wanted) {
  constexpr u64 spare = 64;
  const u64 allowed = std::max(open_files_limit(), 2 * spare);
  return static_cast<u32>(std::min<u64>(wanted, allowed - spare));
}

// Of what has no profile to say more.
transport::ServerOptions plain_options(const HostOptions& options, const transport::Dialect& dialect) {
  transport::ServerOptions server;
  server.dialect = &dialect;
  server.strict = options.strict;
  server.idle = options.idle.value_or(transport::Duration{});
  return server;
}

pcap::Dictionary dictionary(const profiles::Profile& profile) {
  pcap::Dictionary known{profile.device.vendor, {}};
  for (const auto& property : profile.properties)
    if (property.described()) known.property_types[property.code] = property.type;
  return known;
}

using Watch = std::function<std::shared_ptr<transport::Observer>(u64 connection, const transport::Link&)>;

transport::Wrap watched(transport::Wrap inner, Watch make) {
  return [inner = std::move(inner), make = std::move(make)](std::unique_ptr<transport::Link> link, u64 connection) {
    if (inner) link = inner(std::move(link), connection);
    auto observer = make(connection, *link);
    if (!observer) return link;
    return transport::make_tap(std::move(link), std::move(observer));
  };
}

// --record-port; events and live view of a camera that has ports of their own for them are shown on the two behind it.
std::optional<u16> shown_port(std::optional<u64> wanted, const transport::Ports& bound, const transport::Link& link) {
  if (!wanted) return {};
  const auto on = [own = link.local()](u16 port) { return own.ends_with(fmt::format(":{}", port)); };
  const u64 behind = on(bound.command) ? 0 : on(bound.event) ? 1 : 2;
  return static_cast<u16>(*wanted + behind);
}

// Whole or not at all: whoever waits for the file never sees half of it.
void write_whole(const std::string& path, const std::string& content) {
  const auto temporary = path + ".part";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) throw Failure(unavailable, fmt::format("cannot write the ready file {}", path));
}

}  // namespace

// What a CAMERA of the command line is: a profile, a capture, or a real one.
struct Host::Part {
  std::string name;
  u16 port = 0;
  ptp::Vendor vendor = ptp::Vendor::none;
  std::optional<profiles::Profile> profile;  // of a capture: what answers where it has no answer
  std::optional<Recorded> recorded;
  std::optional<RealCameraPart> real;
  const transport::Dialect* dialect = &transport::standard_dialect();
};

// A camera and what it stands on. Members are destroyed in reverse: the server before the camera, the clock last.
struct Host::Stand {
  Stand(asio::io_context& io, const Part& part, const HostOptions& options, std::size_t index,
        transport::ServerOptions server_options)
      : name(part.name),
        clock(io),
        camera(part.real ? nullptr : make(part, options, index, server_options.log)),
        real(part.real ? part.real->make(io, clock, server_options.log) : nullptr) {
    auto settings = meddled(io, part, options, index, std::move(server_options));
    if (real)
      server.emplace(io, *real, clock, std::move(settings));
    else
      server.emplace(io, *camera, clock, std::move(settings));
  }
  std::unique_ptr<transport::Responder> make(const Part& part, const HostOptions& options, std::size_t index,
                                             const std::function<void(const std::string&)>& log) {
    std::unique_ptr<emulator::Camera> emulated;
    if (part.profile) {
      auto settings = camera_options(options, *part.profile, index);
      settings.log = log;
      emulated = std::make_unique<emulator::Camera>(*part.profile, std::move(settings), clock);
      serial_number = emulated->serial_number();
    }
    emulated_camera = emulated.get();
    if (!part.recorded) return emulated;
    auto replay_options = part.recorded->options;
    replay_options.log = log;
    auto played = std::make_unique<pcap::Replay>(part.recorded->file, replay_options, clock, std::move(emulated));
    replay = played.get();
    return played;
  }
  // Faults go around what watches: recordings show what really went out.
  transport::ServerOptions meddled(asio::io_context& io, const Part& part, const HostOptions& options,
                                   std::size_t index, transport::ServerOptions server_options) {
    if (options.faults.empty() && options.control.empty()) return server_options;
    const auto plan = load_plan(options.faults, part.vendor, options.seed + index);
    auto* const touched = part.recorded ? nullptr : emulated_camera;
    meddling = std::make_unique<Meddling>(io, clock, plan, part.vendor, *part.dialect, touched);
    server_options.wrap = meddling->faults().around(std::move(server_options.wrap));
    return server_options;
  }
  std::string name, serial_number;
  emulator::Camera* emulated_camera = nullptr;
  std::unique_ptr<Meddling> meddling;
  const pcap::Replay* replay = nullptr;  // the camera, where it is one
  transport::RealClock clock;
  std::unique_ptr<transport::Responder> camera;  // null: there is a real one
  std::unique_ptr<transport::RealCamera> real;
  std::optional<transport::Server> server;
};

// One io_context that one thread runs: the strand of every camera on it.
struct Host::Loop {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy{io.get_executor()};
  std::vector<std::unique_ptr<Stand>> stands;
  std::size_t stopped = 0;
  std::thread thread;

  // An exception that reaches this far is a defect; the other connections go on.
  void run(const Console& console) {
    while (true) {
      try {
        io.run();
        return;
      } catch (const std::exception& error) {
        console.error(fmt::format("internal error: {}", error.what()));
      }
    }
  }
  void stop_all() {
    if (stands.empty()) io.stop();
    for (auto& stand : stands) {
      stand->server->stop([this] {
        if (++stopped == stands.size()) io.stop();
      });
    }
  }
};

void declare(Options& options, HostOptions& host) {
  options.section("Where it listens");
  options.option("--host", "ADDRESS", text(host.host), "address to listen on (127.0.0.1)");
  options.option("--port", "PORT", number(host.port, 0, 65535), "port; 0 takes a free one; without: the camera's own");
  options.option("--count", "N", number(host.count, 1, 10000),
                 "so many of each camera, on consecutive ports; each its own serial number, GUID and seed");
  options.option("--ready-file", "PATH", text(host.ready_file), "written when every port is bound");
  options.option_or(
      "--usbip", "HOST:PORT", fmt::format("127.0.0.1:{}", transport::usbip::usual_port),
      [](const std::string& given) { return parse_listen_address(given).has_value(); },
      [&host](const std::string& given) {
        host.usbip = parse_listen_address(given);
        if (!host.usbip)
          throw std::invalid_argument(fmt::format("'{}' is no address; write 127.0.0.1:3240 or only the port", given));
      },
      "USB devices, too: `usbip attach` takes them from there (127.0.0.1:3240; port 0: a free one)");
  options.option_or(
      "--usb-gadget", "CONTROLLER", "first",
      [](const std::string& name) { return std::filesystem::exists("/sys/class/udc/" + name); },
      [&host](const std::string& given) { host.gadget = given == "first" ? "" : given; },
      "the camera on this machine's own USB device port (docs/virtual-usb.md); needs root");
  options.section("The camera");
  options.option("--media", "DIR", text(host.media), "a folder that plays the memory card");
  options.flag("--writable", [&host] { host.writable = true; }, "deletes and uploads really change that folder");
  options.option("--preset", "NAME", text(host.preset), "a state or a firmware that the profile has under a name");
  options.option("--set", "PROP=VALUE", append(host.set),
                 "a property's value at start, or a key of the profile (timing.capture=2s); again for more");
  options.option("--seed", "N", number(host.seed), "what is random follows from it (1)");
  options.flag("--strict", [&host] { host.strict = true; }, "close connections on what the standard forbids");
  options.option("--idle", "D", duration(host.idle), "close connections that ask for nothing this long (never)");
  options.flag("--push-events", [&host] { host.push_events = true; }, "send events on the event connection");
  options.flag("--no-push-events", [&host] { host.push_events = false; }, "only queue them for polling");
  options.option("--confirm", "D", duration(host.confirm),
                 "until the camera's owner accepts a new client, on cameras that ask (at once; over 30s: never)");
  options.option("--client", "NAME", text(host.client), "let in this client only, by its friendly name");
  options.option("--threads", "N", number(host.threads, 1, 1024), "threads for several cameras (as many as cores)");
  options.section("What goes wrong");
  options.option("--fault", "FAULT", append(host.faults),
                 "KIND:key=value,…, a scenario's name or a .toml file (`stuntcam faults`); again for more");
  options.option(
      "--control", "HOST:PORT", text(host.control),
      "take orders there, on loopback: `stuntcam control`, or HTTP (docs/faults.md); port 0 takes a free one");
  options.section("Output");
  options.option("--transcript", "FILE", text(host.transcript),
                 "one JSON line for every packet (docs/transcript.md); - is stderr");
  declare(options, host.record);
  options.option("--record-port", "PORT", number(host.record_port, 1, 65535),
                 "the camera's port in the recording; Wireshark knows PTP/IP on 15740 only");
  declare(options, host.recorded);
  declare(options, host.real);
}

std::string Ready::json() const {
  ptp::Json line = {{"event", "ready"},     {"camera", address.camera},         {"host", address.host},
                    {"port", address.port}, {"event_port", address.event_port}, {"target", address.target()}};
  if (address.liveview_port) line["liveview_port"] = *address.liveview_port;
  if (!usbip.empty()) {
    line["usbip"] = usbip;
    line["bus_id"] = bus_id;
  }
  if (!gadget.empty()) line["usb_gadget"] = gadget;
  if (!serial_number.empty()) line["serial_number"] = serial_number;
  if (!guid.empty()) line["guid"] = guid;
  if (!control.empty()) line["control"] = control;
  return line.dump(-1, ' ', false, ptp::Json::error_handler_t::replace);
}

Host::Host(const HostOptions& options, const Console& console) : options_(options), console_(console) {
  std::vector<Part> parts;
  parts.reserve(options_.cameras.size());
  for (const auto& camera : options_.cameras) parts.push_back(part(camera));
  total_ = parts.size() * options_.count;
  try {
    open_outputs();
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    const auto threads = std::min<std::size_t>(options_.threads.value_or(cores), total_);
    for (std::size_t i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>());
    if (options_.gadget && total_ > 1) throw Failure(usage, "--usb-gadget is for one camera");
    if (options_.usbip || options_.gadget)
      usb_ = std::make_unique<UsbExports>(loops_.front()->io, console_, recording_);
    for (std::size_t i = 0; i < total_; ++i) add(parts[i / options_.count], i, *loops_[i % threads]);
    if (options_.usbip) {
      const auto address = usb_->listen(*options_.usbip);
      for (auto& each : ready_) each.usbip = address;
    }
  } catch (const std::system_error& error) {
    stop();
    throw Failure(unavailable, error.what(), error.code().value() == EADDRINUSE ? "--port 0 takes a free port" : "");
  } catch (const transport::usb::Problem& problem) {
    stop();
    throw Failure(unavailable, problem.what(), problem.remedy);
  } catch (const std::invalid_argument& error) {
    stop();
    throw Failure(usage, error.what());
  } catch (...) {
    stop();
    throw;
  }
}

Host::~Host() { stop(); }

Host::Part Host::real_part(const std::string& camera) const {
  if (!options_.set.empty() || !options_.media.empty() || !options_.preset.empty())
    throw Failure(usage, fmt::format("--set, --media and --preset are for profiles; {} is a real camera", camera));
  if (options_.count > 1) throw Failure(usage, fmt::format("--count: there is one {} only", camera));
  Part part{.name = camera, .real = real_camera(camera, options_.real)};
  part.dialect = part.real->dialect;
  part.port = part.dialect->port;
  part.vendor = part.dialect->vendor;
  return part;
}

Host::Part Host::part(const std::string& camera) const {
  if (is_target(camera)) return real_part(camera);
  if (!is_capture(camera)) {
    auto profile = load_under_preset(camera, options_.preset, profile_settings(options_.set));
    const auto* const dialect = transport::dialect(profile.dialect);
    Part emulated{profile.name, profile.port, profile.device.vendor};
    emulated.dialect = dialect;
    emulated.profile = std::move(profile);
    return emulated;
  }
  for (const auto& out : {options_.record.path, options_.transcript}) keep_capture(camera, out);
  auto recorded = load_recorded(camera, options_.recorded, console_);
  const bool emulates = !options_.set.empty() || !options_.media.empty() || !options_.preset.empty();
  if (emulates && recorded.fallback.empty())
    throw Failure(usage, fmt::format("--set, --media and --preset are for profiles; {} is a capture", camera));
  const auto& session = recorded.first();
  Part played{std::filesystem::path(camera).filename().string(), session.port == 0 ? usual_port : session.port,
              session.dictionary.vendor};
  if (!recorded.fallback.empty())
    played.profile = load_under_preset(recorded.fallback, options_.preset, profile_settings(options_.set));
  if (const auto* const spoken = transport::dialect(session.dialect)) played.dialect = spoken;  // USB: none
  played.recorded = std::move(recorded);
  return played;
}

void Host::open_outputs() {
  if (options_.record_port && options_.record.path.empty()) throw Failure(usage, "--record-port needs --record FILE");
  if (options_.record_port && total_ > 1)
    throw Failure(usage, "--record-port is for one camera: several would not be told apart");
  std::function<void(std::string_view)> also;
  if (!options_.control.empty()) {
    control_ = std::make_unique<ControlServer>(options_.control);
    also = [tail = control_->tail()](std::string_view line) { tail->add(line); };
  }
  if (!options_.transcript.empty() || control_)
    transcript_ = std::make_shared<pcap::TranscriptFile>(options_.transcript, std::move(also));
  recording_ = open_recording(options_.record);
}

// Without --port every profile has its own, so cameras of one profile count from there; with it all count from it.
u16 Host::next_port(const Part& part, std::size_t index) const {
  if (options_.port && *options_.port == 0) return 0;
  const auto ports_of = [](const Address& address) -> u64 { return address.dialect->lanes ? 3 : 1; };
  u64 port = options_.port.value_or(part.port);
  for (const Ready& other : ready_)
    if (options_.port || other.address.camera == part.name) port += ports_of(other.address);
  if (port > 65535)
    throw Failure(usage, fmt::format("camera {} of {} would need port {}", index + 1, total_, port),
                  "--port 0 takes free ports");
  return static_cast<u16>(port);
}

void Host::add(const Part& part, std::size_t index, Loop& loop) {
  auto label = total_ == 1 ? part.name : fmt::format("{}#{}", part.name, index + 1);
  if (label.ends_with(':')) label.pop_back();  // "usb:"
  const bool emulated = !part.recorded && part.profile;
  auto options = emulated ? server_options(options_, *part.profile) : plain_options(options_, *part.dialect);
  options.log = [this, label](const std::string& line) { console_.warn(fmt::format("{}: {}", label, line)); };
  options.max_connections = most_connections(options.max_connections);
  options.wrap = options_.wrap;
  if (transcript_) {
    auto known = part.recorded ? part.recorded->first().dictionary
                 : emulated    ? dictionary(*part.profile)
                               : pcap::Dictionary{part.vendor, {}};
    const auto camera = std::make_shared<const pcap::TranscriptCamera>(pcap::TranscriptCamera{label, std::move(known)});
    options.wrap =
        watched(std::move(options.wrap), [file = transcript_, camera](u64 connection, const transport::Link& link) {
          return pcap::make_transcript(file, camera, connection, link.peer());
        });
  }
  const auto bound = std::make_shared<transport::Ports>();
  if (recording_) {
    options.wrap =
        watched(std::move(options.wrap), [file = recording_, vendor = part.vendor, wanted = options_.record_port,
                                          bound](u64 connection, const transport::Link& link) {
          // USB is recorded on its bus.
          if (link.local().empty()) return std::shared_ptr<transport::Observer>();
          const auto shown = shown_port(wanted, *bound, link);
          return std::shared_ptr<transport::Observer>(
              pcap::make_recorder(file, {connection, link.peer(), link.local(), shown, vendor}));
        });
  }
  if (console_.verbosity() >= Verbosity::verbose) {
    options.wrap = watched(std::move(options.wrap),
                           [this, label, vendor = part.vendor](u64 connection, const transport::Link& link) {
                             return make_narrator(console_, label, vendor, connection, link.peer());
                           });
  }
  auto stand = std::make_unique<Stand>(loop.io, part, options_, index, std::move(options));
  auto& placed = *loop.stands.emplace_back(std::move(stand));
  const auto ports = *bound = placed.server->listen(options_.host, next_port(part, index));
  Address address{part.name, options_.host, ports.command, ports.event, {}, part.dialect};
  if (ports.live_view != 0) address.liveview_port = ports.live_view;
  auto guid = placed.camera ? ptp::to_string(placed.camera->identity().guid) : std::string();
  ready_.push_back({std::move(address), placed.serial_number, std::move(guid), {}, {}, {}, part.vendor});
  if (control_) put_under_control(part, index, loop, placed, label);
  if (!usb_) return;
  if (!part.profile || !placed.server)
    throw Failure(usage, fmt::format("--usbip and --usb-gadget are for profiles, not for {}", part.name));
  auto& server = *placed.server;
  if (options_.usbip) ready_.back().bus_id = usb_->add(loop.io, server, *part.profile, placed.serial_number);
  if (options_.gadget)
    ready_.back().gadget = usb_->plug(loop.io, server, *part.profile, placed.serial_number, *options_.gadget);
}

void Host::put_under_control(const Part& part, std::size_t index, Loop& loop, Stand& placed, const std::string& label) {
  ready_.back().control = control_->url(index);
  auto* const touched = part.recorded ? nullptr : placed.emulated_camera;
  Controlled controlled{label, &loop.io, touched, placed.meddling.get(), &*placed.server, part.vendor};
  if (touched != nullptr) controlled.settings = settings_of(touched->properties(), touched->profile());
  control_->add(std::move(controlled));
}

void Host::start() {
  for (auto& loop : loops_) loop->thread = std::thread([this, &loop = *loop] { loop.run(console_); });
  if (control_) control_->start();
}

void Host::announce(bool on_stdout) const {
  std::string lines;
  for (const auto& each : ready_) lines += each.json() + "\n";
  if (on_stdout) {
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
  }
  if (!options_.ready_file.empty()) write_whole(options_.ready_file, lines);
}

void Host::stop() {
  if (control_) control_->stop();
  if (usb_ && !loops_.empty()) asio::post(loops_.front()->io, [usb = usb_.get()] { usb->stop(); });
  for (auto& loop : loops_) asio::post(loop->io, [&loop = *loop] { loop.stop_all(); });
  for (auto& loop : loops_) {
    if (loop->thread.joinable())
      loop->thread.join();
    else
      loop->run(console_);  // start() was never called
    for (const auto& stand : loop->stands) report(*stand);
    loop->stands.clear();
  }
  usb_.reset();
  loops_.clear();
  const auto tell = [this](const std::string& path, int error) {
    if (error) console_.error(fmt::format("{} is incomplete: {}", path, std::generic_category().message(error)));
  };
  if (transcript_) tell(options_.transcript, transcript_->error());
  if (recording_) tell(options_.record.path, recording_->error());
  recording_.reset();
  transcript_.reset();
}

// What a client asked of a capture that plays the camera.
void Host::report(const Stand& stand) {
  if (stand.replay == nullptr) return;
  const auto report = stand.replay->report();
  if (report.match == pcap::Match::strict && report.differed()) differed_ = true;
  if (options_.json) {
    ptp::Json line = {{"event", "replayed"}, {"camera", stand.name}};
    line.update(report.json());
    fmt::print("{}\n", line.dump(-1, ' ', false, ptp::Json::error_handler_t::replace));
    std::fflush(stdout);
  } else {
    console_.say(fmt::format("{}: {}", stand.name, report.text()));
  }
}

}  // namespace stuntcam::cli
