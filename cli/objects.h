// The objects on a camera: listing them, finding and the one that is meant.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cli/visit.h"

namespace stuntcam::cli {

struct Object {
  u32 handle = 0;
  ptp::ObjectInfo info;
  std::string path;         // "DCIM/100NCD53/DSC_0001.JPG", each part safe for a file system
  std::optional<u64> size;  // none: the camera does not say
  bool folder() const { return info.object_format == static_cast<u16>(ptp::FormatCode::Association); }
};

// A name as one part of a path here, whatever the camera calls it: "../x" → ".._x", ".." → "__".
std::string safe_name(const std::string& name);
// That, for objects of one folder here that had several there: of two with one name, the second has its handle behind
// it.
class FileNames {
 public:
  std::string of(const Object&);

 private:
  std::set<std::string> taken_;
};

// A PATH of the command line: "[STORE:]DCIM/…". STORE is an id (0x00010001) or counts from 1; the first by default.
struct Place {
  u32 storage = 0;
  std::string path;
};
Place parse_place(Visit&, const std::string& text);

std::vector<Object> list_objects(Visit&, u32 storage);
Object get_object(Visit&, u32 handle);  // alone, with its name as path
// OBJECT: "0x…" a handle, a path, or a pattern with * ? [ ] for whole paths, or for names when it has no '/'. Throws
// Failure when there is none.
std::vector<Object> find_objects(Visit&, const std::string& text);

ptp::Json object_json(const Object&);

// What was fetched: the file's name, or the object with it.
void tell_file(Visit&, const Object&, const std::string& file);

}  // namespace stuntcam::cli
