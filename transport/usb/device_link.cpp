// The links between a virtual device's endpoints and the server behind it.
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include <asio/error.hpp>

#include "ptp/codes.h"
#include "ptp/container.h"
#include "transport/stream_link.h"
#include "transport/usb/device_state.h"

namespace stuntcam::transport::usb {
const ptp::ContainerFraming& containers() {
  static const ptp::ContainerFraming framing;
  return framing;
}

void gone() { throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted)); }

ptp::Message cancel_message(u32 transaction_id) {
  ptp::Message message;
  message.kind = ptp::Kind::cancel;
  message.transaction_id = transaction_id;
  return message;
}

namespace {

constexpr std::size_t header_size = 12;
// A file is read in pieces of this.
constexpr std::size_t piece_size = 256 << 10;

class CommandLink final : public Link {
 public:
  CommandLink(std::shared_ptr<VirtualDevice::State> device, std::shared_ptr<Round> round)
      : device_(std::move(device)), round_(std::move(round)), peer_(device_->host) {}
  ~CommandLink() override { shut(); }

  const ptp::Framing& framing() const override { return containers(); }
  Task<ptp::Expected<ptp::Message>> receive() override;
  Task<std::size_t> read(Room) override;
  bool pending() override;
  Task<bool> ready() override;
  void put(const ptp::Message&) override;
  Task<> write(Payload) override;
  Task<> flush() override;
  void close(bool) override { shut(); }
  void mark(std::string_view what) override {
    device_->note(what);
    doubt_ = true;
  }
  u64 moved() const override { return moved_; }
  Lane lane() const override { return Lane::command; }
  std::string peer() const override { return peer_; }

 private:
  // How long a transfer to the host is: as its head says (exact), or, where a fault makes heads that lie, until the
  // next head comes, or all is to be out: raw bytes at once (loose), data not before as many have come as announced
  // (doubted).
  enum class Going : u8 { nothing, exact, doubted, loose };
  // A head that waits to be sent; `total` with the payload that write() will bring.
  struct Head {
    Bytes bytes;
    u64 total;
    u32 transaction_id;
    bool ends;  // a response: the transaction is over for the host once it has it
    Going how;
  };
  void check() const {
    if (round_->closed) gone();
  }
  bool lost(u32 transaction_id) const { return device_->cancelled(transaction_id); }
  void shut();
  std::optional<ptp::Message> next();
  std::optional<ptp::Message> whole(bool ended);
  void malformed(const std::string& why);
  void end_payload();
  Task<> push(View bytes, u32 transaction_id);
  Task<> send_heads();
  void begin_transfer(Going how, u64 total);
  void end_transfer();

