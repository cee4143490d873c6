#include "cli/control_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/failure.h"
#include "cli/profile_source.h"
#include "cli/scenario.h"
#include "cli/suggest.h"
#include "emulator/camera.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;

constexpr std::size_t kept_lines = 2000;  // of the transcript: some megabytes at most

// An answer other than 200.
struct Refused {
  int status;
  std::string message;
};

emulator::Camera& camera_of(const Controlled& one) {
  if (one.camera == nullptr)
    throw Refused{409, fmt::format("{} is not emulated here: it cannot be looked into", one.name)};
  return *one.camera;
}

Json parsed(const std::string& body) {
  auto json = Json::parse(body.empty() ? "{}" : body, nullptr, false);
  if (!json.is_object()) throw Refused{400, "the body is no JSON object"};
  return json;
}

// A member as the text that a command line would have.
std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

const Json& member(const Json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end()) throw Refused{400, fmt::format("the body needs \"{}\"", key)};
  return *found;
}

// ---- state and properties
// --------------------------------------------------------------------------------------------

Json state(const Controlled& one) {
  Json state = {{"camera", one.name},
                {"connections", one.server->connections()},
                {"initiators", one.server->initiators()},
                {"emulated", one.camera != nullptr}};
  if (one.camera == nullptr) return state;
  auto& camera = *one.camera;
  state["serial_number"] = camera.serial_number();
  state["sessions"] = camera.sessions().size();
  state["busy"] = camera.shutter().busy();
  state["shots_taken"] = camera.shutter().shots_taken();
  state["live_view"] = camera.live_view().on();
  state["now"] = camera.now().to_string();
  auto stores = Json::array();
  for (const auto* store : camera.stores()) {
    Json line = ptp::json(store->info());
    line["id"] = store->id();
    line["present"] = store->present();
    line["objects"] = store->size();
    stores.push_back(std::move(line));
  }
  state["storages"] = std::move(stores);
  return state;
}

Json property(const profiles::Property& definition, const emulator::Properties& properties) {
  Json line = {{"code", definition.code},
               {"name", definition.name},
               {"type", ptp::name(definition.type)},
               {"access", properties.writable(definition.code) ? "rw" : "r"}};
  if (const auto value = properties.get(definition.code)) {
    line["value"] = ptp::json(*value);
    const auto label = definition.labels.find(value->to_string());
    if (label != definition.labels.end()) line["label"] = label->second;
  } else {
    line["value"] = nullptr;  // forgotten
  }
  return line;
}

const profiles::Property& find_property(const emulator::Camera& camera, const std::string& name) {
  const auto& known = camera.profile().properties;
  const auto code = ptp::parse_code<ptp::PropertyCode>(name, camera.profile().device.vendor);
  const auto found = std::ranges::find_if(
      known, [&](const auto& one) { return one.name == name || (code && one.code == static_cast<u16>(*code)); });
  if (found != known.end()) return *found;
  std::vector<std::string> names;
  names.reserve(known.size());
  for (const auto& one : known) names.push_back(one.name);
  throw Refused{404, unknown("property", name, names)};
}

ControlAnswer properties(const Controlled& one, const ControlRequest& request, const std::string& name) {
  auto& camera = camera_of(one);
  if (name.empty()) {
    auto list = Json::array();
    for (const auto& definition : camera.profile().properties)
      list.push_back(property(definition, camera.properties()));
    return {200, {{"properties", std::move(list)}}};
  }
  const auto& definition = find_property(camera, name);
  if (request.method == "PUT") {
    const auto text = text_of(member(parsed(request.body), "value"));
    auto value = profiles::parse_value(definition, text);
    if (!value) throw Refused{400, value.error()};
    camera.properties().change(definition.code, *std::move(value));  // by a hand on the body: the form does not count
  }
  return {200, property(definition, camera.properties())};
}

// ---- what it does
// ----------------------------------------------------------------------------------------------------

ControlAnswer shutter(const Controlled& one) {
  const auto response = camera_of(one).shutter().release({});
  return {response == ptp::ResponseCode::OK ? 200 : 409,
          {{"code", static_cast<u16>(response)}, {"response", ptp::to_string(response, one.vendor)}}};
}

