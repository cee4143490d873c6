// What Nikon's cameras do beyond the standard, as far as docs/cameras.md §1 knows it. What it does not know is said
// here with "assumed" and listed there.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "emulator/vendor.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

class NikonModule final : public VendorModule {
 public:
  std::span<const OperationRow> operations() const override;
  std::span<const ptp::EventCode> events() const override;
  void property_changed(Camera&, u16 code) override;
  ResponseCode ready_to_capture(Camera&, const Release&) override;
  CapturePlan plan(Camera&, const Release&) override;
  void file_added(Camera&, const Release&, u32 handle) override;
  void capture_complete(Camera&, const Release&) override;
  void session_closed(Camera&, CameraSession&) override;

  // The operations, by subject. nikon_capture.cpp:
  Answer initiate_capture_rec_in_sdram(Context&);
  Answer af_capture_sdram(Context&);
  Answer initiate_capture_rec_in_media(Context&);
  Answer terminate_capture(Context&);
  Answer del_image_sdram(Context&);
  Answer af_drive(Context&);
  Answer af_drive_cancel(Context&);
  // nikon_state.cpp:
  Answer change_camera_mode(Context&);
  Answer device_ready(Context&);
  Answer get_event(Context&);
  Answer get_vendor_prop_codes(Context&);
  Answer get_vendor_storage_ids(Context&);
  Answer set_pre_wb_data(Context&);
  Answer get_pic_ctrl_data(Context&);
  Answer set_pic_ctrl_data(Context&);
  Answer del_custom_pic_ctrl(Context&);
  Answer get_pic_ctrl_capability(Context&);
  // nikon_live_view.cpp:
  Answer start_live_view(Context&);
  Answer end_live_view(Context&);
  Answer get_live_view_image(Context&);
  Answer mf_drive(Context&);
  Answer change_af_area(Context&);
  Answer start_movie_rec(Context&);
  Answer end_movie_rec(Context&);
  // nikon_transfer.cpp:
  Answer get_large_thumb(Context&);
  Answer get_partial_object_hi_speed(Context&);

 private:
  struct Movie {
    u32 storage = 0;
    transport::Duration started{};
  };
  struct Position {  // of GetPartialObjectHiSpeed
    u32 handle = 0;
    u64 offset = 0;
  };
  void set_host_mode(Camera&, bool);
  void stop_live_view(Camera&);
  bool live_view_starting(Camera&) const;
  void finish_movie(Camera&);

  bool host_mode_ = false;
  transport::Duration focusing_until_{};
  bool focus_failed_ = false;  // told once, by DeviceReady
  transport::Duration live_view_ready_{};
  int focus_position_ = 0;
  std::optional<Movie> movie_;
  std::map<const CameraSession*, Position> positions_;
  std::map<std::pair<u32, u32>, Bytes> picture_controls_;  // by item and option
  std::map<std::array<u32, 3>, Bytes> preset_white_balance_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
