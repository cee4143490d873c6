#include "transport/usb/virtual_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ptp/container.h"
#include "transport/usb/device_state.h"

namespace stuntcam::transport::usb {
namespace {

// A host that never asks for events misses the oldest, as a camera has no endless memory either.
constexpr std::size_t most_events = 256;

}  // namespace

VirtualDevice::VirtualDevice(asio::io_context& io, Description description, Plug plug)
    : state_(std::make_shared<State>(io, std::move(description), std::move(plug))) {}

VirtualDevice::~VirtualDevice() { unplug(); }

const Description& VirtualDevice::description() const { return state_->description; }
void VirtualDevice::on_trouble(std::function<void(const std::string&)> tell) { state_->trouble = std::move(tell); }
void VirtualDevice::watch(Watch watch) { state_->watch = std::move(watch); }
void VirtualDevice::on_taken(std::function<void()> tell) { state_->tell_taken = std::move(tell); }

bool VirtualDevice::attach(Bus& bus, std::string host) {
  State& state = *state_;
  if (state.unplugged || state.bus != nullptr) return false;
  state.host = std::move(host);
  state.bus = state.carrier = &bus;
  if (state.watch) state.observer = state.watch(state.host);
  if (state.observer) state.bus = &state.watched.emplace(bus, *state.observer);
  state.configuration = 0;
  spawn(state.io, state.serve_host(++state.visits), [](const std::exception_ptr&) {});
  return true;
}

void VirtualDevice::detach(Bus& bus) {
  if (state_->carrier == &bus) state_->leave();
}

void VirtualDevice::unplug() {
  state_->unplugged = true;
  state_->unplug();
}

void VirtualDevice::submit_in(u8 endpoint, u32 urb, u64 length) {
  State& state = *state_;
  if (state.bus == nullptr) return;
  if (state.observer) state.observer->submitted(endpoint, urb, length);
  if (endpoint == bulk_in_address) {
    state.bulk_in.submit(*state.bus, urb, length);
    state.wake.raise();
  } else if (endpoint == interrupt_in_address) {
    state.interrupt.submit(*state.bus, urb, length);
    state.send_events();
  } else {
    state.bus->answer(urb, UrbStatus::stalled, 0, {});
  }
}

void VirtualDevice::submit_out(u8 endpoint, u32 urb, u64 length, bool zero_packet) {
  State& state = *state_;
  if (state.bus == nullptr) return;
  if (state.observer) state.observer->submitted(endpoint, urb, length);
  if (endpoint == bulk_out_address)
    state.bulk_out.submit(*state.bus, urb, length, zero_packet);
  else
    state.bulk_out.refuse(*state.bus, urb, length);
  state.wake.raise();
}

void VirtualDevice::arrive(View bytes) {
  State& state = *state_;
  if (state.bus == nullptr) return;
  if (state.observer) state.observer->arrived(bytes);
  state.bulk_out.arrive(*state.bus, bytes);
  state.wake.raise();
}

bool VirtualDevice::unlink(u32 urb) {
  State& state = *state_;
  const bool waited = state.bulk_in.unlink(urb) || state.interrupt.unlink(urb) || state.bulk_out.unlink(urb);
  if (waited && state.observer) state.observer->unlinked(urb);
  return waited;
}

void VirtualDevice::carried() {
  State& state = *state_;
  if (state.bus == nullptr) return;
  state.bulk_in.carried(*state.bus);
  state.send_events();
  state.wake.raise();
}

std::size_t VirtualDevice::waiting() const {
  return state_->bulk_in.waiting() + state_->interrupt.waiting() + state_->bulk_out.waiting();
}

u64 VirtualDevice::parked() const { return state_->bulk_out.parked(); }

// One initiator after the other: a reset ends one and begins the next. One that ends by itself is a camera that has
// been switched off.
Task<> VirtualDevice::State::serve_host(u64 visit) {
  const auto self = shared_from_this();
  while (serving) {  // the session of the host before ends first: a camera may have room for one only
    co_await wake.wait();
  }
  while (visits == visit && bus != nullptr) {
    serving = true;
    restart = false;
    const auto mine = round = std::make_shared<Round>(io);
    auto command = make_command_link(self, mine);
    auto events_link = make_event_link(self, mine);
    try {
      co_await plug(std::move(command), std::move(events_link));
    } catch (const std::exception& error) {
      if (trouble) trouble(error.what());
    }
    mine->closed = true;
    serving = false;
    wake.raise();
    if (visits != visit || bus == nullptr || restart) continue;
    unplug();
  }
}

void VirtualDevice::State::end_round() {
  events.clear();
  event_sent = 0;
  end_transaction();
  if (!round) return;
  round->closed = true;
  round->events_wake.raise();
  wake.raise();
}

void VirtualDevice::State::leave() {
  end_round();
  bulk_in.forget();
  bulk_out.forget();
  interrupt.forget();
  bus = carrier = nullptr;
  watched.reset();
  observer.reset();
}

void VirtualDevice::State::unplug() {
  Bus* const left = carrier;
  if (left == nullptr) return;
  leave();
  left->unplugged();
}

void VirtualDevice::State::end_transaction() {
  transaction.reset();
  cancelled_transaction.reset();
}

void VirtualDevice::State::stall(const std::string& why) {
  if (trouble) trouble(fmt::format("{}: {}; stalled", host, why));
  if (bus == nullptr) return;
  bulk_in.halt(*bus);
  bulk_out.halt(*bus);
}

void VirtualDevice::State::event(const ptp::Message& message) {
  Bytes container;
  ptp::ContainerFraming().encode(message, container);
  if (container.empty()) return;
  if (message.kind == ptp::Kind::event) last_event = container;
  // One that is half sent stays.
  if (events.size() == most_events) events.erase(events.begin() + (event_sent == 0 ? 0 : 1));
  events.push_back(std::move(container));
  send_events();
}

void VirtualDevice::State::send_events() {
  while (bus != nullptr && !events.empty()) {
    const View event = events.front();
    if (event_sent == 0) interrupt.begin(event.size());
    event_sent += interrupt.push(*bus, event.subspan(event_sent));
    if (event_sent != event.size()) return;
    event_sent = 0;
    events.pop_front();
  }
}

}  // namespace stuntcam::transport::usb
