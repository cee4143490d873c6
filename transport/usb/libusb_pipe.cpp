#include "transport/usb/libusb_pipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>

namespace stuntcam::transport::usb {
namespace {

using Steady = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, asio::io_context::executor_type>;

constexpr u8 to_interface = static_cast<u8>(LIBUSB_REQUEST_TYPE_CLASS) | static_cast<u8>(LIBUSB_RECIPIENT_INTERFACE);
// What a read shrinks to when the kernel has no memory for it: all USB programs share 16 MiB.
constexpr std::size_t least_read = 4 << 10;
// What does not shrink, or not enough, waits so long for others to end, and asks so often.
constexpr auto memory_limit = std::chrono::seconds(5);
constexpr auto memory_pause = std::chrono::milliseconds(20);
constexpr int event_wait_s = 60;  // the thread is woken when it is wanted

unsigned milliseconds(Duration limit) {
  return static_cast<unsigned>(std::chrono::duration_cast<std::chrono::milliseconds>(limit).count());
}

Status status_of(libusb_transfer_status status) {
  switch (status) {
    case LIBUSB_TRANSFER_COMPLETED:
      return Status::ok;
    case LIBUSB_TRANSFER_STALL:
      return Status::stalled;
    case LIBUSB_TRANSFER_TIMED_OUT:
      return Status::timed_out;
    case LIBUSB_TRANSFER_CANCELLED:
      return Status::cancelled;
    case LIBUSB_TRANSFER_OVERFLOW:
      return Status::overflow;
    case LIBUSB_TRANSFER_NO_DEVICE:
      return Status::gone;
    case LIBUSB_TRANSFER_ERROR:
      break;
  }
  return Status::failed;
}

Status status_of_error(int error) {
  if (error == LIBUSB_SUCCESS) return Status::ok;
  if (error == LIBUSB_ERROR_NO_DEVICE || error == LIBUSB_ERROR_NOT_FOUND) return Status::gone;
  return error == LIBUSB_ERROR_PIPE ? Status::stalled : Status::failed;
}

// How many callbacks are to come: none may when the handle goes.
struct Outstanding {
  std::mutex mutex;
  std::condition_variable none;
  std::size_t count = 0;
  void add() {
    const std::lock_guard lock(mutex);
    ++count;
  }
  void remove() {
    const std::lock_guard lock(mutex);
    if (--count == 0) none.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex);
    none.wait(lock, [this] { return count == 0; });
  }
};

class LibusbPipe;

// Belongs to the loop, but between submission and callback, when it is libusb's.
struct Operation {
  ~Operation() { free(); }
  // To free a transfer, libusb looks at its device: what outlives the pipe must have none.
  void free() { libusb_free_transfer(std::exchange(transfer, nullptr)); }
  libusb_transfer* transfer = libusb_alloc_transfer(0);
  Endpoint endpoint = Endpoint::bulk_in;
  bool control = false;
  bool submitted = false;    // and not ended
  Steady::time_point due{};  // it waits for memory until then
  Bytes buffer;
  Done done;
  std::shared_ptr<Outstanding> outstanding;
  asio::io_context* io = nullptr;
  std::weak_ptr<LibusbPipe*> owner;  // expired: nobody wants to know
  std::shared_ptr<Operation> self;   // while libusb has it
};

class LibusbPipe final : public Pipe {
 public:
  LibusbPipe(asio::io_context& io, std::unique_ptr<Context> context, libusb_device_handle* handle, Interface about,
             std::function<void(const std::string&)> log)
      : io_(io), context_(std::move(context)), handle_(handle), interface_(std::move(about)), log_(std::move(log)) {
    events_ = std::thread([this] { handle_events(); });
  }

  ~LibusbPipe() override {
    alive_.reset();
    blocking_.join();
    for (const auto& operation : in_flight_)
      if (operation->submitted) libusb_cancel_transfer(operation->transfer);
    outstanding_->wait();  // the kernel ends what was cancelled, also when the camera is gone
    ending_ = true;
    libusb_interrupt_event_handler(context_->get());
    events_.join();
    for (const auto& operation : in_flight_) operation->free();
    in_flight_.clear();
    libusb_release_interface(handle_, interface_.number);
    libusb_close(handle_);
  }

  const Interface& interface() const override { return interface_; }
  bool gone() const override { return gone_; }

