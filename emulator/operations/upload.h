// What SendObjectInfo and MTP's SendObjectPropList have in common: both announce an object, and SendObject brings it.
#pragma once

#include <optional>
#include <string_view>

#include "emulator/operation.h"
#include "emulator/storage/object.h"
#include "profiles/profile.h"

namespace stuntcam::emulator {

// A name must be one that a folder on disk may have, and no way out of it.
bool valid_object_name(std::string_view);
// Whether the camera takes files of this format: its ImageFormats, and folders.
bool accepts_format(const profiles::Device&, u16 format);

struct Destination {
  Store* store;
  std::optional<u32> parent;  // 0: the root; none: the camera chooses
};
// What parameters 1 and 2 of both operations say, StorageID and parent.
std::expected<Destination, ResponseCode> upload_destination(const Context&);

// Makes a folder, or reserves room for a file as the session's pending object; `announced` may be unknown_size. Answers
// with StorageID, parent and handle.
Reply accept_object(Camera&, CameraSession&, const Destination&, Object, u64 announced);

}  // namespace stuntcam::emulator
