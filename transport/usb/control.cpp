// The control endpoint: standard requests, and those of the still-image class (docs/protocol.md §6.3).
#include <fmt/format.h>

#include <algorithm>

#include "ptp/codes.h"
#include "ptp/writer.h"
#include "transport/usb/device_state.h"

namespace stuntcam::transport::usb {
namespace {

using ControlAnswer = VirtualDevice::ControlAnswer;

enum Request : u8 {
  get_status = 0,
  clear_feature = 1,
  set_feature = 3,
  set_address = 5,
  get_descriptor = 6,
  get_configuration = 8,
  set_configuration = 9,
  get_interface = 10,
  set_interface = 11,
  set_sel = 0x30,
  set_isochronous_delay = 0x31,
  cancel_request = 0x64,
  get_extended_event_data = 0x65,
  device_reset = 0x66,
  get_device_status = 0x67,
};

// Who is asked: type in bits 5 and 6, recipient in the lowest five.
enum RequestType : u8 { to_device = 0x00, to_interface = 0x01, to_endpoint = 0x02, class_to_interface = 0x21 };
constexpr u8 direction = 0x80;

enum Feature : u16 { endpoint_halt = 0, u1_enable = 48, u2_enable = 49, ltm_enable = 50 };

constexpr u16 cancellation_code = 0x4001;
constexpr std::size_t event_header = 12;

const ControlAnswer stalled{UrbStatus::stalled, {}};

ControlAnswer answer(Bytes data) { return {UrbStatus::ok, std::move(data)}; }

template <class T>
T number(View bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(bytes[at + i]) << 8 * i);
  return value;
}

}  // namespace

ControlAnswer VirtualDevice::control(const Setup& setup, View data) {
  State& state = *state_;
  if (state.observer) state.observer->control(setup, data);
  auto result = (setup.request_type & ~direction) == class_to_interface ? state.of_class(setup, data)
                : (setup.request_type & ~direction) == to_endpoint      ? state.of_endpoint(setup)
                                                                        : state.standard(setup);
  if (result.data.size() > setup.length) result.data.resize(setup.length);
  if (state.observer) state.observer->controlled(result.status, result.data);
  return result;
}

ControlAnswer VirtualDevice::State::standard(const Setup& setup) {
  const u8 to = setup.request_type & static_cast<u8>(~direction);
  const bool asks = setup.to_host();
  if (to == to_interface) {
    if (setup.index != 0) return stalled;
    if (asks && setup.request == get_status) return answer({0, 0});
    if (asks && setup.request == get_interface) return answer({0});
    if (!asks && setup.request == set_interface && setup.value == 0) return {};
    return stalled;
  }
  if (to != to_device) return stalled;
  const bool super = description.speed == Speed::super;
  switch (setup.request) {
    case get_descriptor: {
      auto found = descriptor(description, static_cast<u8>(setup.value >> 8), static_cast<u8>(setup.value));
      return asks && found ? answer(std::move(*found)) : stalled;
    }
    case get_configuration:
      return answer({configuration});
    case set_configuration:
      if (setup.value > 1) return stalled;
      if (configuration != 0) reset();  // whoever sets it begins anew
      configuration = static_cast<u8>(setup.value);
      return {};
    case get_status:
      return answer({1, 0});  // powered by itself
    case set_address:
      return {};
    case set_feature:
    case clear_feature:
      return super && setup.value >= u1_enable && setup.value <= ltm_enable ? ControlAnswer{} : stalled;
    case set_sel:
    case set_isochronous_delay:
      return super ? ControlAnswer{} : stalled;
    default:
      return stalled;
  }
}

