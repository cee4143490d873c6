// A camera as data: what profiles/*.toml say, checked and typed. Everything that differs from one camera to the next is
// here; nothing here does anything.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "profiles/canned.h"
#include "profiles/usb.h"
#include "ptp/codes.h"
#include "ptp/datasets.h"
#include "ptp/value.h"

namespace stuntcam::profiles {

struct Device {
  u16 standard_version = 100;
  u32 vendor_extension_id = 0;
  u16 vendor_extension_version = 100;
  std::string vendor_extension_desc;
  u16 functional_mode = 0;
  std::string manufacturer, model, version;
  // The first camera's serial number. '#' stands for a digit derived from the seed, so that each of --count cameras has
  // its own.
  std::string serial;
  std::vector<u16> operations, events, capture_formats, image_formats;
  ptp::Vendor vendor = ptp::Vendor::none;  // whose vendor codes these are: key `vendor`, or from the two fields above
  bool operator==(const Device&) const = default;
};

struct Property {
  u16 code = 0;
  std::string name;  // from the code tables, or the profile's own
  ptp::DataType type = ptp::DataType::undefined;
  bool writable = false;
  ptp::Value factory_default, current;
  ptp::Form form;
  // What it reads as before an initiator has put the camera into the mode that it belongs to.
  std::optional<ptp::Value> dormant;
  // Sent as they are where no data type describes what the camera sends; empty: as the type and the form say.
  Bytes raw_value, raw_description;
  bool vendor_list = false;  // listed by a vendor operation instead of DeviceInfo (key `listed = "vendor"`)
  std::map<std::string, std::string> labels;  // value as text → its name: "2" → "auto"
  u16 refusal = 0;  // what GetDevicePropDesc answers instead of a description; 0: it describes
  // A property without a type is one of which nothing is known but that it is listed, and refused however it is asked
  // for.
  bool described() const { return type != ptp::DataType::undefined; }
  bool operator==(const Property&) const = default;
};

// Handles that say what they stand for: that of a DCF folder is its parent's + number × folder_step, that of a file in
// one its folder's + number × file_step + file_offset, or the next free one. What has no number gets a drawn handle.
struct HandlePattern {
  u32 folder_step = 0, file_step = 0, file_offset = 0;
  bool operator==(const HandlePattern&) const = default;
};

struct Storage {
  u32 id = 0x00010001;
  u16 storage_type = 4, filesystem_type = 3, access_capability = 0;
  u64 capacity = 0;                // bytes; 0 with `present`: from the folder's file system
  std::optional<u64> free;         // bytes, with the profile's objects on the card; none: what those leave
  std::optional<u32> free_images;  // fixed number to report; otherwise computed from the free bytes
  std::string description, label;
  std::string media = "synthetic";  // or a folder's path
  bool present = true;              // false: the slot is empty
  std::vector<SyntheticObjects> objects;
  std::optional<HandlePattern> handles;
  bool operator==(const Storage&) const = default;
};

struct Timing {
  Duration capture{std::chrono::milliseconds(100)};  // release to image ready
  Duration autofocus{};
  Duration burst_interval{std::chrono::milliseconds(200)};
  Duration self_timer{std::chrono::seconds(10)};
  Duration live_view_start{};
  Duration vendor_session{};   // silence after which a session of the vendor's own ends; 0: never
  double live_view_rate = 30;  // frames a second
  bool operator==(const Timing&) const = default;
};

// Where a camera is and how it moves ([flight]), for cameras that are carried through the air and tell.
struct Flight {
  std::string path;                                // a GPX file; "": a survey that follows from the seed
  double latitude = 0, longitude = 0, ground = 0;  // degrees, metres above the sea: where the survey starts
  double height = 50;           // metres above the ground, of the survey and of points that have no elevation
  double speed = 5;             // m/s, of the survey and of points that have no time; 0: it stays where it stands
  bool sunshine_module = true;  // the module on top of the aircraft, with sensors of its own, is connected
  bool operator==(const Flight&) const = default;
};

// What real cameras do against the standard, or where it leaves a choice. Each value set in a TOML file has a comment
// there that says what was observed and where.
struct Quirks {
  // Events wait in a queue that the initiator polls by a vendor operation; nothing is sent on the event connection.
  bool poll_events = false;
  bool push_events = true;  // send events on the event connection (with poll_events: as well)
  enum class TransactionIds : u8 { off, lenient, strict };
  TransactionIds transaction_ids =
      TransactionIds::lenient;               // lenient: any id but 0xFFFFFFFF; strict: the next in order
  bool five_response_parameters = false;     // always five, zero-padded
  bool three_event_parameters = false;       // always three, zero-padded
  bool upload_to_read_only_store = false;    // SendObjectInfo works although AccessCapability says read-only
  bool event_for_own_delete = false;         // ObjectRemoved also to the initiator that deleted
  bool event_for_own_property_set = false;   // DevicePropChanged also to the initiator that set
  bool accept_current_outside_form = false;  // the profile's current values may lie outside their forms
  bool one_packet_per_segment = false;       // StartData, EndData and Response in TCP segments of their own
  bool empty_slots_answer = false;           // a slot without a card has no room and no objects, but can be asked
  bool out_of_focus = false;                 // no autofocus ever succeeds, as with the lens cap on
  bool operations_without_session = false;   // operations other than GetDeviceInfo work before OpenSession
  bool status_bits_by_manual = false;        // the vendor's status mask as its first manual has it, not as its tools do
  bool data_when_refused = false;            // what asks for data gets an empty data phase with every refusal
  bool operator==(const Quirks&) const = default;
};

struct Profile;

// --preset NAME: the camera in another state, or with another firmware.
struct Preset {
  std::vector<std::pair<u16, ptp::Value>> values;  // of properties, set when the camera starts
  std::shared_ptr<const Profile> camera;           // what it is under this preset, when more differs; has no presets
  bool operator==(const Preset&) const;
};

struct Profile {
  std::string name;         // "nikon-d5300"
  std::string description;  // one line for `cameras`
  std::string origin;       // file it came from, or "built in"
  std::string dialect = "ptpip";
  u16 port = 15740;
  std::string
      friendly_name;  // in InitCommandAck; at most 19 characters, so that the Ack fits the 72 bytes clients read
  std::optional<std::string> guid;  // 32 hex digits; otherwise derived from the seed
  u32 protocol_version = 0x00010000;
  u32 max_initiators = 1024;         // no source knows the limit of any camera here, so by default only we set one
  std::string file_prefix = "DSC_";  // the first four characters of a picture's name; four digits follow
  u32 first_handle = 1;              // handle of the first object; the others follow
  u64 data_packet = 16u << 20;       // largest object sent as one EndData packet; larger ones in Data packets of 1 MiB
  Device device;
  std::vector<Property> properties;
  std::vector<u16> object_properties;  // MTP object properties that GetObjectPropsSupported lists
  std::vector<Storage> storages;
  std::vector<CannedOperation> canned;
  Timing timing;
  Flight flight;
  Quirks quirks;
  std::optional<Usb> usb;  // none: it has no USB that anybody knows of
  std::map<std::string, Preset> presets;
  std::vector<u16> assumed;  // operation and property codes whose behaviour no source knows (`assumed = […]`), for docs

  const Property* property(u16 code) const;
  bool advertises(ptp::OperationCode) const;
  bool operator==(const Profile&) const = default;
};

// The camera under a preset ("": as it is), values excepted: the camera sets those. std::invalid_argument: there is
// none of that name.
Profile under_preset(Profile, const std::string& preset);

}  // namespace stuntcam::profiles
