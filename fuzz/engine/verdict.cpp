#include "fuzz/engine/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>
#include <vector>

#include "ptp/codes.h"

namespace stuntcam::fuzz {
namespace {

using transport::FaultKind;

// A shell says so that what it started was ended by a signal.
constexpr int by_signal = 128;
constexpr int last_signal = 64;
constexpr std::size_t most_frames = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view behind(std::string_view line, std::string_view mark) {
  const auto at = line.find(mark);
  return at == line.npos ? std::string_view{} : line.substr(at + mark.size());
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of(" (:"), text.size()));
}

// "a::f" of "a::(anonymous namespace)::f(int) /src/a.cpp:33".
std::string function_of(std::string frame) {
  constexpr std::string_view nameless = "(anonymous namespace)::";
  for (auto at = frame.find(nameless); at != frame.npos; at = frame.find(nameless)) frame.erase(at, nameless.size());
  return frame.substr(0, std::min(frame.find_first_of(" ("), frame.size()));
}

// What only got bad arguments. Sanitizers and the library call their own with two underscores in front.
bool not_theirs(std::string_view function) {
  static constexpr std::array<std::string_view, 44> library{
      "memcpy", "memmove", "memset",  "memcmp",  "memchr",   "memrchr", "memmem",   "strlen",     "strnlen",
      "strcpy", "strncpy", "stpcpy",  "strcat",  "strncat",  "strcmp",  "strncmp",  "strcasecmp", "strncasecmp",
      "strchr", "strrchr", "strstr",  "strdup",  "strndup",  "strtok",  "strtok_r", "strtol",     "strtoul",
      "atoi",   "printf",  "fprintf", "sprintf", "snprintf", "vprintf", "vfprintf", "vsprintf",   "vsnprintf",
      "puts",   "fputs",   "raise",   "abort",   "malloc",   "calloc",  "realloc",  "free"};
  return function.starts_with("__") || std::ranges::find(library, function) != library.end();
}

// The functions of the topmost frames that are the client's.
std::string frames(const std::vector<std::string_view>& lines, std::size_t from) {
  std::string key;
  std::size_t count = 0;
  for (std::size_t i = from; i < lines.size() && count < most_frames; ++i) {
    const std::string frame(behind(lines[i], " in "));
    if (lines[i].find('#') == std::string_view::npos) {
      if (count > 0) break;
      continue;
    }
    const auto function = function_of(frame);
    if (function.empty() || not_theirs(function)) continue;
    key += fmt::format(" {}", function);
    ++count;
  }
  return key;
}

struct Report {
  std::string key, text;
};
// What a sanitizer says.
std::optional<Report> sanitizer_report(const Ending& ending) {
  const auto lines = lines_of(ending.said);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const auto* const mark : {"ERROR: AddressSanitizer: ", "ERROR: LeakSanitizer: ", "ERROR: ThreadSanitizer: ",
                                   "WARNING: ThreadSanitizer: ", "ERROR: MemorySanitizer: ",
                                   "WARNING: MemorySanitizer: ", "ERROR: UndefinedBehaviorSanitizer: "}) {
      const auto what = behind(lines[i], mark);
      if (!what.empty())
        return Report{fmt::format("{}{}", first_word(what), frames(lines, i)),
                      fmt::format("{}{}", first_word(what), frames(lines, i))};
    }
    const auto undefined = behind(lines[i], ": runtime error: ");
    if (!undefined.empty()) {
      const auto place = lines[i].substr(0, lines[i].size() - undefined.size() - std::strlen(": runtime error: "));
      return Report{fmt::format("undefined {}", place), fmt::format("{}: {}", place, undefined)};
    }
  }
  return {};
}

// Where the conversation was: what was asked last, and what came.
std::string place(const Conversation& heard) {
  if (heard.steps.empty()) return heard.handshakes > 0 ? "handshake" : "connecting";
  const auto& last = heard.steps.back();
  const auto* const phase = last.response != 0 ? "answered" : last.has_data ? "in its data" : "unanswered";
  return fmt::format("{} {}", ptp::to_string(static_cast<ptp::OperationCode>(last.operation)), phase);
}

