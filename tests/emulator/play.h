// A conversation with a virtual camera, as a script: no sockets, no loop.
//
//   Stage stage;                                   // a profile, a clock and what else can be set beforehand
//   Play client(stage.camera());                   // one initiator, with a session
//   EXPECT_EQ(client.ask(Op::GetThumb, {7}), Code::NoThumbnailPresent);
//   EXPECT_EQ(client.send(Op::SetDevicePropValue, {0x5007}, bytes<u16>(400)), Code::OK);
//   EXPECT_EQ(client.data(), …); EXPECT_THAT(client.params(), …); EXPECT_THAT(client.events(), …);
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/camera.h"
#include "tests/emulator/test_profile.h"
#include "tests/fake_clock.h"

namespace stuntcam::ptp {
inline void PrintTo(ResponseCode code, std::ostream* out) { *out << to_string(code, Vendor::nikon); }
}  // namespace stuntcam::ptp

namespace stuntcam::transport {
inline bool operator==(const EventOut& a, const EventOut& b) {
  return a.code == b.code && a.transaction_id == b.transaction_id && a.count == b.count && a.params == b.params;
}
inline void PrintTo(const EventOut& event, std::ostream* out) {
  *out << to_string(static_cast<ptp::EventCode>(event.code), ptp::Vendor::nikon) << std::hex << " of "
       << event.transaction_id << " (";
  for (std::size_t i = 0; i < event.count; ++i) *out << " " << event.params.at(i);
  *out << " )" << std::dec;
}
}  // namespace stuntcam::transport

namespace stuntcam::tests {

using Op = ptp::OperationCode;
using Code = ptp::ResponseCode;
using Event = ptp::EventCode;
using Prop = ptp::PropertyCode;
using emulator::Camera;
using emulator::CameraOptions;
using emulator::CameraSession;
using transport::EventOut;

inline constexpr u32 all = 0xFFFFFFFF;
inline constexpr u32 card = 0x00010001;  // the first store of the test profile

template <std::integral T>
Bytes bytes(T integer) {
  Bytes out;
  ptp::Writer(out).integer(integer);
  return out;
}

inline Bytes bytes(std::string_view text) {
  Bytes out;
  ptp::Writer(out).string(text);
  return out;
}

inline Bytes bytes_of(const transport::Body& body) {
  if (const auto* const view = std::get_if<View>(&body)) return {view->begin(), view->end()};
  if (const auto* const whole = std::get_if<Bytes>(&body)) return *whole;
  Bytes out(transport::size_of(body));
  if (const auto* const slice = std::get_if<transport::FileSlice>(&body)) slice->file->read(slice->offset, out);
  if (const auto* const made = std::get_if<transport::Generated>(&body)) made->source->read(made->offset, out);
  return out;
}

inline EventOut event(u16 code, std::initializer_list<u32> params = {}, u32 transaction_id = ptp::no_transaction) {
  EventOut out;
  out.code = code;
  out.transaction_id = transaction_id;
  for (const auto param : params) out.params.at(out.count++) = param;
  return out;
}
inline EventOut event(Event code, std::initializer_list<u32> params = {}, u32 transaction_id = ptp::no_transaction) {
  return event(static_cast<u16>(code), params, transaction_id);
}

// Everything a camera needs; change what you like before the first call of camera().
struct Stage {
  FakeClock clock;
  profiles::Profile profile = test_profile();
  CameraOptions options;

  Camera& camera() {
    if (!camera_) camera_ = std::make_unique<Camera>(profile, options, clock);
    return *camera_;
  }

