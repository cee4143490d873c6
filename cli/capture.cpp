// The shutter, and events as they come.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.h"
#include "cli/download.h"
#include "cli/failure.h"
#include "cli/objects.h"
#include "initiator/vendors/extension.h"
#include "profiles/units.h"

namespace stuntcam::cli {
namespace {

using initiator::Event;
using initiator::Trouble;
using transport::Duration;

// No exposure that a camera times itself takes longer; --within says otherwise.
constexpr std::chrono::seconds longest_capture{60};
// How long events go on coming after the one that says it is over: some cameras send that first.
constexpr std::chrono::milliseconds stragglers{300};

struct Capture {
  std::string folder;  // "": no download
  std::string preview;
  bool force = false;
  std::optional<std::chrono::nanoseconds> within;
};

std::string name_of(Visit& visit, const Event& event) {
  return ptp::to_string(static_cast<ptp::EventCode>(event.code), visit.session().vendor());
}

void tell_event(Visit& visit, const Event& event) {
  if (visit.json()) {
    print_line({{"type", "event"},
                {"code", event.code},
                {"name", name_of(visit, event)},
                {"params", std::vector<u32>(event.params.begin(), event.params.begin() + event.count)}});
    return;
  }
  std::string line = name_of(visit, event);
  for (u8 i = 0; i < event.count; ++i) line += fmt::format(" 0x{:X}", event.params[i]);
  fmt::print("{}\n", line);
  flush_output();
}

// Vendors have events of their own for a picture that stays in memory; their names say what they are.
bool is_added(Visit& visit, const Event& event) {
  return event.count > 0 && name_of(visit, event).find("ObjectAdded") != std::string::npos;
}
bool is_complete(Visit& visit, const Event& event) { return name_of(visit, event).starts_with("CaptureComplete"); }

struct Taken {
  std::vector<Object> objects;
  Bytes preview;  // that came by itself
};

std::vector<u32> all_handles(Visit& visit) { return visit.run(visit.session().object_handles()); }

// The objects of one capture, as the events name them; or, where they do not, those that were not there `before`.
Taken await_objects(Visit& visit, Duration within, const std::vector<u32>& before) {
  auto& clock = visit.session().connection().clock();
  const auto due = clock.now() + within;
  const bool named = visit.contact().extension().events_name_objects();
  Taken taken;
  auto& objects = taken.objects;
  bool complete = false;
  while (clock.now() < due) {
    const auto left = due - clock.now();
    const auto event = visit.next_event(complete ? std::min<Duration>(stragglers, left) : left);
    if (!event) break;
    complete = complete || is_complete(visit, *event) || visit.contact().extension().ends_capture(*event);
    if (visit.json()) tell_event(visit, *event);
    auto preview = visit.run(visit.contact().extension().heed(visit.session(), *event));
    if (!preview.empty()) taken.preview = std::move(preview);
    if (!named || !is_added(visit, *event)) continue;
    const auto known = std::ranges::find(objects, event->params[0], &Object::handle);
    if (known == objects.end()) objects.push_back(get_object(visit, event->params[0]));
  }
  if (!complete)
    throw initiator::Problem(Trouble::timeout, fmt::format("the capture was not complete within {}: no CaptureComplete "
                                                           "came, and {} objects were announced",
                                                           profiles::duration_text(within), objects.size()));
  if (named) return taken;
  for (const u32 handle : all_handles(visit))
    if (std::ranges::find(before, handle) == before.end()) objects.push_back(get_object(visit, handle));
  return taken;
}

void forget_events(Visit& visit) {
  while (visit.next_event(Duration{})) {
  }
}

// A small picture of the first object that has one.
void save_preview(Visit& visit, const Taken& taken, const std::string& file) {
  if (!taken.preview.empty()) return save(taken.preview, file);
  for (const auto& object : taken.objects) {
    try {
      const Bytes thumb = visit.run(visit.session().thumb(object.handle));
      return save(thumb, file);
    } catch (const initiator::Problem& problem) {
      if (problem.kind != Trouble::refused) throw;
      visit.console().detail(fmt::format("{}: {}", object.path, problem.what()));
    }
  }
  throw Failure(failed, "the camera gave no preview of the picture");
}

int capture(Visit& visit, const Capture& options) {
  visit.at_most(0);
  visit.prepare_events();
  forget_events(visit);  // what happened before is not of this capture
  const auto within = options.within.value_or(visit.timeout().value_or(longest_capture));
  std::vector<u32> before;
  if (!visit.contact().extension().events_name_objects()) before = all_handles(visit);
  visit.run(visit.contact().extension().capture(visit.session()));
  const auto taken = await_objects(visit, within, before);
  if (!options.preview.empty()) save_preview(visit, taken, options.preview);
  FileNames names;
  bool all = true;
  for (const auto& object : taken.objects) {
    auto json = object_json(object);
    if (!options.folder.empty() && !object.folder()) {
      std::filesystem::create_directories(options.folder);
      const auto file = (std::filesystem::path(options.folder) / names.of(object)).string();
      const bool here = visit.attempt(object.path, [&] { download(visit, object, file, {.replace = options.force}); });
      if (here) json["file"] = file;
      all &= here;
    }
    if (visit.json())
      print_line(json);
    else
      fmt::print("{}\n", json.contains("file") ? json["file"].get<std::string>() : object.path);
  }
  return all ? success : failed;
}

int watch(Visit& visit, const std::string& until) {
  visit.at_most(0);
  try {
    visit.prepare_events();
    std::optional<ptp::EventCode> last;
    if (!until.empty()) {
      last = ptp::parse_code<ptp::EventCode>(until, visit.session().vendor());
      if (!last) throw Failure(usage, fmt::format("unknown event '{}'", until));
    }
    visit.console().say("Watching for events. Ctrl-C ends it.");
    for (;;) {
      const auto event = visit.next_event();
      if (!event) continue;
      tell_event(visit, *event);
      if (last && event->code == static_cast<u16>(*last)) return success;
    }
  } catch (const initiator::Problem&) {
    if (visit.interrupted() != 0) return success;
    throw;
  }
}

}  // namespace

Command capture_command() {
  auto options = std::make_shared<Capture>();
  return visitor(
      {"capture",
       "take a picture, and say what came of it",
       "Examples:\n"
       "  stuntcam capture ptpip:192.168.1.1 --download pictures\n"
       "  stuntcam shoot ptpip:192.168.1.1 --preview small.jpg --within 10s\n\n"
       "Waits for the camera to say that the capture is complete; then prints each new object.\n"
       "Also: shoot, shutter, snap.\n",
       "",
       "",
       {"shoot", "shutter", "snap"}},
      [options](Visit& visit) { return capture(visit, *options); },
      [options](Options& declared) {
        declared.option("--download", "DIR", text(options->folder), "download the new objects");
        declared.flag("--force", [options] { options->force = true; }, "replace files that exist");
        declared.option("--preview", "FILE", text(options->preview), "a small picture of the first, - is stdout");
        declared.option("--within", "D", duration(options->within), "give up after this long, in all (60s)");
      });
}

Command watch_command() {
  auto until = std::make_shared<std::string>();
  return visitor(
      {"watch", "print events until interrupted",
       "Examples:\n"
       "  stuntcam watch ptpip:192.168.1.1\n"
       "  stuntcam watch ptpip:192.168.1.1 --until ObjectAdded --json\n\n"
       "Exit status: 0 after Ctrl-C or the event.\n",
       "", ""},
      [until](Visit& visit) { return watch(visit, *until); },
      [until](Options& declared) {
        declared.option("--until", "EVENT", text(*until), "end with this event: a name or 0x…");
      });
}

}  // namespace stuntcam::cli
