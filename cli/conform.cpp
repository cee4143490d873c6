// Is a camera what the protocol says? Runs the cases of initiator/conform against it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include <asio/signal_set.hpp>

#include "cli/commands.h"
#include "cli/conform_report.h"
#include "cli/failure.h"
#include "cli/suggest.h"
#include "cli/visit.h"
#include "transport/real_clock.h"
#include "transport/spawn.h"

namespace stuntcam::cli {
namespace {

namespace conform = initiator::conform;

struct ConformOptions {
  VisitOptions visit;
  bool destructive = false, list = false, tap = false, only_musts = false;
  std::string junit, expected_failures;
  std::vector<std::string> except;
};

using Selection = std::vector<const conform::Case*>;

// '*' is any number of characters, '?' one.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') return matches(pattern.substr(1), text) || (!text.empty() && matches(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && matches(pattern.substr(1), text.substr(1));
}

bool selects(const std::string& pattern, const conform::Case& each) {
  return each.chapter() == pattern || matches(pattern, each.id);
}

std::vector<std::string> names() {
  std::vector<std::string> list;
  for (const auto* each : conform::all_cases()) {
    list.emplace_back(each->id);
    if (const std::string chapter(each->chapter()); std::ranges::find(list, chapter) == list.end())
      list.push_back(chapter);
  }
  return list;
}

void check_pattern(const std::string& pattern) {
  const auto cases = conform::all_cases();
  if (std::ranges::none_of(cases, [&](const auto* each) { return selects(pattern, *each); }))
    throw Failure(usage, unknown("case", pattern, names()),
                  "`stuntcam conform --list` lists them; a chapter or a pattern with * will do");
}

Selection select(const ConformOptions& options, const std::vector<std::string>& patterns) {
  for (const auto& pattern : patterns) check_pattern(pattern);
  for (const auto& pattern : options.except) check_pattern(pattern);
  auto cases = conform::all_cases();
  std::erase_if(cases, [&](const conform::Case* each) {
    const auto picks = [each](const std::string& pattern) { return selects(pattern, *each); };
    const bool wanted = patterns.empty() || std::ranges::any_of(patterns, picks);
    return !wanted || std::ranges::any_of(options.except, picks) ||
           (options.only_musts && each->weight != conform::Weight::must);
  });
  return cases;
}

// One id a line; what follows # is a remark.
std::set<std::string, std::less<>> read_expected_failures(const std::string& path) {
  std::set<std::string, std::less<>> ids;
  if (path.empty()) return ids;
  std::ifstream file(path);
  if (!file) throw Failure(unavailable, fmt::format("cannot read {}", path));
  const auto cases = conform::all_cases();
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line.resize(std::min(line.find('#'), line.size()));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    const auto id = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
    if (std::ranges::none_of(cases, [&](const auto* each) { return each->id == id; }))
      throw Failure(usage, fmt::format("{}:{}: {}", path, number, unknown("case", id, names())));
    ids.insert(id);
  }
  return ids;
}

int list(const ConformOptions& options, const Selection& cases) {
  for (const auto* each : cases) {
    const auto* const weight = each->weight == conform::Weight::must ? "must" : "should";
    if (options.visit.json)
      print_line({{"id", each->id},
                  {"chapter", each->chapter()},
                  {"section", each->section},
                  {"rule", each->rule},
                  {"weight", weight},
                  {"destructive", each->destructive}});
    else
      fmt::print("{:<44} §{:<5} {:<7}{}{}\n", each->id, each->section, weight,
                 each->destructive ? "(destructive) " : "", each->rule);
  }
  return success;
}

std::unique_ptr<Report> make_report(const ConformOptions& options) {
  if (options.visit.json) return json_report();
  if (options.tap) return tap_report();
  const auto& console = options.visit.console;
  const char* no_color = std::getenv("NO_COLOR");
  const bool color =
      console.color == Color::always ||
      (console.color == Color::automatic && ::isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == 0));
  return text_report(console.verbosity == Verbosity::quiet, console.verbosity == Verbosity::verbose, color);
}

// The camera, and the loop on which all waits for it.
class Bench {
 public:
  Bench(const Destination& destination, std::optional<transport::Duration> patience)
      : subject_{io_, clock_,
                 initiator::tcp_dialers(io_, clock_, destination.target.host, destination.target.port,
                                        destination.target.lanes, patience.value_or(std::chrono::seconds(5)))} {
    subject_.identity = destination.identity;
    subject_.wrap = destination.wrap;
    if (patience) subject_.patience = *patience;
    std::signal(SIGPIPE, SIG_IGN);
    signals_.async_wait([this](std::error_code error, int signal) {
      if (error) return;
      signal_ = signal;
      signals_.clear();  // a second Ctrl-C ends the program at once
    });
  }
  conform::Subject& subject() { return subject_; }
  int interrupted() const { return signal_; }

  // false: interrupted before it ended.
  bool run(transport::Task<> task) {
    bool ended = false;
    std::exception_ptr failure;
    transport::spawn(io_, std::move(task), [&](const std::exception_ptr& error) {
      ended = true;
      failure = error;
    });
    io_.restart();
    while (!ended && signal_ == 0) io_.run_one();
    if (failure) std::rethrow_exception(failure);
    return ended;
  }
  static transport::Task<> keep(conform::Subject& subject, const conform::Case& what, conform::Result& result) {
    result = co_await conform::run(subject, what);
  }

