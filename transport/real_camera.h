// A real camera in the place of a Responder: a Server lets clients through to it, one at a time (bridge.h).
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "ptp/packets.h"
#include "transport/clock.h"
#include "transport/dialect.h"
#include "transport/link.h"
#include "transport/spawn.h"

namespace stuntcam::transport {

// Of a line that several clients use: one session of the camera for all of theirs, one transaction after the other.
struct Share {
  explicit Share(asio::io_context& io) : free(io) {}
  u32 clients = 0;
  bool open = false;         // the session
  bool taken = false;        // a transaction is under way
  bool broken = false;       // out of step: it ends for everybody
  Signal free;               // it is over
  u32 last_transaction = 0;  // ids are the line's own; each client sees its own
};

// The camera's side of one client's conversation, handshake done. The links may be of any kind: what bridges does not
// know.
struct Line {
  std::string title() const;  // for logs: "D5300 (usb:001,004)"
  std::unique_ptr<Link> command;
  std::shared_ptr<Link> events;  // null: they have a port of their own, dialled once the client wants them
  const Dialect* dialect = &standard_dialect();
  ptp::Identity identity;  // of the camera
  Bytes introduction;      // what it said behind the connection number, in its dialect
  // A session that somebody left behind is closed, and opened again for this client.
  bool replaces_sessions = false;
  // Where the dialect has lanes.
  using Dialer = std::function<Task<std::unique_ptr<Link>>()>;
  Dialer dial_events, dial_live_view;
  std::unique_ptr<Share> share;  // null: one client has it to itself
};

// Why a client can't have the camera now.
struct Unavailable : std::runtime_error {
  Unavailable(ptp::InitFailReason why, const std::string& text) : std::runtime_error(text), reason(why) {}
  ptp::InitFailReason reason;
};

class RealCamera {
 public:
  virtual ~RealCamera() = default;
  // Reaches it on behalf of this client. Throws Unavailable. No second line is asked for before the first was hung up.
  virtual Task<std::shared_ptr<Line>> open(ptp::Identity client) = 0;
  // Nobody uses the line any more. in_step: no transaction and no session was left open on it.
  virtual Task<> hang_up(std::shared_ptr<Line> line, bool in_step) = 0;
  // The server ends, and has waited long enough: nobody can be reached any more, and what open() and hang_up() wait for
  // ends now. The camera is left as it is.
  virtual void let_go() = 0;

  // Several clients at once: they have one line then, opened in the name of the first. Set before there is a server.
  bool shared = false;
};

}  // namespace stuntcam::transport
