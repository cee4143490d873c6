// The blocking face: a camera with its connection, session and loop, for programs that do one thing after the other.
//
//   initiator::Camera camera("192.168.1.1", 15740);
//   auto info = camera.run(camera.session().device_info());
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "initiator/session.h"
#include "transport/real_clock.h"

namespace stuntcam::initiator {

struct CameraOptions {
  ConnectionOptions connection;
  SessionOptions session;
};

using MakeDialers = std::function<Dialers(asio::io_context&, transport::Clock&)>;

class Camera {
 public:
  // Connects and opens the session. Throws Problem.
  Camera(std::string host, u16 port, LanePorts lanes = {}, CameraOptions options = {});
  // The same, whatever the links are.
  explicit Camera(const MakeDialers& dialers, CameraOptions options = {});
  ~Camera();  // closes both
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  Session& session() { return *session_; }
  Connection& connection() { return *connection_; }
  asio::io_context& io() { return io_; }

  // Waits for a call of the session; what it throws comes out of here. Events are taken in meanwhile.
  template <class T>
  T run(transport::Task<T> task) {
    std::optional<T> result;
    drive(keep(std::move(task), result));
    return *std::move(result);  // NOLINT(bugprone-unchecked-optional-access): drive() throws, or keep() has set it
  }
  void run(transport::Task<> task) { drive(std::move(task)); }

 private:
  template <class T>
  static transport::Task<> keep(transport::Task<T> task, std::optional<T>& result) {
    T value = co_await std::move(task);
    result.emplace(std::move(value));
  }
  void drive(transport::Task<>);

  asio::io_context io_{1};
  transport::RealClock clock_{io_};
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Session> session_;
};

}  // namespace stuntcam::initiator
