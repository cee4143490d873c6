#include "tests/transport/usb_host.h"

#include "ptp/container.h"

namespace stuntcam::tests {

using transport::usb::Description;
using transport::usb::Setup;

UsbHost::UsbHost(World& of, Description description)
    : world(of),
      device(of.io, std::move(description), [&of](std::unique_ptr<Link> command, std::unique_ptr<Link> events) {
        return of.server->attach(std::move(command), std::move(events), ptp::Identity{.guid = {}, .name = "host"});
      }) {
  device.on_trouble([this](const std::string& line) { trouble.push_back(line); });
  EXPECT_TRUE(device.attach(*this, "test"));
  world.settle();
}

UsbHost::~UsbHost() {
  device.detach(*this);
  world.settle();
}

void UsbHost::answer(u32 urb, UrbStatus status, u64 size, View data) {
  ended_[urb] = {status, size, Bytes(data.begin(), data.end())};
  if (size != data.size()) filling_ = urb;
  carried += data.size();
}

void UsbHost::more(View data) {
  auto& urb = ended_[filling_];
  urb.data.insert(urb.data.end(), data.begin(), data.end());
  carried += data.size();
}

void UsbHost::accepted(u32 urb, UrbStatus status, u64 size) { ended_[urb] = {status, size, {}}; }

u32 UsbHost::in_at(u8 endpoint, u64 length) {
  device.submit_in(endpoint, ++last_, length);
  world.settle();
  return last_;
}

u32 UsbHost::out(const Bytes& bytes, bool zero_packet) {
  device.submit_out(transport::usb::bulk_out_address, ++last_, bytes.size(), zero_packet);
  if (!bytes.empty()) device.arrive(bytes);
  const u32 urb = last_;
  world.settle();
  return urb;
}

const Urb* UsbHost::ended(u32 urb) {
  world.settle();
  const auto found = ended_.find(urb);
  return found == ended_.end() ? nullptr : &found->second;
}

std::optional<Bytes> UsbHost::control(u8 type, u8 request, u16 value, u16 index, u16 length, const Bytes& data) {
  auto result = device.control({type, request, value, index, length}, data);
  if (result.status != UrbStatus::ok) return {};
  return std::move(result.data);
}

bool UsbHost::cancel(u32 transaction_id) {
  Bytes data{0x01, 0x40};
  for (unsigned shift = 0; shift < 32; shift += 8) data.push_back(static_cast<u8>(transaction_id >> shift));
  return control(0x21, 0x64, 0, 0, 6, data).has_value();
}

Bytes UsbHost::command(u16 code, u32 transaction_id, std::initializer_list<u32> params) {
  Message message = request(code, transaction_id);
  for (const u32 each : params) message.params.at(message.count++) = each;
  Bytes bytes;
  ptp::ContainerFraming().encode(message, bytes);
  return bytes;
}

Bytes UsbHost::data(u16 code, u32 transaction_id, const Bytes& payload, std::optional<u32> length) {
  Message message;
  message.kind = Kind::data;
  message.code = code;
  message.transaction_id = transaction_id;
  message.first = true;
  message.total = length ? *length - 12 : payload.size();
  if (length == 0xFFFFFFFF) message.total = unknown_size;
  Bytes bytes;
  ptp::ContainerFraming().encode(message, bytes);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

Bytes UsbHost::receive(u64 length) {
  const u32 urb = in(length);
  const Urb* got = ended(urb);
  EXPECT_NE(got, nullptr) << "nothing came";
  if (got == nullptr) return {};
  EXPECT_EQ(got->status, UrbStatus::ok);
  EXPECT_EQ(got->size, got->data.size());
  return got->data;
}

u16 UsbHost::response(const Bytes& container) {
  if (container.size() < 12 || container[4] != 3) return 0;
  return static_cast<u16>(container[6] | container[7] << 8);
}

}  // namespace stuntcam::tests
