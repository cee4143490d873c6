#include "cli/visit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "cli/failure.h"
#include "cli/hex.h"
#include "cli/settings.h"
#include "initiator/vendors/extension.h"

namespace stuntcam::cli {

using initiator::Problem;
using initiator::Trouble;

namespace {

constexpr std::size_t shown_bytes = 1024;  // with -vv, of what a camera sent
// How often somebody who waits for events looks whether he is still wanted.
constexpr std::chrono::seconds glance{1};

Call split_kept(const VisitOptions& options) {
  if (!options.target.empty() || (!options.words.empty() && is_target(options.words[0])))
    throw Failure(usage, "the shell talks to one camera", "leave the TARGET out");
  return {{}, options.words};
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

// What the camera sent, for who wants to see it.
std::string evidence(const Problem& problem, const ConsoleOptions& console) {
  if (problem.wire.empty()) return {};
  if (console.verbosity < Verbosity::bytes) return "-vv shows the bytes that came";
  auto dump = hex_dump(problem.wire, shown_bytes, "  ");
  if (problem.wire.size() > shown_bytes) dump += "  …\n";
  dump.pop_back();
  return fmt::format("{} bytes came:\n{}", problem.wire.size(), dump);
}

}  // namespace

Call find_target(const VisitOptions& options) {
  const auto settings = load_settings(options.settings);
  Call call{{}, options.words};
  std::string target = options.target;
  if (!call.words.empty() && (is_target(call.words[0]) || settings.targets.contains(call.words[0]))) {
    target = call.words[0];
    call.words.erase(call.words.begin());
  }
  const char* environment = std::getenv("STUNTCAM_TARGET");
  if (target.empty() && environment != nullptr) target = environment;
  if (target.empty()) target = settings.default_target;
  if (target.empty())
    throw Failure(usage, "no TARGET",
                  "write ptpip:HOST[:PORT[:EVENT_PORT]] or usb: first, or -t, or set STUNTCAM_TARGET");
  call.destination = find_destination(settings, target);
  return call;
}

void declare(Options& declared, VisitOptions& options, const std::string& arguments, const std::string& help) {
  declared.arguments(
      arguments.empty() ? "[TARGET]" : "[TARGET] " + arguments, options.words,
      "TARGET is ptpip:HOST[:PORT[:EVENT_PORT]], usb:, or a name from the settings; without it, that of -t or "
      "STUNTCAM_TARGET" +
          (help.empty() ? "" : ". " + help));
  declared.section("The camera");
  declared.option("-t,--target", "TARGET", text(options.target), "the camera, where no TARGET comes first");
  declared.option("--timeout", "D", duration(options.timeout), "for each phase (10s, 30s for answers and data)");
  declared.option("--config", "FILE", text(options.settings), "settings (~/.config/stuntcam/config.toml)");
  declare(declared, options.record);
  declare(declared, options.console);
  declared.flag("--json", [&options] { options.json = true; }, "one JSON object a line on stdout");
}

Visit::Visit(const VisitOptions& options, Contact& contact, std::vector<std::string> words)
    : options_(options), contact_(contact), words_(std::move(words)) {}

bool Visit::supports(ptp::OperationCode code) {
  return std::ranges::find(device().operations_supported, static_cast<u16>(code)) !=
         device().operations_supported.end();
}

void Visit::prepare_events() { run(contact_.extension().prepare_events(session(), device())); }

std::optional<initiator::Event> Visit::next_event(std::optional<transport::Duration> limit) {
  auto& clock = contact_.camera().connection().clock();
  const auto any = [](const initiator::Event&) { return true; };
  const auto due = limit ? clock.now() + *limit : transport::Duration::max();
  for (;;) {
    const auto left = std::max(due - clock.now(), transport::Duration{});
    const auto event = run(session().await_event(any, std::min<transport::Duration>(left, glance)));
    if (event || clock.now() >= due) return event;
    if (!limit) expect_asker();
  }
}

void Visit::expect_asker() const {
  if (contact_.asker_gone && contact_.asker_gone()) throw Failure(unavailable, "who asked for it has gone");
}

bool Visit::attempt(const std::string& what, const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (const Failure& failure) {
    console().error(failure.what(), failure.hint);
  } catch (const Problem& problem) {
    if (!session().connection().usable() || problem.kind == Trouble::cancelled) throw;
    const auto failure = failure_of(problem, 0, options_.console);
    console().error(fmt::format("'{}': {}", what, failure.what()), failure.hint);
  }
  return false;
}

const std::string& Visit::word(std::size_t index, const char* name) const {
  if (index >= words_.size()) throw Failure(usage, fmt::format("{} is missing", name));
  return words_[index];
}

void Visit::at_most(std::size_t count) const {
  if (words_.size() > count) throw Failure(usage, fmt::format("unexpected argument '{}'", words_[count]));
}

int visit(const VisitOptions& options, const std::function<int(Visit&)>& body, Contact* kept) {
  int signal = 0;
  try {
    auto call = kept != nullptr ? split_kept(options) : find_target(options);
    std::optional<Contact> own;
    if (call.destination) call.destination->wrap = recording_wrap(open_recording(options.record));
    if (call.destination) own.emplace(*std::move(call.destination), options.console.console(), options.timeout);
    Contact& contact = own ? *own : *kept;
    if (!own) {
      auto console = options.console;
      if (console.verbosity == Verbosity::normal) console.verbosity = contact.verbosity;
      contact.begin(console.console(), options.timeout);
    }
    Visit visiting(options, contact, std::move(call.words));
    try {
      const int status = body(visiting);
      flush_output();
      return status;
    } catch (const Problem&) {
      signal = contact.interrupted();
      throw;
    }
  } catch (const Problem& problem) {
    throw failure_of(problem, signal, options.console);
  }
}

Failure failure_of(const Problem& problem, int signal, const ConsoleOptions& console) {
  return {status_of(problem, signal), problem.what(), evidence(problem, console)};
}

void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw Failure(unavailable, "cannot write to standard output");
}

// JSON escapes the first 32 control characters only; a terminal heeds more.
std::string json_text(const ptp::Json& json, int indent) {
  const auto text = json.dump(indent, ' ', false, ptp::Json::error_handler_t::replace);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<u8>(text[i]);
    if (byte == 0xC2 && static_cast<u8>(text[i + 1]) < 0xA0)
      out += fmt::format("\\u00{:02x}", static_cast<u8>(text[++i]));
    else if (byte == 0x7F)
      out += "\\u007f";
    else
      out += text[i];
  }
  return out;
}

void print_line(const ptp::Json& json) {
  fmt::print("{}\n", json_text(json));
  flush_output();
}

void print_json(const ptp::Json& json, bool pretty) {
  if (!pretty) return print_line(json);
  fmt::print("{}\n", json_text(json, 2));
  flush_output();
}

Command visitor(const About& about, std::function<int(Visit&)> body, const std::function<void(Options&)>& more) {
  auto options = std::make_shared<VisitOptions>();
  const auto go = [options, body = std::move(body)](Contact* kept) { return visit(*options, body, kept); };
  return {about.name,
          about.summary,
          about.details,
          "",
          [options, arguments = about.arguments, help = about.help, more](Options& declared) {
            if (more) more(declared);
            declare(declared, *options, arguments, help);
          },
          [go](const std::vector<std::string>&) { return go(nullptr); },
          about.aliases,
          [go](Contact& kept) { return go(&kept); }};
}

}  // namespace stuntcam::cli
