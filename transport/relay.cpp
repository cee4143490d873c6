#include "transport/relay.h"

#include <algorithm>
#include <system_error>

#include "transport/send_body.h"

namespace stuntcam::transport {

using ptp::Kind;
using ptp::Message;

Task<> pass_events(std::shared_ptr<Link> events, std::function<void(const EventOut&)> to) {
  try {
    for (;;) {
      const auto message = co_await events->receive();
      if (!message) break;
      if (message->kind == Kind::event) {
        EventOut event;
        event.code = message->code;
        event.transaction_id = message->transaction_id;
        event.count = std::min<u8>(message->count, 3);
        std::copy_n(message->params.begin(), 3, event.params.begin());
        to(event);
      } else if (message->kind == Kind::probe_request) {
        Message answer;
        answer.kind = Kind::probe_response;
        events->put(answer);
        co_await events->flush();
      }
    }
  } catch (const std::system_error&) {  // the camera is gone, or the bridge has let go of it
  }
}

Task<> pass_events_to(std::shared_ptr<Association> association, std::shared_ptr<Link> events) {
  auto tell = [association](const EventOut& event) { association->event(event); };
  std::function<void(const EventOut&)> to(std::move(tell));
  co_await pass_events(std::move(events), std::move(to));
  association->close();  // a response that is on its way still gets through
}

Task<> pass_messages(Link& from, Link& to) {
  Bytes buffer;
  for (;;) {
    const auto message = co_await from.receive();
    if (!message) co_return;
    to.put(*message);
    const Room room = transfer_buffer(buffer, message->size);
    for (;;) {
      const std::size_t got = co_await from.read(room);
      if (got == 0) break;
      const Payload payload(View(room).first(got));
      co_await to.write(payload);
    }
    co_await to.flush();
  }
}

}  // namespace stuntcam::transport
