// Live view: one frame, or as many as come.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/download.h"
#include "cli/failure.h"
#include "initiator/vendors/extension.h"
#include "profiles/units.h"

namespace stuntcam::cli {
namespace {

using initiator::Problem;
using transport::Duration;

// A camera that gives no picture within so many frames has none to give.
constexpr unsigned most_without_picture = 100;

// On for as long as it lives, and off again however that ends.
class LiveView {
 public:
  explicit LiveView(Visit& visit) : visit_(visit) {
    auto& extension = visit.contact().extension();
    visit.run(extension.start_live_view(visit.session()));
  }
  ~LiveView() {
    auto& connection = visit_.session().connection();
    if (!connection.usable()) return;
    connection.resume();  // interrupted: this much must still be said
    try {
      visit_.run(visit_.contact().extension().end_live_view(visit_.session()));
    } catch (const std::exception& problem) {
      visit_.console().detail(fmt::format("live view could not be ended: {}", problem.what()));
    }
  }
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  // The next picture, as the camera's JPEG alone.
  Bytes next() {
    Bytes bytes;
    for (unsigned tried = 0; tried < most_without_picture; ++tried) {
      bytes = visit_.run(visit_.contact().extension().frame(visit_.session()));
      const View picture = initiator::jpeg_within(bytes);
      if (!picture.empty()) return {picture.begin(), picture.end()};
    }
    initiator::violation("live view frames without a JPEG", bytes);
  }

 private:
  Visit& visit_;
};

struct Stream {
  std::optional<u64> frames;
  std::optional<std::chrono::nanoseconds> time;
  u64 rate = 30;
};

int preview(Visit& visit, const std::string& file) {
  visit.at_most(0);
  visit.device();
  Bytes picture;
  {
    LiveView live(visit);
    picture = live.next();
  }
  save(picture, file);
  if (file == "-") return success;
  if (visit.json())
    print_line({{"file", file}, {"size", picture.size()}});
  else
    fmt::print("{}\n", file);
  return success;
}

void keep(Visit& visit, const std::string& folder, u64 number, View picture) {
  if (folder == "-") return save(picture, "-");
  const auto file = (std::filesystem::path(folder) / fmt::format("frame_{:06}.jpg", number)).string();
  save(picture, file);
  if (visit.json()) print_line({{"frame", number}, {"file", file}, {"size", picture.size()}});
}

int liveview(Visit& visit, const Stream& options) {
  const auto folder = visit.word(0, "DIR or -");
  visit.at_most(1);
  if (folder == "-" && visit.json()) throw Failure(usage, "--json and the pictures cannot both go to stdout");
  visit.device();
  if (folder != "-") std::filesystem::create_directories(folder);
  auto& clock = visit.session().connection().clock();
  LiveView live(visit);
  const auto begin = clock.now();
  const Duration patience = visit.session().connection().timeouts().answer;
  Duration last_came = begin;
  Bytes last;
  u64 taken = 0;
  for (auto due = begin; !options.frames || taken < *options.frames; due += std::chrono::seconds(1) / options.rate) {
    if (options.time && clock.now() - begin >= *options.time) break;
    due = std::max<Duration>(due, clock.now() - std::chrono::seconds(1));  // what is late is not made up for
    visit.run(visit.session().pause(std::max(due - clock.now(), Duration{})));
    visit.expect_asker();
    auto picture = live.next();
    if (picture == last && clock.now() - last_came >= patience)
      throw Problem(initiator::Trouble::timeout,
                    fmt::format("the camera gave no new live-view frame within {}", profiles::duration_text(patience)));
    if (picture == last) continue;  // the camera has no new one yet
    last_came = clock.now();
    last = std::move(picture);
    keep(visit, folder, ++taken, last);
  }
  if (folder != "-" && !visit.json()) fmt::print("{} frames in {}\n", taken, folder);
  return success;
}

}  // namespace

Command preview_command() {
  auto file = std::make_shared<std::string>("preview.jpg");
  return visitor(
      {"preview", "what the camera sees, as one picture",
       "Examples:\n"
       "  stuntcam preview ptpip:192.168.1.1\n"
       "  stuntcam preview ptpip:192.168.1.1 -o - | feh -\n\n"
       "Starts live view, takes a frame, and ends it.\n",
       "", ""},
      [file](Visit& visit) { return preview(visit, *file); },
      [file](Options& declared) { declared.option("-o,--output", "FILE", text(*file), "preview.jpg; - is stdout"); });
}

Command liveview_command() {
  auto options = std::make_shared<Stream>();
  return visitor(
      {"liveview", "what the camera sees, frame by frame",
       "Examples:\n"
       "  stuntcam liveview ptpip:192.168.1.1 frames --frames 100\n"
       "  stuntcam liveview ptpip:192.168.1.1 - | ffplay -f mjpeg -\n\n"
       "Until Ctrl-C, unless --frames or --for says otherwise. A frame that is the same as the last is left out;\n"
       "a camera that gives no other one for as long as an answer may take (--timeout) has failed.\n",
       "DIR|-", "DIR gets frame_000001.jpg and so on; - is a stream of JPEGs (MJPEG) on stdout"},
      [options](Visit& visit) { return liveview(visit, *options); },
      [options](Options& declared) {
        declared.option("--frames", "N", number(options->frames, 1), "so many");
        declared.option("--for", "D", duration(options->time), "for so long");
        declared.option("--fps", "N", number(options->rate, 1, 1000), "at most so many a second (30)");
      });
}

}  // namespace stuntcam::cli
