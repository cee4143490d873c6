#include "cli/visit.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "cli/failure.h"
#include "cli/units.h"

namespace stuntcam::cli {

using initiator::Problem;
using initiator::Trouble;

namespace {

// A scheme and a colon. Which schemes there are, parse_target knows.
bool is_target(const std::string& word) {
  const auto scheme = word.substr(0, word.find(':'));
  return scheme.size() < word.size() && scheme.size() > 1 &&
         std::ranges::all_of(scheme, [](char c) { return c >= 'a' && c <= 'z'; });
}

u16 parse_port(const std::string& text, const std::string& target) {
  const auto port = parse_number(text);
  if (!port || *port == 0 || *port > 65535) throw Failure(usage, fmt::format("'{}' is no port in '{}'", text, target));
  return static_cast<u16>(*port);
}

// The TARGET, and what follows it.
std::pair<std::string, std::vector<std::string>> split(const VisitOptions& options) {
  auto words = options.words;
  if (!words.empty() && is_target(words[0])) {
    auto target = words[0];
    words.erase(words.begin());
    return {target, words};
  }
  if (!options.target.empty()) return {options.target, words};
  const char* environment = std::getenv("STUNTCAM_TARGET");
  if (environment != nullptr && *environment != 0) return {environment, words};
  throw Failure(usage, "no TARGET", "write ptpip:HOST[:PORT[:EVENT_PORT]] first, or -t, or set STUNTCAM_TARGET");
}

initiator::CameraOptions camera_options(const VisitOptions& options, const Console& console) {
  initiator::CameraOptions camera;
  if (options.timeout) camera.connection.timeouts = initiator::Timeouts::all(*options.timeout);
  camera.connection.remark = [&console](const std::string& text) { console.detail("the camera: " + text); };
  return camera;
}

int status_of(const Problem& problem, int signal) {
  switch (problem.kind) {
    case Trouble::unreachable:
    case Trouble::closed:
      return unavailable;
    case Trouble::timeout:
      return timed_out;
    case Trouble::cancelled:
      return signal != 0 ? by_signal + signal : failed;
    case Trouble::violation:
    case Trouble::refused:
      break;
  }
  return failed;
}

}  // namespace

Target parse_target(const std::string& text) {
  if (!text.starts_with("ptpip:"))
    throw Failure(usage, fmt::format("'{}' is no TARGET that can be reached", text),
                  "write ptpip:HOST[:PORT[:EVENT_PORT]]");
  auto rest = text.substr(6);
  Target target;
  std::size_t end = rest.find(':');
  if (rest.starts_with('[')) {
    const auto bracket = rest.find(']');
    if (bracket == std::string::npos) throw Failure(usage, fmt::format("'{}' lacks a ']'", text));
    target.host = rest.substr(1, bracket - 1);
    end = bracket + 1 == rest.size() ? std::string::npos : bracket + 1;
  } else {
    target.host = rest.substr(0, end);
  }
  if (target.host.empty()) throw Failure(usage, fmt::format("'{}' names no host", text));
  if (end == std::string::npos) return target;
  rest = rest.substr(end + 1);
  const auto colon = rest.find(':');
  target.port = parse_port(rest.substr(0, colon), text);
  if (colon != std::string::npos) target.event_port = parse_port(rest.substr(colon + 1), text);
  return target;
}

void declare(Options& declared, VisitOptions& options, const std::string& arguments, const std::string& help) {
  declared.arguments(arguments.empty() ? "[TARGET]" : "[TARGET] " + arguments, options.words,
                     "TARGET is ptpip:HOST[:PORT[:EVENT_PORT]]; without it, that of -t or STUNTCAM_TARGET" +
                         (help.empty() ? "" : ". " + help));
  declared.section("The camera");
  declared.option("-t,--target", "TARGET", text(options.target), "the camera, where no TARGET comes first");
  declared.option("--timeout", "D", duration(options.timeout), "for each phase (10s, 30s for answers and data)");
  declare(declared, options.console);
  declared.flag("--json", [&options] { options.json = true; }, "one JSON object a line on stdout");
}

Visit::Visit(const VisitOptions& options) : options_(options), console_(options.console.console()) {
  const auto [name, words] = split(options);
  words_ = words;
  const auto target = parse_target(name);
  try {
    camera_ = std::make_unique<initiator::Camera>(target.host, target.port, target.event_port,
                                                  camera_options(options, console_));
  } catch (const Problem& problem) {
    throw Problem(problem.kind, fmt::format("{}: {}", name, problem.what()), problem.response);
  }
  signals_ = std::make_unique<asio::signal_set>(camera_->io(), SIGINT, SIGTERM, SIGHUP);
  signals_->async_wait([this](std::error_code error, int signal) {
    if (error) return;
    signal_ = signal;
    signals_->clear();  // a second Ctrl-C ends the program at once
    camera_->connection().interrupt();
  });
}

const ptp::DeviceInfo& Visit::device() {
  if (!device_) device_ = run(session().device_info());
  return *device_;
}

bool Visit::supports(ptp::OperationCode code) {
  return std::ranges::find(device().operations_supported, static_cast<u16>(code)) !=
         device().operations_supported.end();
}

void Visit::prepare_events() {
  device();
  const auto poll = ptp::parse_code<ptp::OperationCode>("GetEvent", session().vendor());
  if (!poll || !supports(*poll)) return;
  session().poll_with(static_cast<u16>(*poll));
  const auto none = [](const initiator::Event&) { return false; };
  try {
    run(session().await_event(none, transport::Duration{}));
  } catch (const Problem& problem) {
    // An operation of that name with a layout of its own: then what is sent on the event connection has to do.
    if (problem.kind != Trouble::violation && problem.kind != Trouble::refused) throw;
    console_.detail(fmt::format("events are not polled: {}", problem.what()));
    session().poll_with({});
  }
}

const std::string& Visit::word(std::size_t index, const char* name) const {
  if (index >= words_.size()) throw Failure(usage, fmt::format("{} is missing", name));
  return words_[index];
}

void Visit::at_most(std::size_t count) const {
  if (words_.size() > count) throw Failure(usage, fmt::format("unexpected argument '{}'", words_[count]));
}

int visit(const VisitOptions& options, const std::function<int(Visit&)>& body) {
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a camera that left must fail, not end the program
  int signal = 0;
  try {
    Visit visiting(options);
    try {
      return body(visiting);
    } catch (const Problem&) {
      signal = visiting.interrupted();
      throw;
    }
  } catch (const Problem& problem) {
    throw Failure(status_of(problem, signal), problem.what());
  }
}

void print_line(const ptp::Json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, ptp::Json::error_handler_t::replace));
  std::fflush(stdout);
}

Command visitor(const About& about, std::function<int(Visit&)> body, const std::function<void(Options&)>& more) {
  auto options = std::make_shared<VisitOptions>();
  return {about.name,
          about.summary,
          about.details,
          "",
          [options, arguments = about.arguments, help = about.help, more](Options& declared) {
            if (more) more(declared);
            declare(declared, *options, arguments, help);
          },
          [options, body = std::move(body)](const std::vector<std::string>&) { return visit(*options, body); }};
}

}  // namespace stuntcam::cli
