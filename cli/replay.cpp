#include "pcap/replay.h"

#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <system_error>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/recorded.h"
#include "cli/recording.h"
#include "cli/visit.h"
#include "initiator/connection.h"
#include "pcap/replay_client.h"
#include "transport/real_clock.h"
#include "transport/spawn.h"

namespace stuntcam::cli {
namespace {

using pcap::Step;

struct Replay {
  ConsoleOptions console;
  std::string file, target, junit;
  std::optional<u64> session;
  std::vector<std::string> masks;
  std::optional<std::chrono::nanoseconds> timeout;
  RecordingOptions record;
  bool json = false;
};

std::string_view name(Step::Outcome outcome) {
  switch (outcome) {
    case Step::Outcome::same:
      return "same";
    case Step::Outcome::different:
      return "different";
    case Step::Outcome::skipped:
      return "skipped";
    case Step::Outcome::failed:
      break;
  }
  return "failed";
}

ptp::Json json(u64 session, const Step& step) {
  ptp::Json line = {{"type", "transaction"},  {"session", session},      {"number", step.number},
                    {"frame", step.frame},    {"request", step.request}, {"outcome", name(step.outcome)},
                    {"seconds", step.seconds}};
  if (!step.why.empty()) line["why"] = step.why;
  auto& list = line["differences"] = ptp::Json::array();
  for (const auto& each : step.differences)
    list.push_back({{"field", each.field}, {"recorded", each.recorded}, {"live", each.live}});
  return line;
}

std::string text(const Step& step) {
  auto text = fmt::format("frame {}  {}  {}", step.frame, step.request, name(step.outcome));
  if (!step.why.empty()) text += ": " + step.why;
  for (const auto& each : step.differences)
    text += fmt::format("\n  {}\n    recorded: {}\n    live:     {}", each.field, each.recorded, each.live);
  return text;
}

// Text of any kind inside XML 1.0, which has no control characters.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n')
      out += c;
    else
      out += '?';
  }
  return out;
}

// The steps as JUnit tells tests.
class Report {
 public:
  void add(u64 session, const Step& step) {
    ++counts_[static_cast<std::size_t>(step.outcome)];
    body_ += fmt::format("  <testcase classname=\"session {}\" name=\"{} frame {}\" time=\"{:.3f}\"", session,
                         escaped(step.request), step.frame, step.seconds);
    switch (step.outcome) {
      case Step::Outcome::same:
        body_ += "/>\n";
        return;
      case Step::Outcome::skipped:
        body_ += fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped(step.why));
        return;
      case Step::Outcome::different:
        body_ += fmt::format("><failure message=\"{} differences\">{}</failure></testcase>\n", step.differences.size(),
                             escaped(text(step)));
        return;
      case Step::Outcome::failed:
        body_ += fmt::format("><error message=\"{}\"/></testcase>\n", escaped(step.why));
    }
  }
  u64 count(Step::Outcome outcome) const { return counts_[static_cast<std::size_t>(outcome)]; }
  u64 total() const { return counts_[0] + counts_[1] + counts_[2] + counts_[3]; }
  void write(const std::string& path, const std::string& suite) const {
    std::ofstream file(path, std::ios::trunc);
    file << fmt::format(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" "
                "errors=\"{}\" skipped=\"{}\">\n",
                escaped(suite), total(), count(Step::Outcome::different), count(Step::Outcome::failed),
                count(Step::Outcome::skipped))
         << body_ << "</testsuite>\n";
    file.close();
    if (!file) throw Failure(unavailable, fmt::format("cannot write {}", path));
  }

 private:
  std::array<u64, 4> counts_{};
  std::string body_;
};

using Dialer = pcap::ClientDialers::Dialer;

// `number` of the connection, for the recording.
Dialer wrapped(Dialer dial, transport::Wrap wrap, u64 number) {
  if (!wrap) return dial;
  return
      [dial = std::move(dial), wrap = std::move(wrap), number]() -> transport::Task<std::unique_ptr<transport::Link>> {
        auto link = co_await dial();
        co_return wrap(std::move(link), number);
      };
}

pcap::ClientDialers dialers(asio::io_context& io, transport::Clock& clock, const Target& target,
                            const transport::Wrap& wrap, transport::Duration limit) {
  auto plain = initiator::tcp_dialers(io, clock, target.host, target.port, target.lanes, limit, *target.dialect);
  return {wrapped(std::move(plain.command), wrap, 1), wrapped(std::move(plain.events), wrap, 2),
          wrapped(std::move(plain.live_view), wrap, 3)};
}

// A capture is asked in its own dialect.
void expect_dialect(const Replay& options, const Target& target, const pcap::RecordedSession& session) {
  const auto& spoken = pcap::dialect_of(session);
  if (target.dialect == &spoken) return;
  throw Failure(usage,
                fmt::format("{}: session {} speaks the dialect {}; {} is a camera of the dialect {}", options.file,
                            session.number, spoken.name, options.target, target.dialect->name),
                fmt::format("a camera of the same dialect is {}:HOST[:PORT]", spoken.name));
}