  std::shared_ptr<VirtualDevice::State> device_;
  std::shared_ptr<Round> round_;
  std::string peer_;
  u64 moved_ = 0;
  // Received:
  Bytes head_;
  bool head_done_ = false;      // it was given away, and is kept for whoever looks at Message::wire
  u64 payload_left_ = 0;        // of the data container received last
  bool transfer_over_ = false;  // a short packet ended it
  // To send:
  std::deque<Head> heads_;
  u32 sending_ = 0;  // the transaction whose payload write() brings
  Going going_ = Going::nothing;
  u64 going_total_ = 0, went_ = 0;  // of that transfer, in bytes
  bool doubt_ = false;              // a fault was at this transaction
};

// The host sent what is no container, or one that does not belong here.
void CommandLink::malformed(const std::string& why) {
  head_.clear();
  device_->stall(why);
  device_->taken();
}

// A message, as soon as its head is there whole.
std::optional<ptp::Message> CommandLink::next() {
  auto& out = device_->bulk_out;
  while (device_->bus != nullptr) {
    if (out.end()) {
      out.take(*device_->bus, 0);
      if (!head_.empty()) malformed("an empty packet within a container");
      continue;
    }
    const View bytes = out.bytes();
    if (bytes.empty()) return {};
    const auto head = containers().head(head_);
    const auto want = head && head->need == 0 ? head->size : header_size;
    const auto count = std::min(want - head_.size(), bytes.size());
    head_.insert(head_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    const bool ended = out.take(*device_->bus, count);
    device_->taken();
    moved_ += count;
    if (auto message = whole(ended)) return message;
  }
  return {};
}

std::optional<ptp::Message> CommandLink::whole(bool ended) {
  const auto head = containers().head(head_);
  if (!head) {
    malformed(head.error().to_string());
    return {};
  }
  const bool all = head->need == 0 && head_.size() == head->size;
  if (!all) {
    if (ended) malformed("a container that ends early");
    return {};
  }
  const auto message = containers().decode(head_);
  const bool data = message && message->kind == ptp::Kind::data;
  if (!message || (!data && message->kind != ptp::Kind::operation_request)) {
    malformed("neither a command nor data");
    return {};
  }
  if (data) {
    // A header in a transfer of its own: the payload is the next.
    payload_left_ = message->size;
    transfer_over_ = ended && payload_left_ == 0;
  } else {
    device_->bulk_out.take_rest(*device_->bus);
    device_->transaction = message->transaction_id;
    device_->cancelled_transaction.reset();
  }
  head_done_ = true;
  return *message;
}

Task<ptp::Expected<ptp::Message>> CommandLink::receive() {
  u8 dropped[4096];
  while (payload_left_ != 0) {
    const std::size_t got = co_await read(dropped);
    (void)got;
  }
  for (;;) {
    check();
    if (!round_->cancels.empty()) {
      const auto message = cancel_message(round_->cancels.front());
      round_->cancels.pop_front();
      head_.clear();
      head_done_ = false;
      co_return message;
    }
    if (std::exchange(head_done_, false)) head_.clear();
    const auto message = next();
    if (message) co_return *message;
    co_await device_->wake.wait();
  }
}

void CommandLink::end_payload() {
  payload_left_ = 0;
  if (device_->bus != nullptr && !transfer_over_) device_->bulk_out.take_rest(*device_->bus);
  transfer_over_ = false;
  device_->taken();
}

Task<std::size_t> CommandLink::read(Room room) {
  while (payload_left_ != 0) {
    check();
    auto& out = device_->bulk_out;
    if (transfer_over_ || !round_->cancels.empty() || out.halted()) break;
    if (out.end()) {
      out.take(*device_->bus, 0);
      transfer_over_ = true;
      continue;
    }
    const View bytes = out.bytes();
    if (bytes.empty()) {
      co_await device_->wake.wait();
      continue;
    }
    const auto count =
        static_cast<std::size_t>(std::min<u64>(std::min<std::size_t>(room.size(), bytes.size()), payload_left_));
    std::copy_n(bytes.begin(), count, room.begin());
    transfer_over_ = out.take(*device_->bus, count);
    if (payload_left_ != unknown_size) payload_left_ -= count;
    moved_ += count;
    if (payload_left_ == 0) end_payload();
    device_->taken();
    co_return count;
  }
  end_payload();
  co_return 0;
}

// Empty packets between containers mean nothing.
bool CommandLink::pending() {
  auto& out = device_->bulk_out;
  const bool between = head_.empty() || head_done_;
  while (between && device_->bus != nullptr && out.end()) out.take(*device_->bus, 0);
  return round_->closed || !round_->cancels.empty() || !out.bytes().empty() || out.end();
}

Task<bool> CommandLink::ready() {
  while (!round_->closed) {
    const bool something = pending();
    if (something) co_return true;
    co_await device_->wake.wait();
  }
  co_return false;
}

void CommandLink::put(const ptp::Message& message) {
  const bool response = message.kind == ptp::Kind::operation_response;
  if (response && lost(message.transaction_id)) {
    heads_.clear();
    device_->end_transaction();
    return;
  }
  if (response && device_->description.stall_unsupported &&
      message.code == static_cast<u16>(ptp::ResponseCode::OperationNotSupported)) {
    device_->end_transaction();
    device_->stall("an operation that the camera does not have");
    return;
  }
  Bytes bytes;
  containers().encode(message, bytes);
  if (bytes.empty()) return;
  const bool data = message.kind == ptp::Kind::data;
  const bool unknown = data && message.total == unknown_size;
  const u64 total = unknown ? unknown_size : bytes.size() + (data ? message.total : 0);
  const Going how = message.kind == ptp::Kind::raw ? Going::loose
                    : unknown || (data && doubt_)  ? Going::doubted
                                                   : Going::exact;
  heads_.push_back({std::move(bytes), total, message.transaction_id, response, how});
  if (response) doubt_ = false;
}

void CommandLink::begin_transfer(Going how, u64 total) {
  end_transfer();
  going_ = how;
  going_total_ = total;
  went_ = 0;
  device_->bulk_in.begin(how == Going::exact ? total : unknown_size);
}

void CommandLink::end_transfer() {
  if (device_->bus != nullptr) device_->bulk_in.end(*device_->bus);
  going_ = Going::nothing;
}

// All of it, or what is left of it when the host cancels.
Task<> CommandLink::push(View bytes, u32 transaction_id) {
  while (!bytes.empty()) {
    check();
    if (lost(transaction_id)) co_return;
    const auto count = device_->bulk_in.push(*device_->bus, bytes);
    bytes = bytes.subspan(count);
    moved_ += count;
    went_ += count;
    if (count == 0) co_await device_->wake.wait();
  }
}

Task<> CommandLink::send_heads() {
  while (!heads_.empty()) {
    Head head = std::move(heads_.front());
    heads_.pop_front();
    if (lost(head.transaction_id)) continue;
    const bool alone = device_->description.split_header && head.total > head.bytes.size();
    begin_transfer(head.how, alone ? head.bytes.size() : head.total);
    co_await push(head.bytes, head.transaction_id);
    if (alone && !lost(head.transaction_id)) begin_transfer(head.how, head.total - head.bytes.size());
    sending_ = head.transaction_id;
    if (head.ends && device_->transaction == head.transaction_id) device_->end_transaction();
  }
}

Task<> CommandLink::write(Payload payload) {
  co_await send_heads();
  if (going_ == Going::nothing) begin_transfer(Going::loose, unknown_size);
  if (payload.descriptor < 0) {
    co_await push(payload.bytes, sending_);
    co_return;
  }
  Bytes buffer(static_cast<std::size_t>(std::min<u64>(piece_size, payload.size)));
  for (u64 done = 0; done < payload.size && !lost(sending_);) {
    const auto most = static_cast<std::size_t>(std::min<u64>(buffer.size(), payload.size - done));
    const ssize_t got = ::pread(payload.descriptor, buffer.data(), most, static_cast<off_t>(payload.offset + done));
    if (got <= 0) throw SourceFailed(done);
    const View piece = View(buffer).first(static_cast<std::size_t>(got));
    co_await push(piece, sending_);
    done += piece.size();
  }
}

Task<> CommandLink::flush() {
  check();
  co_await send_heads();
  if (going_ == Going::loose || (going_ == Going::doubted && went_ >= going_total_)) end_transfer();
}

void CommandLink::shut() {
  if (round_->closed) return;
  round_->closed = true;
  round_->events_wake.raise();
  device_->wake.raise();
}

}  // namespace

std::unique_ptr<Link> make_command_link(std::shared_ptr<VirtualDevice::State> device, std::shared_ptr<Round> round) {
  return std::make_unique<CommandLink>(std::move(device), std::move(round));
}

}  // namespace stuntcam::transport::usb