ControlAnswer VirtualDevice::State::of_endpoint(const Setup& setup) {
  const auto address = static_cast<u8>(setup.index);
  const bool known =
      address == 0 || address == bulk_in_address || address == bulk_out_address || address == interrupt_in_address;
  if (!known) return stalled;
  const bool halted = address == bulk_in_address        ? bulk_in.halted()
                      : address == bulk_out_address     ? bulk_out.halted()
                      : address == interrupt_in_address ? interrupt.halted()
                                                        : false;
  if (setup.to_host()) return setup.request == get_status ? answer({static_cast<u8>(halted ? 1 : 0), 0}) : stalled;
  if (setup.value != endpoint_halt || bus == nullptr) return stalled;
  if (setup.request == clear_feature) {
    clear_halt(address);
    return {};
  }
  if (setup.request != set_feature) return stalled;
  if (address == bulk_in_address) bulk_in.halt(*bus);
  if (address == bulk_out_address) bulk_out.halt(*bus);
  if (address == interrupt_in_address) interrupt.halt(*bus);
  return {};
}

void VirtualDevice::State::clear_halt(u8 endpoint) {
  if (endpoint == bulk_in_address) bulk_in.clear();
  if (endpoint == bulk_out_address) bulk_out.clear();
  if (endpoint == interrupt_in_address) interrupt.clear();
  wake.raise();
}

ControlAnswer VirtualDevice::State::of_class(const Setup& setup, View data) {
  if (setup.index != 0) return stalled;
  const bool asks = setup.to_host();
  if (asks && setup.request == get_device_status) return status();
  if (asks && setup.request == get_extended_event_data) return extended_event();
  if (!asks && setup.request == device_reset) {
    reset();
    return {};
  }
  if (asks || setup.request != cancel_request || data.size() != 6 || number<u16>(data, 0) != cancellation_code)
    return stalled;
  cancel(number<u32>(data, 2));
  return {};
}

ControlAnswer VirtualDevice::State::status() const {
  if (description.status == StatusAnswer::stall) return stalled;
  if (description.status == StatusAnswer::empty) return {};
  std::vector<u32> halts;
  if (bulk_in.halted()) halts.push_back(bulk_in_address);
  if (bulk_out.halted()) halts.push_back(bulk_out_address);
  if (interrupt.halted()) halts.push_back(interrupt_in_address);
  const bool busy = cancelled_transaction.has_value() || description.status == StatusAnswer::busy;
  const auto code = !halts.empty() ? ptp::ResponseCode::TransactionCanceled
                    : busy         ? ptp::ResponseCode::DeviceBusy
                                   : ptp::ResponseCode::OK;
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(static_cast<u16>(4 + 4 * halts.size()));
  writer.integer(static_cast<u16>(code));
  for (const u32 endpoint : halts) writer.integer(endpoint);
  return answer(std::move(bytes));
}

// What the last event said, each parameter with its size in front.
ControlAnswer VirtualDevice::State::extended_event() const {
  if (last_event.size() < event_header) return stalled;
  const View event = last_event;
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(number<u16>(event, 6));
  writer.integer(number<u32>(event, 8));
  writer.integer(static_cast<u16>((event.size() - event_header) / 4));
  for (std::size_t at = event_header; at < event.size(); at += 4) {
    writer.integer(u16{4});
    writer.integer(number<u32>(event, at));
  }
  return answer(std::move(bytes));
}

// The endpoints are emptied at once; the camera stops when it notices, and until then the status is busy. No response
// comes of a transaction that was cancelled.
void VirtualDevice::State::cancel(u32 transaction_id) {
  if (bus == nullptr) return;
  bulk_in.abort(*bus);
  bulk_out.drop(*bus);
  if (transaction == transaction_id && round && !cancelled(transaction_id)) {
    cancelled_transaction = transaction_id;
    round->events_cancels.push_back(transaction_id);
    round->cancels.push_back(transaction_id);
    round->events_wake.raise();  // first: the camera asks who reads commands last
  }
  wake.raise();
  taken();
}

void VirtualDevice::State::reset() {
  if (bus == nullptr) return;
  if (transaction) cancel(*transaction);
  bulk_in.abort(*bus);
  bulk_out.drop(*bus);
  interrupt.abort(*bus);
  for (const u8 endpoint : {bulk_in_address, bulk_out_address, interrupt_in_address}) clear_halt(endpoint);
  if (description.reset_keeps_session) return;
  restart = true;
  end_round();
}

}  // namespace stuntcam::transport::usb
