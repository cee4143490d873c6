// What Canon's EOS cameras do beyond the standard, as far as docs/cameras.md knows it: a host takes them over (remote
// and event mode), polls records of everything that changes, sets properties by an operation of their own and presses
// the release button as a finger would. What is not known is said here with "assumed" and listed there.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "emulator/properties.h"
#include "emulator/vendor.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

class CanonModule final : public VendorModule {
 public:
  std::span<const OperationRow> operations() const override;
  void attach(Camera&) override;
  void property_changed(Camera&, u16 code) override;
  ResponseCode ready_to_capture(Camera&, const Release&) override;
  CapturePlan plan(Camera&, const Release&) override;
  void file_added(Camera&, const Release&, u32 handle) override;
  void capture_complete(Camera&, const Release&) override;
  void announced(Camera&, CameraSession&, const transport::EventOut&) override;
  void session_closed(Camera&, CameraSession&) override;

  // The operations, by subject. canon_state.cpp: who is in charge, and what a host asks regularly.
  Answer set_remote_mode(Context&);
  Answer set_event_mode(Context&);
  Answer get_event(Context&);
  Answer get_device_info_ex(Context&);
  Answer pchdd_capacity(Context&);
  Answer set_request_olc_info_group(Context&);
  // canon_properties.cpp:
  Answer request_device_prop_value(Context&);
  Answer set_device_prop_value_ex(Context&);
  Answer get_device_prop_desc(Context&);
  Answer set_device_prop_value(Context&);
  // canon_objects.cpp:
  Answer get_storage_info(Context&);
  Answer get_object_info_ex(Context&);
  Answer transfer_complete(Context&);
  // canon_capture.cpp:
  Answer remote_release(Context&);
  Answer remote_release_on(Context&);
  Answer remote_release_off(Context&);
  Answer bulb_start(Context&);
  Answer bulb_end(Context&);
  Answer do_af(Context&);
  Answer af_cancel(Context&);
  // canon_live_view.cpp:
  Answer get_view_finder_data(Context&);
  Answer drive_lens(Context&);
  Answer in_live_view(Context&);

 private:
  // What a session has asked to be told, and what it has not fetched yet.
  struct Host {
    bool events = false;
    bool fresh = false;  // it is told everything first
    u32 olc_groups = 0;
    std::deque<Bytes> records;
  };
  struct Button {
    const CameraSession* by = nullptr;
    u32 transaction_id = 0;
    bool half = false, full = false;
    bool shoot_when_focused = false;
  };

  Host& host(const CameraSession& session) { return hosts_[&session]; }
  void tell(const Bytes& record);  // every host
  static void tell(Host&, Bytes record);
  void tell_focus(u8 first, u8 second);
  void tell_available_shots(Camera&);
  Bytes everything(Camera&);
  std::vector<Value> available(Camera&, u16 code) const;  // what it can be set to now
  u32 available_shots(Camera&);
  bool stays_in_camera(Camera&) const;
  void plan_exposure(Camera&, CapturePlan&) const;
  void follow_output(Camera&);

  bool autofocus_on(Camera&) const;
  void start_focusing(Camera&);
  void focused(Camera&);
  ResponseCode shoot(Camera&);
  void let_go(Camera&);

  std::map<const CameraSession*, Host> hosts_;
  u64 host_capacity_ = 0;  // bytes that the host has room for
  Button button_;
  u64 focusing_ = 0;  // number of the attempt
  bool focusing_now_ = false, focus_failed_ = false;
  transport::Duration live_view_ready_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
