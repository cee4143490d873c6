// A camera with so many small objects, as a profile.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <string>

#include "bench/media.h"

namespace stuntcam::bench {

class ManyObjects : public Folder {
 public:
  explicit ManyObjects(u32 count) {
    std::ofstream(profile()) << fmt::format(R"(extends = "generic"
[[storage]]
id = 0x00010001
type = "removable-ram"
filesystem = "dcf"
capacity = "64GiB"
[[storage.objects]]
folder = "DCIM/100MANY_"
name = "IMG_%06u.MOV"
count = {}
format = "Undefined"
size = "1KiB"
)",
                                            count);
  }
  std::string profile() const { return file("many.toml"); }
};

}  // namespace stuntcam::bench
