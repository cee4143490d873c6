// A real camera that is reached over TCP.
#pragma once

#include <string>

#include "transport/observer.h"
#include "transport/real_camera.h"

namespace stuntcam::transport {

struct RemoteCameraOptions {
  std::string host;
  u16 port = 0;
  u16 event_port = 0, live_view_port = 0;  // 0: the dialect's
  const Dialect* dialect = &standard_dialect();
  const Dialect* client_dialect = &standard_dialect();  // of those who are let through
  // Clients give up after 2.5 s without an answer (docs/clients.md §2).
  Duration limit = std::chrono::seconds(2);
};

// Each client gets connections of its own, opened in its name: its GUID and its friendly name are what the camera sees.
std::unique_ptr<RealCamera> make_remote_camera(asio::io_context&, Clock&, RemoteCameraOptions);

}  // namespace stuntcam::transport