  void bulk_in(Bytes buffer, Done done) override {
    start(Endpoint::bulk_in, interface_.bulk_in, std::move(buffer), {}, std::move(done));
  }
  void interrupt_in(Bytes buffer, Done done) override {
    start(Endpoint::interrupt_in, interface_.interrupt_in, std::move(buffer), {}, std::move(done));
  }
  void bulk_out(Bytes data, bool zero_packet, Duration limit, Done done) override {
    const bool full = zero_packet && !data.empty();
    start(Endpoint::bulk_out, interface_.bulk_out, std::move(data), limit, std::move(done),
          full ? LIBUSB_TRANSFER_ADD_ZERO_PACKET : 0);
  }

  void control(Control request, Bytes data, Duration limit, Done done) override {
    const auto operation = prepare(std::move(data), std::move(done));
    operation->control = true;
    const auto length = static_cast<u16>(operation->buffer.size());
    // libusb wants the eight bytes of the request in front of the data.
    operation->buffer.insert(operation->buffer.begin(), LIBUSB_CONTROL_SETUP_SIZE, u8{0});
    const auto direction = request.in ? LIBUSB_ENDPOINT_IN : LIBUSB_ENDPOINT_OUT;
    libusb_fill_control_setup(operation->buffer.data(), static_cast<u8>(to_interface | direction), request.request,
                              request.value, interface_.number, length);
    libusb_fill_control_transfer(operation->transfer, handle_, operation->buffer.data(), ended, operation.get(),
                                 milliseconds(limit));
    submit(operation);
  }

  void cancel(Endpoint endpoint) override {
    for (const auto& operation : in_flight_) {
      if (operation->control || operation->endpoint != endpoint) continue;
      if (operation->submitted) libusb_cancel_transfer(operation->transfer);
      if (std::erase(hungry_, operation) != 0) end_early(operation, Status::cancelled);
    }
  }

  void clear_halt(Endpoint endpoint, std::function<void(Status)> done) override {
    const u8 address = endpoint == Endpoint::bulk_in    ? interface_.bulk_in
                       : endpoint == Endpoint::bulk_out ? interface_.bulk_out
                                                        : interface_.interrupt_in;
    block([handle = handle_, address] { return libusb_clear_halt(handle, address); }, std::move(done));
  }
  void reset(std::function<void(Status)> done) override {
    block([handle = handle_] { return libusb_reset_device(handle); }, std::move(done));
  }

 private:
  void handle_events() {
    while (!ending_) {
      timeval wait{event_wait_s, 0};
      libusb_handle_events_timeout_completed(context_->get(), &wait, nullptr);
    }
  }

  std::shared_ptr<Operation> prepare(Bytes buffer, Done done) {
    auto operation = std::make_shared<Operation>();
    operation->buffer = std::move(buffer);
    operation->done = std::move(done);
    operation->outstanding = outstanding_;
    operation->io = &io_;
    operation->owner = alive_;
    return operation;
  }

  void start(Endpoint endpoint, u8 address, Bytes buffer, Duration limit, Done done, u8 flags = 0) {
    const auto operation = prepare(std::move(buffer), std::move(done));
    operation->endpoint = endpoint;
    auto* const transfer = operation->transfer;
    transfer->flags = flags;
    const auto fill = endpoint == Endpoint::interrupt_in ? libusb_fill_interrupt_transfer : libusb_fill_bulk_transfer;
    fill(transfer, handle_, address, operation->buffer.data(), static_cast<int>(operation->buffer.size()), ended,
         operation.get(), milliseconds(limit));
    submit(operation);
  }

  void submit(const std::shared_ptr<Operation>& operation) {
    in_flight_.push_back(operation);
    operation->due = Steady::now() + memory_limit;
    hungry_.push_back(operation);
    if (hungry_.size() == 1) feed();
  }

  // In the order of their submission, so that nothing overtakes.
  void feed() {
    while (!hungry_.empty()) {
      const auto operation = hungry_.front();
      const int error = try_to_submit(operation);
      if (error == LIBUSB_ERROR_NO_MEM && Steady::now() < operation->due) return feed_later();
      hungry_.pop_front();
      if (error != LIBUSB_SUCCESS) end_early(operation, status_of_error(error));
    }
  }

  void feed_later() {
    if (!std::exchange(told_, true) && log_)
      log_(
          fmt::format("{}: the kernel has no memory left for USB transfers: echo 64 | sudo tee "
                      "/sys/module/usbcore/parameters/usbfs_memory_mb",
                      title(interface_)));
    pause_.expires_after(memory_pause);
    pause_.async_wait([owner = std::weak_ptr<LibusbPipe*>(alive_)](const asio::error_code& error) {
      const auto pipe = owner.lock();
      if (!error && pipe) (*pipe)->feed();
    });
  }

