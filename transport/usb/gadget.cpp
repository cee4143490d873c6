#include "transport/usb/gadget.h"

#include <linux/usb/functionfs.h>
#include <unistd.h>

#include <array>
#include <map>
#include <system_error>
#include <utility>

#include "transport/usb/file_transfers.h"
#include "transport/usb/gadget_port.h"

namespace stuntcam::transport::usb {
namespace {

// To the host: so many URBs of this size are with the controller at once.
constexpr u32 urbs_in = 2, urb_of_events = 9, first_out = 10;
constexpr std::size_t in_size = 64 << 10, out_size = 16 << 10;
constexpr u8 clear_feature = 1, of_endpoint = 0x02;
constexpr u8 cancel_request = 0x64, device_reset = 0x66;

}  // namespace

// Between the device and the files. On the camera's loop alone.
class Gadget::Carrier final : public Bus, public std::enable_shared_from_this<Gadget::Carrier> {
 public:
  Carrier(asio::io_context& io, std::shared_ptr<VirtualDevice> device, std::string controller)
      : device_(std::move(device)),
        port_(device_->description(), std::move(controller)),
        transfers_(std::make_shared<FileTransfers>(io)),
        control_(io, ::dup(port_.control)) {}

  void start() {
    port_.bind();
    listen();
  }
  void stop() {
    if (std::exchange(stopped_, true)) return;
    port_.unbind();
    detach();
    transfers_->stop();
    asio::error_code ignored;
    control_.close(ignored);
    port_.remove();
  }
  const std::string& controller() const { return port_.controller(); }

  void answer(u32 urb, UrbStatus status, u64 size, View data) override {
    if (status == UrbStatus::stalled) return stalled(urb);
    Bytes bytes(data.begin(), data.end());
    if (size == data.size()) return send(urb, std::move(bytes));
    filling_ = urb;
    owed_ = size - data.size();
    filled_ = std::move(bytes);
  }
  void more(View data) override {
    filled_.insert(filled_.end(), data.begin(), data.end());
    owed_ -= data.size();
    if (owed_ == 0) send(filling_, std::exchange(filled_, {}));
  }
  void accepted(u32, UrbStatus status, u64) override {
    if (status == UrbStatus::stalled) {
      u8 byte = 0;
      // Writing on an endpoint that only reads: FunctionFS halts it.
      if (::write(port_.bulk_out, &byte, 1) < 0) clear(bulk_out_address);
    }
    receive();
  }
  bool full() const override { return false; }  // the URBs are few, and each is a buffer
  void unplugged() override { stop(); }

