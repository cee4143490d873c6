#include "tests/usb/mock_bus.h"

#include <fmt/format.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace stuntcam::tests {

using transport::usb::Setup;
using transport::usb::UrbStatus;
using transport::usb::VirtualDevice;

namespace {

constexpr const char* sys_path = "/sys/devices/pci0000:00/0000:00:04.0/usb1/1-1";
constexpr std::size_t setup_size = 8;

constexpr unsigned long number(unsigned long request) { return request & 0xFFFFFFFF; }

std::string hex(View bytes) {
  std::string text;
  for (const u8 byte : bytes) text += fmt::format("{:02X}", byte);
  return text;
}

usbdevfs_urb& urb_of(UMockdevIoctlData* data) { return *reinterpret_cast<usbdevfs_urb*>(data->data); }

UMockdevIoctlData* follow(UMockdevIoctlData* data, gsize offset, gsize size) {
  GError* error = nullptr;
  auto* const there = umockdev_ioctl_data_resolve(data, offset, size, &error);
  if (there == nullptr) throw std::runtime_error(error != nullptr ? error->message : "umockdev gave nothing");
  return there;
}

Setup standard(u8 type, u8 request, u16 value, u16 index) {
  Setup setup;
  setup.request_type = type;
  setup.request = request;
  setup.value = value;
  setup.index = index;
  setup.length = (type & 0x80) != 0 ? 0xFFFF : 0;
  return setup;
}

int error_of(UrbStatus status) {
  return status == UrbStatus::ok ? 0 : status == UrbStatus::overflow ? -EOVERFLOW : -EPIPE;
}

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

MockBus::MockBus(std::function<void(const std::function<void()>&)> on_loop)
    : on_loop_(std::move(on_loop)), testbed_(umockdev_testbed_new()) {}

MockBus::~MockBus() {
  if (device_) device_->detach(*this);
  g_object_unref(testbed_);
}

void MockBus::plug_in(std::unique_ptr<VirtualDevice> device) {
  const unsigned place = 2 + plugs_++;  // a new number each time, as the kernel gives them
  device_ = std::move(device);
  device_->attach(*this, fmt::format("usb:001,{:03}", place));
  description_ = describe("1-1", place);
  device_->control(standard(0x00, 9, 1, 0), {});
  add(description_);
  if (std::exchange(second_, false)) add(describe("1-2", place + 100));
  handler_ = umockdev_ioctl_base_new();
  g_signal_connect_data(handler_, "handle-ioctl", reinterpret_cast<GCallback>(&MockBus::handle), this, nullptr,
                        GConnectFlags{});
  const auto node = fmt::format("/dev/bus/usb/001/{:03}", place);
  GError* error = nullptr;
  if (umockdev_testbed_attach_ioctl(testbed_, node.c_str(), handler_, &error) == 0)
    throw std::runtime_error(error != nullptr ? error->message : "umockdev does not attach");
  if (plugs_ > 1) umockdev_testbed_uevent(testbed_, sys_path, "add");
}

// For umockdev.
std::string MockBus::describe(const std::string& port, unsigned place) const {
  auto descriptors = hex(device_->control(standard(0x80, 6, 0x0100, 0), {}).data) +
                     hex(device_->control(standard(0x80, 6, 0x0200, 0), {}).data);
  std::string interface = "060101";
  if (hidden_) {
    const std::string before = "0904000003";  // an interface with three endpoints
    descriptors.replace(descriptors.find(before + interface) + before.size(), interface.size(), "FF0000");
    interface = "ff0000";
  }
  const auto& what = device_->description();
  return fmt::format(
      "P: /devices/pci0000:00/0000:00:04.0/usb1/{5}\nN: bus/usb/001/{0:03}={1}\nE: BUSNUM=001\n"
      "E: DEVNAME=/dev/bus/usb/001/{0:03}\nE: DEVNUM={0:03}\nE: DEVTYPE=usb_device\nE: DRIVER=usb\nE: MAJOR=189\n"
      "E: MINOR={2}\nE: PRODUCT={3:x}/{4:x}/100\nE: SUBSYSTEM=usb\nE: TYPE=0/0/0\nE: ID_USB_INTERFACES=:{6}:\n"
      "E: ID_GPHOTO2=1\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum={0}\\n\nA: dev=189:{2}\\n\n"
      "A: speed=480\\n\nA: idVendor={3:04x}\\n\nA: idProduct={4:04x}\\n\nA: bNumConfigurations=1\\n\n"
      "A: bNumInterfaces= 1\\n\nH: descriptors={1}\n",
      place, descriptors, place - 1, what.vendor_id, what.product_id, port, interface);
}

void MockBus::add(const std::string& description) {
  GError* error = nullptr;
  if (umockdev_testbed_add_from_string(testbed_, description.c_str(), &error) == 0)
    throw std::runtime_error(fmt::format("{}: {}", error != nullptr ? error->message : "?", description));
}

void MockBus::plug_out() {
  if (!device_) return;
  umockdev_testbed_uevent(testbed_, sys_path, "remove");
  umockdev_testbed_remove_device(testbed_, sys_path);
  device_->unplug();
  device_.reset();
}

void MockBus::unplugged() {
  if (filling_) finish(std::move(filling_), -ENODEV);
  while (!waiting_.empty()) {
    auto urb = std::move(waiting_.front());
    waiting_.pop_front();
    finish(std::move(urb), -ENODEV);
  }
}

// On umockdev's thread. The device is asked on its loop.
gboolean MockBus::handle(UMockdevIoctlBase*, UMockdevIoctlClient* client, void* self) {
  return static_cast<gboolean>(static_cast<MockBus*>(self)->ioctl(client));
}

bool MockBus::ioctl(UMockdevIoctlClient* client) {
  auto* const argument = umockdev_ioctl_client_get_arg(client);
  const auto complete = [client](long result, int error = 0) {
    umockdev_ioctl_client_complete(client, result, error);
    return true;
  };
  switch (number(umockdev_ioctl_client_get_request(client))) {
    case number(USBDEVFS_GET_CAPABILITIES): {
      const u32 capabilities = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
                               USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER;
      auto* const data = follow(argument, 0, sizeof capabilities);
      std::memcpy(data->data, &capabilities, sizeof capabilities);
      umockdev_ioctl_data_update(data, 0, data->data, sizeof capabilities);
      return complete(0);
    }
    case number(USBDEVFS_IOCTL):  // to a driver that is not there
    case number(USBDEVFS_GETDRIVER):
      return complete(-1, ENODATA);
    case number(USBDEVFS_RELEASEINTERFACE):
      std::fputs("mock: released\n", stderr);
      return complete(0);
    case number(USBDEVFS_CLAIMINTERFACE):
      return complete(0);
    case number(USBDEVFS_CLEAR_HALT): {
      auto* const data = follow(argument, 0, sizeof(unsigned));
      const u16 endpoint = data->data[0];
      on_loop_([&] {
        if (device_) device_->control(standard(0x02, 1, 0, endpoint), {});
      });
      return complete(0);
    }
    case number(USBDEVFS_RESET):
      on_loop_([&] {
        if (!device_) return;
        device_->detach(*this);
        device_->attach(*this, "usb:001");
        device_->control(standard(0x00, 9, 1, 0), {});
      });
      return complete(0);
    case number(USBDEVFS_SUBMITURB):
      submit(client, argument);
      return true;
    case number(USBDEVFS_DISCARDURB):
      discard(client, argument);
      return true;
    case number(USBDEVFS_REAPURB):
    case number(USBDEVFS_REAPURBNDELAY):
      reap(client, argument);
      return true;
    default:
      return complete(-1, ENOTTY);
  }
}

bool MockBus::begins_operation(const Urb& urb, std::optional<u16> code) {
  if (!code || urb.buffer == nullptr || urb.buffer->data_len < 12) return false;
  const auto* const bytes = urb.buffer->data;
  return bytes[4] == 1 && (bytes[6] | bytes[7] << 8) == *code;
}

void MockBus::submit(UMockdevIoctlClient* client, UMockdevIoctlData* argument) {
  auto urb = std::make_unique<Urb>();
  urb->data = static_cast<UMockdevIoctlData*>(g_object_ref(follow(argument, 0, sizeof(usbdevfs_urb))));
  const auto& asked = urb_of(urb->data);
  const auto size = static_cast<u64>(asked.buffer_length);
  if (memory_ && used_ + size > *memory_) {
    g_object_unref(urb->data);
    umockdev_ioctl_client_complete(client, -1, ENOMEM);
    return;
  }
  if (size != 0)
    urb->buffer = static_cast<UMockdevIoctlData*>(
        g_object_ref(follow(urb->data, offsetof(usbdevfs_urb, buffer), static_cast<gsize>(asked.buffer_length))));
  bool there = true;
  on_loop_([&] {
    there = device_ != nullptr;
    if (!there) return;
    urb->number = ++urbs_;
    write_usbmon('S', *urb);
    if (asked.endpoint == transport::usb::bulk_out_address && begins_operation(*urb, deaf_at_)) {
      deaf_ = true;
      std::fputs("mock: deaf\n", stderr);
    }
    if (deaf_) return waiting_.push_back(std::move(urb));
    if (asked.type == USBDEVFS_URB_TYPE_CONTROL) return control(std::move(urb));
    const auto length = static_cast<u64>(asked.buffer_length);
    const u32 id = urb->number;
    const u8 endpoint = asked.endpoint;
    const bool zero_packet = (asked.flags & USBDEVFS_URB_ZERO_PACKET) != 0;
    Bytes out;
    if ((endpoint & 0x80) == 0 && urb->buffer != nullptr)
      out.assign(urb->buffer->data, urb->buffer->data + urb->buffer->data_len);
    waiting_.push_back(std::move(urb));
    if ((endpoint & 0x80) != 0) {
      device_->submit_in(endpoint, id, length);
    } else {
      device_->submit_out(endpoint, id, length, zero_packet);
      device_->arrive(out);
    }
  });
  if (there) used_ += size;
  umockdev_ioctl_client_complete(client, there ? 0 : -1, there ? 0 : ENODEV);
}

void MockBus::control(std::unique_ptr<Urb> urb) {
  const View bytes(urb->buffer->data, static_cast<std::size_t>(urb->buffer->data_len));
  const auto setup = transport::usb::decode_setup(bytes.first<setup_size>());
  auto said = device_->control(setup, setup.to_host() ? View() : bytes.subspan(setup_size));
  if (setup.to_host()) {
    said.data.resize(std::min<std::size_t>(said.data.size(), setup.length));
    urb->bytes = std::move(said.data);
    urb->size = urb->bytes.size();
  } else {
    urb->size = setup.length;
  }
  finish(std::move(urb), error_of(said.status));
}

std::unique_ptr<MockBus::Urb> MockBus::take(u32 id) {
  const auto found = std::ranges::find_if(waiting_, [id](const auto& urb) { return urb->number == id; });
  if (found == waiting_.end()) return nullptr;
  auto urb = std::move(*found);
  waiting_.erase(found);
  return urb;
}

void MockBus::answer(u32 id, UrbStatus status, u64 size, View data) {
  auto urb = take(id);
  if (!urb) return;
  urb->bytes.assign(data.begin(), data.end());
  urb->size = size;
  urb->status = error_of(status);
  if (data.size() >= size) return finish(std::move(urb), error_of(status));
  filling_ = std::move(urb);
}

void MockBus::more(View data) {
  if (!filling_) return;
  filling_->bytes.insert(filling_->bytes.end(), data.begin(), data.end());
  if (filling_->bytes.size() < filling_->size) return;
  const int status = filling_->status;
  finish(std::move(filling_), status);
}

void MockBus::accepted(u32 id, UrbStatus status, u64 size) {
  auto urb = take(id);
  if (!urb) return;
  urb->size = size;
  finish(std::move(urb), error_of(status));
}

void MockBus::finish(std::unique_ptr<Urb> urb, int status) {
  urb->status = status;
  write_usbmon('C', *urb);
  const std::lock_guard lock(mutex_);
  done_.push_back(std::move(urb));
  ended_.notify_all();
}

void MockBus::discard(UMockdevIoctlClient* client, UMockdevIoctlData* argument) {
  unsigned long address = 0;
  std::memcpy(&address, argument->data, sizeof address);
  bool found = false;
  on_loop_([&] {
    const auto urb =
        std::ranges::find_if(waiting_, [&](const auto& each) { return each->data->client_addr == address; });
    if (urb == waiting_.end() || !device_) return;
    if (!device_->unlink((*urb)->number) && !deaf_) return;
    found = true;
    auto taken = std::move(*urb);
    waiting_.erase(urb);
    finish(std::move(taken), -ENOENT);
  });
  umockdev_ioctl_client_complete(client, found ? 0 : -1, found ? 0 : EINVAL);
}

void MockBus::reap(UMockdevIoctlClient* client, UMockdevIoctlData* argument) {
  std::unique_ptr<Urb> urb;
  {
    // The fake device node is always ready, so libusb asks without end: not at once again.
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, std::chrono::milliseconds(1), [this] { return !done_.empty(); });
    if (!done_.empty()) {
      urb = std::move(done_.front());
      done_.pop_front();
    }
  }
  if (!urb) {
    bool there = true;
    on_loop_([&] { there = device_ != nullptr; });
    umockdev_ioctl_client_complete(client, -1, there ? EAGAIN : ENODEV);
    return;
  }
  auto& answer = urb_of(urb->data);
  used_ -= static_cast<u64>(answer.buffer_length);
  answer.status = urb->status;
  answer.actual_length = static_cast<int>(urb->size);
  if (!urb->bytes.empty()) {
    const gsize offset = answer.type == USBDEVFS_URB_TYPE_CONTROL ? setup_size : 0;
    umockdev_ioctl_data_update(urb->buffer, offset, urb->bytes.data(), static_cast<gint>(urb->bytes.size()));
  }
  auto* const pointer = follow(argument, 0, sizeof(void*));
  umockdev_ioctl_data_set_ptr(pointer, 0, urb->data);
  umockdev_ioctl_client_complete(client, 0, 0);
  g_object_unref(urb->data);
  if (urb->buffer != nullptr) g_object_unref(urb->buffer);
}

