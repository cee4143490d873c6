// A capture asked again of a live camera, which is another capture behind a server, over links in memory.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>

#include "pcap/replay.h"
#include "pcap/replay_client.h"
#include "tests/fake_clock.h"
#include "transport/memory_link.h"
#include "transport/server.h"
#include "transport/spawn.h"

namespace stuntcam::pcap {

using transport::Link;
using transport::Task;
using Outcome = Step::Outcome;

class ClientReplayStage : public testing::Test {
 protected:
  // Asks what was recorded of the camera that answers as `live`; the steps are kept.
  template <class Conversation>
  void replay(const Conversation& recorded, const Conversation& live, const std::vector<std::string>& masks = {}) {
    live_ = live.file();
    ReplayOptions options;
    options.speed = 0;
    options.matching.match = Match::loose;
    options.sessions = choose_sessions(*live_, {}).value();
    responder_ = std::make_unique<Replay>(live_, options, clock_);
    transport::ServerOptions serving;
    dialect_ = serving.dialect = &dialect_of(live_->sessions.front());
    server_ = std::make_unique<transport::Server>(io_, *responder_, clock_, serving);
    ask(recorded.file(), served(transport::Lane::command), served(transport::Lane::event),
        served(transport::Lane::live_view), masks);
    bool stopped = false;
    server_->stop([&] { stopped = true; });
    settle();
    EXPECT_TRUE(stopped);
  }
  using Dial = std::function<std::unique_ptr<Link>()>;
  void ask(const std::shared_ptr<const RecordedFile>& recorded, const Dial& command, const Dial& events,
           const Dial& live_view, const std::vector<std::string>& masks = {}) {
    ClientReplay client(io_, clock_, recorded, 0, {Masks(masks)}, [this](const Step& step) { steps_.push_back(step); });
    const auto dialer = [](const Dial& dial) { return [&dial]() -> Task<std::unique_ptr<Link>> { co_return dial(); }; };
    bool ended = false;
    transport::spawn(io_, client.run({dialer(command), dialer(events), dialer(live_view)}),
                     [&](std::exception_ptr error) {
                       failure_ = std::move(error);
                       ended = true;
                     });
    settle();
    for (int turns = 0; !ended && turns < 10'000 && clock_.waiting(); ++turns) {
      clock_.advance_to_next();
      settle();
    }
    EXPECT_TRUE(ended) << "it hangs";
    different_ = client.different();
  }
  Dial served(transport::Lane lane) {
    return [this, lane] {
      auto [client, camera] = links();
      const auto which = dialect_->lanes ? lane : transport::Lane::first_packet_says;
      transport::spawn(io_, server_->serve(std::move(camera), which), [](const std::exception_ptr&) {});
      return std::move(client);
    };
  }
  std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> links() {
    const auto& framing = dialect_->framing(false);
    return transport::make_memory_links(io_, framing, framing);
  }
  void settle() {
    io_.restart();
    while (io_.poll() != 0) {
    }
  }
  std::vector<Outcome> outcomes() const {
    std::vector<Outcome> list;
    list.reserve(steps_.size());
    for (const auto& step : steps_) list.push_back(step.outcome);
    return list;
  }
  std::vector<std::string> fields() const {
    std::vector<std::string> list;
    for (const auto& step : steps_)
      for (const auto& each : step.differences) list.push_back(each.field);
    return list;
  }

  const transport::Dialect* dialect_ = &transport::standard_dialect();
  asio::io_context io_{1};
  tests::FakeClock clock_;
  std::shared_ptr<const RecordedFile> live_;
  std::unique_ptr<Replay> responder_;
  std::unique_ptr<transport::Server> server_;
  std::vector<Step> steps_;
  std::exception_ptr failure_;
  u64 different_ = 0;
};

}  // namespace stuntcam::pcap
