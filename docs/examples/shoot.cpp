// Takes a picture and says which objects came of it, as one coroutine.
#include <cstdio>
#include <cstdlib>

#include "initiator/blocking.h"

using namespace stuntcam;

transport::Task<> shoot(initiator::Session& session) {
  const auto device = co_await session.device_info();
  const auto poll = ptp::parse_code<ptp::OperationCode>("GetEvent", session.vendor());
  for (const u16 code : device.operations_supported)
    if (poll && code == static_cast<u16>(*poll)) session.poll_with(code);  // its events wait to be asked for

  co_await session.initiate_capture();
  const auto any = [](const initiator::Event&) { return true; };
  for (;;) {
    const auto event = co_await session.await_event(any, std::chrono::seconds(10));
    if (!event || event->code == static_cast<u16>(ptp::EventCode::CaptureComplete)) co_return;
    if (event->code != static_cast<u16>(ptp::EventCode::ObjectAdded)) continue;
    const auto info = co_await session.object_info(event->params[0]);
    std::printf("%s\n", info.filename.c_str());
  }
}

int main(int, char** argv) {
  try {
    initiator::Camera camera(argv[1], static_cast<u16>(std::atoi(argv[2])));
    camera.run(shoot(camera.session()));
  } catch (const initiator::Problem& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
