// The MTP object properties that the camera can tell of its objects (docs/protocol.md §5.7).
#pragma once

#include <vector>

#include "emulator/storage/object.h"
#include "profiles/profile.h"
#include "ptp/codes.h"
#include "ptp/datasets.h"

namespace stuntcam::emulator {

struct ObjectProperty {
  ptp::ObjectPropertyCode code;
  ptp::DataType type;
  void (*write)(ptp::Writer&, const Object&);
  bool (*applies)(u16 format);
  u32 group = 0;

  u16 number() const { return static_cast<u16>(code); }
};

// Properties that take long to make: not part of "all properties", only told when asked for by name.
inline constexpr u32 slow_group = 0xFFFFFFFF;

// In the profile's order; a profile that lists none has those that every MTP responder must have. Properties that the
// profile lists and nobody here can tell are left out.
std::vector<const ObjectProperty*> object_properties(const profiles::Profile&);
// Whether files of this format can be on such a camera.
bool knows_format(const profiles::Profile&, u16 format);
ptp::ObjectPropDesc describe(const ObjectProperty&, u16 format, bool writable);

}  // namespace stuntcam::emulator
