#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/fuzz_findings.h"
#include "cli/meddling.h"
#include "cli/placeholders.h"
#include "cli/profile_source.h"
#include "cli/recorded.h"
#include "cli/scenario.h"
#include "emulator/camera.h"
#include "pcap/replay.h"
#include "transport/real_clock.h"

namespace stuntcam::cli {
namespace {

struct Fuzz {
  ConsoleOptions console;
  std::string camera, preset, media, out = "findings", replay, bytes, expected;
  std::vector<std::string> set;
  u64 seed = 1;
  std::optional<u64> jobs, runs, findings, memory;  // no jobs: "auto"
  std::optional<std::chrono::nanoseconds> time, timeout;
  RecordedOptions recorded;
  bool json = false;
};

constexpr u64 most_jobs = 1024;

volatile std::sig_atomic_t interrupted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): a signal's

// The camera of one kind for every run, and the words that mean something to its clients.
struct Camera {
  fuzz::Subject subject;
  fuzz::Dictionary words;
  const transport::Dialect* dialect = &transport::standard_dialect();
};

void add_words(const profiles::Profile& profile, fuzz::Dictionary& words) {
  words.operations = profile.device.operations;
  words.events = profile.device.events;
  words.formats = profile.device.image_formats;
  std::set<std::string> strings = {profile.device.manufacturer, profile.device.model, profile.device.version,
                                   profile.device.vendor_extension_desc};
  for (const auto& property : profile.properties) {
    words.properties.push_back(property.code);
    if (property.type == ptp::DataType::string) strings.insert(property.current.text());
  }
  for (const auto& storage : profile.storages)
    for (const auto& objects : storage.objects) strings.insert({objects.name, objects.folder, storage.label});
  words.strings.assign(strings.begin(), strings.end());
}

Camera emulated(const Fuzz& options) {
  auto profile = load_under_preset(options.camera, options.preset, profile_settings(options.set));
  Camera camera;
  camera.dialect = transport::dialect(profile.dialect);
  add_words(profile, camera.words);
  auto& server = camera.subject.server;
  server.max_initiators = profile.max_initiators;
  server.data_packet = profile.data_packet;
  server.five_response_parameters = profile.quirks.five_response_parameters;
  server.three_event_parameters = profile.quirks.three_event_parameters;
  server.one_packet_per_segment = profile.quirks.one_packet_per_segment;
  camera.subject.vendor = profile.device.vendor;
  camera.subject.hands = [](transport::Responder& made) {
    auto hands = std::make_shared<emulator::Hands>(static_cast<emulator::Camera&>(made));
    return [hands](const transport::Fault& fault) { hands->act(fault); };
  };
  emulator::CameraOptions how;
  how.media = options.media;
  how.preset = options.preset;
  for (const auto& text : options.set)
    if (!is_profile_setting(text)) how.set.push_back(parse_setting(profile, text));
  camera.subject.make = [profile, how](transport::Clock& clock) {
    return std::make_unique<emulator::Camera>(profile, how, clock);
  };
  return camera;
}

// A capture brings its own words: those that passed.
Camera played(const Fuzz& options, const Console& console) {
  const auto recorded = load_recorded(options.camera, options.recorded, console);
  const auto& session = recorded.first();
  Camera camera;
  if (const auto* const spoken = transport::dialect(session.dialect)) camera.dialect = spoken;
  std::set<u16> operations, events;
  for (const auto& transaction : session.transactions) {
    operations.insert(transaction.request.code);
    for (const auto& event : transaction.events) events.insert(event.message.code);
  }
  camera.words.operations.assign(operations.begin(), operations.end());
  camera.words.events.assign(events.begin(), events.end());
  camera.words.strings = {session.model};
  camera.subject.vendor = session.dictionary.vendor;
  camera.subject.make = [recorded](transport::Clock& clock) {
    return std::make_unique<pcap::Replay>(recorded.file, recorded.options, clock);
  };
  return camera;
}

Camera make_camera(const Fuzz& options, const Console& console) {
  auto camera = is_capture(options.camera) ? played(options, console) : emulated(options);
  camera.subject.server.dialect = camera.dialect;
  camera.words.vendor = camera.subject.vendor;
  camera.words.lanes = camera.dialect->lanes;
  return camera;
}

// What this camera cannot suffer is said before the client runs for nothing. Throws Failure.
void check(const Camera& camera, const transport::FaultPlan& plan) {
  asio::io_context io;
  transport::RealClock clock(io);
  const auto made = camera.subject.make(clock);
  const Meddling once(io, clock, plan, camera.subject.vendor, *camera.dialect,
                      dynamic_cast<emulator::Camera*>(made.get()));
}

fuzz::Command make_command(const Fuzz& options, const transport::Dialect& dialect,
                           const std::vector<std::string>& client) {
  const auto address = [camera = options.camera, &dialect](const transport::Ports& ports) {
    Address at{camera, "127.0.0.1", ports.command, ports.event, {}, &dialect};
    if (ports.live_view != 0) at.liveview_port = ports.live_view;
    return at;
  };
  fuzz::Command command;
  command.target = [address](const transport::Ports& ports) { return address(ports).target(); };
  command.arguments = [address, client](const transport::Ports& ports, const std::string& folder) {
    auto arguments = fill_in(client, address(ports));
    for (auto& word : arguments)
      for (auto at = word.find("{dir}"); at != word.npos; at = word.find("{dir}", at + folder.size()))
        word.replace(at, 5, folder);
    return arguments;
  };
  return command;
}

FuzzTarget make_target(const Fuzz& options, const Camera& camera, const std::vector<std::string>& client) {
  FuzzTarget target{.camera = options.camera, .client = client, .vendor = camera.subject.vendor, .seed = options.seed};
  const auto add = [](std::vector<std::string>& to, const std::string& name, const std::string& value) {
    if (!value.empty()) to.insert(to.end(), {name, value});
  };
  add(target.options, "--preset", options.preset);
  add(target.options, "--media", options.media);
  for (const auto& setting : options.set) add(target.options, "--set", setting);
  add(target.limits, "--expect-file", options.expected);
  if (options.timeout) add(target.limits, "--timeout", fmt::format("{}ms", options.timeout->count() / 1'000'000));
  if (options.memory) add(target.limits, "--memory", fmt::to_string(*options.memory));
  return target;
}

// The line that is written over on a terminal; elsewhere one a minute.
class Ticker {
 public:
  explicit Ticker(const Console& console) : console_(console), terminal_(::isatty(STDERR_FILENO) == 1) {}
  void tick(const fuzz::Progress& now) {
    if (console_.verbosity() == Verbosity::quiet) return;
    if (terminal_) {
      fmt::print(stderr, "\r\033[K{}", fuzz_line(now));
      std::fflush(stderr);
    } else if (now.seconds >= next_) {
      next_ = now.seconds + 60;
      console_.say(fuzz_line(now));
    }
  }
  void clear() const {
    if (terminal_ && console_.verbosity() != Verbosity::quiet) fmt::print(stderr, "\r\033[K");
  }

