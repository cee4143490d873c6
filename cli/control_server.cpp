#include "cli/control_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <future>
#include <thread>

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/post.hpp>

#include "cli/failure.h"
#include "cli/listen_address.h"
#include "cli/units.h"

namespace stuntcam::cli {
namespace {

constexpr std::size_t largest_body = 1 << 20;  // a fault with replaced data
constexpr std::size_t threads = 4;
constexpr time_t patience_s = 5;  // with a client that does not go on
constexpr std::chrono::milliseconds start_look{1};
constexpr std::chrono::seconds loop_patience{10};  // with a camera that is at work

bool is_loopback(const std::string& host) {
  asio::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

ListenAddress parse_place(const std::string& text) {
  const auto place = parse_listen_address(text);
  if (!place) throw Failure(usage, fmt::format("--control: '{}' is not HOST:PORT", text));
  if (!is_loopback(place->host))
    throw Failure(usage, fmt::format("--control: {} is not this machine's loopback", place->host),
                  "whoever reaches it commands the cameras, so it listens on loopback only");
  return *place;
}

// The host of "host:port", "[::1]:80", "http://host:port".
std::string host_of(std::string text) {
  if (const auto scheme = text.find("://"); scheme != std::string::npos) text = text.substr(scheme + 3);
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  return text.substr(0, text.find(':'));
}

// A page from elsewhere can make a browser ask us: by its own name that suddenly means loopback (then Host tells), or
// plainly (then Origin does).
bool from_here(const httplib::Request& request) {
  if (!is_loopback(host_of(request.get_header_value("Host")))) return false;
  return !request.has_header("Origin") || is_loopback(host_of(request.get_header_value("Origin")));
}

void reply(httplib::Response& response, const ControlAnswer& answer) {
  response.status = answer.status;
  response.set_content(answer.body.dump(-1, ' ', false, ptp::Json::error_handler_t::replace) + "\n",
                       "application/json");
}

}  // namespace

struct ControlServer::Inside {
  httplib::Server http;
  ListenAddress place;
  std::vector<Controlled> cameras;
  std::shared_ptr<Tail> tail = std::make_shared<Tail>();
  std::thread thread;
  std::atomic<bool> ended = false;  // the thread has nothing more to do

  ControlAnswer list() const {
    auto names = ptp::Json::array();
    for (const auto& one : cameras) names.push_back(one.name);
    return {200, {{"cameras", std::move(names)}}};
  }

  // On the camera's loop, while this thread waits.
  ControlAnswer ask(const Controlled& one, ControlRequest request) const {
    auto promise = std::make_shared<std::promise<ControlAnswer>>();
    auto answer = promise->get_future();
    asio::post(*one.io, [promise, one, kept = tail, asked = std::move(request)] {
      promise->set_value(answer_control(one, *kept, asked));
    });
    if (answer.wait_for(loop_patience) != std::future_status::ready)
      return {504, {{"error", "the camera does not answer"}}};
    return answer.get();
  }

  ControlAnswer serve(const httplib::Request& asked) const {
    if (!from_here(asked)) return {403, {{"error", "this is for programs on this machine only"}}};
    const bool sends = asked.method == "POST" || asked.method == "PUT";
    if (sends && !asked.get_header_value("Content-Type").starts_with("application/json"))
      return {415, {{"error", "the body must be application/json"}}};
    std::string path = asked.path;
    std::size_t number = 1;
    constexpr std::string_view prefix = "/cameras";
    if (path == "/" || path == prefix) return list();
    if (path.starts_with("/cameras/")) {
      const char* const begin = path.data() + prefix.size() + 1;
      const char* const end = path.data() + path.size();
      const auto [rest, error] = std::from_chars(begin, end, number);
      if (error != std::errc() || (rest != end && *rest != '/')) number = 0;
      path = std::string(rest, end);
    }
    if (number == 0 || number > cameras.size()) return {404, {{"error", "there is no such camera"}}};
    ControlRequest request{asked.method, path.empty() ? "/state" : path, asked.body, 0};
    if (asked.has_param("after")) {
      const auto after = parse_number(asked.get_param_value("after"));
      if (!after) return {400, {{"error", "after is a number"}}};
      request.after = *after;
    }
    return ask(cameras[number - 1], std::move(request));
  }
};

ControlServer::ControlServer(const std::string& address) : inside_(std::make_unique<Inside>()) {
  auto& http = inside_->http;
  auto& place = inside_->place;
  place = parse_place(address);
  http.new_task_queue = [] { return new httplib::ThreadPool(threads); };  // NOLINT(cppcoreguidelines-owning-memory)
  http.set_payload_max_length(largest_body);
  http.set_read_timeout(patience_s);
  http.set_write_timeout(patience_s);
  http.set_keep_alive_timeout(patience_s);
  http.set_tcp_nodelay(true);
  // Its own choice would let two programs share the port.
  http.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  const auto answer = [inside = inside_.get()](const httplib::Request& request, httplib::Response& response) {
    reply(response, inside->serve(request));
  };
  http.Get(".*", answer);
  http.Put(".*", answer);
  http.Post(".*", answer);
  http.Delete(".*", answer);
  const int asked = place.port;
  const int bound =
      asked == 0 ? http.bind_to_any_port(place.host) : (http.bind_to_port(place.host, asked) ? asked : -1);
  if (bound < 0)
    throw Failure(unavailable, fmt::format("--control: cannot listen on {}:{}", place.host, asked),
                  "port 0 takes a free one");
  place.port = static_cast<u16>(bound);
}

ControlServer::~ControlServer() { stop(); }

std::shared_ptr<Tail> ControlServer::tail() const { return inside_->tail; }

void ControlServer::add(Controlled one) { inside_->cameras.push_back(std::move(one)); }

std::string ControlServer::url(std::size_t camera) const {
  const auto& [host, port] = inside_->place;
  const auto shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const auto base = fmt::format("http://{}:{}", shown, port);
  return camera == 0 ? base : fmt::format("{}/cameras/{}", base, camera + 1);
}

void ControlServer::start() {
  inside_->thread = std::thread([inside = inside_.get()] {
    inside->http.listen_after_bind();
    inside->ended = true;
  });
}

void ControlServer::stop() {
  if (!inside_->thread.joinable()) return;
  // A server that has not begun yet would not hear it.
  while (!inside_->http.is_running() && !inside_->ended) std::this_thread::sleep_for(start_look);
  inside_->http.stop();
  inside_->thread.join();
}

}  // namespace stuntcam::cli
