#include "initiator/vendors/extension.h"

#include <algorithm>
#include <array>

#include "initiator/vendors/vendors.h"

namespace stuntcam::initiator {

using transport::Task;

namespace {

[[noreturn]] void no_live_view() {
  throw Problem(Trouble::refused, "this camera has no live view that we know",
                ptp::ResponseCode::OperationNotSupported);
}

}  // namespace

// A queue that is polled, by an operation of the name that several vendors use, with the layout that Session knows.
Task<> Extension::prepare_events(Session& session, const ptp::DeviceInfo& device) {
  const auto operation = ptp::parse_code<ptp::OperationCode>("GetEvent", session.vendor());
  if (!operation || !lists(device.operations_supported, static_cast<u16>(*operation))) co_return;
  session.poll_with(static_cast<u16>(*operation));
  const auto none = [](const Event&) { return false; };
  std::exception_ptr other_layout;
  try {
    co_await session.await_event(none, transport::Duration{});
  } catch (const Problem& problem) {
    // Then what is sent on the event connection has to do.
    if (problem.kind != Trouble::violation && problem.kind != Trouble::refused) throw;
    other_layout = std::current_exception();
  }
  if (other_layout) session.poll_with(std::nullopt);
}

Task<std::vector<u16>> Extension::more_properties(Session&) { co_return std::vector<u16>(); }

Task<std::optional<ptp::DevicePropDesc>> Extension::property(Session&, u16) { co_return std::nullopt; }

Task<bool> Extension::set_property(Session&, u16, const ptp::Value&) { co_return false; }

Task<> Extension::capture(Session& session) { co_await session.initiate_capture(); }

Task<Bytes> Extension::heed(Session&, const Event&) { co_return Bytes(); }

Task<> Extension::start_live_view(Session&) {
  no_live_view();
  co_return;
}

Task<Bytes> Extension::frame(Session&) {
  no_live_view();
  co_return Bytes();
}

Task<> Extension::end_live_view(Session&) { co_return; }

std::unique_ptr<Extension> make_extension(const ptp::DeviceInfo& device, ptp::Vendor vendor) {
  switch (vendor) {
    case ptp::Vendor::canon:
      return make_canon(device);
    case ptp::Vendor::fuji:
      return make_fuji(device);
    case ptp::Vendor::nikon:
      return make_nikon(device);
    case ptp::Vendor::olympus:
      return make_olympus(device);
    case ptp::Vendor::sony:
      return make_sony(device);
    default:
      return std::make_unique<Extension>();
  }
}

bool lists(const std::vector<u16>& codes, u16 code) { return std::ranges::find(codes, code) != codes.end(); }

View jpeg_within(View bytes) {
  constexpr std::array<u8, 3> start{0xFF, 0xD8, 0xFF};
  constexpr std::array<u8, 2> end{0xFF, 0xD9};
  const auto first = std::ranges::search(bytes, start).begin();
  if (first == bytes.end()) return {};
  // The last one: a thumbnail inside has an end of its own.
  const auto last = std::ranges::find_end(View(first, bytes.end()), end);
  return {first, last.empty() ? bytes.end() : last.end()};
}

}  // namespace stuntcam::initiator
