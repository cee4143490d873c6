#include "initiator/session.h"

#include <fmt/format.h>

#include "transport/wait.h"

namespace stuntcam::initiator {

using ptp::OperationCode;
using ptp::ResponseCode;
using transport::Task;

namespace {

constexpr u32 last_transaction_id = 0xFFFFFFFE;

template <class T>
T read(const char* operation, View bytes, ptp::Expected<T> decoded) {
  if (!decoded) violation(fmt::format("the data of {}: {}", operation, decoded.error().to_string()), bytes);
  return *std::move(decoded);
}

template <class T>
T data_set(const char* operation, View bytes) {
  return read(operation, bytes, ptp::decode<T>(bytes));
}

Request with_data(OperationCode operation, Bytes data, std::initializer_list<u32> params) {
  Request request(operation, params);
  request.data = std::move(data);
  return request;
}

}  // namespace

// docs/protocol.md §3.
u32 Session::next_transaction() {
  if (!open_) return 0;
  last_ = last_ == last_transaction_id ? 1 : last_ + 1;
  return last_;
}

Task<> Session::open() {
  const Request request(OperationCode::OpenSession, {options_.id});
  const auto taken = [](const Response& response) {
    return static_cast<ResponseCode>(response.code) == ResponseCode::SessionAlreadyOpened;
  };
  Response response = co_await call(request);
  if (options_.when_open == WhenOpen::close && !response.ok()) {
    if (taken(response)) co_await call(OperationCode::CloseSession);
    response = co_await call(request);
  }
  const bool joins = options_.when_open == WhenOpen::join && taken(response);
  if (!response.ok() && !joins) throw refusal(request, response);
  open_ = true;
  for (const auto& step : connection_.dialect().opening) co_await take(step);
  if (connection_.dialect().lanes) co_await connection_.open_events();
}

Task<> Session::take(const transport::OpeningStep& step) {
  using Act = transport::OpeningStep::Act;
  if (step.act == Act::operation) {
    const Request request(step.code, std::array<u32, 2>{0, 0});
    co_await demand(request);
    if (opening_ == 0) opening_ = last_;
    co_return;
  }
  Bytes value{static_cast<u8>(step.value), static_cast<u8>(step.value >> 8)};
  if (step.act == Act::echo) {
    const Request ask(OperationCode::GetDevicePropValue, {step.code});
    value = co_await fetch(ask);
  }
  const Request set = with_data(OperationCode::SetDevicePropValue, std::move(value), {step.code});
  if (step.act == Act::wish) {
    co_await call(set);
  } else {
    co_await demand(set);
  }
}

Task<> Session::close() {
  if (!open_ || !connection_.usable()) co_return;
  const auto& dialect = connection_.dialect();
  const Request closing(dialect.closing, std::array<u32, 1>{opening_});
  const Request request(OperationCode::CloseSession);
  try {
    if (dialect.closing != 0) co_await connection_.transact(closing, next_transaction());
    co_await connection_.transact(request, next_transaction());
    if (dialect.goodbye) co_await connection_.goodbye();
  } catch (const std::exception&) {
    connection_.close();
  }
  open_ = false;
}

Task<Response> Session::call(const Request& request) {
  auto pause = options_.busy.pause;
  for (unsigned tried = 0;; ++tried) {
    const u32 transaction_id = next_transaction();
    const Response response = co_await connection_.transact(request, transaction_id);
    if (response.code != static_cast<u16>(ResponseCode::DeviceBusy) || tried == options_.busy.times) co_return response;
    co_await transport::wait(connection_.io(), connection_.clock(), pause);
    pause *= 2;
  }
}

Task<> Session::pause(transport::Duration time) {
  co_await transport::wait(connection_.io(), connection_.clock(), time);
}

Task<Response> Session::demand(const Request& request) {
  const Response response = co_await call(request);
  if (!response.ok()) throw refusal(request, response);
  co_return response;
}

Problem Session::refusal(const Request& request, const Response& response) const {
  const auto code = static_cast<ResponseCode>(response.code);
  return {Trouble::refused,
          fmt::format("the camera answered {} with {} (0x{:04X})",
                      ptp::to_string(static_cast<OperationCode>(request.code), vendor_), ptp::to_string(code, vendor_),
                      response.code),
          code};
}

Task<Bytes> Session::fetch(Request request) {
  BytesSink sink;
  request.sink = &sink;
  const Response response = co_await demand(request);
  if (!response.data)
    violation(fmt::format("{} was answered with OK and no data",
                          ptp::to_string(static_cast<OperationCode>(request.code), vendor_)));
  co_return sink.take();
}

Task<> Session::plain(OperationCode operation, u32 first, u32 second, u32 third) {
  Request request(operation, {first, second, third});
  while (request.count > 0 && request.params[request.count - 1u] == 0) --request.count;  // absent ones count as 0
  co_await demand(request);
}

Task<ptp::DeviceInfo> Session::device_info() {
  const Request request(OperationCode::GetDeviceInfo);
  const Bytes bytes = co_await fetch(request);
  const auto vendor = connection_.dialect().vendor;
  if (bytes.empty() && vendor != ptp::Vendor::none) co_return ptp::DeviceInfo();  // a dialect that has none
  auto info = data_set<ptp::DeviceInfo>("GetDeviceInfo", bytes);
  vendor_ = vendor != ptp::Vendor::none ? vendor : ptp::vendor_of(info.vendor_extension_id, info.manufacturer);
  co_return info;
}

Task<std::vector<u32>> Session::storage_ids() {
  const Request request(OperationCode::GetStorageIDs);
  const Bytes bytes = co_await fetch(request);
  co_return read("GetStorageIDs", bytes, ptp::decode_u32_array(bytes, "StorageID"));
}

Task<ptp::StorageInfo> Session::storage_info(u32 storage) {
  const Request request(OperationCode::GetStorageInfo, {storage});
  const Bytes bytes = co_await fetch(request);
  co_return data_set<ptp::StorageInfo>("GetStorageInfo", bytes);
}

Task<u32> Session::num_objects(u32 storage, u32 format, u32 parent) {
  const Request request(OperationCode::GetNumObjects, {storage, format, parent});
  const Response response = co_await demand(request);
  if (response.count < 1) violation("GetNumObjects was answered without a number");
  co_return response.params[0];
}

Task<std::vector<u32>> Session::object_handles(u32 storage, u32 format, u32 parent) {
  const Request request(OperationCode::GetObjectHandles, {storage, format, parent});
  const Bytes bytes = co_await fetch(request);
  co_return read("GetObjectHandles", bytes, ptp::decode_u32_array(bytes, "ObjectHandle"));
}

Task<ptp::ObjectInfo> Session::object_info(u32 handle) {
  const Request request(OperationCode::GetObjectInfo, {handle});
  const Bytes bytes = co_await fetch(request);
  co_return data_set<ptp::ObjectInfo>("GetObjectInfo", bytes);
}

Task<Response> Session::object(u32 handle, Sink& sink, Progress progress) {
  Request request(OperationCode::GetObject, {handle});
  request.sink = &sink;
  request.progress = std::move(progress);
  const Response response = co_await demand(request);
  if (!response.data) violation("GetObject was answered with OK and no data");
  co_return response;
}

Task<Response> Session::partial_object(u32 handle, u32 offset, u32 most, Sink& sink, Progress progress) {
  Request request(OperationCode::GetPartialObject, {handle, offset, most});
  request.sink = &sink;
  request.progress = std::move(progress);
  const Response response = co_await demand(request);
  if (!response.data) violation("GetPartialObject was answered with OK and no data");
  co_return response;
}

Task<Bytes> Session::thumb(u32 handle) {
  const Request request(OperationCode::GetThumb, {handle});
  co_return co_await fetch(request);
}

// Both parameters, as libgphoto2 does: QEMU's usb-mtp looks at the second though it is not there.
Task<> Session::delete_object(u32 handle, u32 format) {
  const Request request(OperationCode::DeleteObject, {handle, format});
  co_await demand(request);
}

Task<Session::Place> Session::send_object_info(const ptp::ObjectInfo& info, u32 storage, u32 parent) {
  const Request request = with_data(OperationCode::SendObjectInfo, ptp::encode(info), {storage, parent});
  const Response response = co_await demand(request);
  if (response.count < 3) violation("SendObjectInfo was answered without storage, parent and handle");
  Place place;
  place.storage = response.params[0];
  place.parent = response.params[1];
  place.handle = response.params[2];
  co_return place;
}

Task<> Session::send_object(transport::Body data, Progress progress) {
  Request request(OperationCode::SendObject);
  request.data = std::move(data);
  request.progress = std::move(progress);
  co_await demand(request);
}

Task<> Session::initiate_capture(u32 storage, u32 format) {
  const Request request(OperationCode::InitiateCapture, {storage, format});
  co_await demand(request);
}

Task<> Session::initiate_open_capture(u32 storage, u32 format) {
  const Request request(OperationCode::InitiateOpenCapture, {storage, format});
  co_await demand(request);
}

Task<> Session::terminate_open_capture(u32 transaction_id) {
  return plain(OperationCode::TerminateOpenCapture, transaction_id);
}
Task<> Session::format_store(u32 storage, u32 filesystem) {
  return plain(OperationCode::FormatStore, storage, filesystem);
}
Task<> Session::reset_device() { return plain(OperationCode::ResetDevice); }
Task<> Session::self_test(u32 type) { return plain(OperationCode::SelfTest, type); }
Task<> Session::power_down() { return plain(OperationCode::PowerDown); }
Task<> Session::set_object_protection(u32 handle, u32 status) {
  return plain(OperationCode::SetObjectProtection, handle, status);
}
Task<> Session::move_object(u32 handle, u32 storage, u32 parent) {
  return plain(OperationCode::MoveObject, handle, storage, parent);
}

Task<u32> Session::copy_object(u32 handle, u32 storage, u32 parent) {
  const Request request(OperationCode::CopyObject, {handle, storage, parent});
  const Response response = co_await demand(request);
  if (response.count < 1) violation("CopyObject was answered without a handle");
  co_return response.params[0];
}

Task<ptp::DevicePropDesc> Session::prop_desc(u16 property) {
  const Request request(OperationCode::GetDevicePropDesc, {property});
  const Bytes bytes = co_await fetch(request);
  co_return data_set<ptp::DevicePropDesc>("GetDevicePropDesc", bytes);
}

Task<ptp::Value> Session::prop_value(u16 property, ptp::DataType type) {
  const Request request(OperationCode::GetDevicePropValue, {property});
  const Bytes bytes = co_await fetch(request);
  co_return read("GetDevicePropValue", bytes, ptp::decode_value(bytes, type));
}

Task<> Session::set_prop_value(u16 property, ptp::Value value) {
  const Request request = with_data(OperationCode::SetDevicePropValue, value.bytes(), {property});
  co_await demand(request);
}

Task<> Session::reset_prop_value(u32 property) { return plain(OperationCode::ResetDevicePropValue, property); }

Task<std::optional<Event>> Session::await_event(std::function<bool(const Event&)> wanted, transport::Duration limit) {
  auto& clock = connection_.clock();
  const auto due = clock.now() + limit;
  for (;;) {
    const bool polled = options_.poll_operation || poll_by_;
    if (polled) co_await poll();
    const auto left = due - clock.now();
    const auto pause = polled ? std::min(left, options_.poll_interval) : left;
    const auto event = co_await connection_.events().wait(wanted, pause);
    if (event || clock.now() >= due) co_return event;
  }
}

Task<> Session::poll() {
  if (poll_by_) {
    const auto found = co_await poll_by_(*this);
    for (const Event& event : found) connection_.events().add(event);
    co_return;
  }
  const Request request(options_.poll_operation.value_or(0), {});
  const Bytes bytes = co_await fetch(request);
  ptp::Reader reader(bytes);
  const auto count = reader.integer<u16>("NumEvents");
  std::vector<Event> events;
  for (u16 i = 0; i < count && reader.ok(); ++i) {
    Event event;
    event.code = reader.integer<u16>("EventCode");
    event.count = 1;
    event.params[0] = reader.integer<u32>("EventParameter");
    events.push_back(event);
  }
  if (const auto& error = reader.error()) violation(fmt::format("the queued events: {}", error->to_string()), bytes);
  for (const Event& event : events) connection_.events().add(event);
}

}  // namespace stuntcam::initiator
