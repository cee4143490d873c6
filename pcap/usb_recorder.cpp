#include "pcap/usb_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include "pcap/recorded_talk.h"
#include "pcap/usb.h"
#include "pcap/walker.h"
#include "transport/usb/class_request.h"
#include "transport/usb/description.h"

namespace stuntcam::pcap {
namespace {

using transport::usb::Setup;
using transport::usb::UrbStatus;
using Type = UsbTransfer::Type;

constexpr u8 to_host = 0x80, interrupt_endpoint = transport::usb::interrupt_in_address;

i32 number(UrbStatus status) {
  return status == UrbStatus::stalled ? -EPIPE : status == UrbStatus::overflow ? -EOVERFLOW : 0;
}

Bytes encode(const Setup& setup) {
  const auto low = [](u16 value) { return static_cast<u8>(value); };
  const auto high = [](u16 value) { return static_cast<u8>(value >> 8); };
  return {setup.request_type, setup.request,     low(setup.value),  high(setup.value),
          low(setup.index),   high(setup.index), low(setup.length), high(setup.length)};
}

class UsbRecorder final : public transport::usb::BusObserver, private WalkerSink {
 public:
  UsbRecorder(std::shared_ptr<RecordingFile> file, const RecordedDevice& device)
      : file_(std::move(file)), bus_(device.bus), device_(device.device), talk_(device.vendor, file_->cut()) {
    note(fmt::format("{}, attached by {}", device.camera, device.host));
  }
  ~UsbRecorder() override {
    if (going_.left != 0) submit_piece(going_.left);
    if (coming_.left != 0) complete_piece(-ESHUTDOWN);
    for (const auto& [number, urb] : waiting_) complete(urb, -ESHUTDOWN, 0, {}, {});
  }
  UsbRecorder(const UsbRecorder&) = delete;
  UsbRecorder& operator=(const UsbRecorder&) = delete;

  void control(const Setup& setup, View data) override {
    const auto bytes = encode(setup);
    pipes_.control(bytes, {});
    const Urb urb{file_->next_urb(), setup.to_host() ? to_host : u8{0}};
    controls_.push_back(urb);
    write({.urb = urb.id,
           .type = Type::control,
           .endpoint = urb.endpoint,
           .submitted = true,
           .length = setup.to_host() ? setup.length : static_cast<u32>(data.size()),
           .data = data,
           .setup = bytes},
          request_name(setup, data));
  }
  void controlled(UrbStatus status, View data) override {
    const Urb urb = controls_.back();
    controls_.pop_back();
    complete(urb, number(status), data.size(), data, {});
  }

  void submitted(u8 endpoint, u32 number, u64 length) override {
    if ((endpoint & to_host) != 0) {
      waiting_[number] = submit_in(endpoint, length);
      return;
    }
    going_.endpoint = endpoint;
    going_.number = number;
    going_.left = length;
    if (length == 0) submit_piece(0);
  }
  void arrived(View bytes) override {
    while (!bytes.empty() && going_.left != 0) {
      const auto want = static_cast<std::size_t>(std::min<u64>(going_.left, max_urb));
      const auto taken = bytes.first(std::min(bytes.size(), want - going_.bytes.size()));
      going_.bytes.insert(going_.bytes.end(), taken.begin(), taken.end());
      bytes = bytes.subspan(taken.size());
      if (going_.bytes.size() == want) submit_piece(want);
    }
  }
  void accepted(u32 number, UrbStatus status, u64) override {
    if (const auto urb = take(number))
      complete(*urb, pcap::number(status), status == UrbStatus::ok ? urb->length : 0, {}, {});
  }
  void unlinked(u32 number) override {
    if (const auto urb = take(number)) complete(*urb, -ECONNRESET, 0, {}, {});
  }

  void answered(u32 number, UrbStatus status, u64 size, View data) override {
    const auto urb = take(number);
    if (!urb) return;
    if (size == data.size() && size <= max_urb) {
      complete(*urb, pcap::number(status), size, data, comment_of(urb->endpoint, data));
      return;
    }
    coming_.urb = *urb;
    coming_.status = pcap::number(status);
    coming_.left = size;
    more(data);
  }
  void more(View bytes) override {
    while (!bytes.empty() && coming_.left != 0) {
      const auto want = static_cast<std::size_t>(std::min<u64>(coming_.left, max_urb - coming_.bytes.size()));
      const auto taken = bytes.first(std::min(bytes.size(), want));
      coming_.bytes.insert(coming_.bytes.end(), taken.begin(), taken.end());
      coming_.left -= taken.size();
      bytes = bytes.subspan(taken.size());
      if (coming_.left == 0) {
        complete_piece(coming_.status);
      } else if (coming_.bytes.size() == max_urb) {
        const auto& urb = coming_.urb;
        const u64 rest = urb.length - max_urb;
        complete_piece(0);
        coming_.urb = submit_in(urb.endpoint, rest);
      }
    }
  }

  // Shown where bytes pass, or an URB fails: not at an URB that only asks.
  void note(std::string_view what) override {
    if (!note_.empty()) note_ += "; ";
    note_ += what;
  }

 private:
  struct Urb {
    u64 id = 0;
    u8 endpoint = 0;
    u64 length = 0;
  };
  // From the host: the URB whose bytes are arriving. So many of it are not recorded yet.
  struct Going {
    u8 endpoint = 0;
    u32 number = 0;
    u64 left = 0;
    Bytes bytes;
  };
  // To the host: the URB that was answered, and whose bytes are still to come.
  struct Coming {
    Urb urb;
    i32 status = 0;
    u64 left = 0;
    Bytes bytes;
  };