// A pcap file of link type 220: the kernel's header of 64 bytes, then what moved.
void MockBus::record(const std::string& path) {
  usbmon_.open(path, std::ios::binary | std::ios::trunc);
  std::string head;
  append<u32>(head, 0xA1B2C3D4);
  append<u16>(head, 2);
  append<u16>(head, 4);
  append<u64>(head, 0);
  append<u32>(head, 1 << 20);
  append<u32>(head, 220);
  usbmon_ << head;
}

void MockBus::write_usbmon(char type, const Urb& urb) {
  if (!usbmon_.is_open()) return;
  static constexpr u8 kinds[] = {0, 1, 2, 3};  // isochronous, interrupt, control, bulk: as usbmon numbers them
  const auto& asked = urb_of(urb.data);
  const bool control = asked.type == USBDEVFS_URB_TYPE_CONTROL;
  const bool interrupt = asked.type == USBDEVFS_URB_TYPE_INTERRUPT;
  const bool in = control ? (urb.buffer->data[0] & 0x80) != 0 : (asked.endpoint & 0x80) != 0;
  std::string data;
  if (type == 'C' && in) data.assign(urb.bytes.begin(), urb.bytes.end());
  if (type == 'S' && !in && urb.buffer != nullptr) {
    const std::size_t skip = control ? setup_size : 0;
    data.assign(urb.buffer->data + skip, urb.buffer->data + urb.buffer->data_len);
  }
  const auto length = type == 'S' ? static_cast<u32>(asked.buffer_length) - (control ? u32{setup_size} : 0)
                                  : static_cast<u32>(urb.size);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  std::string packet;
  append<u64>(packet, urb.number);
  packet += type;
  packet += static_cast<char>(kinds[control ? 2 : interrupt ? 1 : 3]);
  packet += static_cast<char>(control ? (in ? 0x80 : 0) : asked.endpoint);
  packet += static_cast<char>(1 + plugs_);
  append<u16>(packet, 1);
  packet += static_cast<char>(control && type == 'S' ? 0 : '-');
  packet += static_cast<char>(data.empty() ? (in ? '<' : '>') : 0);
  append<i64>(packet, microseconds / 1'000'000);
  append<i32>(packet, static_cast<i32>(microseconds % 1'000'000));
  append<i32>(packet, type == 'S' ? -EINPROGRESS : urb.status);
  append<u32>(packet, length);
  append<u32>(packet, static_cast<u32>(data.size()));
  if (control)
    packet.append(reinterpret_cast<const char*>(urb.buffer->data), setup_size);
  else
    packet.append(8, '\0');
  append<u32>(packet, 0);
  append<u32>(packet, 0);
  append<u32>(packet, 0);
  append<u32>(packet, 0);
  packet += data;
  std::string record;
  append<u32>(record, static_cast<u32>(microseconds / 1'000'000));
  append<u32>(record, static_cast<u32>(microseconds % 1'000'000));
  append<u32>(record, static_cast<u32>(packet.size()));
  append<u32>(record, static_cast<u32>(packet.size()));
  usbmon_ << record << packet;
}

}  // namespace stuntcam::tests
