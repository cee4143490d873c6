#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ptp/text.h"

namespace stuntcam::cli {

using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds between_looks{100};
constexpr std::size_t usual_columns = 80, least_columns = 20;

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_columns;
  return std::max<std::size_t>(size.ws_col, least_columns);
}

std::string time_text(double seconds) {
  if (!(seconds < 360000)) return "a long time";
  const auto whole = static_cast<unsigned>(std::lround(seconds));
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string progress_text(const std::string& name, u64 done, u64 total, double seconds, std::size_t columns) {
  const double rate = static_cast<double>(done) / std::max(seconds, 1e-3);
  const bool known = total != unknown_size && total != 0;
  auto numbers =
      known ? fmt::format("{:.1f} of {:.1f} MB", static_cast<double>(done) / 1e6, static_cast<double>(total) / 1e6)
            : fmt::format("{:.1f} MB", static_cast<double>(done) / 1e6);
  numbers += fmt::format("  {:.1f} MB/s", rate / 1e6);
  if (known && done < total && done > 0)
    numbers += fmt::format("  {} left", time_text(static_cast<double>(total - done) / rate));
  if (numbers.size() + 2 >= columns) return numbers.substr(0, columns - 1);
  // The end of a name says more than its beginning.
  const auto room = columns - numbers.size() - 3;
  const auto shown = name.size() <= room ? name : ptp::valid_utf8(name.substr(name.size() - room));
  return shown.empty() ? numbers : fmt::format("{}  {}", shown, numbers);
}

struct Meter::Line {
  explicit Line(u64 all) : total(all) {}
  ~Line() { clear(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void clear() const { write("\r\x1b[K"); }
  void show(const std::string& name) {
    const auto now = SteadyClock::now();
    if (now - shown < between_looks) return;
    shown = now;
    const double seconds = std::chrono::duration<double>(now - start).count();
    write("\r\x1b[K" + progress_text(name, done, total, seconds, terminal_columns()));
  }
  static void write(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

  u64 total, done = 0;
  SteadyClock::time_point start = SteadyClock::now(), shown = start;
};

Meter::Meter(const Console& console, u64 total) {
  if (::isatty(STDERR_FILENO) != 0 && console.verbosity() != Verbosity::quiet) line_ = std::make_shared<Line>(total);
}

initiator::Progress Meter::follow(const std::string& name, u64 skipped) const {
  if (!line_) return {};
  line_->total -= line_->total == unknown_size ? 0 : std::min(skipped, line_->total);
  return [line = line_, name, before = u64{0}](u64 done, u64 total) mutable {
    if (line->total == 0) line->total = total;  // the camera did not say before
    line->done += done - std::min(before, done);
    before = done;
    line->show(name);
    return true;
  };
}

void Meter::clear() const {
  if (line_) line_->clear();
}

}  // namespace stuntcam::cli
