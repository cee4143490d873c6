#include <fmt/format.h>
#include <httplib.h>

#include <array>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/suggest.h"
#include "cli/units.h"
#include "ptp/json.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;

constexpr time_t connect_patience_s = 5, answer_patience_s = 20;

struct Asked {
  std::string method, path, body;
};

struct Verb {
  std::string_view name, arguments;
  std::size_t least, most;
  Asked (*ask)(const std::vector<std::string>&);
};

Json words_or_number(const std::string& text) {
  const auto number = parse_number(text);
  return number ? Json(*number) : Json(text);
}

const std::array verbs = {
    Verb{"state", "", 0, 0, [](const std::vector<std::string>&) { return Asked{"GET", "/state", ""}; }},
    Verb{"properties", "", 0, 0, [](const std::vector<std::string>&) { return Asked{"GET", "/properties", ""}; }},
    Verb{"get", "PROP", 1, 1,
         [](const std::vector<std::string>& words) { return Asked{"GET", "/properties/" + words[0], ""}; }},
    Verb{"set", "PROP VALUE", 2, 2,
         [](const std::vector<std::string>& words) {
           return Asked{"PUT", "/properties/" + words[0], Json({{"value", words[1]}}).dump()};
         }},
    Verb{"shutter", "", 0, 0, [](const std::vector<std::string>&) { return Asked{"POST", "/shutter", "{}"}; }},
    Verb{"events", "[AFTER]", 0, 1,
         [](const std::vector<std::string>& words) {
           return Asked{"GET", words.empty() ? "/events" : "/events?after=" + words[0], ""};
         }},
    Verb{"event", "CODE [PARAM…]", 1, 4,
         [](const std::vector<std::string>& words) {
           auto params = Json::array();
           for (std::size_t i = 1; i < words.size(); ++i) params.push_back(words_or_number(words[i]));
           return Asked{"POST", "/events", Json({{"code", words[0]}, {"params", params}}).dump()};
         }},
    Verb{"faults", "", 0, 0, [](const std::vector<std::string>&) { return Asked{"GET", "/faults", ""}; }},
    Verb{"fault", "FAULT", 1, 1,
         [](const std::vector<std::string>& words) {
           return Asked{"POST", "/faults", Json({{"fault", words[0]}}).dump()};
         }},
    Verb{"clear", "[ID]", 0, 1,
         [](const std::vector<std::string>& words) {
           return Asked{"DELETE", words.empty() ? "/faults" : "/faults/" + words[0], ""};
         }},
    Verb{"transcript", "[AFTER]", 0, 1,
         [](const std::vector<std::string>& words) {
           return Asked{"GET", words.empty() ? "/transcript" : "/transcript?after=" + words[0], ""};
         }},
    Verb{"reset", "", 0, 0, [](const std::vector<std::string>&) { return Asked{"POST", "/reset", "{}"}; }},
};

const Verb& verb(const std::string& word) {
  for (const auto& one : verbs)
    if (one.name == word) return one;
  std::vector<std::string> names;
  names.reserve(std::size(verbs));
  for (const auto& one : verbs) names.emplace_back(one.name);
  throw Failure(usage, unknown("thing to ask", word, names));
}

// "http://127.0.0.1:4321/cameras/2" → the server, and what stands in front of each path.
std::pair<std::string, std::string> split(std::string address) {
  if (address.starts_with(':')) address = "127.0.0.1" + address;
  if (!address.starts_with("http://")) address = "http://" + address;
  const auto slash = address.find('/', std::string_view("http://").size());
  if (slash == std::string::npos) return {address, ""};
  auto path = address.substr(slash);
  while (path.ends_with('/')) path.pop_back();
  return {address.substr(0, slash), path};
}

int control(std::vector<std::string> words) {
  std::string address;
  if (!words.empty() && words.front().find(':') != std::string::npos) {
    address = words.front();
    words.erase(words.begin());
  } else if (const char* known = std::getenv("STUNTCAM_CONTROL")) {
    address = known;
  }
  if (address.empty())
    throw Failure(usage, "whom to control?", "HOST:PORT, or STUNTCAM_CONTROL, as `control` in the ready line");
  const auto& asks = verb(words.empty() ? "state" : words.front());
  if (!words.empty()) words.erase(words.begin());
  if (words.size() < asks.least || words.size() > asks.most)
    throw Failure(usage, fmt::format("it is: stuntcam control [ADDRESS] {} {}", asks.name, asks.arguments));
  const auto asked = asks.ask(words);
  const auto [server, prefix] = split(address);
  httplib::Client client(server);
  client.set_connection_timeout(connect_patience_s);
  client.set_read_timeout(answer_patience_s);
  const auto path = prefix + asked.path;
  const auto answer = asked.method == "GET"      ? client.Get(path)
                      : asked.method == "DELETE" ? client.Delete(path)
                      : asked.method == "PUT"    ? client.Put(path, asked.body, "application/json")
                                                 : client.Post(path, asked.body, "application/json");
  if (!answer)
    throw Failure(unavailable, fmt::format("cannot reach {}: {}", server, httplib::to_string(answer.error())));
  fmt::print("{}", answer->body);
  return answer->status == 200 ? success : failed;
}

}  // namespace

Command control_command() {
  auto words = std::make_shared<std::vector<std::string>>();
  return {
      "control",
      "look at a running camera, or do something to it",
      "What can be asked: state, properties, get PROP, set PROP VALUE, shutter, events [AFTER],\n"
      "event CODE [PARAM…], faults, fault FAULT, clear [ID], transcript [AFTER], reset. ADDRESS is `control` of the\n"
      "ready line of `serve --control`; without it STUNTCAM_CONTROL. The answer is one JSON object.\n\n"
      "Examples:\n"
      "  stuntcam serve nikon-d5300 --control :8080\n"
      "  stuntcam control :8080 set ExposureIndex 400\n"
      "  stuntcam control :8080 fault late:delay=2.6s,operation=GetObject,nth=2\n"
      "  stuntcam control :8080 faults\n\n"
      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 cannot connect.\n",
      "",
      [words](Options& options) { options.arguments("[ADDRESS] WHAT", *words, "see below"); },
      [words](const std::vector<std::string>&) { return control(*words); }};
}

}  // namespace stuntcam::cli
