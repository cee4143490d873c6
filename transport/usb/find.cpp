#include "transport/usb/find.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "transport/usb/libusb_pipe.h"

namespace stuntcam::transport::usb {
namespace {

constexpr u8 still_image = 6, still_image_subclass = 1, still_image_protocol = 1, vendor_class = 0xFF;

struct Candidate {
  libusb_device* device;
  Interface interface;
  u8 name_index = 0, manufacturer_index = 0, serial_index = 0;
};

// All devices, while they are looked at.
class Devices {
 public:
  explicit Devices(const Context& context) : count_(libusb_get_device_list(context.get(), &list_)) {}
  ~Devices() {
    if (list_ != nullptr) libusb_free_device_list(list_, 1);
  }
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;
  std::vector<libusb_device*> all() const {
    return count_ > 0 ? std::vector(list_, list_ + count_) : std::vector<libusb_device*>();
  }

 private:
  libusb_device** list_ = nullptr;
  ssize_t count_;
};

std::string text(libusb_device_handle* handle, u8 index) {
  if (index == 0) return {};
  std::array<unsigned char, 256> buffer{};
  const int length = libusb_get_string_descriptor_ascii(handle, index, buffer.data(), static_cast<int>(buffer.size()));
  return length <= 0 ? std::string() : std::string(buffer.begin(), buffer.begin() + length);
}

bool chosen(const Selector& selector, const Interface& usb) {
  const auto fits = [](const auto& wanted, auto actual) { return !wanted || *wanted == actual; };
  return fits(selector.vendor, usb.vendor) && fits(selector.product, usb.product) && fits(selector.bus, usb.bus) &&
         fits(selector.device, usb.device);
}

// Two bulk endpoints make a camera of an interface, events are optional.
bool take_endpoints(const libusb_interface_descriptor& setting, Interface& usb) {
  for (int i = 0; i < setting.bNumEndpoints; ++i) {
    const auto& endpoint = setting.endpoint[i];
    const auto type = endpoint.bmAttributes & LIBUSB_TRANSFER_TYPE_MASK;
    const bool in = (endpoint.bEndpointAddress & LIBUSB_ENDPOINT_IN) != 0;
    const auto packet = static_cast<u16>(endpoint.wMaxPacketSize & 0x7FF);
    if (packet == 0) continue;
    if (type == LIBUSB_TRANSFER_TYPE_BULK && in) {
      usb.bulk_in = endpoint.bEndpointAddress;
      usb.bulk_in_packet = packet;
    } else if (type == LIBUSB_TRANSFER_TYPE_BULK) {
      usb.bulk_out = endpoint.bEndpointAddress;
      usb.bulk_out_packet = packet;
    } else if (type == LIBUSB_TRANSFER_TYPE_INTERRUPT && in) {
      usb.interrupt_in = endpoint.bEndpointAddress;
      usb.interrupt_packet = packet;
    }
  }
  return usb.bulk_in != 0 && usb.bulk_out != 0;
}

std::optional<Candidate> look_at(libusb_device* device, const Selector& selector) {
  libusb_device_descriptor about{};
  if (libusb_get_device_descriptor(device, &about) != 0) return {};
  Candidate candidate{device, {}};
  candidate.interface.bus = libusb_get_bus_number(device);
  candidate.interface.device = libusb_get_device_address(device);
  candidate.interface.vendor = about.idVendor;
  candidate.interface.product = about.idProduct;
  candidate.name_index = about.iProduct;
  candidate.manufacturer_index = about.iManufacturer;
  candidate.serial_index = about.iSerialNumber;
  if (!chosen(selector, candidate.interface)) return {};
  libusb_config_descriptor* configuration = nullptr;
  if (libusb_get_active_config_descriptor(device, &configuration) != 0) return {};
  const std::unique_ptr<libusb_config_descriptor, void (*)(libusb_config_descriptor*)> owner(
      configuration, libusb_free_config_descriptor);
  const bool named = selector.vendor.has_value();
  for (const bool own_class : {false, true}) {
    if (own_class && !named) break;
    for (int i = 0; i < configuration->bNumInterfaces; ++i) {
      if (configuration->interface[i].num_altsetting == 0) continue;
      const auto& setting = configuration->interface[i].altsetting[0];
      const bool camera = setting.bInterfaceClass == still_image &&
                          setting.bInterfaceSubClass == still_image_subclass &&
                          setting.bInterfaceProtocol == still_image_protocol;
      if (!camera && !(own_class && setting.bInterfaceClass == vendor_class)) continue;
      candidate.interface.number = setting.bInterfaceNumber;
      if (take_endpoints(setting, candidate.interface)) return candidate;
    }
  }
  return {};
}

std::string place(const Interface& usb) {
  return fmt::format("usb:{:03},{:03} ({:04x}:{:04x})", usb.bus, usb.device, usb.vendor, usb.product);
}

// The program that has the device open, as far as we may see.
std::string holder(const Interface& usb) {
  namespace fs = std::filesystem;
  const auto node = fmt::format("/dev/bus/usb/{:03}/{:03}", usb.bus, usb.device);
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const auto name = process.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code denied;
    for (fs::directory_iterator file(process.path() / "fd", denied), end; !denied && file != end;
         file.increment(denied)) {
      std::error_code unreadable;
      if (fs::read_symlink(file->path(), unreadable) != node) continue;
      std::ifstream comm(process.path() / "comm");
      std::string program;
      std::getline(comm, program);
      return program;
    }
  }
  return {};
}

[[noreturn]] void refuse(int error, const Interface& usb) {
  const auto where = place(usb);
  switch (error) {
    case LIBUSB_ERROR_ACCESS:
      throw Problem(fmt::format("{}: no permission to use it", where), remedy_for_permission(usb.bus, usb.device));
    case LIBUSB_ERROR_BUSY: {
      const auto program = holder(usb);
      throw Problem(fmt::format("{}: {} has it", where, program.empty() ? "another program" : program),
                    remedy_for_busy(program));
    }
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:
      throw Problem(fmt::format("{}: it has just gone", where), "plug it in again");
    default:
      throw Problem(fmt::format("{}: {}", where, libusb_strerror(error)), "");
  }
}

std::string nothing_found(const Selector& selector) {
  return selector.vendor || selector.bus ? "no such camera on USB" : "no camera on USB";
}

constexpr const char* search_advice =
    "is it on, and set to PTP or MTP, not to mass storage? lsusb must show it; in a container, /dev/bus/usb must be "
    "there (docs/usb.md)";

}  // namespace

