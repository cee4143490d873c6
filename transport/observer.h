// Who watches a link: the transcript, a recorder. Called after the inner link took the bytes, never before, so that an
// aborted send is not reported as sent.
#pragma once

#include <functional>
#include <memory>

#include "ptp/message.h"
#include "transport/link.h"

namespace stuntcam::transport {

class Observer {
 public:
  virtual ~Observer() = default;
  // sent: by the camera. `wire` is the head's exact bytes.
  virtual void head(bool sent, const ptp::Message&, View wire) = 0;
  virtual void payload(bool sent, View bytes) = 0;            // of the frame whose head came last in that direction
  virtual void malformed(View bytes, const ptp::Error&) = 0;  // received bytes that do not parse; the connection ends
  // A fault has been at what comes next, or does something that no packet shows.
  virtual void note(std::string_view) {}
  virtual void closed(bool by_us, bool reset) = 0;
};

// What is put around each accepted connection, by number (1, 2, …) in the order of arrival. Default: nothing.
using Wrap = std::function<std::unique_ptr<Link>(std::unique_ptr<Link>, u64 connection)>;

// A link that tells an observer everything that passes. File slices are sent, and read for the observer, in pieces of
// 256 KiB.
std::unique_ptr<Link> make_tap(std::unique_ptr<Link> inner, std::shared_ptr<Observer>);

}  // namespace stuntcam::transport
