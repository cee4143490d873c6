#include "transport/usb/gadget_port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/usb/functionfs.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "ptp/writer.h"
#include "transport/usb/bus.h"

namespace stuntcam::transport::usb {
namespace {

namespace fs = std::filesystem;

constexpr const char* gadgets = "/sys/kernel/config/usb_gadget";
constexpr const char* controllers = "/sys/class/udc";
constexpr std::size_t configuration_head = 9;  // the kernel makes the configuration's descriptor itself

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::system_category(), what); }

void write_attribute(const std::string& path, const std::string& value) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) fail(path);
  const ssize_t written = ::write(file, value.data(), value.size());
  const int error = errno;
  ::close(file);
  errno = error;
  if (written != static_cast<ssize_t>(value.size())) fail(path);
}

// Interface and endpoints at one speed, as the configuration has them.
Bytes functions(Description description, Speed speed, u32& count) {
  description.speed = speed;
  const auto whole = descriptor(description, 2, 0).value_or(Bytes(configuration_head));
  Bytes rest(whole.begin() + configuration_head, whole.end());
  count = 0;
  for (std::size_t at = 0; at < rest.size(); at += rest[at]) ++count;
  return rest;
}

Bytes descriptors(const Description& description) {
  u32 full = 0, high = 0, super = 0;
  const Bytes slow = functions(description, Speed::full, full), fast = functions(description, Speed::high, high);
  const bool is_super = description.speed == Speed::super;
  const Bytes fastest = is_super ? functions(description, Speed::super, super) : Bytes();
  Bytes out;
  ptp::Writer writer(out);
  writer.integer(u32{FUNCTIONFS_DESCRIPTORS_MAGIC_V2});
  writer.integer(static_cast<u32>((is_super ? 24 : 20) + slow.size() + fast.size() + fastest.size()));
  writer.integer(
      static_cast<u32>(FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC | (is_super ? FUNCTIONFS_HAS_SS_DESC : 0)));
  writer.integer(full);
  writer.integer(high);
  if (is_super) writer.integer(super);
  for (const Bytes* each : {&slow, &fast, &fastest}) writer.bytes(*each);
  return out;
}

Bytes no_strings() {
  Bytes out;
  ptp::Writer writer(out);
  for (const u32 each : {u32{FUNCTIONFS_STRINGS_MAGIC}, u32{16}, u32{0}, u32{0}}) writer.integer(each);
  return out;
}

void put(int file, const Bytes& bytes, const char* what) {
  if (::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) fail(what);
}

std::string first_controller() {
  std::error_code error;
  for (const auto& each : fs::directory_iterator(controllers, error)) return each.path().filename();
  throw std::system_error(std::make_error_code(std::errc::no_such_device),
                          "this machine has no USB device controller (/sys/class/udc is empty)");
}

}  // namespace

GadgetPort::GadgetPort(const Description& description, std::string controller)
    : controller_(controller.empty() ? first_controller() : std::move(controller)) {
  std::error_code error;
  if (!fs::exists(gadgets, error))
    throw std::system_error(
        std::make_error_code(std::errc::no_such_file_or_directory),
        fmt::format("{}: modprobe libcomposite && mount -t configfs none /sys/kernel/config", gadgets));
  name_ = fmt::format("stuntcam{}", ::getpid());
  for (int more = 2; fs::exists(fmt::format("{}/{}", gadgets, name_), error); ++more)
    name_ = fmt::format("stuntcam{}-{}", ::getpid(), more);
  gadget_ = fmt::format("{}/{}", gadgets, name_);
  try {
    make(description);
    open(description);
  } catch (...) {
    remove();
    throw;
  }
}

GadgetPort::~GadgetPort() { remove(); }

void GadgetPort::make(const Description& description) {
  const auto attribute = [&](const std::string& name, const std::string& value) {
    write_attribute(gadget_ + "/" + name, value);
  };
  fs::create_directory(gadget_);
  attribute("idVendor", fmt::format("0x{:04x}", description.vendor_id));
  attribute("idProduct", fmt::format("0x{:04x}", description.product_id));
  attribute("bcdDevice", fmt::format("0x{:04x}", description.release));
  attribute("bcdUSB", description.speed == Speed::super ? "0x0300" : "0x0200");
  fs::create_directory(gadget_ + "/strings/0x409");
  attribute("strings/0x409/manufacturer", description.manufacturer);
  attribute("strings/0x409/product", description.product);
  attribute("strings/0x409/serialnumber", description.serial);
  fs::create_directory(gadget_ + "/configs/c.1");
  fs::create_directory(gadget_ + "/functions/ffs." + name_);
  fs::create_symlink(gadget_ + "/functions/ffs." + name_, gadget_ + "/configs/c.1/ffs." + name_);
}

void GadgetPort::open(const Description& description) {
  std::string folder = "/tmp/stuntcam-gadget-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) fail(folder);
  mount_ = folder;
  if (::mount(name_.c_str(), mount_.c_str(), "functionfs", 0, nullptr) != 0) fail("mounting functionfs");
  const auto file = [&](const char* name) {
    const int opened = ::open((mount_ + "/" + name).c_str(), O_RDWR | O_CLOEXEC);
    if (opened < 0) fail(mount_ + "/" + name);
    return opened;
  };
  control = file("ep0");
  put(control, descriptors(description), "the descriptors of the gadget");
  put(control, no_strings(), "the strings of the gadget");
  bulk_in = file("ep1");
  bulk_out = file("ep2");
  interrupt = file("ep3");
}

void GadgetPort::bind() {
  write_attribute(gadget_ + "/UDC", controller_);
  bound_ = true;
}

void GadgetPort::unbind() {
  if (!std::exchange(bound_, false)) return;
  try {
    write_attribute(gadget_ + "/UDC", "\n");
  } catch (const std::system_error&) {  // the controller has gone
    bound_ = false;
  }
}

// In the reverse order of their making; what is not there does not matter.
void GadgetPort::remove() {
  unbind();
  if (gadget_.empty()) return;
  for (int* file : {&interrupt, &bulk_out, &bulk_in, &control})
    if (*file >= 0) ::close(std::exchange(*file, -1));
  if (!mount_.empty()) {
    ::umount2(mount_.c_str(), MNT_DETACH);
    ::rmdir(mount_.c_str());
  }
  for (const auto& each : {"/configs/c.1/ffs." + name_}) ::unlink((gadget_ + each).c_str());
  for (const auto& each :
       {"/functions/ffs." + name_, std::string("/configs/c.1"), std::string("/strings/0x409"), std::string()})
    ::rmdir((gadget_ + each).c_str());
  gadget_.clear();
}

}  // namespace stuntcam::transport::usb
