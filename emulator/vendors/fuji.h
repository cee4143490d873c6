// What Fujifilm's cameras do over Wi-Fi, as far as docs/cameras.md knows it. What it does not know is said here with
// "assumed" and listed there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "emulator/vendor.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

class FujiModule final : public VendorModule {
 public:
  std::span<const OperationRow> operations() const override;
  void attach(Camera&) override;
  CapturePlan plan(Camera&, const Release&) override;
  void file_added(Camera&, const Release&, u32 handle) override;
  void capture_complete(Camera&, const Release&) override;
  void session_closed(Camera&, CameraSession&) override;

  // The operations, by subject. fuji_state.cpp:
  Answer get_device_prop_desc(Context&);
  Answer get_device_prop_value(Context&);
  Answer set_device_prop_value(Context&);
  Answer get_capabilities(Context&);
  Answer start_remote_control(Context&);
  Answer stop_remote_control(Context&);
  // fuji_capture.cpp:
  Answer initiate_capture(Context&);
  Answer get_capture_preview(Context&);
  Answer cancel_initiate_capture(Context&);
  Answer initiate_movie_capture(Context&);
  Answer terminate_movie_capture(Context&);
  // fuji_dials.cpp:
  Answer set_focus_point(Context&);
  Answer release_focus_point(Context&);
  Answer step_shutter_speed(Context&);
  Answer step_aperture(Context&);
  Answer step_exposure_compensation(Context&);
  // fuji_objects.cpp:
  Answer get_num_objects(Context&);
  Answer get_object_handles(Context&);
  Answer get_object_info(Context&);
  Answer get_object(Context&);
  Answer get_thumb(Context&);
  Answer delete_object(Context&);
  Answer get_partial_object(Context&);

 private:
  struct Mode {              // of one session
    bool described = false;  // it has asked for the capabilities
    i64 client_state = 0;
  };
  // A picture is taken; the camera waits for its preview to be fetched before it takes another.
  struct Preview {
    Bytes picture;
    u32 transaction_id = 0;
    u64 serial = 0;
  };
  struct Movie {
    u32 storage = 0, transaction_id = 0;
    transport::Duration started{};
  };

  // fuji_state.cpp
  transport::Duration until_accepted(const Camera&, const CameraSession&, u16 code, const ptp::Value&) const;
  void property_written(Camera&, CameraSession&, u16 code);
  void leave_remote_control(Camera&);
  bool remote(const CameraSession& session) const { return remote_ == &session; }
  Bytes current_state(Camera&) const;
  // fuji_capture.cpp
  Answer focus(Camera&);
  transport::EventOut give_up_preview();
  void finish_movie(Camera&);
  // fuji_objects.cpp
  void number_objects(Camera&);
  std::vector<u32> numbers(Camera&);
  u32 handle_of(Camera&, u32 number);  // 0: there is no such object
  Answer with_object(Context&, std::span<const OperationRow>, OperationCode);

  std::map<const CameraSession*, Mode> modes_;
  const CameraSession* remote_ = nullptr;       // who controls the camera; null: nobody
  std::optional<std::string> accepted_client_;  // the name that the camera's owner has accepted
  std::optional<Preview> preview_;
  u64 previews_ = 0;
  bool announced_ = false;  // the files of one release are one ObjectAdded
  std::optional<Movie> movie_;
  std::vector<u32> objects_;                                    // handle number n is the object objects_[n - 1]
  std::set<u32> numbered_;                                      // the same handles
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