 private:
  asio::io_context io_{1};
  transport::RealClock clock_{io_};
  asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
  int signal_ = 0;
  conform::Subject subject_;
};

Outcome judge(const conform::Result& result, bool expected_to_fail) {
  if (result.verdict == conform::Verdict::skipped) return Outcome::skipped;
  if (result.verdict == conform::Verdict::passed) return expected_to_fail ? Outcome::stale : Outcome::passed;
  return expected_to_fail ? Outcome::expected_failure : Outcome::failed;
}

// A camera that is gone would fail every case that is left.
constexpr int most_unreachable = 3;

int check(const ConformOptions& options, const Destination& destination, Selection cases) {
  const auto& name = destination.name;
  const auto expected = read_expected_failures(options.expected_failures);
  std::vector<Checked> all;
  Tally tally;
  if (!options.destructive)
    tally.destructive_left_out = std::erase_if(cases, [](const auto* each) { return each->destructive; });
  Bench bench(destination, options.visit.timeout);
  bool going = bench.run(conform::survey(bench.subject()));
  const auto report = make_report(options);
  report->begin(name, bench.subject().device, cases.size());
  int unreachable = 0;
  for (std::size_t i = 0; going && i < cases.size() && unreachable < most_unreachable; ++i) {
    conform::Result result;
    going = bench.run(Bench::keep(bench.subject(), *cases[i], result));
    if (!going) break;
    unreachable = result.unreachable ? unreachable + 1 : 0;
    const auto outcome = judge(result, expected.contains(cases[i]->id));
    tally.count(all.emplace_back(Checked{std::move(result), outcome}));
    report->add(all.back());
  }
  report->end(tally);
  if (!options.junit.empty()) write_junit(options.junit, name, all);
  if (!going) return by_signal + bench.interrupted();
  if (unreachable == most_unreachable) throw Failure(unavailable, fmt::format("{} does not answer any more", name));
  return tally.failed == 0 && tally.stale == 0 ? success : failed;
}

int conform_main(const ConformOptions& options) {
  if (options.list) return list(options, select(options, options.visit.words));
  auto call = find_target(options.visit);
  if (!call.destination) throw Failure(usage, "no TARGET");
  auto& destination = *call.destination;
  if (destination.target.usb)
    throw Failure(usage, fmt::format("conform checks PTP/IP, and {} is on USB", destination.name),
                  "let it be one: stuntcam serve " + destination.name);
  if (destination.target.dialect != &transport::standard_dialect())
    throw Failure(usage,
                  fmt::format("conform checks PTP/IP; {} speaks another dialect, with other rules", destination.name));
  auto cases = select(options, call.words);
  destination.wrap = recording_wrap(open_recording(options.visit.record));
  try {
    const int status = check(options, destination, std::move(cases));
    flush_output();
    return status;
  } catch (const initiator::Problem& problem) {
    throw Failure(unavailable, fmt::format("{}: {}", destination.name, problem.what()));
  }
}

}  // namespace

Command conform_command() {
  auto options = std::make_shared<ConformOptions>();
  return {
      "conform",
      "check a camera against the rules of the protocol",
      "Examples:\n"
      "  stuntcam conform ptpip:192.168.1.1\n"
      "  stuntcam conform ptpip:192.168.1.1 handshake 'sessions.*' -v\n"
      "  stuntcam conform ptpip:192.168.1.1 --destructive --junit conform.xml --expected-failures known.txt\n"
      "  stuntcam conform --list\n\n"
      "CASE is an id, a chapter, or a pattern with * and ?. Without --destructive nothing is written to the card, no\n"
      "picture is taken and no setting is left changed. docs/conform.md has every case.\n\n"
      "Exit status: 0 all is as expected, 1 a case failed that is not listed, or passed and is, 2 wrong usage, 3 "
      "cannot\n"
      "connect.\n",
      "",
      [options](Options& declared) {
        declared.section("Which cases");
        declared.flag(
            "--destructive", [options] { options->destructive = true; },
            "also those that upload, delete, take pictures and reset; they clean up after themselves");
        declared.flag(
            "--must", [options] { options->only_musts = true; },
            "only what the standards say, not what clients rely on besides");
        declared.option("--except", "CASE", append(options->except), "not these; again for more");
        declared.option("--expected-failures", "FILE", text(options->expected_failures),
                        "ids of cases that may fail, and must: one a line, # begins a remark");
        declared.flag("--list", [options] { options->list = true; }, "the cases and their rules; no camera is asked");
        declared.section("Reports");
        declared.flag("--tap", [options] { options->tap = true; }, "the Test Anything Protocol on stdout");
        declared.option("--junit", "FILE", text(options->junit), "JUnit's XML, besides");
        declare(declared, options->visit, "[CASE...]", "CASE is an id, a chapter or a pattern");
      },
      [options](const std::vector<std::string>&) { return conform_main(*options); }};
}

}  // namespace stuntcam::cli