 private:
  std::unique_ptr<Camera> camera_;
};

class Play : private transport::Outlet {
 public:
  struct WithoutSession {};
  Play(Camera& camera, WithoutSession) : session_(std::move(camera.open({}, *this).value())) {}
  explicit Play(Camera& camera, u32 session_id = 1) : Play(camera, WithoutSession{}) {
    EXPECT_EQ(ask(Op::OpenSession, {session_id}), Code::OK);
  }
  ~Play() override = default;
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  // An operation without a data phase from us.
  Code ask(u16 operation, std::vector<u32> params = {}) { return converse(operation, params, nullptr, 1); }
  Code ask(Op operation, std::vector<u32> params = {}) { return ask(static_cast<u16>(operation), std::move(params)); }
  // One with data from us, in pieces of at most `piece` bytes. `announced`: what StartData says.
  Code send(u16 operation, std::vector<u32> params, const Bytes& data) { return converse(operation, params, &data, 2); }
  Code send(Op operation, std::vector<u32> params, const Bytes& data) {
    return send(static_cast<u16>(operation), std::move(params), data);
  }

  // The answer to the last operation.
  const Bytes& data() const { return data_; }
  bool had_data() const { return had_data_; }
  const std::vector<u32>& params() const { return params_; }
  bool drained() const { return took_intake_; }  // it read a data phase first
  template <class T>
  T decoded() const {
    auto value = ptp::decode<T>(data_);
    EXPECT_TRUE(value) << value.error().to_string();
    return value.value_or(T{});
  }
  std::vector<u32> handles() const { return ptp::decode_u32_array(data_, "handles").value_or(std::vector<u32>{}); }

  // What came on the event connection since the last look.
  std::vector<EventOut> events() { return std::exchange(events_, {}); }
  bool closed() const { return closed_; }

  u32 transaction_id = 0;      // of the next operation; counts up by itself
  std::size_t piece = 1000;    // bytes handed over at once
  u64 lie = 0;                 // added to the announced total
  bool unknown_total = false;  // say that the length is not known
  CameraSession& session() { return static_cast<CameraSession&>(*session_); }
  transport::Session& raw() { return *session_; }
  void disconnect() { session_.reset(); }

  // The handle of the object of that name, anywhere; 0: none.
  u32 find(std::string_view name) {
    EXPECT_EQ(ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
    for (const auto handle : handles())
      if (info(handle).filename == name) return handle;
    return 0;
  }
  ptp::ObjectInfo info(u32 handle) {
    EXPECT_EQ(ask(Op::GetObjectInfo, {handle}), Code::OK);
    return decoded<ptp::ObjectInfo>();
  }

 private:
  void event(const EventOut& event) override { events_.push_back(event); }
  void close() override { closed_ = true; }

  Code converse(u16 operation, const std::vector<u32>& params, const Bytes* out, u32 data_phase) {
    ptp::Message request;
    request.kind = ptp::Kind::operation_request;
    request.code = operation;
    request.transaction_id = transaction_id++;
    request.data_phase = data_phase;
    request.count = static_cast<u8>(params.size());
    std::ranges::copy(params, request.params.begin());
    auto answer = session_->request(request);
    took_intake_ = std::holds_alternative<std::unique_ptr<transport::Intake>>(answer);
    if (!took_intake_) return take(std::get<transport::Reply>(std::move(answer)));
    const auto intake = std::get<std::unique_ptr<transport::Intake>>(std::move(answer));
    if (out != nullptr) hand_over(*intake, *out);
    return take(intake->finish(lie == 0));
  }
  void hand_over(transport::Intake& intake, View data) {
    intake.begin(unknown_total ? unknown_size : data.size() + lie);
    for (; !data.empty(); data = data.subspan(std::min(piece, data.size())))
      intake.write(data.first(std::min(piece, data.size())));
  }
  Code take(const transport::Reply& reply) {
    had_data_ = !std::holds_alternative<std::monostate>(reply.body);
    data_ = bytes_of(reply.body);
    params_.assign(reply.params.begin(), reply.params.begin() + reply.count);
    for (const auto& each : reply.then) events_.push_back(each);
    session_->answered();
    return static_cast<Code>(reply.code);
  }

  Bytes data_;
  bool had_data_ = false, took_intake_ = false, closed_ = false;
  std::vector<u32> params_;
  std::vector<EventOut> events_;
  std::unique_ptr<transport::Session> session_;
};

}  // namespace stuntcam::tests
