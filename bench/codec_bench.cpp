// What decoding and encoding cost, without any I/O.
#include <benchmark/benchmark.h>

#include <array>

#include "ptp/datasets.h"
#include "ptp/packets.h"

namespace stuntcam::bench {

namespace {

using ptp::Kind;
using ptp::Message;

Bytes wire_of(const Message& message) {
  Bytes wire;
  ptp::PacketFraming().encode(message, wire);
  return wire;
}

Message request() {
  Message message;
  message.kind = Kind::operation_request;
  message.code = 0x101B;
  message.count = 3;
  message.data_phase = 1;
  message.transaction_id = 7;
  message.params = {1, 2, 3, 0, 0};
  return message;
}

void decode_request(benchmark::State& state) {
  const ptp::PacketFraming framing;
  const Bytes wire = wire_of(request());
  while (state.KeepRunning()) {
    const auto head = framing.head(wire);
    benchmark::DoNotOptimize(framing.decode(View(wire).first(head->size)));
  }
}
BENCHMARK(decode_request);

void encode_answer(benchmark::State& state) {
  const ptp::PacketFraming framing;
  Message start, end, response;
  start.kind = end.kind = Kind::data;
  start.first = end.last = true;
  start.total = end.size = 2;
  response.kind = Kind::operation_response;
  response.code = 0x2001;
  Bytes wire;
  while (state.KeepRunning()) {
    wire.clear();
    framing.encode(start, wire);
    framing.encode(end, wire);
    framing.encode(response, wire);
    benchmark::DoNotOptimize(wire.data());
  }
}
BENCHMARK(encode_answer);

ptp::DeviceInfo device_info() {
  ptp::DeviceInfo info;
  info.vendor_extension_desc = "microsoft.com: 1.0";
  info.operations_supported.assign(54, 0x1001);
  info.events_supported.assign(15, 0x4001);
  info.device_properties_supported.assign(120, 0x5001);
  info.manufacturer = "A manufacturer of cameras";
  info.model = "A camera";
  info.serial_number = "00000000000000000000000001234567";
  return info;
}

ptp::DevicePropDesc property() {
  ptp::DevicePropDesc description;
  description.code = 0x500D;
  description.type = ptp::DataType::uint32;
  description.get_set = 1;
  ptp::EnumerationForm form;
  for (u32 n = 1; n <= 54; ++n) form.values.emplace_back(description.type, i128{n} * 100);
  description.factory_default = description.current = form.values.front();
  description.form = std::move(form);
  return description;
}

ptp::ObjectInfo object_info() {
  ptp::ObjectInfo info;
  info.object_format = 0x3801;
  info.filename = "DSC_0001.JPG";
  info.capture_date = info.modification_date = "20240506T070809";
  return info;
}

template <class T>
void decode(benchmark::State& state, const T& value) {
  const Bytes wire = ptp::encode(value);
  while (state.KeepRunning()) benchmark::DoNotOptimize(ptp::decode<T>(wire));
  state.SetBytesProcessed(state.iterations() * static_cast<i64>(wire.size()));
}
template <class T>
void encode(benchmark::State& state, const T& value) {
  while (state.KeepRunning()) benchmark::DoNotOptimize(ptp::encode(value));
}
BENCHMARK_CAPTURE(decode, DeviceInfo, device_info());
BENCHMARK_CAPTURE(encode, DeviceInfo, device_info());
BENCHMARK_CAPTURE(decode, DevicePropDesc, property());
BENCHMARK_CAPTURE(encode, DevicePropDesc, property());
BENCHMARK_CAPTURE(decode, ObjectInfo, object_info());
BENCHMARK_CAPTURE(encode, ObjectInfo, object_info());

}  // namespace

}  // namespace stuntcam::bench

BENCHMARK_MAIN();