  std::optional<Urb> take(u32 number) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return {};
    const Urb urb = found->second;
    waiting_.erase(found);
    return urb;
  }

  // `length`: what the host asks for from here on.
  Urb submit_in(u8 endpoint, u64 length) {
    const Urb urb{file_->next_urb(), endpoint, length};
    write({.urb = urb.id,
           .type = type(endpoint),
           .endpoint = endpoint,
           .submitted = true,
           .length = static_cast<u32>(std::min<u64>(length, max_urb))},
          {});
    return urb;
  }
  // `size` bytes that the host sends, as far as they have come. The camera takes the URB when it has come whole, so all
  // pieces but the last one are complete at once.
  void submit_piece(u64 size) {
    const Urb urb{file_->next_urb(), going_.endpoint, std::min<u64>(size, max_urb)};
    const bool last = size == going_.left;
    going_.left -= size;
    const auto comment = comment_of(urb.endpoint, going_.bytes);
    write({.urb = urb.id,
           .type = type(urb.endpoint),
           .endpoint = urb.endpoint,
           .submitted = true,
           .length = static_cast<u32>(urb.length),
           .data = going_.bytes},
          comment);
    going_.bytes.clear();
    if (last)
      waiting_[going_.number] = urb;
    else
      complete(urb, 0, urb.length, {}, {});
  }
  void complete_piece(i32 status) {
    const auto comment = comment_of(coming_.urb.endpoint, coming_.bytes);
    complete(coming_.urb, status, coming_.bytes.size(), coming_.bytes, comment);
    coming_.bytes.clear();
  }
  void complete(const Urb& urb, i32 status, u64 size, View data, std::string_view comment) {
    write({.urb = urb.id,
           .type = type(urb.endpoint),
           .endpoint = urb.endpoint,
           .status = status,
           .length = static_cast<u32>(size),
           .data = data},
          comment);
  }
  static Type type(u8 endpoint) {
    return (endpoint & ~to_host) == 0 ? Type::control : endpoint == interrupt_endpoint ? Type::interrupt : Type::bulk;
  }

  void write(UsbEvent event, std::string_view comment) {
    event.bus = bus_;
    event.device = device_;
    std::string text(comment);
    const auto cut = std::exchange(cut_, 0);
    if (cut > 0) text += fmt::format("{}({} bytes left out)", text.empty() ? "" : " ", cut);
    event.data = event.data.first(event.data.size() - cut);
    const bool says = !event.data.empty() || !event.setup.empty() || (!event.submitted && event.status != 0);
    if (says && !note_.empty()) text = text.empty() ? note_ : fmt::format("{}; {}", note_, text);
    if (says) note_.clear();
    file_->write(event, text);
  }

  // What begins in these bytes. What of them is to be left out is known then, too.
  std::string comment_of(u8 endpoint, View bytes) {
    comment_.clear();
    const auto pipe = endpoint == interrupt_endpoint ? UsbPipes::events
                      : (endpoint & to_host) != 0    ? UsbPipes::in
                                                     : UsbPipes::out;
    pipes_.transfer(pipe, bytes, 0, {});
    return std::exchange(comment_, {});
  }
  void say(std::string_view what) {
    if (!comment_.empty()) comment_ += "; ";
    comment_ += what;
  }
  void head(bool side, const ptp::Message& message, View, Origin) override {
    cut_ = 0;  // it stays, and what is in front of it with it
    say(talk_.head(side, message));
  }
  void payload(bool side, View bytes, Origin) override { cut_ = talk_.payload(side, bytes); }
  void payload_missing(bool, u64, Origin) override {}
  void frame_ended(bool side, Origin) override { talk_.frame_ended(side); }
  void skipped(bool, u64, Origin) override {}
  void lost(bool, const std::string& why, Origin) override { say("malformed: " + why); }

  // Those of the class; the others Wireshark names.
  static std::string request_name(const Setup& setup, View data) {
    const bool of_class = (setup.request_type & ~to_host) == transport::usb::class_request_out;
    if (!of_class) return {};
    switch (setup.request) {
      case transport::usb::cancel_request:
        return data.size() == 6 ? fmt::format("Cancel of transaction {}",
                                              data[2] | data[3] << 8 | data[4] << 16 | static_cast<u32>(data[5]) << 24)
                                : "Cancel";
      case transport::usb::extended_event_data:
        return "GetExtendedEventData";
      case transport::usb::device_reset:
        return "DeviceReset";
      case transport::usb::device_status:
        return "GetDeviceStatus";
      default:
        return {};
    }
  }

  std::shared_ptr<RecordingFile> file_;
  u16 bus_;
  u8 device_;
  RecordedTalk talk_;
  UsbPipes pipes_{*this};
  std::map<u32, Urb> waiting_;  // by the host's number
  std::vector<Urb> controls_;   // under way, one within the other
  Going going_;
  Coming coming_;
  std::string note_, comment_;
  std::size_t cut_ = 0;
};

}  // namespace

std::unique_ptr<transport::usb::BusObserver> make_usb_recorder(std::shared_ptr<RecordingFile> file,
                                                               const RecordedDevice& device) {
  return std::make_unique<UsbRecorder>(std::move(file), device);
}

}  // namespace stuntcam::pcap