 private:
  static std::string fuzz_line(const fuzz::Progress& now) { return summary_text(now); }
  const Console& console_;
  bool terminal_;
  double next_ = 1;
};

void print(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// What draws faults: more than their choice takes is not looked at.
Bytes drawing_bytes(const std::string& path) {
  constexpr std::size_t most = 4096;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure(usage, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  std::string bytes(most, '\0');
  file.read(bytes.data(), most);
  return {bytes.begin(), bytes.begin() + file.gcount()};
}

// One run, for an engine outside: a finding ends this process as a crash ends others.
int draw_once(fuzz::Campaign& campaign, const Fuzz& options, const Console& console) {
  const auto bytes = drawing_bytes(options.bytes);
  const auto drawn = campaign.draw(bytes);
  std::string faults;
  for (const auto& fault : drawn.plan.faults) faults += fmt::format(" --fault '{}'", transport::to_string(fault));
  console.say(fmt::format("drawn, with --seed {}:{}", drawn.plan.seed, faults));
  if (!drawn.verdict) return success;
  console.say(fmt::format("{}: {}", fuzz::name(drawn.verdict->kind), drawn.verdict->text));
  constexpr rlimit no_core{};
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::abort();
}

// "auto": none said.
Take jobs(std::optional<u64>& out) {
  return [&out](const std::string& text) {
    if (text == "auto")
      out.reset();
    else
      number(out, 1, most_jobs)(text);
  };
}

// Files are the client's own only in a folder of its own.
std::optional<u64> jobs_of(const Fuzz& options) {
  const bool same_file = !options.expected.empty() && options.expected.find("{dir}") == std::string::npos;
  if (same_file && options.jobs.value_or(1) > 1)
    throw Failure(usage, "several jobs would write the same file",
                  "--expect-file {dir}/NAME: each run has a folder of its own");
  return same_file ? 1 : options.jobs;
}

// As many files as the jobs need that the engine begins by itself: many systems allow 1024 unless somebody asks for
// more.
void allow_files() {
  constexpr rlim_t files = 32 * most_jobs;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
  limit.rlim_cur = std::min(files, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// What a plan that was tried again did.
int report_replay(const fuzz::Finding& finding, const Fuzz& options, const Console& console) {
  const auto kind = fuzz::name(finding.verdict.kind);
  if (options.json)
    print(fmt::format(R"({{"type":"finding","kind":"{}","run":1,"seed":{},"reproducer":{},"repeated":{},"tried":{}}})",
                      kind, options.seed, ptp::Json(options.replay).dump(), finding.repeated, finding.tried));
  console.say(fmt::format("{}: {}; {} of {} times", kind, finding.verdict.text, finding.repeated, finding.tried));
  return failed;
}

int fuzz(const Fuzz& options, const std::vector<std::string>& client) {
  const auto console = options.console.console();
  if (client.empty()) throw Failure(usage, "say the client behind --");
  if (jobs_of(options) != 1) allow_files();
  const auto camera = make_camera(options, console);
  const auto command = make_command(options, *camera.dialect, client);
  const auto target = make_target(options, camera, client);
  std::optional<transport::FaultPlan> again;
  if (!options.replay.empty()) {
    const auto scenario = load_scenario(options.replay, camera.subject.vendor);
    again = {scenario.seed.value_or(1), scenario.faults};
    check(camera, *again);
  }
  if (!again && options.bytes.empty()) make_folder(options.out);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { interrupted = SIGINT; });
  std::signal(SIGTERM, [](int) { interrupted = SIGTERM; });

  fuzz::CampaignOptions how{options.seed,     options.runs,     options.findings,
                            options.time,     options.timeout,  options.memory,
                            jobs_of(options), options.expected, [] { return interrupted != 0; }};
  Ticker ticker(console);
  fuzz::Campaign* campaign = nullptr;
  fuzz::Campaign::Report report;
  report.progress = [&](const fuzz::Progress& now) { ticker.tick(now); };
  report.remark = [&](const std::string& text) { console.warn(text); };
  report.finding = [&](const fuzz::Finding& finding) {
    const SavedFinding saved(finding, target, options.out);
    saved.write();
    campaign->record(finding, saved.recording());
    ticker.clear();
    if (options.json) print(saved.json());
    console.say(saved.text());
  };
  fuzz::Campaign hunt(camera.subject, command, camera.words, how, report);
  campaign = &hunt;
  try {
    if (!options.bytes.empty()) return draw_once(hunt, options, console);
    hunt.prepare();
  } catch (const fuzz::Unfit& unfit) {
    throw Failure(usage, unfit.what());
  }
  if (again) {
    const auto finding = hunt.replay(*again);
    if (finding) return report_replay(*finding, options, console);
    if (interrupted != 0) return by_signal + interrupted;
    console.say("the client gets along with it");
    return success;
  }
  hunt.run();
  ticker.clear();
  const auto end = hunt.progress();
  if (options.json) print(summary_json(end));
  console.say(summary_text(end));
  if (end.findings > 0) return failed;
  return interrupted != 0 ? by_signal + interrupted : static_cast<int>(success);
}

void declare_fuzz(Options& declared, Fuzz& options) {
  declared.positional("CAMERA", options.camera,
                      "a profile: a name (`stuntcam cameras`) or a .toml file; or a capture, replayed");
  declared.section("The hunt");
  declared.option("--runs", "N", number(options.runs, 1), "end after so many runs of the client");
  declared.option("--time", "D", duration(options.time), "end after this long: 10m; without both: on Ctrl-C");
  declared.option("--findings", "N", number(options.findings, 1), "end when so many were found");
  declared.option("--jobs", "N|auto", jobs(options.jobs),
                  "so many clients at once (auto: more and more, while the machine's processors have nothing to do)");
  declared.option("--seed", "N", number(options.seed), "what is drawn follows from it (1)");
  declared.option("--replay", "FILE.toml", text(options.replay),
                  "only this scenario, as it was saved: does it happen again?");
  declared.option("--bytes", "FILE", text(options.bytes),
                  "one run, whose faults these bytes draw; a finding ends it by SIGABRT: for AFL++ and the like");
  declared.section("What is a finding");
  declared.option("--timeout", "D", duration(options.timeout),
                  "a run that takes longer hangs (5s, or ten times what the client takes without faults)");
  declared.option("--memory", "SIZE", size(options.memory),
                  "a client that takes more (512MiB more than without faults)");
  declared.option(
      "--expect-file", "PATH", text(options.expected),
      "a file that the client makes: it must be the same whenever the client exits with 0, and was not lied to");
  declared.section("The camera");
  declared.option("--preset", "NAME", text(options.preset), "a state or a firmware that the profile has under a name");
  declared.option("--set", "PROP=VALUE", append(options.set), "a property's value at start, or a key of the profile");
  declared.option("--media", "DIR", text(options.media), "a folder that plays the memory card");
  declare(declared, options.recorded);
  declared.section("Output");
  declared.option("--out", "DIR", text(options.out), "where findings go: scenario, recording and report (findings)");
  declare(declared, options.console);
  declared.flag(
      "--json", [&options] { options.json = true; },
      "each finding as a JSON object on stdout, and a summary at the end");
}

}  // namespace

Command fuzz_command() {
  auto options = std::make_shared<Fuzz>();
  return {
      "fuzz",
      "hunt crashes, hangs and wrong results in a client",
      "Runs the client again and again, each time against a fresh camera whose answers are wrong in another way.\n"
      "In its arguments are filled in what `run` fills in, and {dir}: an empty folder of the run's own.\n\n"
      "Examples:\n"
      "  stuntcam fuzz nikon-d5300 --time 10m -- ./my-client {host} {port}\n"
      "  stuntcam fuzz nikon-d5300 --runs 5000 --expect-file '{dir}/a.jpg' -- ./my-client {port} get 1 '{dir}/a.jpg'\n"
      "  stuntcam fuzz trace.pcapng --timing none --time 1h -- gphoto2 {gphoto2} --summary\n"
      "  stuntcam fuzz nikon-d5300 --replay findings/crash-1a2b3c4d.toml -- ./my-client {host} {port}\n\n"
      "docs/fuzzing.md says how to build a client for it, and how to run it every night.\n"
      "Exit status: 0 nothing found, 1 something found, 2 wrong usage, or a client that cannot be fuzzed, 3 cannot\n"
      "write, 130 interrupted with nothing found.\n",
      "CLIENT ARGS",
      [options](Options& declared) { declare_fuzz(declared, *options); },
      [options](const std::vector<std::string>& client) { return fuzz(*options, client); }};
}

}  // namespace stuntcam::cli
