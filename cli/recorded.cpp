#include "cli/recorded.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "cli/failure.h"
#include "profiles/load.h"

namespace stuntcam::cli {
namespace {

using pcap::Match;

// Lines about one capture; a damaged one has no end of them.
constexpr std::size_t most_lines = 20;

Match match(const std::string& text) {
  if (text.empty() || text == "ordered") return Match::ordered;
  if (text == "strict") return Match::strict;
  if (text == "loose") return Match::loose;
  throw Failure(usage, fmt::format("--match: '{}' is neither strict, ordered, nor loose", text));
}

double speed(const std::string& text) {
  if (text.empty() || text == "recorded") return 1;
  if (text == "none") return 0;
  double factor = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, factor);
  const bool whole = error == std::errc{} && std::string_view(stop, end) == "x" && factor >= 0;
  if (!whole) throw Failure(usage, fmt::format("--timing: '{}' is neither recorded, none, nor like 0.5x", text));
  return factor;
}

std::set<u16> operations(const std::vector<std::string>& names, ptp::Vendor vendor, const char* option) {
  std::set<u16> codes;
  for (const auto& name : names) {
    const auto code = ptp::parse_code<ptp::OperationCode>(name, vendor);
    if (!code) throw Failure(usage, fmt::format("{}: '{}' is no operation of this camera", option, name));
    codes.insert(static_cast<u16>(*code));
  }
  return codes;
}

void choose_on_miss(const std::string& text, Recorded& recorded) {
  static constexpr std::string_view profile = "profile:";
  if (text.empty() || text == "error") return;
  if (text == "close") {
    recorded.options.on_miss = pcap::OnMiss::close;
  } else if (text.starts_with(profile) && text.size() > profile.size()) {
    recorded.options.on_miss = pcap::OnMiss::fallback;
    recorded.fallback = text.substr(profile.size());
  } else {
    throw Failure(usage, fmt::format("--on-miss: '{}' is neither error, close, nor profile:NAME", text));
  }
}

void tell(const Console& console, const std::string& path, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size() && i < most_lines; ++i) console.warn(fmt::format("{}: {}", path, lines[i]));
  if (lines.size() > most_lines) console.warn(fmt::format("{}: and {} more", path, lines.size() - most_lines));
}

}  // namespace

void declare(Options& options, RecordedOptions& recorded) {
  options.section("A capture as the camera");
  options.option("--match", "HOW", text(recorded.match),
                 "strict: the next recorded request only; ordered: some may be left out or repeated (default); loose: "
                 "in any order");
  options.option("--on-miss", "WHAT", text(recorded.on_miss),
                 "what answers a request that is not in the capture: error (default), close, profile:NAME");
  options.option("--timing", "HOW", text(recorded.timing),
                 "how long answers and events take: recorded (default), none, or a factor such as 0.5x");
  options.option("--max-wait", "D", duration(recorded.longest_wait), "no recorded wait is longer than this (5s)");
  options.option("--session", "N", number(recorded.session, 1), "this session alone, as `decode` numbers them");
  options.option("--any-params", "OPERATION", append(recorded.any_params),
                 "don't compare this operation's parameters; again for more");
  options.option("--any-data", "OPERATION", append(recorded.any_data),
                 "don't compare the data that goes to the camera with it; again for more");
  options.flag(
      "--allow-incomplete", [&recorded] { recorded.allow_incomplete = true; },
      "also play what was not captured whole: zeros for what is missing");
}

bool is_capture(const std::string& camera) {
  static constexpr std::array endings = {".pcap", ".pcapng", ".cap", ".dmp", ".gz"};
  if (std::ranges::any_of(endings, [&](const char* ending) { return camera.ends_with(ending); })) return true;
  if (camera.ends_with(".toml") || profiles::is_built_in(camera)) return false;
  return std::filesystem::is_regular_file(camera);
}

void keep_capture(const std::string& capture, const std::string& out) {
  std::error_code none_there;
  if (capture == out || std::filesystem::equivalent(capture, out, none_there))
    throw Failure(usage, fmt::format("{} is the capture {} itself, and would be overwritten", out, capture));
}

Recorded load_recorded(const std::string& path, const RecordedOptions& options, const Console& console) {
  Recorded recorded;
  recorded.options.matching.match = match(options.match);
  recorded.options.matching.allow_incomplete = options.allow_incomplete;
  recorded.options.speed = speed(options.timing);
  if (options.longest_wait) recorded.options.longest_wait = *options.longest_wait;
  choose_on_miss(options.on_miss, recorded);
  try {
    recorded.file = std::make_shared<const pcap::RecordedFile>(pcap::load_recording(path));
  } catch (const std::exception& error) {
    throw Failure(unavailable, error.what());
  }
  tell(console, path, recorded.file->warnings);
  auto sessions = pcap::choose_sessions(*recorded.file, options.session);
  if (!sessions)
    throw Failure(usage, sessions.error(), recorded.file->sessions.size() > 1 ? "choose one with --session N" : "");
  recorded.options.sessions = std::move(*sessions);
  const auto cut = pcap::unusable(*recorded.file, recorded.options.sessions);
  tell(console, path, cut);
  if (!cut.empty())
    console.warn(fmt::format("{}: {} transactions are incomplete and {}", path, cut.size(),
                             options.allow_incomplete ? "played with what there is (--allow-incomplete)"
                                                      : "can't be replayed; --allow-incomplete plays what there is"));
  const auto vendor = recorded.first().dictionary.vendor;
  recorded.options.matching.any_params = operations(options.any_params, vendor, "--any-params");
  recorded.options.matching.any_data = operations(options.any_data, vendor, "--any-data");
  return recorded;
}

}  // namespace stuntcam::cli
