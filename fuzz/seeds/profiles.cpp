// Small profiles that use every kind of table, and wrong ones; paths.
#include "fuzz/seeds/seeds.h"

namespace stuntcam::fuzz {
namespace {

constexpr std::string_view small = R"(name = "small"
[device]
manufacturer = "Maker"
model = "Model"
operations = ["GetDeviceInfo", "OpenSession", "CloseSession", 0x9001]
events = ["ObjectAdded"]
image_formats = ["EXIF_JPEG"]
)";

constexpr std::string_view whole = R"(description = "everything once"
friendly_name = "Whole"
first_handle = 0x10000001
data_packet = "1MiB"
port = 15740
[device]
manufacturer = "Maker"
model = "Whole"
version = "1.0"
serial = "000####"
vendor_extension_id = 6
operations = ["GetDeviceInfo", "OpenSession", "CloseSession", "GetStorageIDs", "GetStorageInfo", "GetObjectHandles",
              "GetObjectInfo", "GetObject", "GetDevicePropDesc", "GetDevicePropValue", "SetDevicePropValue", 0x9001]
events = ["ObjectAdded", "DevicePropChanged"]
[[property]]
code = "ExposureTime"
type = "uint32"
access = "rw"
default = 2
enum = [2, 3, 4]
labels = { 2 = "1/50", 3 = "1/33" }
[[property]]
code = 0xD001
name = "Own"
type = "string"
access = "r"
default = "abc"
[[property]]
code = "BatteryLevel"
type = "uint8"
access = "r"
default = 50
range = [0, 100, 1]
[[property]]
code = 0xD002
type = "array_of_uint16"
access = "rw"
default = [1, 2, 3]
[[storage]]
id = 0x00010001
capacity = "16GiB"
[[storage.objects]]
folder = "DCIM/100MAKER"
name = "IMG_%04u.JPG"
count = 3
first = 1
format = "EXIF_JPEG"
size = "4KiB"
[[operation]]
code = 0x9001
data = "74bf{param1:uint32}"
response = "OK"
delay = "10ms"
[timing]
capture = "350ms"
[quirks]
poll_events = true
[presets.other]
BatteryLevel = 10
)";

constexpr std::string_view path = R"(<?xml version="1.0"?>
<gpx version="1.1"><trk><trkseg>
<trkpt lat="48.1" lon="2.3"><ele>120.5</ele><time>2024-02-29T12:00:00Z</time></trkpt>
<trkpt lat="48.2" lon="2.4"><ele>121</ele><time>2024-02-29T12:00:10.5+01:00</time></trkpt>
</trkseg></trk></gpx>
)";

}  // namespace

void add_profiles(Seeds& seeds) {
  const auto add = [&](const std::string& name, std::string_view toml) {
    seeds["profile/" + name] = Seed().text(toml);
  };
  add("small", small);
  add("whole", whole);
  for (const char* camera : {"nikon-d5300", "fujifilm-x-t1", "parrot-sequoia", "olympus-e-m1"})
    add("extends_" + std::string(camera), "extends = \"" + std::string(camera) + "\"\n[timing]\ncapture = \"2s\"\n");
  add("canned_cases", R"(extends = "generic"
[[add.operation]]
code = 0x9002
response = "OK"
data = "{time}{count:uint16}{ms:uint32}"
events = [{ code = "ObjectAdded", params = ["{handle}"], delay = "5ms" }]
[[add.operation.case]]
when = { param1 = [1, 2], BatteryLevel = 50 }
response = "DeviceBusy"
)");
  add("wrong_key", "extends = \"generic\"\n[device]\noperatons = []\n");
  add("wrong_type", "extends = \"generic\"\n[timing]\ncapture = true\n");
  add("wrong_value", "extends = \"generic\"\n[[property]]\ncode = \"BatteryLevel\"\ntype = \"uint8\"\ndefault = 300\n");
  add("wrong_base", "extends = \"generc\"\n");
  add("no_toml", "[device\nmodel = 'x\n");
  seeds["track/path.gpx"] = Seed().text(path);
  seeds["track/route.gpx"] = Seed().text(
      "<gpx><rte><rtept lat='1' lon='2'/><rtept lon=\"-2.5e1\" lat=\"1.5\"><name>a &amp; b</name></rtept></rte></gpx>");
  seeds["track/wrong.gpx"] = Seed().text("<gpx><trk><trkseg><trkpt lat=\"1\"/></trkseg></trk></gpx>");
}

}  // namespace stuntcam::fuzz
