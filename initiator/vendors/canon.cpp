// Canon EOS, as gphoto2 talks to it: docs/clients.md §2, docs/cameras.md.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "initiator/vendors/vendors.h"
#include "ptp/reader.h"
#include "ptp/writer.h"

namespace stuntcam::initiator {

using transport::Task;

namespace {

constexpr u16 RemoteRelease = 0x910F, SetDevicePropValueEx = 0x9110, SetRemoteMode = 0x9114, SetEventMode = 0x9115,
              GetEvent = 0x9116, GetViewFinderData = 0x9153;
constexpr u16 ObjectNotReady = 0xA102;
// Told by records only, as u32; written by SetDevicePropValueEx.
constexpr u16 Aperture = 0xD101, ShutterSpeed = 0xD102, IsoSpeed = 0xD103, ExpCompensation = 0xD104,
              AutoExposureMode = 0xD105, DriveMode = 0xD106, MeteringMode = 0xD107, WhiteBalance = 0xD109,
              PictureStyle = 0xD110, AvailableShots = 0xD11B;
constexpr u32 EVFOutputDevice = 0xD1B0, output_to_host = 2, output_off = 0;
constexpr u32 on = 1, off = 0;
constexpr u32 frame_buffer = 0x200000;  // what gphoto2 says that it has room for
constexpr u32 not_focused = 1;          // RemoteRelease's result

// Records: u32 size of the whole, u32 type, payload.
enum RecordType : u32 {
  AvailListChanged = 0xC18A,
  ObjectAddedEx = 0xC181,
  RequestObjectTransfer = 0xC186,
  PropValueChanged = 0xC189,
  CameraStatusChanged = 0xC18B,
};
constexpr std::size_t record_header = 8;
constexpr std::array<u32, 3> frame_records{1, 9, 11};
constexpr int most_tries = 50;  // for the first frame
constexpr auto between_tries = std::chrono::milliseconds(100);

struct Record {
  u32 type = 0;
  View payload;
};

// What is no record any more ends the list.
std::vector<Record> records(View bytes) {
  std::vector<Record> found;
  while (bytes.size() >= record_header) {
    ptp::Reader reader(bytes);
    const u32 size = reader.integer<u32>("size"), type = reader.integer<u32>("type");
    if (size < record_header || size > bytes.size() || type == 0) break;
    found.push_back({type, bytes.subspan(record_header, size - record_header)});
    bytes = bytes.subspan(size);
  }
  return found;
}

// In the standard's words.
std::optional<Event> event_of(const Record& record) {
  ptp::Reader reader(record.payload);
  const u32 first = reader.integer<u32>("first word");
  if (!reader.ok()) return {};
  Event event;
  event.count = 1;
  event.params[0] = first;
  switch (record.type) {
    case ObjectAddedEx:
    case RequestObjectTransfer:
      event.code = static_cast<u16>(ptp::EventCode::ObjectAdded);
      return event;
    case PropValueChanged:
      event.code = static_cast<u16>(ptp::EventCode::DevicePropChanged);
      return event;
    case CameraStatusChanged:
      if (first != 0) return {};  // busy
      event.code = static_cast<u16>(ptp::EventCode::CaptureComplete);
      event.count = 0;
      return event;
    default:
      return {};
  }
}

constexpr std::array names = std::to_array<ShortName>({
    {"iso", IsoSpeed},
    {"aperture", Aperture},
    {"exposure", ShutterSpeed},
    {"exp-bias", ExpCompensation},
    {"whitebalance", WhiteBalance},
    {"mode", AutoExposureMode},
    {"effect", PictureStyle},
    {"focusmtr", MeteringMode},
});
constexpr std::array value_units = std::to_array<PropertyUnit>({{ExpCompensation, Unit::ev_8}});
constexpr std::array<u16, 6> state_properties{ShutterSpeed, Aperture,     IsoSpeed,
                                              DriveMode,    WhiteBalance, AvailableShots};

// In thirds of a step, each step 8: the codes of a series go 0, 3, 5, 8, ….
constexpr std::array<std::string_view, 31> speeds{
    "100",   "125",   "160",   "200",   "250",   "320",   "400",   "500",   "640",   "800",   "1000",
    "1250",  "1600",  "2000",  "2500",  "3200",  "4000",  "5000",  "6400",  "8000",  "10000", "12800",
    "16000", "20000", "25600", "32000", "40000", "51200", "64000", "80000", "102400"};
constexpr std::array<std::string_view, 31> apertures{
    "f/1",   "f/1.1", "f/1.2", "f/1.4", "f/1.6", "f/1.8", "f/2",   "f/2.2", "f/2.5", "f/2.8", "f/3.2",
    "f/3.5", "f/4",   "f/4.5", "f/5",   "f/5.6", "f/6.3", "f/7.1", "f/8",   "f/9",   "f/10",  "f/11",
    "f/13",  "f/14",  "f/16",  "f/18",  "f/20",  "f/22",  "f/25",  "f/29",  "f/32"};
constexpr std::array<std::string_view, 55> exposures{
    "30 s",  "25 s",   "20 s",   "15 s",   "13 s",   "10 s",   "8 s",    "6 s",    "5 s",    "4 s",    "3.2 s",
    "2.5 s", "2 s",    "1.6 s",  "1.3 s",  "1 s",    "0.8 s",  "0.6 s",  "0.5 s",  "0.4 s",  "0.3 s",  "1/4",
    "1/5",   "1/6",    "1/8",    "1/10",   "1/13",   "1/15",   "1/20",   "1/25",   "1/30",   "1/40",   "1/50",
    "1/60",  "1/80",   "1/100",  "1/125",  "1/160",  "1/200",  "1/250",  "1/320",  "1/400",  "1/500",  "1/640",
    "1/800", "1/1000", "1/1250", "1/1600", "1/2000", "1/2500", "1/3200", "1/4000", "1/5000", "1/6400", "1/8000"};
constexpr std::array other_labels = std::to_array<Label>({
    {IsoSpeed, 0, "auto"},
    {ShutterSpeed, 0x0C, "bulb"},
    {AutoExposureMode, 0, "P"},
    {AutoExposureMode, 1, "Tv"},
    {AutoExposureMode, 2, "Av"},
    {AutoExposureMode, 3, "M"},
    {AutoExposureMode, 4, "bulb"},
    {WhiteBalance, 0, "auto"},
    {WhiteBalance, 1, "daylight"},
    {WhiteBalance, 2, "cloudy"},
    {WhiteBalance, 3, "tungsten"},
    {WhiteBalance, 4, "fluorescent"},
    {WhiteBalance, 5, "flash"},
    {WhiteBalance, 8, "shade"},
    {MeteringMode, 1, "spot"},
    {MeteringMode, 3, "evaluative"},
    {MeteringMode, 4, "partial"},
    {MeteringMode, 5, "centre-weighted"},
});

std::vector<Label> make_labels() {
  std::vector<Label> labels(other_labels.begin(), other_labels.end());
  const auto series = [&](u16 property, i64 first, std::span<const std::string_view> texts) {
    constexpr std::array<i64, 3> thirds{0, 3, 5};
    for (std::size_t i = 0; i < texts.size(); ++i)
      labels.push_back({property, first + 8 * static_cast<i64>(i / 3) + thirds[i % 3], texts[i]});
  };
  series(IsoSpeed, 0x48, speeds);
  series(Aperture, 0x08, apertures);
  series(ShutterSpeed, 0x10, exposures);
  return labels;
}

class Canon final : public Extension {
 public:
  explicit Canon(const ptp::DeviceInfo& device)
      : live_view_(lists(device.operations_supported, GetViewFinderData)),
        release_(lists(device.operations_supported, RemoteRelease)),
        events_(lists(device.operations_supported, GetEvent)) {}

