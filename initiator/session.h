// A session with a camera: its transaction ids, and a call for each operation of ISO 15740. A call throws
// Problem(refused) when the camera answers anything but OK.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "initiator/connection.h"
#include "ptp/datasets.h"

namespace stuntcam::initiator {

// What to do about DeviceBusy: ask again, each time after twice the pause.
struct Retry {
  unsigned times = 5;
  transport::Duration pause = std::chrono::milliseconds(100);
};

// What becomes of a session that OpenSession finds open (SessionAlreadyOpened). close: ours is opened in its place, on
// transports where sessions outlive connections. join: it is gone on in, as libgphoto2 does.
enum class WhenOpen : u8 { fail, close, join };

struct SessionOptions {
  u32 id = 1;
  Retry busy;
  WhenOpen when_open = WhenOpen::fail;
  // Asks for the events that a camera queues instead of sending them: its data phase is a u16 count, then a u16 code
  // and a u32 parameter each.
  std::optional<u16> poll_operation;
  transport::Duration poll_interval = std::chrono::milliseconds(200);
};

inline constexpr u32 all_storages = 0xFFFFFFFF, in_root = 0xFFFFFFFF, any_format = 0, anywhere = 0;

class Session {
 public:
  explicit Session(Connection& connection, SessionOptions options = {})
      : connection_(connection), options_(options), vendor_(connection.dialect().vendor) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  transport::Task<> open();
  transport::Task<> close();  // never throws: who closes has nothing left to ask
  bool is_open() const { return open_; }

  // Any operation, asked again while the camera is busy. Whatever else it answers is a Response.
  transport::Task<Response> call(const Request& request);
  transport::Task<Response> demand(const Request& request);  // refused: throws
  transport::Task<Bytes> fetch(Request request);             // a data phase as a whole; without one: throws

  transport::Task<ptp::DeviceInfo> device_info();
  transport::Task<std::vector<u32>> storage_ids();
  transport::Task<ptp::StorageInfo> storage_info(u32 storage);
  transport::Task<u32> num_objects(u32 storage = all_storages, u32 format = any_format, u32 parent = anywhere);
  transport::Task<std::vector<u32>> object_handles(u32 storage = all_storages, u32 format = any_format,
                                                   u32 parent = anywhere);
  transport::Task<ptp::ObjectInfo> object_info(u32 handle);
  transport::Task<Response> object(u32 handle, Sink& sink, Progress progress = {});
  transport::Task<Response> partial_object(u32 handle, u32 offset, u32 most, Sink& sink, Progress progress = {});
  transport::Task<Bytes> thumb(u32 handle);
  transport::Task<> delete_object(u32 handle, u32 format = any_format);
  struct Place {
    u32 storage = 0, parent = 0, handle = 0;
  };
  // 0: where the camera wants it. SendObject must follow.
  transport::Task<Place> send_object_info(const ptp::ObjectInfo& info, u32 storage = 0, u32 parent = 0);
  transport::Task<> send_object(transport::Body data, Progress progress = {});
  transport::Task<> initiate_capture(u32 storage = 0, u32 format = any_format);
  transport::Task<> initiate_open_capture(u32 storage = 0, u32 format = any_format);
  transport::Task<> terminate_open_capture(u32 transaction_id);
  transport::Task<> format_store(u32 storage, u32 filesystem = 0);
  transport::Task<> reset_device();
  transport::Task<> self_test(u32 type = 0);
  transport::Task<> power_down();
  transport::Task<> set_object_protection(u32 handle, u32 status);
  transport::Task<> move_object(u32 handle, u32 storage, u32 parent);
  transport::Task<u32> copy_object(u32 handle, u32 storage, u32 parent);  // the copy's handle
  transport::Task<ptp::DevicePropDesc> prop_desc(u16 property);
  transport::Task<ptp::Value> prop_value(u16 property, ptp::DataType type);
  transport::Task<> set_prop_value(u16 property, ptp::Value value);
  transport::Task<> reset_prop_value(u32 property);  // 0xFFFFFFFF: all

  // The first event that the predicate takes, sent or queued; none when the limit is over. The others stay for later.
  transport::Task<std::optional<Event>> await_event(std::function<bool(const Event&)> wanted,
                                                    transport::Duration limit);

  transport::Task<> pause(transport::Duration time);
  void poll_with(std::optional<u16> operation) { options_.poll_operation = operation; }  // none: events are sent
  // Asks for queued events in another way: its answer is added to what was sent.
  using Poll = std::function<transport::Task<std::vector<Event>>(Session&)>;
  void poll_by(Poll poll) { poll_by_ = std::move(poll); }
  u32 last_transaction() const { return last_; }
  Connection& connection() { return connection_; }
  ptp::Vendor vendor() const { return vendor_; }  // known after device_info()

 private:
  Problem refusal(const Request&, const Response&) const;
  transport::Task<> take(const transport::OpeningStep& step);
  transport::Task<> plain(ptp::OperationCode operation, u32 first = 0, u32 second = 0, u32 third = 0);
  transport::Task<> poll();
  u32 next_transaction();

  Connection& connection_;
  SessionOptions options_;
  Poll poll_by_;
  ptp::Vendor vendor_;
  bool open_ = false;
  u32 last_ = 0;
  u32 opening_ = 0;  // the transaction of the dialect's first opening operation
};

}  // namespace stuntcam::initiator
