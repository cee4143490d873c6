#include <fmt/format.h>

#include <map>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/properties.h"
#include "initiator/property_text.h"

namespace stuntcam::cli {
namespace {

constexpr u32 all_properties = 0xFFFFFFFF;
// What does not announce its changes is asked this often.
constexpr std::chrono::seconds look_again{1};

int list(Visit& visit) {
  visit.at_most(0);
  for (const u16 code : listed_properties(visit)) {
    try {
      print_property(visit, get_property(visit, code));
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;
      visit.console().warn(fmt::format("0x{:04X}: {}", code, problem.what()));
    }
  }
  return success;
}

int get(Visit& visit) {
  visit.at_most(1);
  print_property(visit, get_property(visit, parse_property(visit, visit.word(0, "PROP"))));
  return success;
}

int set(Visit& visit) {
  const auto code = parse_property(visit, visit.word(0, "PROP"));
  const auto& text = visit.word(1, "VALUE");
  visit.at_most(2);
  const auto desc = get_property(visit, code);
  const auto value = parse_value(visit, desc, text);
  try {
    set_property(visit, code, value);
  } catch (const initiator::Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
    const auto allowed = initiator::allowed_text(visit.contact().extension(), desc);
    throw Failure(failed, fmt::format("{} = {}: {}", property_name(visit, code), text, problem.what()),
                  desc.get_set == 0 ? "the camera says that it is read-only"
                  : allowed.empty() ? ""
                                    : fmt::format("allowed: {}", allowed));
  }
  if (visit.json()) print_property(visit, get_property(visit, code));
  return success;
}

int reset(Visit& visit) {
  visit.at_most(1);
  if (visit.words().empty()) {
    visit.run(visit.session().reset_prop_value(all_properties));
    return success;
  }
  const auto code = parse_property(visit, visit.words()[0]);
  visit.run(visit.session().reset_prop_value(code));
  if (visit.json()) print_property(visit, get_property(visit, code));
  return success;
}

// Tells what differs from what was told before.
class Watch {
 public:
  explicit Watch(Visit& visit) : visit_(visit) {}
  const ptp::Value& look(u16 code) {
    try {
      const auto desc = get_property(visit_, code);
      auto& told = told_[code];
      if (told == desc.current) return told;
      print_property(visit_, desc);
      return told = desc.current;
    } catch (const initiator::Problem& problem) {
      // One that nobody named may be announced and not readable.
      if (problem.kind != initiator::Trouble::refused || told_.contains(code)) throw;
      visit_.console().detail(fmt::format("0x{:04X}: {}", code, problem.what()));
      return told_[code];
    }
  }

 private:
  Visit& visit_;
  std::map<u16, ptp::Value> told_;
};

int watch_values(Visit& visit) {
  std::optional<u16> wanted;
  std::optional<ptp::Value> last;
  if (const auto& words = visit.words(); !words.empty()) {
    wanted = parse_property(visit, words[0]);
    if (words.size() > 1) last = parse_value(visit, get_property(visit, *wanted), words[1]);
  }
  Watch watch(visit);
  if (wanted && watch.look(*wanted) == last) return success;
  for (;; visit.expect_asker()) {
    const auto event = visit.next_event(wanted ? std::optional<transport::Duration>(look_again) : std::nullopt);
    if (event && event->code != static_cast<u16>(ptp::EventCode::DevicePropChanged)) continue;
    if (wanted && watch.look(*wanted) == last) return success;
    if (!wanted && event) watch.look(static_cast<u16>(event->params[0]));
  }
}

int watch(Visit& visit) {
  visit.at_most(2);
  try {
    visit.prepare_events();
    return watch_values(visit);
  } catch (const initiator::Problem&) {
    if (visit.interrupted() != 0) return success;
    throw;
  }
}

}  // namespace

Command prop_list_command() {
  return visitor({"prop list", "the camera's properties, their values and what they may be",
                  "Examples:\n"
                  "  stuntcam prop list ptpip:192.168.1.1\n",
                  "", ""},
                 list);
}

Command prop_get_command() {
  return visitor({"prop get", "one property",
                  "Examples:\n"
                  "  stuntcam prop get ptpip:192.168.1.1 iso\n"
                  "  stuntcam prop get ptpip:192.168.1.1 0x500D --json\n",
                  "PROP",
                  "PROP is a name, a code, or one of iso, whitebalance, exposure, exp-bias, delay, effect, flashmode, "
                  "focusmtr, aperture, battery, mode"},
                 get);
}

Command prop_set_command() {
  return visitor(
      {"prop set", "change a property",
       "Examples:\n"
       "  stuntcam prop set ptpip:192.168.1.1 iso 800\n"
       "  stuntcam prop set ptpip:192.168.1.1 aperture f/5.6\n"
       "  stuntcam prop set ptpip:192.168.1.1 exposure 1/250\n"
       "  stuntcam prop set ptpip:192.168.1.1 exp-bias '-0.3 EV'\n"
       "  stuntcam prop set ptpip:192.168.1.1 whitebalance fluorescent\n\n"
       "VALUE is a label or has a unit, as `prop get` shows it, or is the number on the wire. What the camera\n"
       "refuses is told with the values that it takes.\n",
       "PROP VALUE", "PROP is a name, a code, or a short name as for `prop get`"},
      set);
}

Command prop_reset_command() {
  return visitor({"prop reset", "give a property, or all, its factory default",
                  "Examples:\n"
                  "  stuntcam prop reset ptpip:192.168.1.1 iso\n",
                  "[PROP]", "without PROP: all"},
                 reset);
}

Command prop_watch_command() {
  return visitor({"prop watch", "print properties as they change",
                  "Examples:\n"
                  "  stuntcam prop watch ptpip:192.168.1.1\n"
                  "  stuntcam prop watch ptpip:192.168.1.1 iso\n"
                  "  stuntcam prop watch ptpip:192.168.1.1 battery 20        # until it is so\n\n"
                  "PROP is printed at once, and asked for each second besides: not all cameras announce changes.\n"
                  "Exit status: 0 after Ctrl-C or VALUE.\n",
                  "[PROP [VALUE]]", "without PROP: those that the camera announces"},
                 watch);
}

}  // namespace stuntcam::cli
