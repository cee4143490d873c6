#include "initiator/blocking.h"

#include "transport/spawn.h"

namespace stuntcam::initiator {

Camera::Camera(std::string host, u16 port, LanePorts lanes, CameraOptions options)
    : Camera(
          [&](asio::io_context& io, transport::Clock& clock) {
            return tcp_dialers(io, clock, std::move(host), port, lanes, options.connection.timeouts.connect,
                               *options.connection.dialect);
          },
          options) {}

Camera::Camera(const MakeDialers& dialers, CameraOptions options) {
  connection_ = run(Connection::open(io_, clock_, dialers(io_, clock_), std::move(options.connection)));
  session_ = std::make_unique<Session>(*connection_, options.session);
  run(session_->open());
}

Camera::~Camera() {
  try {
    if (session_) run(session_->close());
  } catch (const std::exception&) {
    session_.reset();  // given up: closing the connection ends it on the camera, too
  }
  if (connection_) connection_->close();
  io_.restart();
  io_.poll();  // the reader of events notices, and ends
}

void Camera::drive(transport::Task<> task) {
  bool ended = false;
  std::exception_ptr failure;
  transport::spawn(io_, std::move(task), [&](const std::exception_ptr& error) {
    ended = true;
    failure = error;
  });
  io_.restart();
  while (!ended) io_.run_one();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace stuntcam::initiator
