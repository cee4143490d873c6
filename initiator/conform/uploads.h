// Objects that a case brings to the camera, and takes away again.
#pragma once

#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {

struct Upload {
  u32 storage = 0, parent = 0, handle = 0;  // as SendObjectInfo answered
  std::string name;
  u16 format = 0;
  Bytes bytes;
};

// A format that the camera takes for a file without meaning.
u16 upload_format(const Subject& subject);
// A small file of that format, different for each name.
Upload sample(const Subject& subject, const std::string& name, std::size_t size = 600);
ptp::ObjectInfo info_of(const Upload& upload);
// The store for uploads; skips the case where none is writable.
Task<u32> upload_store(Trial& t);

// SendObjectInfo alone; the camera must take it.
Task<Upload> announce(Trial& t, Initiator& by, Upload upload, u32 parent = 0);
// With its data; DeleteObject takes it away in the end.
Task<Upload> put(Trial& t, std::string name, u32 parent = 0);
Task<Upload> put_folder(Trial& t, std::string name, u32 parent = 0xFFFFFFFF);
// Whatever becomes of the case, the object goes. A protected one is released first.
void delete_afterwards(Trial& t, u32 handle);

}  // namespace stuntcam::initiator::conform
