// A camera on a thread of its own, and a Subject that reaches it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "bench/engine/camera_bench.h"
#include "emulator/camera.h"
#include "profiles/load.h"
#include "transport/real_clock.h"
#include "transport/server.h"

namespace stuntcam::tests {

class Stand {
 public:
  explicit Stand(const std::string& profile, const transport::Wrap& wrap = {})
      : camera_(profiles::load(profile).value(), {}, clock_), server_(io_, camera_, clock_, options(wrap)) {
    port_ = server_.listen("127.0.0.1", 0).command;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Stand() { stop(); }
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;
  u16 port() const { return port_; }
  void stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] { server_.stop([this] { io_.stop(); }); });
    thread_.join();
  }

 private:
  static transport::ServerOptions options(const transport::Wrap& wrap) {
    transport::ServerOptions options;
    options.wrap = wrap;
    return options;
  }
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy_{io_.get_executor()};
  transport::RealClock clock_{io_};
  emulator::Camera camera_;
  transport::Server server_;
  u16 port_ = 0;
  std::thread thread_;
};

class StandSubject final : public bench::Subject {
 public:
  explicit StandSubject(u16 port) : port_(port) {}
  initiator::Camera& camera() override {
    if (!camera_ || !camera_->connection().usable()) {
      device_.reset();
      camera_ = std::make_unique<initiator::Camera>("127.0.0.1", port_);
    }
    return *camera_;
  }
  const ptp::DeviceInfo& device() override {
    if (!device_) device_ = camera().run(camera().session().device_info());
    return *device_;
  }
  initiator::Extension& extension() override {
    extension_ = initiator::make_extension(device(), ptp::Vendor::none);
    return *extension_;
  }

 private:
  u16 port_;
  std::unique_ptr<initiator::Camera> camera_;
  std::optional<ptp::DeviceInfo> device_;
  std::unique_ptr<initiator::Extension> extension_;
};

}  // namespace stuntcam::tests