std::unique_ptr<Pipe> open_camera(asio::io_context& io, const Selector& selector,
                                  std::function<void(const std::string&)> log) {
  auto context = std::make_unique<Context>();
  const Devices devices(*context);
  std::vector<Candidate> found;
  for (auto* const device : devices.all())
    if (const auto candidate = look_at(device, selector)) found.push_back(*candidate);
  if (found.empty()) throw Problem(nothing_found(selector), search_advice);
  if (found.size() > 1 && !selector.serial_number) {
    std::string all;
    for (const auto& each : found) all += (all.empty() ? "" : ", ") + place(each.interface);
    throw Problem(fmt::format("{} cameras are there: {}", found.size(), all), "choose one: usb:BUS,DEV or usb:VID:PID");
  }
  for (auto& candidate : found) {
    Interface& usb = candidate.interface;
    libusb_device_handle* handle = nullptr;
    if (const int error = libusb_open(candidate.device, &handle); error != 0) refuse(error, usb);
    usb.manufacturer = text(handle, candidate.manufacturer_index);
    usb.name = text(handle, candidate.name_index);
    usb.serial_number = text(handle, candidate.serial_index);
    if (selector.serial_number && usb.serial_number != *selector.serial_number) {
      libusb_close(handle);
      continue;
    }
    // Only where there is a driver: in some surroundings the request alone makes the claim fail.
    if (libusb_kernel_driver_active(handle, usb.number) == 1) libusb_set_auto_detach_kernel_driver(handle, 1);
    if (const int error = libusb_claim_interface(handle, usb.number); error != 0) {
      libusb_close(handle);
      refuse(error, usb);
    }
    return make_libusb_pipe(io, std::move(context), handle, std::move(usb), std::move(log));
  }
  throw Problem(nothing_found(selector), search_advice);
}

}  // namespace stuntcam::transport::usb