ControlAnswer send_event(const Controlled& one, const ControlRequest& request) {
  auto& camera = camera_of(one);
  const auto body = parsed(request.body);
  const auto text = text_of(member(body, "code"));
  const auto code = ptp::parse_code<ptp::EventCode>(text, one.vendor);
  if (!code) throw Refused{400, fmt::format("'{}' is no event", text)};
  transport::EventOut event;
  event.code = static_cast<u16>(*code);
  if (const auto params = body.find("params"); params != body.end()) {
    if (!params->is_array() || params->size() > event.params.size())
      throw Refused{400, "params is an array of up to 3"};
    for (const auto& param : *params) {
      if (!param.is_number_unsigned()) throw Refused{400, "a parameter is a number"};
      event.params.at(event.count++) = param.get<u32>();
    }
  }
  for (auto* session : camera.sessions()) session->event(event);
  return {200, {{"sessions", camera.sessions().size()}}};
}

// Off and on again, with the settings of the beginning and the cards in their slots. What is on them stays, and so do
// the faults.
ControlAnswer reset(const Controlled& one) {
  auto& camera = camera_of(one);
  camera.power_down();
  for (const auto& [code, value] : one.settings) {
    camera.properties().hide(code, false);
    camera.properties().change(code, value);
  }
  camera.shutter().hinder(ptp::ResponseCode::OK);
  camera.live_view().freeze(false);
  for (const auto& slot : camera.profile().storages) {
    auto* const store = camera.store(slot.id);
    if (store == nullptr) continue;
    store->set_full(false);
    store->set_present(slot.present);
  }
  return {};
}

// ---- faults
// ----------------------------------------------------------------------------------------------------------

Json shown(const transport::FaultStatus& status, ptp::Vendor vendor) {
  return {{"id", status.id},
          {"kind", row(status.fault.kind).name},
          {"fault", to_string(status.fault, vendor)},
          {"seen", status.seen},
          {"applied", status.applied}};
}

std::vector<transport::Fault> faults_in(const Json& body, ptp::Vendor vendor) {
  try {
    if (const auto word = body.find("fault"); word != body.end()) {
      const auto text = text_of(*word);
      if (text.ends_with(".toml")) throw Refused{400, "files are for the command line"};
      return load_plan({text}, vendor, 1).faults;
    }
    std::vector<transport::FaultEntry> entries;
    for (const auto& [key, value] : body.items()) entries.push_back({key, text_of(value)});
    auto fault = transport::make_fault(entries, vendor);
    if (!fault) throw Refused{400, fault.error().message};
    return {std::move(*fault)};
  } catch (const Failure& failure) {
    throw Refused{400, failure.what()};
  }
}

ControlAnswer faults(const Controlled& one, const ControlRequest& request, const std::string& id) {
  auto& faults = one.meddling->faults();
  auto list = Json::array();
  if (request.method == "POST") {
    const auto added = faults_in(parsed(request.body), one.vendor);
    for (const auto& fault : added)
      if (const auto wrong = one.meddling->problem(fault); !wrong.empty()) throw Refused{400, wrong};
    for (const auto& fault : added) {
      const u64 number = faults.add(fault);
      list.push_back(shown({number, fault, 0, 0}, one.vendor));
    }
    return {200, {{"faults", std::move(list)}}};
  }
  const auto all = faults.status();
  if (!id.empty()) {
    u64 number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    const auto found = std::ranges::find(all, number, &transport::FaultStatus::id);
    if (error != std::errc() || end != id.data() + id.size() || found == all.end())
      throw Refused{404, fmt::format("there is no fault '{}'", id)};
    if (request.method == "DELETE") faults.remove(number);
    return {200, shown(*found, one.vendor)};
  }
  for (const auto& status : all) list.push_back(shown(status, one.vendor));
  if (request.method == "DELETE") faults.clear();
  return {200, {{"faults", std::move(list)}}};
}

