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

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/fuzz_camera.h"
#include "cli/fuzz_findings.h"
#include "cli/open_files.h"
#include "cli/placeholders.h"
#include "cli/scenario.h"

namespace stuntcam::cli {
namespace {

struct Fuzz {
  ConsoleOptions console;
  FuzzCameraOptions camera;
  std::string out = "findings", replay, bytes, expected;
  u64 seed = 1;
  std::optional<u64> jobs, runs, findings, memory;  // no jobs: "auto"
  std::optional<std::chrono::nanoseconds> time, timeout;
  bool json = false;
};

constexpr u64 most_jobs = 1024;
// As many as the jobs need that the engine begins by itself: many systems allow 1024 unless somebody asks for more.
constexpr u64 most_files = 32 * most_jobs;

volatile std::sig_atomic_t interrupted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): a signal's

fuzz::Command make_command(const Fuzz& options, const transport::Dialect& dialect,
                           const std::vector<std::string>& client) {
  const auto address = [camera = options.camera.name, &dialect](const transport::Ports& ports) {
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

FuzzTarget make_target(const Fuzz& options, const FuzzCamera& camera, const std::vector<std::string>& client) {
  FuzzTarget target{
      .camera = options.camera.name, .client = client, .vendor = camera.subject.vendor, .seed = options.seed};
  const auto add = [](std::vector<std::string>& to, const std::string& name, const std::string& value) {
    if (!value.empty()) to.insert(to.end(), {name, value});
  };
  add(target.options, "--preset", options.camera.preset);
  add(target.options, "--media", options.camera.media);
  for (const auto& setting : options.camera.set) add(target.options, "--set", setting);
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
  if (jobs_of(options) != 1) limit_open_files(std::max(open_files_limit(), most_files));
  const auto camera = make_camera(options.camera, console);
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
  declared.positional("CAMERA", options.camera.name,
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
  declared.option("--preset", "NAME", text(options.camera.preset),
                  "a state or a firmware that the profile has under a name");
  declared.option("--set", "PROP=VALUE", append(options.camera.set),
                  "a property's value at start, or a key of the profile");
  declared.option("--media", "DIR", text(options.camera.media), "a folder that plays the memory card");
  declare(declared, options.camera.recorded);
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
