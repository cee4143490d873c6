// The virtual camera: a profile brought to life. Everything on it runs on the camera's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "emulator/capture.h"
#include "emulator/live_view.h"
#include "emulator/operation.h"
#include "emulator/properties.h"
#include "emulator/session.h"
#include "emulator/storage/store.h"
#include "emulator/vendor.h"
#include "profiles/profile.h"
#include "transport/clock.h"
#include "transport/responder.h"

namespace stuntcam::emulator {

struct CameraOptions {
  u64 seed = 1;
  std::string media;                       // a folder that plays the first store; "" = as the profile says
  bool writable = false;                   // changes really reach that folder
  std::string preset;                      // "" = none
  std::vector<std::pair<u16, Value>> set;  // --set, after the preset
  std::optional<bool> push_events;         // overrides the quirk
  transport::Duration confirm{};           // until the camera's owner accepts a new client, on cameras that ask
  std::string only_client;                 // the one name that is let in; "" = any
  // One line each: what goes wrong behind the camera, on the disk that plays its card. May be empty.
  std::function<void(const std::string&)> log{};
};

// Where a store puts the camera's next picture, and the folders that had to be made for it, parents first: who asks
// announces them.
struct CaptureFolder {
  u32 handle = 0;
  std::vector<u32> made;
};
std::expected<CaptureFolder, StoreError> capture_folder(Store&);

class Camera final : public transport::Responder {
 public:
  // Throws std::system_error when the media folder cannot be read, std::invalid_argument for an unknown preset, or a
  // property to set that the camera has not or that has another type.
  Camera(profiles::Profile, CameraOptions, transport::Clock&);
  ~Camera() override;

  // Responder
  ptp::Identity identity() const override;
  std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> open(const ptp::Identity&,
                                                                               transport::Outlet&) override;

  const profiles::Profile& profile() const { return profile_; }
  transport::Clock& clock() { return clock_; }
  Properties& properties() { return properties_; }
  Shutter& shutter() { return *shutter_; }
  LiveView& live_view() { return live_view_; }
  VendorModule& vendor() { return *vendor_; }
  const std::string& serial_number() const { return serial_number_; }
  const std::string& title() const { return title_; }  // as it shows in pictures: "NIKON D5300"
  u64 seed() const { return options_.seed; }
  transport::Duration confirm() const { return options_.confirm; }
  bool polls_events() const { return profile_.quirks.poll_events; }
  bool pushes_events() const { return options_.push_events.value_or(profile_.quirks.push_events); }
  ptp::DateTime now() const;  // what the camera's own clock shows (settable by the DateTime property)
  void set_time(const ptp::DateTime&);
  transport::Duration uptime() const { return clock_.now() - switched_on_; }
  u32 count_request(u16 operation) { return ++requests_[operation]; }  // of one that the profile answers
  const ptp::DeviceInfo& device_info();                                // valid until the next call
  Operation operation(OperationCode) const;
  std::vector<u16> unimplemented() const;  // advertised, but neither a row nor canned: answered with GeneralError

  std::vector<u16> silent_events() const;  // advertised, and nothing here announces them

  // Stores and objects. Handles are unique among all stores.
  const std::vector<Store*>& stores() const { return all_stores_; }
  Store* store(u32 id) const;            // null: no such store
  Store* store_of(u32 handle) const;     // null: on no store (or in memory)
  Store* default_store() const;          // the first that is present; null: none
  const Object* find(u32 handle) const;  // on a store or in memory
  // Files captured to memory, under handles of the vendor's choice. Replaces one of the same handle.
  void keep_in_memory(Object);
  // Behind those of the same handle: it appears when they have been dropped.
  void queue_in_memory(Object);
  bool drop_from_memory(u32 handle);  // false: not there
  bool drop_all_from_memory();
  const std::map<u32, Object>& memory() const { return memory_; }
  // MTP object references, by the object that refers.
  std::map<u32, std::vector<u32>>& references() { return references_; }
  // How many shots fit, as the camera is set: on the default store, or on a given one.
  u32 remaining_shots();
  u32 remaining_shots(const Store&);
  ptp::StorageInfo storage_info(const Store&);  // with that number in it

  // To every open session but `except`. Events that the profile does not list are never sent.
  void announce(const transport::EventOut&, const CameraSession* except = nullptr);
  void announce(ptp::EventCode, std::initializer_list<u32> params, u32 transaction_id = ptp::no_transaction,
                const CameraSession* except = nullptr);
  // An event of a capture: its transaction id means something to the session that released only.
  void announce(ptp::EventCode, u32 param, const Release&);
  void log(const std::string& what) const {
    if (options_.log) options_.log(what);
  }
  // Later, to whoever has a session open then.
  void announce_after(transport::Duration, const transport::EventOut&);
  // Looks at the folders behind the stores and announces what changed there; called on a timer and before listings.
  void look_at_disk();
  const std::vector<CameraSession*>& sessions() const { return sessions_; }  // the open ones
  void enter(CameraSession& session) { sessions_.push_back(&session); }
  void leave(CameraSession&);
  // As after power-on, but properties keep their values: every session ends (not its connection), the others hear
  // DeviceReset first.
  void reset(CameraSession& by);
  // Every session ends, and its connection with it. Who connects afterwards finds the camera switched on again.
  void power_down();

 private:
  void reserve_handles();
  void add_stores();
  void add_operations();
  void attach_properties();
  void apply_settings();
  void stop_everything();
  void deliver(CameraSession&, const transport::EventOut&);
  bool lists(u16 event) const;  // among the events that DeviceInfo names
  void watch_disk();
  profiles::Profile profile_;
  CameraOptions options_;
  transport::Clock& clock_;
  std::string serial_number_, title_;
  ptp::Guid guid_{};
  transport::Duration switched_on_;
  std::map<u16, u32> requests_;
  i64 time_offset_ = 0;  // camera time minus wall time, seconds
  std::unique_ptr<VendorModule> vendor_;
  Properties properties_;
  Handles handles_;
  ptp::DeviceInfo described_;  // as of that listing of properties_; 0: not yet
  unsigned described_listing_ = 0;
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<Store*> all_stores_;  // the same
  std::map<u32, Object> memory_;
  std::multimap<u32, Object> waiting_in_memory_;
  std::map<u32, std::vector<u32>> references_;
  std::unordered_map<u16, Operation> operations_;
  LiveView live_view_;
  std::unique_ptr<Shutter> shutter_;
  std::vector<CameraSession*> sessions_;
  bool watches_disk_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