ControlAnswer lines(const Controlled& one, const Tail& tail, const ControlRequest& request, bool events) {
  auto [lines, next] = tail.after(request.after, one.name, events);
  return {200, {{events ? "events" : "lines", std::move(lines)}, {"next", next}}};
}

struct Route {
  std::string_view path, methods;
  ControlAnswer (*answer)(const Controlled&, const Tail&, const ControlRequest&, const std::string& rest);
};
constexpr std::array routes = {
    Route{"state", "GET",
          [](const Controlled& one, const Tail&, const ControlRequest&, const std::string&) {
            return ControlAnswer{200, state(one)};
          }},
    Route{"properties", "GET PUT",
          [](const Controlled& one, const Tail&, const ControlRequest& request, const std::string& rest) {
            return properties(one, request, rest);
          }},
    Route{"shutter", "POST",
          [](const Controlled& one, const Tail&, const ControlRequest&, const std::string&) { return shutter(one); }},
    Route{"events", "GET POST",
          [](const Controlled& one, const Tail& tail, const ControlRequest& request, const std::string&) {
            return request.method == "POST" ? send_event(one, request) : lines(one, tail, request, true);
          }},
    Route{"faults", "GET POST DELETE",
          [](const Controlled& one, const Tail&, const ControlRequest& request, const std::string& rest) {
            return faults(one, request, rest);
          }},
    Route{"transcript", "GET",
          [](const Controlled& one, const Tail& tail, const ControlRequest& request, const std::string&) {
            return lines(one, tail, request, false);
          }},
    Route{"reset", "POST",
          [](const Controlled& one, const Tail&, const ControlRequest&, const std::string&) { return reset(one); }}};

ControlAnswer route(const Controlled& one, const Tail& tail, const ControlRequest& request) {
  const std::string_view path = std::string_view(request.path).substr(request.path.starts_with('/') ? 1 : 0);
  const auto slash = path.find('/');
  const auto found = std::ranges::find(routes, path.substr(0, slash), &Route::path);
  if (found == routes.end()) throw Refused{404, fmt::format("there is no '{}'", request.path)};
  if (found->methods.find(request.method) == std::string_view::npos)
    throw Refused{405, fmt::format("{} takes {}", found->path, found->methods)};
  const auto rest = slash == std::string_view::npos ? std::string() : std::string(path.substr(slash + 1));
  return found->answer(one, tail, request, rest);
}

}  // namespace

std::vector<std::pair<u16, ptp::Value>> settings_of(const emulator::Properties& properties,
                                                    const profiles::Profile& profile) {
  std::vector<std::pair<u16, ptp::Value>> settings;
  for (const auto& definition : profile.properties) {
    const auto value = properties.get(definition.code);
    if (value && definition.code != static_cast<u16>(ptp::PropertyCode::DateTime))
      settings.emplace_back(definition.code, *value);
  }
  return settings;
}

void Tail::add(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() == kept_lines) lines_.pop_front();
  lines_.emplace_back(line);
  ++last_;
}

Tail::Lines Tail::after(u64 number, const std::string& camera, bool events_only) const {
  std::vector<std::string> copies;
  Lines found;
  {
    const std::lock_guard lock(mutex_);
    found.next = last_;
    const u64 first = last_ - lines_.size();
    const u64 skip = number > first ? std::min<u64>(number - first, lines_.size()) : 0;
    copies.assign(lines_.begin() + static_cast<std::ptrdiff_t>(skip), lines_.end());
  }
  for (const auto& line : copies) {
    auto json = Json::parse(line, nullptr, false);
    if (!json.is_object() || json.value("camera", "") != camera) continue;
    if (!events_only || json.value("type", "") == "Event") found.lines.push_back(std::move(json));
  }
  return found;
}

ControlAnswer answer_control(const Controlled& one, const Tail& tail, const ControlRequest& request) {
  try {
    return route(one, tail, request);
  } catch (const Refused& refused) {
    return {refused.status, {{"error", refused.message}}};
  } catch (const std::exception& error) {
    return {500, {{"error", error.what()}}};
  }
}

}  // namespace stuntcam::cli
