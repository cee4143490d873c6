// Words from people and from cameras: names of codes, dates, UTF-8 and UTF-16, numbers with units.
#include "ptp/text.h"

#include <algorithm>
#include <array>
#include <string>

#include "fuzz/targets/input.h"
#include "ptp/codes.h"
#include "ptp/datetime.h"
#include "ptp/units.h"

namespace stuntcam::fuzz {
namespace {

using namespace ptp;

template <class Code>
void check_code(std::string_view word, Vendor vendor) {
  const auto code = parse_code<Code>(word, vendor);
  const auto near = nearest_name<Code>(word, vendor);
  if (!near.empty()) require(parse_code<Code>(near, vendor).has_value(), "the nearest name is a name");
  if (!code) return;
  const auto spelled = to_string(*code, vendor);
  const auto again = parse_code<Code>(spelled, vendor);
  require(again == code, "a code's name is that of the code");
  require(name(*code, vendor).empty() || name(*code, vendor) == spelled, "a code is spelled by its name");
}

void check_codes(std::string_view word, Vendor vendor) {
  require(ptp::vendor(name(vendor)) == vendor, "a vendor's name is that of the vendor");
  (void)vendor_of(static_cast<u32>(word.size()), word);
  check_code<OperationCode>(word, vendor);
  check_code<ResponseCode>(word, vendor);
  check_code<EventCode>(word, vendor);
  check_code<FormatCode>(word, vendor);
  check_code<PropertyCode>(word, vendor);
  check_code<ObjectPropertyCode>(word, vendor);
  if (const auto operation = parse_code<OperationCode>(word, vendor)) (void)data_direction(*operation, vendor);
}

void check_date(std::string_view word) {
  const auto date = parse_datetime(word);
  if (!date) return;
  const auto again = parse_datetime(date->to_string());
  require(again == date, "a date is the same after it was written");
  const auto local = DateTime::from_seconds(date->seconds());
  require(local.seconds() == date->seconds(), "seconds and dates agree");
}

void check_units(std::string_view word) {
  if (const auto time = parse_duration(word))
    require(parse_duration(duration_text(*time)) == time, "a duration is the same after it was written");
  if (const auto bytes = parse_size(word))
    require(parse_size(size_text(*bytes)) == bytes, "a size is the same after it was written");
}

void check_unicode(View bytes) {
  std::u16string units(bytes.size() / 2, u'\0');
  std::memcpy(units.data(), bytes.data(), units.size() * 2);
  const auto utf8 = utf8_from_utf16(units);
  require(utf16_from_utf8(utf8) == units, "UTF-16 survives the round trip");
  const auto content = string_content(units);
  require(content.size() <= max_string_units && units.starts_with(content), "a string holds the beginning of a text");
  const auto valid = valid_utf8(text(bytes));
  require(valid_utf8(valid) == valid, "what is valid stays as it is");
  const auto shown = printable(text(bytes));
  require(valid_utf8(shown) == shown && printable(shown) == shown, "what can be shown stays as it is");
  (void)utf16_from_utf8(text(bytes));
}

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  using ptp::Vendor;
  static constexpr std::array vendors{Vendor::none,   Vendor::microsoft, Vendor::nikon,   Vendor::canon, Vendor::fuji,
                                      Vendor::parrot, Vendor::leica,     Vendor::olympus, Vendor::sony};
  Input input(data, size);
  const auto what = input.below(4);
  const auto vendor = vendors[input.below(vendors.size())];
  const View bytes = input.rest();
  if (what == 0) check_codes(text(bytes), vendor);
  if (what == 1) check_date(text(bytes));
  if (what == 2) check_unicode(bytes);
  if (what == 3) check_units(text(bytes));
  return 0;
}
