// Every code of docs/protocol.md §5 with its name, in both directions. The enumerations are open: a code without a name
// is an ordinary value and survives a round trip.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

// The enumerators are listed in standard_codes.def, one line a code.
enum class OperationCode : u16 {
#define STUNTCAM_OPERATION(code, name, data) name = (code),
#include "ptp/standard_codes.def"
};
enum class ResponseCode : u16 {
#define STUNTCAM_RESPONSE(code, name) name = (code),
#include "ptp/standard_codes.def"
};
enum class EventCode : u16 {
#define STUNTCAM_EVENT(code, name) name = (code),
#include "ptp/standard_codes.def"
};
enum class FormatCode : u16 {
#define STUNTCAM_FORMAT(code, name) name = (code),
#include "ptp/standard_codes.def"
};
enum class PropertyCode : u16 {
#define STUNTCAM_PROPERTY(code, name) name = (code),
#include "ptp/standard_codes.def"
};
enum class ObjectPropertyCode : u16 {
#define STUNTCAM_OBJECT_PROPERTY(code, name) name = (code),
#include "ptp/standard_codes.def"
};

// Whose meaning a vendor code has: 0x90C7 is GetEvent on a Nikon and nothing on others. Listed in vendor_codes.def.
// Standard and MTP names are known under every vendor.
enum class Vendor : u8 { none, microsoft, nikon, canon, fuji, parrot, leica, olympus, sony };
std::string_view name(Vendor);
std::optional<Vendor> vendor(std::string_view name);
// The vendor family by what DeviceInfo says: the extension id, or for ids that are shared (6) the manufacturer's name.
Vendor vendor_of(u32 vendor_extension_id, std::string_view manufacturer);

// "GetDeviceInfo", or "" when the code has no name there.
std::string_view name(OperationCode, Vendor = Vendor::none);
std::string_view name(ResponseCode, Vendor = Vendor::none);
std::string_view name(EventCode, Vendor = Vendor::none);
std::string_view name(FormatCode, Vendor = Vendor::none);
std::string_view name(PropertyCode, Vendor = Vendor::none);
std::string_view name(ObjectPropertyCode, Vendor = Vendor::none);

// "GetDeviceInfo", or "0x9123" when the code has no name there.
template <class Code>
std::string to_string(Code code, Vendor vendor = Vendor::none);

// The inverse: a name (upper and lower case alike), or a number "0x9123" or "37155". nullopt when it is neither.
template <class Code>
std::optional<Code> parse_code(std::string_view text, Vendor vendor = Vendor::none);

// The nearest known name, for "did you mean": "" when nothing is near.
template <class Code>
std::string_view nearest_name(std::string_view text, Vendor vendor = Vendor::none);

// Which way data flows in an operation's data phase. PTP/IP does not say it for data to the initiator, USB containers
// never do: the operation's table does.
enum class DataDirection : u8 { none, to_initiator, to_responder, unknown };
DataDirection data_direction(OperationCode, Vendor = Vendor::none);

}  // namespace stuntcam::ptp