int replay(const Replay& options) {
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a camera that left must fail, not end the program
  const auto console = options.console.console();
  const auto target = parse_target(options.target);
  if (target.usb)
    throw Failure(usage, fmt::format("{}: recorded requests are asked over TCP only", options.target),
                  "let it be a camera there: stuntcam serve " + options.target);
  for (const auto& out : {options.record.path, options.junit}) keep_capture(options.file, out);
  RecordedOptions what;
  what.session = options.session;
  const auto recorded = load_recorded(options.file, what, console);
  for (const auto index : recorded.options.sessions) expect_dialect(options, target, recorded.file->sessions[index]);
  const auto recording = open_recording(options.record);
  asio::io_context io{1};
  transport::RealClock clock(io);
  asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  int signal = 0;
  signals.async_wait([&](std::error_code error, int number) {
    if (error) return;
    signal = number;
    io.stop();
  });
  pcap::ClientOptions client{pcap::Masks(options.masks)};
  if (options.timeout) client.answer = client.condition = *options.timeout;
  const auto both = dialers(io, clock, target, recording_wrap(recording), client.answer);
  Report report;
  for (const auto index : recorded.options.sessions) {
    const u64 number = recorded.file->sessions[index].number;
    pcap::ClientReplay playing(io, clock, recorded.file, index, client, [&](const Step& step) {
      report.add(number, step);
      const bool told = step.outcome == Step::Outcome::different || step.outcome == Step::Outcome::failed;
      if (options.json)
        print_line(json(number, step));
      else if (told || console.verbosity() == Verbosity::verbose)
        fmt::print("{}\n", text(step));
    });
    std::exception_ptr failure;
    transport::spawn(io, playing.run(both), [&](std::exception_ptr error) {
      failure = std::move(error);
      io.stop();
    });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    if (signal != 0) return by_signal + signal;
    if (report.count(Step::Outcome::failed) > 0) break;
  }
  const auto summary =
      fmt::format("{} transactions: {} as recorded, {} different, {} failed, {} skipped", report.total(),
                  report.count(Step::Outcome::same), report.count(Step::Outcome::different),
                  report.count(Step::Outcome::failed), report.count(Step::Outcome::skipped));
  if (options.json)
    print_line({{"type", "summary"},
                {"transactions", report.total()},
                {"same", report.count(Step::Outcome::same)},
                {"different", report.count(Step::Outcome::different)},
                {"failed", report.count(Step::Outcome::failed)},
                {"skipped", report.count(Step::Outcome::skipped)}});
  else
    console.say(summary);
  if (!options.junit.empty()) report.write(options.junit, options.file);
  const bool good = report.count(Step::Outcome::different) + report.count(Step::Outcome::failed) == 0;
  return good ? success : failed;
}

int guarded(const Replay& options) {
  try {
    return replay(options);
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& error) {
    throw Failure(unavailable, fmt::format("{}: {}", options.target, error.what()));
  }
}

}  // namespace

Command replay_command() {
  auto options = std::make_shared<Replay>();
  return {"replay",
          "ask a live camera what a capture holds, and compare the answers",
          "Examples:\n"
          "  stuntcam replay trace.pcapng ptpip:192.168.1.1\n"
          "  stuntcam replay trace.pcapng ptpip:127.0.0.1:43121 --mask Filename --junit report.xml\n"
          "  stuntcam run nikon-d5300 -- stuntcam replay trace.pcapng {target}\n\n"
          "To be the camera of a capture: stuntcam serve trace.pcapng. docs/replay.md explains both.\n"
          "Exit status: 0 all was as recorded, 1 there are differences, 2 wrong usage, 3 cannot open or connect.\n",
          "",
          [options](Options& declared) {
            declared.positional("FILE", options->file, "a capture");
            declared.positional("TARGET", options->target,
                                "ptpip:HOST[:PORT[:EVENT_PORT]], or with the name of the capture's dialect in front");
            declared.option("--session", "N", number(options->session, 1),
                            "this session alone, as `decode` numbers them; without: all, one after the other");
            declared.option("--mask", "FIELD", append(options->masks),
                            "don't compare this: a field (Filename), a property (ISOAuto), or a pattern over both "
                            "(GetObjectInfo(*).Keywords); again for more");
            declared.option("--timeout", "D", duration(options->timeout), "for each answer (30s) and condition (10s)");
            declared.option("--junit", "FILE", text(options->junit), "a report as test runners write it");
            declare(declared, options->record);
            declare(declared, options->console);
            declared.flag("--json", [options] { options->json = true; }, "one JSON object a line (docs/replay.md)");
          },
          [options](const std::vector<std::string>&) { return guarded(*options); }};
}

}  // namespace stuntcam::cli
