// What libusb itself reads of a camera's largest object, one request of 256 KiB after the other: "BYTES SECONDS".
#include <libusb-1.0/libusb.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "ptp/bytes.h"

namespace {

using stuntcam::u16;
using stuntcam::u32;
using stuntcam::u64;
using stuntcam::u8;

constexpr unsigned char bulk_in = 0x81, bulk_out = 0x02;  // as our virtual cameras have them
constexpr unsigned limit_ms = 20'000;

struct Reader {
  libusb_device_handle* handle = nullptr;
  u32 transaction = 0;
  std::vector<u8> buffer = std::vector<u8>(256 << 10);

  int receive() {
    int got = 0;
    do {
      if (libusb_bulk_transfer(handle, bulk_in, buffer.data(), static_cast<int>(buffer.size()), &got, limit_ms) != 0)
        return -1;
    } while (got == 0);
    return got;
  }
  u32 word(std::size_t offset) const {
    u32 value = 0;
    std::memcpy(&value, buffer.data() + offset, sizeof value);
    return value;
  }
  // Payload bytes of the data phase; `first`: of it, what came in the first transfer.
  u64 ask(u16 operation, std::initializer_list<u32> parameters, std::vector<u8>* first = nullptr) {
    std::vector<u32> container{static_cast<u32>(12 + 4 * parameters.size()), 1u | u32{operation} << 16, transaction++};
    container.insert(container.end(), parameters);
    int moved = 0;
    auto* const bytes = reinterpret_cast<u8*>(container.data());
    if (libusb_bulk_transfer(handle, bulk_out, bytes, static_cast<int>(container.size() * 4), &moved, limit_ms) != 0)
      return 0;
    int got = receive();
    u64 total = 0;
    if (got >= 12 && (word(4) & 0xFFFF) == 2) {
      total = word(0) - 12;
      if (first != nullptr) first->assign(buffer.begin() + 12, buffer.begin() + got);
      for (u64 left = total + 12 - static_cast<u64>(got); left != 0; left -= std::min(left, static_cast<u64>(got)))
        if ((got = receive()) < 0) return 0;
      receive();  // the response
    }
    return total;
  }
};

}  // namespace

int main() {
  Reader reader;
  libusb_device** devices = nullptr;
  if (libusb_init(nullptr) != 0 || libusb_get_device_list(nullptr, &devices) < 1) return 1;
  if (libusb_open(devices[0], &reader.handle) != 0 || libusb_claim_interface(reader.handle, 0) != 0) return 1;
  reader.ask(0x1002, {1});
  std::vector<u8> handles;
  reader.ask(0x1007, {0xFFFFFFFF, 0, 0}, &handles);
  u64 largest = 0;
  double seconds = 0;
  for (std::size_t at = 4; at + 4 <= handles.size(); at += 4) {
    u32 handle = 0;
    std::memcpy(&handle, handles.data() + at, sizeof handle);
    const auto began = std::chrono::steady_clock::now();
    const u64 size = reader.ask(0x1009, {handle});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (size <= largest) continue;
    largest = size;
    seconds = took.count();
  }
  reader.ask(0x1003, {});
  std::printf("%llu %.6f\n", static_cast<unsigned long long>(largest), seconds);
  libusb_close(reader.handle);
  libusb_exit(nullptr);
  return largest == 0 ? 1 : 0;
}
