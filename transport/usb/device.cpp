#include "transport/usb/device.h"

#include <fmt/format.h>

#include <algorithm>

namespace stuntcam::transport::usb {

Device::Device(asio::io_context& io, Clock& clock, std::unique_ptr<Pipe> pipe, Log log)
    : changed(io), io_(io), clock_(clock), pipe_(std::move(pipe)), log_(std::move(log)) {}

void Device::start() { listen(); }

// A device has no GUID; the same camera has the same one each time all the same.
ptp::Identity Device::identity() const {
  const Interface& usb = interface();
  ptp::Identity identity;
  identity.name = name_of(usb);
  u64 hash = 0xCBF29CE484222325;  // FNV-1a
  for (const char c : usb.serial_number) hash = (hash ^ static_cast<u8>(c)) * 0x100000001B3;
  const u8 head[] = {'u',
                     's',
                     'b',
                     0,
                     static_cast<u8>(usb.vendor >> 8),
                     static_cast<u8>(usb.vendor),
                     static_cast<u8>(usb.product >> 8),
                     static_cast<u8>(usb.product)};
  std::ranges::copy(head, identity.guid.begin());
  for (std::size_t i = 0; i < 8; ++i) identity.guid[8 + i] = static_cast<u8>(hash >> (8 * i));
  return identity;
}

void Device::abandon() {
  if (out_in_flight_ == 0) return;
  out_failed_ = Status::cancelled;
  pipe_->cancel(Endpoint::bulk_out);
}

void Device::lose() {
  gone_ = true;
  in_flight_.clear();
  changed.raise();
}

void Device::log(const std::string& what) const {
  if (log_) log_(fmt::format("{}: {}", title(interface()), what));
}

}  // namespace stuntcam::transport::usb