  int try_to_submit(const std::shared_ptr<Operation>& operation) {
    auto* const transfer = operation->transfer;
    outstanding_->add();
    operation->self = operation;
    int error = libusb_submit_transfer(transfer);
    if (error == LIBUSB_ERROR_NOT_SUPPORTED && transfer->flags != 0) {
      transfer->flags = 0;  // no zero-length packets from this kernel
      error = libusb_submit_transfer(transfer);
    }
    const bool shrinks = !operation->control && operation->endpoint == Endpoint::bulk_in;
    while (error == LIBUSB_ERROR_NO_MEM && shrinks && operation->buffer.size() > least_read) {
      operation->buffer.resize(std::max(least_read, operation->buffer.size() / 2 / least_read * least_read));
      transfer->length = static_cast<int>(operation->buffer.size());
      error = libusb_submit_transfer(transfer);
    }
    operation->submitted = error == LIBUSB_SUCCESS;
    if (operation->submitted) return error;
    outstanding_->remove();
    operation->self.reset();
    return error;
  }

  void end_early(const std::shared_ptr<Operation>& operation, Status status) {
    asio::post(io_, [operation, status, owner = operation->owner] {
      if (const auto pipe = owner.lock()) (*pipe)->finish(operation, status, 0);
    });
  }

  // On the thread of the events.
  static void LIBUSB_CALL ended(libusb_transfer* transfer) {
    auto* const raw = static_cast<Operation*>(transfer->user_data);
    const auto operation = std::exchange(raw->self, nullptr);
    const auto outstanding = operation->outstanding;
    asio::post(*operation->io, [operation, owner = operation->owner] {
      if (const auto pipe = owner.lock())
        (*pipe)->finish(operation, status_of(operation->transfer->status),
                        static_cast<std::size_t>(std::max(0, operation->transfer->actual_length)));
    });
    outstanding->remove();
  }

  void finish(const std::shared_ptr<Operation>& operation, Status status, std::size_t size) {
    std::erase(in_flight_, operation);
    operation->free();
    if (status == Status::gone) gone_ = true;
    if (!hungry_.empty()) feed();
    Transfer transfer;
    transfer.status = status;
    transfer.size = size;
    transfer.buffer = std::move(operation->buffer);
    if (operation->control)
      transfer.buffer.erase(transfer.buffer.begin(), transfer.buffer.begin() + LIBUSB_CONTROL_SETUP_SIZE);
    if (operation->done) operation->done(std::move(transfer));
  }

  // Calls of libusb that wait: beside the loop, one after the other.
  void block(std::function<int()> call, std::function<void(Status)> done) {
    asio::post(blocking_,
               [this, call = std::move(call), done = std::move(done), owner = std::weak_ptr<LibusbPipe*>(alive_)] {
                 if (owner.expired()) return;
                 const Status status = status_of_error(call());
                 asio::post(io_, [owner, status, done] {
                   const auto pipe = owner.lock();
                   if (!pipe) return;
                   if (status == Status::gone) (*pipe)->gone_ = true;
                   done(status);
                 });
               });
  }

  asio::io_context& io_;
  std::unique_ptr<Context> context_;
  libusb_device_handle* handle_;
  Interface interface_;
  std::function<void(const std::string&)> log_;
  std::shared_ptr<LibusbPipe*> alive_ = std::make_shared<LibusbPipe*>(this);
  std::shared_ptr<Outstanding> outstanding_ = std::make_shared<Outstanding>();
  std::list<std::shared_ptr<Operation>> in_flight_;  // and what is to be
  std::deque<std::shared_ptr<Operation>> hungry_;    // of those, what has not been submitted yet
  Timer pause_{io_};
  bool told_ = false;
  asio::thread_pool blocking_{1};
  std::atomic<bool> ending_ = false;
  bool gone_ = false;
  std::thread events_;
};

}  // namespace

Context::Context() {
  if (const int error = libusb_init(&context_); error != 0)
    throw Problem(fmt::format("libusb does not start: {}", libusb_strerror(error)), "");
}

Context::~Context() { libusb_exit(context_); }

std::unique_ptr<Pipe> make_libusb_pipe(asio::io_context& io, std::unique_ptr<Context> context,
                                       libusb_device_handle* handle, Interface about,
                                       std::function<void(const std::string&)> log) {
  return std::make_unique<LibusbPipe>(io, std::move(context), handle, std::move(about), std::move(log));
}

}  // namespace stuntcam::transport::usb
