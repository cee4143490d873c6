// What is no error and yet probably a mistake.
#include <fmt/format.h>

#include <algorithm>

#include "profiles/load.h"
#include "profiles/values.h"

namespace stuntcam::profiles {
namespace {

class Critic {
 public:
  explicit Critic(const Profile& profile) : profile_(profile) {}

  std::vector<Problem> say() && {
    if (profile_.friendly_name.empty()) warn("there is no friendly_name: clients see a camera without a name");
    for (const auto& property : profile_.properties) look_at(property);
    for (const auto& storage : profile_.storages) look_at(storage);
    for (const auto& operation : profile_.canned)
      if (!profile_.advertises(static_cast<ptp::OperationCode>(operation.code)))
        warn(fmt::format("operation 0x{:04X} has an answer but is not among the operations: nobody gets it",
                         operation.code));
    if (!profile_.quirks.poll_events && !profile_.quirks.push_events)
      warn("the quirks neither push nor queue events: nobody hears of any");
    if (profile_.storages.empty()) warn("there is no [[storage]]: the camera can't keep a picture");
    if (!profile_.properties.empty() && !profile_.advertises(ptp::OperationCode::GetDevicePropDesc))
      warn("there are properties, but GetDevicePropDesc is not among the operations");
    return std::move(problems_);
  }

 private:
  void warn(std::string message) { problems_.push_back({profile_.origin, 0, 0, std::move(message)}); }

  bool outside(const Property& property, const ptp::Value& value) const {
    if (profile_.quirks.accept_current_outside_form) return false;
    const auto* list = std::get_if<ptp::EnumerationForm>(&property.form);
    return !(list && list->values.empty()) && !ptp::allows(property.form, value);
  }

  void look_at(const Property& property) {
    const auto name = property.name.empty() ? fmt::format("0x{:04X}", property.code) : property.name;
    if (outside(property, property.factory_default))
      warn(fmt::format("{}: the default {} is outside its form; allowed: {}", name,
                       property.factory_default.to_string(), allowed_text(property)));
    if (outside(property, property.current))
      warn(fmt::format("{}: the current value {} is outside its form; allowed: {}", name, property.current.to_string(),
                       allowed_text(property)));
    const auto* list = std::get_if<ptp::EnumerationForm>(&property.form);
    if (list && list->values.empty() && property.writable)
      warn(fmt::format("{}: can be written, but its enumeration is empty", name));
  }

  void look_at(const Storage& storage) {
    const auto& formats = profile_.device.image_formats;
    u64 bytes = 0;
    for (const auto& objects : storage.objects) {
      // Vendors leave out raw formats of their own.
      const bool vendor_raw = (objects.format & 0xFF00) == 0xB100;
      if (!vendor_raw && std::ranges::find(formats, objects.format) == formats.end())
        warn(fmt::format("storage 0x{:08X} has objects of format 0x{:04X}, which is not among the image_formats",
                         storage.id, objects.format));
      // Saturated: counts and sizes may be as large as they like.
      u64 run = 0;
      if (__builtin_mul_overflow(objects.size, u64{objects.count}, &run) || __builtin_add_overflow(bytes, run, &bytes))
        bytes = ~u64{0};
    }
    if (storage.present && storage.media == "synthetic" && bytes > storage.capacity)
      warn(
          fmt::format("storage 0x{:08X} has {} bytes of objects and room for {}", storage.id, bytes, storage.capacity));
  }

  const Profile& profile_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> critique(const Profile& profile) { return Critic(profile).say(); }

}  // namespace stuntcam::profiles
