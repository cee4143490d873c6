#include "tests/transport/usb_toy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ptp/writer.h"
#include "transport/usb/class_request.h"

namespace stuntcam::tests {

using transport::usb::Control;
using transport::usb::Transfer;

namespace {

u32 u32_at(View bytes, std::size_t offset) {
  u32 value = 0;
  if (offset + 4 <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}
u16 u16_at(View bytes, std::size_t offset) { return static_cast<u16>(u32_at(bytes, offset)); }

constexpr u16 open_session = 0x1002, close_session = 0x1003;

}  // namespace

UsbToy::UsbToy(asio::io_context& io, std::shared_ptr<State> state) : io_(io), state_(std::move(state)) {
  ++state_->pipes;
}

UsbToy::~UsbToy() {
  state_->reads.clear();
  state_->interrupts.clear();
  state_->writes.clear();
  state_->reading = 0;
  --state_->pipes;
}

const transport::usb::Interface& UsbToy::interface() const { return state_->about; }
bool UsbToy::gone() const { return state_->gone; }

void UsbToy::State::finish(Done done, Status status, Bytes buffer, std::size_t size) {
  auto transfer = std::make_shared<Transfer>();
  transfer->status = gone ? Status::gone : status;
  transfer->buffer = std::move(buffer);
  transfer->size = size;
  asio::post(io, [done = std::move(done), transfer] { done(std::move(*transfer)); });
}

void UsbToy::State::called() {
  if (++calls == manners.dies_at_call) plug_out();
}

void UsbToy::State::babble() {
  if (babbling || !packets.empty()) return;
  babbling = true;
  clock->after(std::chrono::milliseconds(10), [this] {
    babbling = false;
    if (!manners.babbles) return;
    packets.insert(packets.end(), 64, Bytes(40, 0xEE));
    pump();
  });
}

void UsbToy::bulk_in(Bytes buffer, Done done) {
  state_->called();
  if (state_->manners.babbles) state_->babble();
  EXPECT_EQ(buffer.size() % state_->about.bulk_in_packet, 0u) << "the camera may overflow this buffer";
  auto ended = [state = state_, done = std::move(done)](Transfer transfer) {
    --state->reading;
    done(std::move(transfer));
  };
  state_->most_reads = std::max(state_->most_reads, ++state_->reading);
  state_->reads.push_back({std::move(buffer), 0, std::move(ended)});
  state_->pump();
}

void UsbToy::interrupt_in(Bytes buffer, Done done) {
  state_->called();
  state_->interrupts.push_back({std::move(buffer), 0, std::move(done)});
  state_->pump();
}

// As a bus does it: a transfer ends when it is full, or with a short packet.
void UsbToy::State::pump() {
  const auto serve = [this](std::deque<Read>& waiting, std::deque<Bytes>& queue, std::size_t packet) {
    while (!waiting.empty() && !queue.empty()) {
      Read& read = waiting.front();
      const Bytes bytes = std::move(queue.front());
      queue.pop_front();
      std::copy(bytes.begin(), bytes.end(), read.buffer.begin() + static_cast<std::ptrdiff_t>(read.size));
      read.size += bytes.size();
      if (bytes.size() == packet && read.size < read.buffer.size()) continue;
      Read ended = std::move(read);
      waiting.pop_front();
      Status status = Status::ok;
      if (&waiting == &reads) status = std::exchange(manners.next_read, {}).value_or(status);
      finish(std::move(ended.done), status, std::move(ended.buffer), ended.size);
    }
  };
  if (gone) {
    for (auto* const waiting : {&reads, &interrupts, &writes}) end_all(*waiting, Status::gone);
    return;
  }
  if (manners.interrupt_stalls != 0 && !halted_interrupt && !interrupts.empty()) {
    --manners.interrupt_stalls;
    halted_interrupt = true;
    Read read = std::move(interrupts.front());
    interrupts.pop_front();
    finish(std::move(read.done), Status::stalled, std::move(read.buffer), 0);
  }
  if (!halted_interrupt) serve(interrupts, events, about.interrupt_packet);
  serve(reads, packets, about.bulk_in_packet);
  if (halted_in && packets.empty() && !reads.empty()) {
    Read read = std::move(reads.front());
    reads.pop_front();
    finish(std::move(read.done), Status::stalled, std::move(read.buffer), read.size);
  }
  if (dying && packets.empty()) plug_out();
}

void UsbToy::State::end_all(std::deque<Read>& waiting, Status status) {
  while (!waiting.empty()) {
    Read read = std::move(waiting.front());
    waiting.pop_front();
    finish(std::move(read.done), status, std::move(read.buffer), read.size);
  }
}

void UsbToy::State::plug_out() {
  gone = true;
  pump();
}

void UsbToy::State::plug_in() {
  gone = dying = halted_in = halted_out = halted_interrupt = session = in_data = false;
  manners.dies_after.reset();
  manners.dies_at_call = 0;
  packets.clear();
  events.clear();
}

void UsbToy::State::push(View bytes, bool end, unsigned zero_packets) {
  const std::size_t packet = about.bulk_in_packet;
  if (manners.dies_after && bytes.size() > *manners.dies_after) dying = true;
  if (dying) bytes = bytes.first(static_cast<std::size_t>(*manners.dies_after) / packet * packet);
  while (!bytes.empty()) {
    const View piece = bytes.first(std::min(packet, bytes.size()));
    packets.emplace_back(piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
  }
  const bool full = packets.empty() || packets.back().size() == packet;
  if (end && full)
    for (unsigned i = 0; i < zero_packets; ++i) packets.emplace_back();
}

namespace {

Bytes header(u32 length, u16 type, u16 code, u32 id) {
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(length);
  writer.integer(type);
  writer.integer(code);
  writer.integer(id);
  return bytes;
}

}  // namespace

void UsbToy::State::container(u16 type, u16 code, u32 id, View payload, u32 length) {
  Bytes bytes = header(length, type, manners.empty_id ? u16{0} : code, manners.empty_id ? 0 : id + manners.wrong_id);
  if (type == 3 && manners.empty_id) bytes = header(length, type, code, 0);
  if (type == 2 && manners.split_header) {
    push(bytes, true, 0);
    push(payload, true, manners.zero_packets);
    return;
  }
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  push(bytes, true, type == 2 ? manners.zero_packets : 0);
}

void UsbToy::State::respond(u16 code) {
  if (dying) return pump();
  if (manners.silent) return;
  if (manners.garbage) push(Bytes(40, 0xEE), true, 0);
  const u32 id = u32_at(command, 8);
  if (manners.joined_response && !packets.empty() && packets.back().size() + 12 < about.bulk_in_packet) {
    const Bytes response = header(12, 3, code, id);
    packets.back().insert(packets.back().end(), response.begin(), response.end());
    return pump();
  }
  container(3, code, id, {}, 12);
  pump();
}

void UsbToy::State::send_data(u64 size) {
  if (manners.stall_in) {
    manners.stall_in = false;
    halted_in = true;
    return pump();
  }
  Bytes payload(static_cast<std::size_t>(static_cast<i64>(size) + manners.surplus));
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = pattern(i);
  container(2, u16_at(command, 6), u32_at(command, 8), payload,
            manners.unknown_length ? 0xFFFFFFFF : static_cast<u32>(size + 12));
}

void UsbToy::State::answer(View bytes) {
  command.assign(bytes.begin(), bytes.end());
  const u16 code = u16_at(bytes, 6);
  operations.push_back(code);
  if (manners.silent) return;
  if (manners.stale_tail) {
    manners.stale_tail = false;
    push(Bytes(700, 0xAB), true, 0);
    container(3, 0x2001, 0x777, {}, 12);
  }
  switch (code) {
    case open_session:
      respond(session ? 0x201E : 0x2001);
      session = true;
      break;
    case close_session:
      respond(session ? 0x2001 : 0x2003);
      session = false;
      break;
    case op_nothing:
      respond(0x2001);
      break;
    case op_bytes:
      send_data(u32_at(bytes, 12));
      if (!halted_in && !manners.no_response) respond(0x2001);
      pump();
      break;
    case op_take:
      in_data = true;
      taken.clear();
      out_ended = false;
      if (manners.stall_out) halted_out = true;
      break;
    default:
      respond(0x2005);
  }
}

void UsbToy::State::take(View bytes, bool end) {
  taken.insert(taken.end(), bytes.begin(), bytes.end());
  if (!end) return;
  in_data = false;
  out_ended = true;
  respond(0x2001);
}

void UsbToy::bulk_out(Bytes data, bool zero_packet, transport::Duration, Done done) {
  State& state = *state_;
  state.called();
  const std::size_t size = data.size();
  if (state.manners.stuck_out) {
    state.writes.push_back({std::move(data), 0, std::move(done)});
    return state.pump();
  }
  if (state.halted_out && state.in_data) {
    state.finish(std::move(done), Status::stalled, std::move(data), 0);
    return;
  }
  if (state.manners.takes_nothing) {
    state.finish(std::move(done), Status::timed_out, std::move(data), 0);
    return;
  }
  state.out_sizes.push_back(size);
  const Bytes copy = data;
  const bool full = size % state.about.bulk_out_packet == 0;
  const bool end = !full || zero_packet || size == 0;
  const bool refuses_end = state.manners.zlp_out_stall && state.in_data && full && end;
  state.finish(std::move(done), refuses_end ? Status::stalled : Status::ok, std::move(data), size);
  if (state.gone) return;
  if (state.in_data)
    state.take(copy, end);
  else
    state.answer(copy);
}

void UsbToy::control(Control control, Bytes data, transport::Duration, Done done) {
  State& state = *state_;
  state.called();
  state.requests.push_back(control.request);
  if (state.manners.deaf) return;
  Status status = Status::ok;
  std::size_t size = data.size();
  switch (control.request) {
    case transport::usb::cancel_request:
      state.cancelled_id = u32_at(data, 2);
      state.packets.clear();
      state.in_data = false;
      break;
    case transport::usb::device_status: {
      if (state.manners.status_stalls) status = Status::stalled;
      Bytes said;
      ptp::Writer writer(said);
      const bool busy = state.manners.busy_polls != 0;
      if (busy) --state.manners.busy_polls;
      std::vector<u32> halted;
      if (state.halted_in) halted.push_back(state.about.bulk_in);
      if (state.halted_out) halted.push_back(state.about.bulk_out);
      writer.integer(static_cast<u16>(4 + 4 * halted.size()));
      writer.integer(busy ? u16{0x2019} : state.manners.status_code);
      for (const u32 address : halted) writer.integer(address);
      size = state.manners.status_empty ? 0 : std::min(said.size(), data.size());
      std::copy_n(said.begin(), size, data.begin());
      break;
    }
    case transport::usb::device_reset:
      if (state.manners.refuses_class_reset) {
        status = Status::stalled;
        break;
      }
      if (!state.manners.keeps_session) state.session = false;
      state.manners.babbles = false;
      state.packets.clear();
      state.in_data = state.halted_in = state.halted_out = false;
      break;
    case transport::usb::extended_event_data:
      size = std::min(data.size(), state.extended.size());
      std::copy_n(state.extended.begin(), size, data.begin());
      if (size == 0) status = Status::stalled;
      break;
    default:
      status = Status::stalled;
  }
  state.finish(std::move(done), status, std::move(data), size);
}

void UsbToy::cancel(Endpoint endpoint) {
  state_->called();
  state_->end_all(endpoint == Endpoint::bulk_in    ? state_->reads
                  : endpoint == Endpoint::bulk_out ? state_->writes
                                                   : state_->interrupts,
                  Status::cancelled);
}

void UsbToy::clear_halt(Endpoint endpoint, std::function<void(Status)> done) {
  State& state = *state_;
  state.called();
  ++state.cleared;
  if (state.manners.deaf) return;
  if (endpoint == Endpoint::bulk_in && state.halted_in) {
    state.halted_in = false;
    if (state.manners.response_after_stall) state.respond(0x200F);
  }
  if (endpoint == Endpoint::bulk_out) state.halted_out = state.in_data = false;
  if (endpoint == Endpoint::interrupt_in) state.halted_interrupt = false;
  asio::post(io_, [done = std::move(done), gone = state.gone] { done(gone ? Status::gone : Status::ok); });
}

void UsbToy::reset(std::function<void(Status)> done) {
  state_->called();
  ++state_->port_resets;
  if (state_->manners.deaf) return;
  state_->manners.busy_polls = 0;
  state_->manners.status_code = 0x2001;
  if (!state_->manners.keeps_session) state_->session = false;
  asio::post(io_, [done = std::move(done), gone = state_->gone] { done(gone ? Status::gone : Status::ok); });
}

void UsbToy::State::event_bytes(Bytes bytes) {
  View rest(bytes);
  const std::size_t packet = about.interrupt_packet;
  while (!rest.empty()) {
    const View piece = rest.first(std::min(packet, rest.size()));
    events.emplace_back(piece.begin(), piece.end());
    rest = rest.subspan(piece.size());
  }
  pump();
}

void UsbToy::State::event(u16 code, std::initializer_list<u32> params) {
  Bytes bytes = header(static_cast<u32>(12 + 4 * params.size()), 4, code, 0);
  ptp::Writer writer(bytes);
  for (const u32 param : params) writer.integer(param);
  event_bytes(std::move(bytes));
}

}  // namespace stuntcam::tests
