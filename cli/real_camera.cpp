#include "cli/real_camera.h"

#include <fmt/format.h>

#include "cli/failure.h"
#include "cli/target.h"
#include "transport/remote_camera.h"
#include "transport/usb/usb_camera.h"

namespace stuntcam::cli {
namespace {

const transport::Dialect& client_dialect(const std::string& as, const transport::Dialect& camera) {
  if (as.empty() || as == camera.name) return camera;
  const auto& standard = transport::standard_dialect();
  if (as != standard.name)
    throw Failure(usage, fmt::format("--as {}: a camera of the dialect {} can be shown as {} or {}", as, camera.name,
                                     camera.name, standard.name));
  return standard;
}

}  // namespace

void declare(Options& options, RealCameraOptions& real) {
  options.section("A real camera");
  options.option("--as", "DIALECT", text(real.as),
                 "what clients speak, where the camera has a dialect of its own: ptpip (the camera's)");
  options.flag("--share", [&real] { real.share = true; }, "let several clients use it at once, in turns (one)");
}

RealCameraPart real_camera(const std::string& text, const RealCameraOptions& options) {
  const auto target = parse_target(text);
  RealCameraPart part;
  if (target.usb) {
    if (!options.as.empty() && options.as != part.dialect->name)
      throw Failure(usage, fmt::format("--as {}: a camera on USB is served as {}", options.as, part.dialect->name));
    part.make = [selector = *target.usb, share = options.share](asio::io_context& io, transport::Clock& clock,
                                                                const RealCameraPart::Log& log) {
      const auto opener = [&io, log](const transport::usb::Selector& wanted) {
        return transport::usb::open_camera(io, wanted, log);
      };
      auto camera = transport::usb::make_usb_camera(io, clock, selector, opener, log);
      camera->shared = share;
      return camera;
    };
    return part;
  }
  part.dialect = &client_dialect(options.as, *target.dialect);
  if (options.share && target.dialect->lanes) throw Failure(usage, fmt::format("--share: {} lets nobody share", text));
  transport::RemoteCameraOptions remote;
  remote.host = target.host;
  remote.port = target.port;
  remote.event_port = target.lanes.event;
  remote.live_view_port = target.lanes.live_view;
  remote.dialect = target.dialect;
  remote.client_dialect = part.dialect;
  part.make = [remote, share = options.share](asio::io_context& io, transport::Clock& clock,
                                              const RealCameraPart::Log&) {
    auto camera = transport::make_remote_camera(io, clock, remote);
    camera->shared = share;
    return camera;
  };
  return part;
}

}  // namespace stuntcam::cli
