#include "emulator/camera.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>
#include <random>
#include <set>
#include <stdexcept>

namespace stuntcam::emulator {
namespace {

using ptp::EventCode;
using ptp::PropertyCode;

// How often the folders behind stores are looked at: soon enough that a file copied there seems to appear at once.
constexpr auto disk_period = std::chrono::milliseconds(250);

// Synthetic objects must be the same in every run, so they are not dated by the wall clock.
constexpr ptp::DateTime usual_date{2024, 1, 1, 12, 0, 0, {}, {}};

std::string fill_digits(std::string text, std::mt19937_64& random) {
  for (auto& c : text)
    if (c == '#') c = static_cast<char>('0' + random() % 10);
  return text;
}

ptp::Guid make_guid(const std::optional<std::string>& hex, std::mt19937_64& random) {
  ptp::Guid guid{};
  for (std::size_t i = 0; i < guid.size(); ++i) {
    const auto drawn = static_cast<u8>(random());
    guid[i] = drawn;
    if (!hex || hex->size() < 2 * i + 2) continue;
    std::from_chars(hex->data() + 2 * i, hex->data() + 2 * i + 2, guid[i], 16);
  }
  return guid;
}

// "Nikon Corporation", "D5300" → "NIKON D5300"; a model that begins with the brand is a title by itself.
std::string make_title(const profiles::Device& device) {
  const auto letters = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  const auto end = std::ranges::find_if_not(device.manufacturer, letters);
  const std::string brand(device.manufacturer.begin(), end);
  if (brand.empty() || device.model.starts_with(brand)) return device.model;
  std::string title;
  for (const auto c : brand) title += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return title + " " + device.model;
}

ptp::DateTime date_of_objects(const profiles::Profile& profile) {
  const auto* const property = profile.property(static_cast<u16>(PropertyCode::DateTime));
  return (property != nullptr ? ptp::parse_datetime(property->current.text()) : std::nullopt).value_or(usual_date);
}

transport::EventOut make_event(EventCode code, std::initializer_list<u32> params, u32 transaction_id) {
  transport::EventOut event;
  event.code = static_cast<u16>(code);
  event.transaction_id = transaction_id;
  for (const auto param : params) event.params.at(event.count++) = param;
  return event;
}

EventCode event_for(StoreChange::Kind kind) {
  switch (kind) {
    case StoreChange::Kind::added:
      return EventCode::ObjectAdded;
    case StoreChange::Kind::removed:
      return EventCode::ObjectRemoved;
    case StoreChange::Kind::changed:
      break;
  }
  return EventCode::ObjectInfoChanged;
}

}  // namespace

Camera::Camera(profiles::Profile profile, CameraOptions options, transport::Clock& clock)
    : profile_(profiles::under_preset(std::move(profile), options.preset)),
      options_(std::move(options)),
      clock_(clock),
      title_(make_title(profile_.device)),
      switched_on_(clock.now()),
      vendor_(make_vendor_module(profile_)),
      properties_(profile_.properties),
      handles_(profile_.first_handle),
      live_view_(*this),
      shutter_(std::make_unique<Shutter>(*this)) {
  std::mt19937_64 random(options_.seed);
  serial_number_ = fill_digits(profile_.device.serial, random);
  guid_ = make_guid(profile_.guid, random);
  add_stores();
  add_operations();
  attach_properties();
  apply_settings();
  if (watches_disk_) watch_disk();
}

Camera::~Camera() = default;

// Before any store draws one.
void Camera::reserve_handles() {
  for (const auto& storage : profile_.storages)
    for (const auto& run : storage.objects)
      for (u32 index = 0; run.handle && index < run.count; ++index)
        handles_.take(*run.handle + index * run.handle_step);
}

void Camera::add_stores() {
  reserve_handles();
  u64 number = 0;
  for (const auto& storage : profile_.storages) {
    StoreOptions options;
    options.storage = storage;
    if (number == 0) options.media = options_.media;
    if (options.media.empty() && storage.media != "synthetic") options.media = storage.media;
    options.writable = options_.writable;
    options.seed = options_.seed + number++;
    options.date = date_of_objects(profile_);
    options.camera = title_;
    options.manufacturer = profile_.device.manufacturer;
    options.model = profile_.device.model;
    options.vendor = profile_.device.vendor;
    options.log = options_.log;
    const bool folder = !options.media.empty();
    stores_.push_back(folder ? make_folder(std::move(options), handles_) : make_card(std::move(options), handles_));
    all_stores_.push_back(stores_.back().get());
    watches_disk_ = watches_disk_ || folder;
  }
}

void Camera::add_operations() {
  // What a vendor says of a code comes last and counts.
  for (const auto rows : {device_operations(), storage_operations(), object_operations(), change_operations(),
                          partial_operations(), edit_operations(), upload_operations(), upload_list_operations(),
                          property_operations(), capture_operations(), mtp_operations(), vendor_->operations()})
    for (const auto& row : rows) operations_[static_cast<u16>(row.code)].row = &row;
  for (const auto& canned : profile_.canned) operations_[canned.code].canned = &canned;
  for (const auto code : profile_.device.operations) operations_[code].advertised = true;
  for (auto& [code, operation] : operations_)
    operation.data = ptp::data_direction(OperationCode{code}, profile_.device.vendor);
}

void Camera::attach_properties() {
  const auto date_time = static_cast<u16>(PropertyCode::DateTime);
  properties_.compute(
      date_time, [this] { return ptp::Value(now().to_string()); },
      [this](const ptp::Value& value) {
        if (const auto time = ptp::parse_datetime(value.text())) set_time(*time);
      });
  properties_.require(date_time, [](const ptp::Value& value) { return ptp::parse_datetime(value.text()).has_value(); });
  properties_.on_change([this](u16 code, const void* by) {
    vendor_->property_changed(*this, code);
    const auto* const except = profile_.quirks.event_for_own_property_set ? nullptr : by;
    announce(EventCode::DevicePropChanged, {code}, ptp::no_transaction, static_cast<const CameraSession*>(except));
  });
  vendor_->attach(*this);
}

void Camera::apply_settings() {
  const auto apply = [this](const std::vector<std::pair<u16, Value>>& settings) {
    for (const auto& [code, value] : settings) {
      if (!properties_.has(code))
        throw std::invalid_argument(fmt::format("{} has no property {:#06x}", profile_.name, code));
      if (value.type() != properties_.definition(code).type)
        throw std::invalid_argument(fmt::format("property {:#06x} cannot be set to {}: it is of type {}", code,
                                                value.to_string(), name(properties_.definition(code).type)));
      properties_.change(code, value);
    }
  };
  if (!options_.preset.empty()) apply(profile_.presets.at(options_.preset).values);
  apply(options_.set);
}

ptp::Identity Camera::identity() const {
  ptp::Identity identity;
  identity.guid = guid_;
  identity.name = profile_.friendly_name;
  identity.version = profile_.protocol_version;
  return identity;
}

std::expected<std::unique_ptr<transport::Session>, ptp::InitFailReason> Camera::open(const ptp::Identity& initiator,
                                                                                     transport::Outlet& outlet) {
  if (!options_.only_client.empty() && initiator.name != options_.only_client)
    return std::unexpected(ptp::InitFailReason::rejected);
  return std::make_unique<CameraSession>(*this, outlet, initiator);
}

ptp::DateTime Camera::now() const { return ptp::DateTime::from_seconds(clock_.wall_seconds() + time_offset_); }

void Camera::set_time(const ptp::DateTime& time) {
  auto local = time;  // the camera knows no zones: it shows what it was told
  local.offset_minutes.reset();
  time_offset_ = local.seconds() - clock_.wall_seconds();
}

const ptp::DeviceInfo& Camera::device_info() {
  if (described_listing_ == properties_.listing()) return described_;
  described_listing_ = properties_.listing();
  const auto& device = profile_.device;
  ptp::DeviceInfo& info = described_;
  info.standard_version = device.standard_version;
  info.vendor_extension_id = device.vendor_extension_id;
  info.vendor_extension_version = device.vendor_extension_version;
  info.vendor_extension_desc = device.vendor_extension_desc;
  info.functional_mode = device.functional_mode;
  info.operations_supported = device.operations;
  info.events_supported = device.events;
  info.device_properties_supported = properties_.codes(false);
  info.capture_formats = device.capture_formats;
  info.image_formats = device.image_formats;
  info.manufacturer = device.manufacturer;
  info.model = device.model;
  info.device_version = device.version;
  info.serial_number = serial_number_;
  return info;
}

Operation Camera::operation(OperationCode code) const {
  const auto found = operations_.find(static_cast<u16>(code));
  if (found != operations_.end()) return found->second;
  return {.data = ptp::data_direction(code, profile_.device.vendor)};
}

std::vector<u16> Camera::unimplemented() const {
  std::vector<u16> codes;
  for (const auto code : profile_.device.operations) {
    const auto [row, canned, advertised, data] = operation(OperationCode{code});
    if (row == nullptr && canned == nullptr) codes.push_back(code);
  }
  return codes;
}

std::vector<u16> Camera::silent_events() const {
  constexpr std::array standard{EventCode::ObjectAdded,        EventCode::ObjectRemoved,
                                EventCode::DevicePropChanged,  EventCode::ObjectInfoChanged,
                                EventCode::StoreFull,          EventCode::DeviceReset,
                                EventCode::StorageInfoChanged, EventCode::CaptureComplete,
                                EventCode::ObjectPropChanged,  EventCode::ObjectReferencesChanged};
  std::set<u16> announced;
  for (const auto code : standard) announced.insert(static_cast<u16>(code));
  for (const auto code : vendor_->events()) announced.insert(static_cast<u16>(code));
  const auto note = [&](const profiles::CannedAnswer& answer) {
    for (const auto& event : answer.events) announced.insert(event.code);
  };
  for (const auto& operation : profile_.canned) {
    note(operation);
    for (const auto& each : operation.cases) note(each.answer);
  }
  std::vector<u16> silent;
  std::ranges::copy_if(profile_.device.events, std::back_inserter(silent),
                       [&](u16 code) { return !announced.contains(code); });
  return silent;
}

u32 Camera::remaining_shots() {
  const auto* const store = default_store();
  return store == nullptr ? 0 : remaining_shots(*store);
}

u32 Camera::remaining_shots(const Store& store) { return storage_info(store).free_space_in_images; }

ptp::StorageInfo Camera::storage_info(const Store& store) {
  auto info = store.info();
  const auto& storages = profile_.storages;
  const auto described = std::ranges::find(storages, store.id(), &profiles::Storage::id);
  const auto fixed = described != storages.end() ? described->free_images : std::nullopt;
  if (fixed) {
    info.free_space_in_images = *fixed;
    return info;
  }
  u64 shot = 0;
  for (const auto& file : vendor_->plan(*this, Release{}).files) shot += file.size;
  // A size that nobody knows before the picture is taken leaves the store's own estimate.
  if (shot == 0 || info.free_space_in_bytes == unknown_size) return info;
  info.free_space_in_images = static_cast<u32>(std::min<u64>(info.free_space_in_bytes / shot, 0xFFFFFFFE));
  return info;
}

void Camera::announce(const transport::EventOut& event, const CameraSession* except) {
  for (auto* const session : sessions_)
    if (session != except) deliver(*session, event);
}

void Camera::deliver(CameraSession& session, const transport::EventOut& event) {
  vendor_->announced(*this, session, event);
  if (lists(event.code)) session.event(event);
}

void Camera::announce(EventCode code, std::initializer_list<u32> params, u32 transaction_id,
                      const CameraSession* except) {
  announce(make_event(code, params, transaction_id), except);
}

void Camera::announce(EventCode code, u32 param, const Release& release) {
  auto event = make_event(code, {param}, ptp::no_transaction);
  announce(event, release.by);
  const auto releaser = std::ranges::find(sessions_, release.by);
  if (releaser == sessions_.end()) return;
  event.transaction_id = release.transaction_id;
  deliver(**releaser, event);
}

void Camera::announce_after(transport::Duration delay, const transport::EventOut& event) {
  clock_.after(delay, [this, event, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) announce(event);
  });
}

bool Camera::lists(u16 event) const {
  return std::ranges::find(profile_.device.events, event) != profile_.device.events.end();
}

void Camera::look_at_disk() {
  for (const auto& store : stores_)
    for (const auto& change : store->poll()) announce(event_for(change.kind), {change.handle});
}

void Camera::watch_disk() {
  clock_.after(disk_period, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    look_at_disk();
    watch_disk();
  });
}

void Camera::leave(CameraSession& session) {
  std::erase(sessions_, &session);
  shutter_->session_closed(session);
  vendor_->session_closed(*this, session);
}

void Camera::stop_everything() {
  shutter_->abort();
  live_view_.stop();
  drop_all_from_memory();
}

void Camera::reset(CameraSession& by) {
  announce(EventCode::DeviceReset, {}, ptp::no_transaction, &by);
  stop_everything();
  for (auto* const session : std::vector(sessions_)) session->end();
}

void Camera::power_down() {
  stop_everything();
  for (auto* const session : std::vector(sessions_)) {
    session->end();
    session->disconnect();
  }
  vendor_->power_cycled(*this);
}

}  // namespace stuntcam::emulator