std::optional<Verdict> crash(const Run& run, const Baseline& normal) {
  const auto& ending = run.ending;
  if (const auto report = sanitizer_report(ending); report && !sanitizer_report(normal.ending))
    return Verdict{FindingKind::crash, "sanitizer " + report->key, report->text};
  const bool through_shell = ending.how == Ending::How::exited && ending.number > by_signal &&
                             ending.number <= by_signal + last_signal && normal.ending.number != ending.number;
  if (ending.how != Ending::How::signalled && !through_shell) return {};
  const int signal = through_shell ? ending.number - by_signal : ending.number;
  // Who writes to a connection that is gone is the same everywhere.
  const auto key = signal == SIGPIPE ? "signal 13" : fmt::format("signal {} after {}", signal, place(run.heard));
  return Verdict{FindingKind::crash, key,
                 fmt::format("signal {} ({}) after {}", signal, ::strsignal(signal), place(run.heard))};
}

bool succeeded(const Ending& ending) { return ending.how == Ending::How::exited && ending.number == 0; }

// In the keys of what went wrong: then comes where.
constexpr std::string_view behind_what = " after ";

// A client that wrote where it was not told to; or says it went well, and has something else than it was sent.
std::optional<Verdict> wrong(const Run& run, const Baseline& normal) {
  if (!run.escaped.empty())
    return Verdict{FindingKind::wrong, fmt::format("outside{}{}", behind_what, place(run.heard)),
                   fmt::format("made {} outside its folder; the last was {}", run.escaped, place(run.heard))};
  if (normal.file && run.file != normal.file && succeeded(run.ending) && succeeded(normal.ending) && honest(run.plan)) {
    const auto* const what = run.file ? "the file is another" : "there is no file";
    return Verdict{FindingKind::wrong, fmt::format("file{}{}", behind_what, place(run.heard)),
                   fmt::format("exited with 0, and {}; the last was {}", what, place(run.heard))};
  }
  if (invisible(run.plan) && run.applied > 0 && run.ending.number != normal.ending.number)
    return Verdict{FindingKind::wrong, fmt::format("status {}{}{}", run.ending.number, behind_what, place(run.heard)),
                   fmt::format("exited with {} instead of {}, although it was sent the same; the last was {}",
                               run.ending.number, normal.ending.number, place(run.heard))};
  return {};
}

}  // namespace

std::string_view name(FindingKind kind) {
  constexpr std::array<std::string_view, 4> names{"crash", "hang", "memory", "wrong"};
  return names[static_cast<std::size_t>(kind)];
}

bool honest(const transport::FaultPlan& plan) {
  static constexpr std::array changing{FaultKind::extend, FaultKind::flip,  FaultKind::replace,
                                       FaultKind::data,   FaultKind::empty, FaultKind::parameters};
  return std::ranges::none_of(plan.faults, [](const transport::Fault& fault) {
    return std::ranges::find(changing, fault.kind) != changing.end();
  });
}

bool invisible(const transport::FaultPlan& plan) {
  return !plan.faults.empty() &&
         std::ranges::all_of(plan.faults, [](const transport::Fault& fault) { return fault.kind == FaultKind::slice; });
}

bool ends_alike(const Verdict& one, const Verdict& other) {
  const auto what = [](const Verdict& verdict) { return verdict.key.substr(0, verdict.key.find(behind_what)); };
  return one.kind == FindingKind::wrong && other.kind == FindingKind::wrong && what(one) == what(other);
}

std::optional<Verdict> judge(const Run& run, const Baseline& normal) {
  if (run.ending.how == Ending::How::stopped) return {};
  if (run.ending.how == Ending::How::timed_out)
    return Verdict{FindingKind::hang, fmt::format("hang after {}", place(run.heard)),
                   fmt::format("{}; the last was {}", text(run.ending), place(run.heard))};
  if (run.ending.how == Ending::How::too_large)
    return Verdict{FindingKind::memory, fmt::format("memory after {}", place(run.heard)),
                   fmt::format("{}; the last was {}", text(run.ending), place(run.heard))};
  if (auto found = crash(run, normal)) return found;
  return wrong(run, normal);
}

}  // namespace stuntcam::fuzz