  std::span<const Label> labels() const override { return labels_; }
  std::span<const PropertyUnit> units() const override { return value_units; }
  std::span<const ShortName> short_names() const override { return names; }
  std::span<const u16> state() const override { return state_properties; }

  Task<std::vector<u16>> more_properties(Session& session) override;
  Task<std::optional<ptp::DevicePropDesc>> property(Session& session, u16 code) override;
  Task<bool> set_property(Session& session, u16 code, const ptp::Value& value) override;
  Task<> prepare_events(Session& session, const ptp::DeviceInfo& device) override;
  Task<> capture(Session& session) override;
  bool has_live_view() const override { return live_view_; }
  Task<> start_live_view(Session& session) override;
  Task<Bytes> frame(Session& session) override;
  Task<> end_live_view(Session& session) override;

 private:
  // What the records say of a property; of those with other values than one word nothing is kept.
  struct Setting {
    std::optional<u32> value;
    std::vector<u32> allowed;
  };
  Task<> take_control(Session& session);
  Task<std::vector<Event>> poll(Session& session);
  void note(const Record& record);
  static Task<> set(Session& session, u32 property, u32 value);

  std::vector<Label> labels_ = make_labels();
  std::map<u16, Setting> settings_;
  bool live_view_, release_, events_, controlled_ = false;
};

Task<> Canon::take_control(Session& session) {
  if (std::exchange(controlled_, true)) co_return;
  const Request remote(SetRemoteMode, std::array{on});
  co_await session.demand(remote);
  const Request events(SetEventMode, std::array{on});
  co_await session.demand(events);
}

void Canon::note(const Record& record) {
  ptp::Reader reader(record.payload);
  const u32 code = reader.integer<u32>("property");
  if (record.type == PropValueChanged) {
    const u32 value = reader.integer<u32>("value");
    auto& setting = settings_[static_cast<u16>(code)];
    setting.value.reset();
    if (reader.ok() && reader.rest().empty()) setting.value = value;
  } else if (record.type == AvailListChanged) {
    reader.integer<u32>("kind");
    const u32 count = reader.integer<u32>("count");
    if (!reader.ok() || reader.rest().size() != u64{count} * 4) return;
    auto& allowed = settings_[static_cast<u16>(code)].allowed;
    allowed.clear();
    for (u32 i = 0; i < count; ++i) allowed.push_back(reader.integer<u32>("value"));
  }
}

Task<std::vector<Event>> Canon::poll(Session& session) {
  const Request request(GetEvent, {});
  const Bytes bytes = co_await session.fetch(request);
  std::vector<Event> events;
  for (const auto& record : records(bytes)) {
    note(record);
    if (const auto event = event_of(record)) events.push_back(*event);
  }
  co_return events;
}

Task<std::vector<u16>> Canon::more_properties(Session& session) {
  std::vector<u16> codes;
  if (!events_) co_return codes;
  co_await take_control(session);
  co_await poll(session);
  for (const auto& [code, setting] : settings_)
    if (setting.value) codes.push_back(code);
  co_return codes;
}

Task<std::optional<ptp::DevicePropDesc>> Canon::property(Session& session, u16 code) {
  std::optional<ptp::DevicePropDesc> found;
  if (!events_) co_return found;
  co_await take_control(session);
  const auto events = co_await poll(session);
  for (const Event& event : events) session.connection().events().add(event);  // somebody may wait for them
  const auto setting = settings_.find(code);
  if (setting == settings_.end() || !setting->second.value) co_return found;
  found.emplace();
  found->code = code;
  found->type = ptp::DataType::uint32;
  found->get_set = setting->second.allowed.empty() ? 0 : 1;
  found->current = found->factory_default = ptp::Value(found->type, *setting->second.value);
  ptp::EnumerationForm form;
  for (const u32 value : setting->second.allowed) form.values.emplace_back(found->type, value);
  if (!form.values.empty()) found->form = form;
  co_return found;
}

Task<bool> Canon::set_property(Session& session, u16 code, const ptp::Value& value) {
  if (!settings_.contains(code)) co_return false;
  const auto number = static_cast<u32>(value.bits());
  co_await set(session, code, number);
  co_return true;
}

// The first answer is the whole state, as if all of it had just changed: it is dropped.
Task<> Canon::prepare_events(Session& session, const ptp::DeviceInfo&) {
  if (!events_) co_return;
  co_await take_control(session);
  co_await poll(session);
  session.poll_by([this](Session& polled) { return poll(polled); });
}

Task<> Canon::capture(Session& session) {
  if (!release_) {
    co_await Extension::capture(session);
    co_return;
  }
  co_await take_control(session);
  const Request release(RemoteRelease, {});
  const Response response = co_await session.demand(release);
  if (response.params[0] == not_focused)
    throw Problem(Trouble::refused, "the camera answered RemoteRelease with: nothing could be focused on",
                  ptp::ResponseCode::OK);
}

Task<> Canon::set(Session& session, u32 property, u32 value) {
  Bytes data;
  ptp::Writer writer(data);
  writer.integer(u32{12});  // size of the whole
  writer.integer(property);
  writer.integer(value);
  Request request(SetDevicePropValueEx, {});
  request.data = std::move(data);
  co_await session.demand(request);
}

Task<> Canon::start_live_view(Session& session) {
  if (!live_view_) co_await Extension::start_live_view(session);
  co_await take_control(session);
  co_await set(session, EVFOutputDevice, output_to_host);
}

Task<Bytes> Canon::frame(Session& session) {
  for (int tried = 0;; ++tried) {
    BytesSink sink;
    Request request(GetViewFinderData, std::array{frame_buffer, off, off});
    request.sink = &sink;
    const bool last = tried == most_tries;
    const Response response = co_await session.call(request);
    if (!response.ok() && (last || response.code != ObjectNotReady)) co_await session.demand(request);
    const Bytes bytes = sink.take();
    for (const auto& record : records(bytes))
      if (std::ranges::find(frame_records, record.type) != frame_records.end())
        co_return Bytes(record.payload.begin(), record.payload.end());
    if (last) co_return bytes;
    co_await session.pause(between_tries);
  }
}

Task<> Canon::end_live_view(Session& session) { co_await set(session, EVFOutputDevice, output_off); }

}  // namespace

std::unique_ptr<Extension> make_canon(const ptp::DeviceInfo& device) { return std::make_unique<Canon>(device); }

}  // namespace stuntcam::initiator
