// What goes from one link to another as it is. Private to transport/.
#pragma once

#include "transport/server_core.h"

namespace stuntcam::transport {

// Events of the camera, until the connection ends. It never throws.
Task<> pass_events(std::shared_ptr<Link> events, std::function<void(const EventOut&)> to);
// To one client, whose connections end with it.
Task<> pass_events_to(std::shared_ptr<Association> association, std::shared_ptr<Link> events);
// All that comes on one link, to the other.
Task<> pass_messages(Link& from, Link& to);

}  // namespace stuntcam::transport
