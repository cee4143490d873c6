// What the camera sends: a data container, or a response, in whatever pieces (docs/usb.md).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <system_error>

#include "ptp/codes.h"
#include "transport/usb/device.h"

namespace stuntcam::transport::usb {

using ptp::Kind;
using ptp::Message;

namespace {

constexpr std::size_t header_size = 12, longest_response = header_size + 20;
// The first read of an answer: most are no longer. A multiple of every packet size there is.
constexpr std::size_t first_read = 16 << 10;
// Reads of a data phase: four of them keep the bus busy, and all USB programs of the machine share 16 MiB
// (usbfs_memory_mb).
constexpr std::size_t read_size = 256 << 10;
constexpr unsigned most_in_flight = 4, most_waiting = 8;
// Where the end of a data phase is not known there must be one read only, or the next takes what comes behind the end.
constexpr std::size_t unknown_read_size = 1 << 20;
constexpr std::size_t most_spare = 8;
// As a camera on TCP does it: up to this one packet, beyond it packets of 1 MiB, between which it can be cancelled.
constexpr u64 largest_packet = 16 << 20, packet_size = 1 << 20;
// Transfers that are no answer to what was asked: a camera that sends nothing else is out of step.
constexpr unsigned most_strays = 4096;

u16 type_of(View bytes) { return static_cast<u16>(bytes[4] | bytes[5] << 8); }
bool is_type(View bytes, ptp::ContainerType type) { return type_of(bytes) == static_cast<u16>(type); }

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

void Device::ask(std::size_t size) {
  Bytes buffer;
  if (!spare_.empty()) {
    buffer = std::move(spare_.back());
    spare_.pop_back();
  }
  buffer.resize(size);
  in_flight_.push_back(size);
  pipe_->bulk_in(std::move(buffer), [weak = weak_from_this()](Transfer transfer) {
    if (const auto self = weak.lock()) self->arrived(std::move(transfer));
  });
}

void Device::arrived(Transfer transfer) {
  if (!in_flight_.empty()) in_flight_.pop_front();
  moved_ += transfer.size;
  if (transfer.status == Status::gone) return lose();
  const bool nothing = transfer.status == Status::cancelled && transfer.size == 0;
  if (!nothing) {
    Arrival& arrival = arrivals_.emplace_back();
    arrival.status = transfer.status == Status::cancelled ? Status::ok : transfer.status;
    arrival.buffer = std::move(transfer.buffer);
    arrival.size = std::min(transfer.size, arrival.buffer.size());
  }
  if (!busy_) top_up();
  changed.raise();
}

void Device::drop_arrival() {
  if (spare_.size() < most_spare) spare_.push_back(std::move(arrivals_.front().buffer));
  arrivals_.pop_front();
}

u64 Device::unread() const {
  u64 bytes = 0;
  for (const Arrival& arrival : arrivals_) bytes += arrival.size - arrival.begin;
  return bytes;
}

// Asks for what is still to come, never for more: a read that runs past the data phase would take the response, or wait
// for it while the camera waits for something else.
void Device::top_up() {
  if (gone_ || busy_) return;
  skim();
  if (in_data_ && data_left_ != 0) {
    if (unknown_) {
      const bool ends = !arrivals_.empty() && !arrivals_.back().full();
      if (!ends && in_flight_.empty() && arrivals_.size() < 2) ask(unknown_read_size);
      return;
    }
    u64 covered = unread();
    for (const std::size_t size : in_flight_) covered += size;
    const std::size_t packet = interface().bulk_in_packet;
    while (covered < data_left_ && in_flight_.size() < most_in_flight &&
           arrivals_.size() + in_flight_.size() < most_waiting) {
      const u64 left = data_left_ - covered;
      const std::size_t size =
          left >= read_size ? read_size : (left >= packet ? static_cast<std::size_t>(left / packet) * packet : packet);
      ask(size);
      covered += size;
    }
    return;
  }
  if (asked_ && in_flight_.empty() && arrivals_.empty()) ask(first_read);
}

// A short transfer that is exactly a response to what was asked.
bool Device::looks_like_response(const Arrival& arrival) const {
  const View bytes = arrival.rest();
  return arrival.begin == 0 && !arrival.full() && bytes.size() >= header_size && bytes.size() <= longest_response &&
         is_type(bytes, ptp::ContainerType::response) && at<u32>(bytes, 0) == bytes.size() &&
         at<u32>(bytes, 8) == request_.transaction_id;
}

// Of an older transaction, and not a camera that has its own idea of ids or leaves them empty.
bool Device::stale(u32 transaction_id) const { return stale_ && transaction_id != request_.transaction_id; }

bool Device::has_input() const {
  if (!said_.empty() || gone_) return true;
  if (busy_) return false;
  if (out_failed_ || !arrivals_.empty()) return true;
  return in_data_ && between_frames_ && (!unknown_ || data_left_ == 0);
}

Task<std::optional<Said>> Device::next() {
  if (!said_.empty()) {
    Said said = std::move(said_.front());
    said_.pop_front();
    co_return said;
  }
  if (gone_) throw std::system_error(std::make_error_code(std::errc::no_such_device));
  if (!busy_ && out_failed_) {
    const Status why = *out_failed_;
    co_await recover(why);
    co_return std::nullopt;
  }
  if (!busy_ && in_data_ && between_frames_) {
    auto frame = next_frame();
    if (frame) co_return frame;
  }
  if (!busy_ && asked_ && !in_data_ && !arrivals_.empty()) {
    auto said = co_await answer();
    co_return said;
  }
  top_up();
  co_await changed.wait();
  co_return std::nullopt;
}

bool Device::is_answer(View bytes) const {
  if (bytes.size() < header_size || at<u32>(bytes, 0) < header_size || stale(at<u32>(bytes, 8))) return false;
  return is_type(bytes, ptp::ContainerType::response) || is_type(bytes, ptp::ContainerType::data);
}

// Drops what comes before an answer: the zero-length packet behind a data phase, and the tail of an older one.
void Device::skim() {
  if (!asked_ || in_data_) return;
  while (!arrivals_.empty() && arrivals_.front().status == Status::ok && !is_answer(arrivals_.front().rest())) {
    if (arrivals_.front().size != 0 && ++strays_ > most_strays) {
      arrivals_.front().status = Status::failed;
      log(fmt::format("it sends what is no answer to operation 0x{:04X}: switch it off and on", request_.code));
      return;
    }
    drop_arrival();
  }
}

// What the first transfer in the row says.
Task<std::optional<Said>> Device::answer() {
  if (const Status status = arrivals_.front().status; status != Status::ok) {
    drop_arrival();
    co_await recover(status);
    co_return std::nullopt;
  }
  const View bytes = arrivals_.front().rest();
  if (is_type(bytes, ptp::ContainerType::response)) co_return take_response(bytes);
  co_return begin_data(bytes);
}

std::optional<Said> Device::take_response(View bytes) {
  Message response;
  response.kind = Kind::operation_response;
  response.code = at<u16>(bytes, 6);
  const auto length = std::min<std::size_t>({at<u32>(bytes, 0), bytes.size(), longest_response});
  response.count = static_cast<u8>((length - header_size) / 4);
  for (std::size_t i = 0; i < response.count; ++i) response.params[i] = at<u32>(bytes, header_size + 4 * i);
  if (at<u32>(bytes, 8) != request_.transaction_id)
    log(fmt::format("the response to transaction {} came with id {}; put right", request_.transaction_id,
                    at<u32>(bytes, 8)));
  note_session(response.code);
  while (!arrivals_.empty()) drop_arrival();  // whatever is behind it belongs to nothing
  asked_ = stale_ = under_way_ = false;
  strays_ = 0;
  if (!in_flight_.empty()) pipe_->cancel(Endpoint::bulk_in);
  return respond(response);
}

void Device::note_session(u16 response) {
  using ptp::OperationCode, ptp::ResponseCode;
  const bool ok = response == static_cast<u16>(ResponseCode::OK);
  const bool open = ok || response == static_cast<u16>(ResponseCode::SessionAlreadyOpened);
  if (request_.code == static_cast<u16>(OperationCode::OpenSession) && open) session_ = request_;
  if (request_.code == static_cast<u16>(OperationCode::CloseSession) && ok) session_.reset();
}

Said Device::respond(Message response) const {
  response.transaction_id = request_.transaction_id;
  return {response, {}};
}

std::optional<Said> Device::begin_data(View bytes) {
  const auto length = at<u32>(bytes, 0);
  unknown_ = length == 0xFFFFFFFF;
  total_ = data_left_ = unknown_ ? unknown_size : length - header_size;
  in_data_ = between_frames_ = true;
  last_frame_ = stale_ = false;
  strays_ = 0;
  Arrival& arrival = arrivals_.front();
  arrival.begin += header_size;
  if (arrival.begin == arrival.size) drop_arrival();  // the header on its own: its end is not the end of the data
  top_up();
  Message start;
  start.kind = Kind::data;
  start.first = true;
  start.transaction_id = request_.transaction_id;
  start.total = total_;
  return Said{start, {}};
}

// The head of the next packet of the data phase; none: not known yet.
std::optional<Said> Device::next_frame() {
  Message frame;
  frame.kind = Kind::data;
  frame.transaction_id = request_.transaction_id;
  if (!unknown_) {
    const u64 largest = total_ <= largest_packet ? total_ : packet_size;
    frame.size = std::min(largest, data_left_);
    frame.last = frame.size == data_left_;
    if (cut_short()) {
      frame.size = 0;
      frame.last = true;
    }
  } else {
    if (arrivals_.empty()) return {};
    const Arrival& arrival = arrivals_.front();
    const bool ended = arrival.status != Status::ok || looks_like_response(arrival) || arrival.size == 0;
    frame.size = ended ? 0 : arrival.size - arrival.begin;
    frame.last = ended || !arrival.full();
    if (arrival.status == Status::ok && arrival.size == 0) drop_arrival();
  }
  between_frames_ = false;
  frame_left_ = frame.size;
  last_frame_ = frame.last;
  if (frame_left_ == 0) end_frame();
  return Said{frame, {}};
}

// A camera that sent less than it announced: there is something else in the row.
bool Device::cut_short() const {
  if (data_left_ == 0 || arrivals_.empty()) return false;
  const Arrival& arrival = arrivals_.front();
  return arrival.status != Status::ok || (looks_like_response(arrival) && arrival.size != data_left_);
}

void Device::end_frame() {
  frame_left_ = 0;
  if (!last_frame_) {
    between_frames_ = true;
    return;
  }
  in_data_ = between_frames_ = false;
  data_left_ = 0;
  if (!in_flight_.empty()) pipe_->cancel(Endpoint::bulk_in);
  top_up();
}

Task<std::size_t> Device::read(Room room, const bool& closed) {
  const auto self = shared_from_this();
  while (frame_left_ != 0 && !closed) {
    if (gone_) throw std::system_error(std::make_error_code(std::errc::no_such_device));
    if (!busy_ && in_data_ && !arrivals_.empty()) {
      if (cut_short()) {
        log(fmt::format("operation 0x{:04X} sent {} bytes less than it announced: ask for it again", request_.code,
                        data_left_));
        last_frame_ = true;
        end_frame();
        co_return 0;
      }
      Arrival& arrival = arrivals_.front();
      const auto count =
          static_cast<std::size_t>(std::min<u64>({room.size(), frame_left_, arrival.size - arrival.begin}));
      std::memcpy(room.data(), arrival.buffer.data() + arrival.begin, count);
      arrival.begin += count;
      frame_left_ -= count;
      if (!unknown_) data_left_ -= count;
      if (arrival.begin == arrival.size) drop_arrival();
      if (frame_left_ == 0) end_frame();
      top_up();
      if (count != 0) co_return count;
      continue;  // a zero-length packet in the middle
    }
    top_up();
    co_await changed.wait();
  }
  co_return 0;
}

}  // namespace stuntcam::transport::usb
