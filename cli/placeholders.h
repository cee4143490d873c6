// What `run` fills into the client's arguments: {host} {port} {event_port} {liveview_port} {target} {gphoto2}.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "transport/dialect.h"

namespace stuntcam::cli {

// Where a camera listens.
struct Address {
  std::string camera;  // the profile's name
  std::string host;
  u16 port = 0, event_port = 0;
  std::optional<u16> liveview_port;
  const transport::Dialect* dialect = &transport::standard_dialect();

  std::string target() const;                // "ptpip:127.0.0.1:43121:43121"; with a live-view port, that follows
  std::vector<std::string> gphoto2() const;  // the arguments that make gphoto2 talk to it
};

// Anything else in braces is the client's own and stays. An argument that is "{gphoto2}" alone becomes separate
// arguments; inside a longer one it is quoted for a shell. Throws Failure for a port that this camera does not have.
std::vector<std::string> fill_in(const std::vector<std::string>& arguments, const Address&);

}  // namespace stuntcam::cli