 private:
  void listen() {
    control_.async_wait(asio::posix::descriptor_base::wait_read,
                        [self = shared_from_this()](const asio::error_code& error) {
                          if (!error && !self->stopped_ && self->take_event()) self->listen();
                        });
  }
  bool take_event() {
    usb_functionfs_event event{};
    if (::read(port_.control, &event, sizeof event) != sizeof event) return errno == EAGAIN || errno == EINTR;
    if (event.type == FUNCTIONFS_ENABLE) attach();
    if (event.type == FUNCTIONFS_DISABLE || event.type == FUNCTIONFS_UNBIND) detach();
    if (event.type == FUNCTIONFS_SETUP) setup(event.u.setup);
    return true;
  }
  void attach() {
    detach();
    attached_ = device_->attach(*this, "gadget");
    if (!attached_) return;
    ++visit_;
    for (u32 urb = 1; urb <= urbs_in; ++urb) device_->submit_in(bulk_in_address, urb, in_size);
    device_->submit_in(interrupt_in_address, urb_of_events, in_size);
    receive();
  }
  void detach() {
    if (std::exchange(attached_, false)) device_->detach(*this);
  }
  void setup(const usb_ctrlrequest& request) {
    const Setup what{request.bRequestType, request.bRequest, request.wValue, request.wIndex, request.wLength};
    Bytes data(what.to_host() ? 0 : what.length);
    if (!data.empty() && ::read(port_.control, data.data(), data.size()) < 0) return;
    const auto result = device_->control(what, data);
    const bool ok = result.status == UrbStatus::ok;
    u8 nothing = 0;
    ssize_t done = 0;
    if (what.to_host())
      // The other direction than the host asked for: a stall.
      done = ok ? ::write(port_.control, result.data.data(), result.data.size()) : ::read(port_.control, &nothing, 0);
    else if (data.empty() || !ok)
      done = ok ? ::read(port_.control, &nothing, 0) : ::write(port_.control, &nothing, 0);
    (void)done;
    if (what.request == cancel_request || what.request == device_reset) transfers_->cancel(port_.bulk_in);
  }
  void clear(u8 endpoint) { device_->control({of_endpoint, clear_feature, 0, endpoint, 0}, {}); }
  // The controller keeps the halt until the host clears it; we are not told when.
  void stalled(u32 urb) {
    u8 byte = 0;
    const bool event = urb == urb_of_events;
    if (::read(event ? port_.interrupt : port_.bulk_in, &byte, 1) < 0)
      clear(event ? interrupt_in_address : bulk_in_address);
    again(urb);
  }
  void again(u32 urb) {
    asio::post(control_.get_executor(), [self = shared_from_this(), urb, visit = visit_] {
      if (!self->attached_ || self->visit_ != visit) return;
      self->device_->submit_in(urb == urb_of_events ? interrupt_in_address : bulk_in_address, urb, in_size);
      self->device_->carried();
    });
  }
  // An URB is whole. One that is short of its size and full of whole packets was ended by an empty packet, which has to
  // be sent.
  void send(u32 urb, Bytes bytes) {
    const bool event = urb == urb_of_events;
    const int file = event ? port_.interrupt : port_.bulk_in;
    const std::size_t packet = event ? device_->description().interrupt_packet : device_->description().bulk_packet();
    const bool empty_packet = !bytes.empty() && bytes.size() % packet == 0 && bytes.size() < in_size;
    const auto ended = [self = shared_from_this(), urb](i64, Bytes) { self->again(urb); };
    if (!empty_packet) {
      transfers_->write(file, std::move(bytes), ended);
      return;
    }
    transfers_->write(file, std::move(bytes), [](i64, Bytes) {});
    transfers_->write(file, {}, ended);
  }
  void receive() {
    if (!attached_ || std::exchange(receiving_, true)) return;
    transfers_->read(port_.bulk_out, out_size, [self = shared_from_this(), visit = visit_](i64 got, Bytes bytes) {
      self->receiving_ = false;
      if (!self->attached_ || self->visit_ != visit) return self->receive();
      if (got < 0) return;  // disabled; the next host begins anew
      bytes.resize(static_cast<std::size_t>(got));
      const bool ended = bytes.size() < out_size;
      self->device_->submit_out(bulk_out_address, first_out, bytes.size(), ended);
      if (!bytes.empty()) self->device_->arrive(bytes);
    });
  }

  std::shared_ptr<VirtualDevice> device_;
  GadgetPort port_;
  std::shared_ptr<FileTransfers> transfers_;
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> control_;
  bool attached_ = false, receiving_ = false, stopped_ = false;
  u64 visit_ = 0;
  u32 filling_ = 0;
  u64 owed_ = 0;
  Bytes filled_;
};

Gadget::Gadget(asio::io_context& io, std::shared_ptr<VirtualDevice> device, std::string controller)
    : carrier_(std::make_shared<Carrier>(io, std::move(device), std::move(controller))) {
  carrier_->start();
}

Gadget::~Gadget() { stop(); }

const std::string& Gadget::controller() const { return carrier_->controller(); }
void Gadget::stop() { carrier_->stop(); }

}  // namespace stuntcam::transport::usb
