// Requests to a running camera, as its control interface takes them: every one is answered, and wrong ones with what is
// wrong.
#include <array>
#include <string>

#include "cli/control_api.h"
#include "emulator/camera.h"
#include "fuzz/targets/input.h"
#include "fuzz/targets/loop.h"
#include "profiles/load.h"
#include "transport/server.h"

namespace stuntcam::fuzz {
namespace {

constexpr std::size_t most_requests = 50;

// A line: what is left of it up to the next line end.
std::string line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string one(text.substr(0, end));
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return one;
}

class World : public Loop {
 public:
  World()
      : camera_(profile(), {}, clock),
        server_(io, camera_, clock, {}),
        meddling_(io, clock, {}, ptp::Vendor::none, transport::standard_dialect(), &camera_) {
    controlled_.name = "camera";
    controlled_.io = &io;
    controlled_.camera = &camera_;
    controlled_.meddling = &meddling_;
    controlled_.server = &server_;
    controlled_.settings = cli::settings_of(camera_.properties(), camera_.profile());
    tail_.add(R"({"v":1,"seq":1,"camera":"camera"})");
  }
  // METHOD PATH, and the body behind it, line by line.
  void ask(std::string_view text) {
    for (std::size_t count = 0; !text.empty() && count < most_requests; ++count) {
      std::string head = line(text), body = line(text);
      const auto space = head.find(' ');
      cli::ControlRequest request;
      request.method = head.substr(0, space);
      request.path = space == head.npos ? "/" : head.substr(space + 1);
      request.body = std::move(body);
      const auto answer = cli::answer_control(controlled_, tail_, request);
      require(answer.status >= 200 && answer.status < 500, "whatever is wrong is wrong with the request");
      (void)answer.body.dump(-1, ' ', false, ptp::Json::error_handler_t::replace);
      advance(std::chrono::milliseconds(10));
    }
  }

 private:
  static const profiles::Profile& profile() {
    static const auto generic = profiles::load("generic").value();
    return generic;
  }
  emulator::Camera camera_;
  transport::Server server_;
  cli::Meddling meddling_;
  cli::Controlled controlled_;
  cli::Tail tail_;
};

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  World world;
  world.ask(text(View(data, size)));
  return 0;
}
