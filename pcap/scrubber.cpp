#include "pcap/scrubber.h"

#include <algorithm>
#include <cstring>

#include "pcap/privacy.h"
#include "ptp/datetime.h"
#include "ptp/dialect.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;
using ptp::OperationCode;

constexpr std::size_t packet_header = 8;

bool carries_picture(OperationCode code) {
  switch (code) {
    case OperationCode::GetObject:
    case OperationCode::GetThumb:
    case OperationCode::GetPartialObject:
    case OperationCode::GetResizedImageObject:
    case OperationCode::GetStream:
    case OperationCode::SendObject:
    case OperationCode::GetPartialObject64:
    case OperationCode::SendPartialObject:
      return true;
    default:
      return false;
  }
}

// Text in bytes that nobody understands: four letters in a row, of one byte or two; and pictures to their end.
void scrub_unknown(Room bytes) {
  constexpr std::size_t least = 4;
  const auto letter = [&](std::size_t at) { return bytes[at] >= 0x20 && bytes[at] < 0x7F; };
  for (const std::size_t width : {1u, 2u}) {
    std::size_t run = 0;
    for (std::size_t at = 0; at < bytes.size();) {
      const bool in = letter(at) && (width == 1 || (at + 1 < bytes.size() && bytes[at + 1] == 0));
      run = in ? run + 1 : 0;
      const bool grown = run >= least;
      for (std::size_t back = 0; grown && back < (run == least ? least : 1); ++back) bytes[at - back * width] = 'x';
      at += in || width == 1 ? width : 1;
    }
  }
  const Bytes picture = {0xFF, 0xD8, 0xFF};
  const auto found = std::ranges::search(bytes, picture);
  if (!found.empty()) std::fill(found.begin(), bytes.end(), u8{0});
}

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

// A count and as many numbers, nothing else.
bool is_array(View data, std::size_t width) {
  return data.size() >= 4 && data.size() == 4 + u64{at<u32>(data, 0)} * width;
}

// A list of properties, as vendors' operations give: no text, whose letters are below, and few others' bytes.
bool holds_codes(View list) {
  for (std::size_t i = 4; i < list.size(); i += 2) {
    const unsigned family = at<u16>(list, i) >> 12;
    if (family != 0x5 && family != 0xD) return false;
  }
  return true;
}

template <class T>
std::optional<T> decoded(View bytes) {
  auto value = ptp::decode<T>(bytes);
  return value ? std::optional<T>(std::move(*value)) : std::nullopt;
}

}  // namespace

void Scrubber::placed(u64 frame, u64 connection, u8 pipe, i64 offset) {
  // By frames: over USB, what is sent has its place only once the device has taken it.
  const auto behind = std::ranges::upper_bound(spots_, frame, {}, &Spot::frame);
  spots_.insert(behind, {frame, connection, pipe, offset});
}

std::span<const Scrubber::Spot> Scrubber::spots(u64 frame) {
  while (next_spot_ < spots_.size() && spots_[next_spot_].frame < frame) ++next_spot_;
  auto end = next_spot_;
  while (end < spots_.size() && spots_[end].frame == frame) ++end;
  const auto found = std::span<const Spot>(spots_).subspan(next_spot_, end - next_spot_);
  return std::ranges::all_of(found, [&](const Spot& one) { return is_camera(one.connection); }) ? found
                                                                                                : decltype(found)();
}

bool Scrubber::from_camera(const Spot& spot) const {
  const auto found = directions_.find({spot.connection, spot.pipe});
  if (found != directions_.end()) return found->second;
  const auto other = directions_.find({spot.connection, static_cast<u8>(1 - spot.pipe)});
  return other != directions_.end() && !other->second;
}

void Scrubber::fill(u64 connection, u8 pipe, i64 offset, Room room) const {
  std::ranges::fill(room, u8{0});
  const auto found = streams_.find({connection, pipe});
  if (found == streams_.end()) return;
  const auto end = offset + static_cast<i64>(room.size());
  auto at = found->second.upper_bound(static_cast<u64>(std::max<i64>(offset, 0)));
  if (at != found->second.begin()) --at;
  for (; at != found->second.end() && static_cast<i64>(at->first) < end; ++at) {
    const auto begin = static_cast<i64>(at->first);
    const auto from = std::max(begin, offset), to = std::min(begin + static_cast<i64>(at->second.size()), end);
    if (from < to)
      std::copy(at->second.begin() + (from - begin), at->second.begin() + (to - begin), room.begin() + (from - offset));
  }
}

void Scrubber::message(const Place& place, const ptp::Message& message, View wire) {
  cameras_.insert(place.connection);
  directions_[{place.connection, place.origin.pipe}] = place.from_camera;
  Bytes kept(wire.begin(), wire.end());
  switch (message.kind) {
    case Kind::init_command_request:
    case Kind::init_command_ack:
      kept = init_packet(place, message, wire);
      break;
    case Kind::unknown:
      std::fill(kept.begin() + static_cast<std::ptrdiff_t>(std::min(packet_header, kept.size())), kept.end(), u8{0});
      break;
    default:
      break;
  }
  streams_[{place.connection, place.origin.pipe}][place.origin.offset] = std::move(kept);
}

Bytes Scrubber::init_packet(const Place& place, const ptp::Message& message, View wire) {
  auto whole = message;
  whole.wire = wire;
  const auto dialect = std::ranges::find(ptp::dialects(), place.session->dialect, &ptp::Dialect::name);
  if (dialect == ptp::dialects().end()) return Bytes(wire.size());
  Bytes kept(wire.begin(), wire.end());
  constexpr std::size_t guid_size = sizeof(ptp::Guid);
  const auto identity = dialect->identity(whole);
  const auto who = ptp::decode_identity(identity);
  const auto begin = wire.size() - identity.size();
  if (!who) {
    std::fill(kept.begin() + static_cast<std::ptrdiff_t>(begin), kept.end(), u8{0});
    return kept;
  }
  std::ranges::copy(stand_ins_.bytes("GUID", identity.first(guid_size)),
                    kept.begin() + static_cast<std::ptrdiff_t>(begin));
  const auto rest = Room(kept).subspan(begin + guid_size);
  const auto& name = who->identity.name;
  if (name.empty()) return kept;
  const auto instead = stand_ins_.text("name of a device", name);
  const bool narrow = who->form.ascii_name;
  if (!StandIns::overwrite(rest, StandIns::units(name, narrow), StandIns::units(instead, narrow)))
    std::ranges::fill(rest, u8{0});
  return kept;
}

void Scrubber::payload(const Exchange* exchange, const Place& place, View bytes) {
  if (!exchange) return;
  auto& data = going_[exchange->id];
  data.size += bytes.size();
  const auto code = static_cast<OperationCode>(exchange->transaction->request.code);
  if (carries_picture(code) || data.bytes.size() + bytes.size() > max_scrubbed) return;
  data.pieces.push_back({place.connection, place.origin.pipe, place.origin.offset, bytes.size()});
  data.bytes.insert(data.bytes.end(), bytes.begin(), bytes.end());
}

void Scrubber::transaction(const Exchange& exchange) {
  auto going = going_.extract(exchange.id);
  if (!going) return;
  auto& data = going.mapped();
  const bool whole = data.bytes.size() == data.size && !exchange.gap && exchange.transaction->data &&
                     exchange.transaction->data->complete;
  if (!whole || !scrub(exchange, data.bytes)) {
    const auto code = static_cast<OperationCode>(exchange.transaction->request.code);
    blanked_[ptp::to_string(code, exchange.session->dictionary.vendor)] += data.size;
    return;
  }
  View rest = data.bytes;
  for (const auto& piece : data.pieces) {
    const auto part = rest.first(piece.size);
    streams_[{piece.connection, piece.pipe}][piece.offset] = Bytes(part.begin(), part.end());
    rest = rest.subspan(piece.size);
  }
}

// A string of a data set; what isn't found as one makes everything suspicious.
void Scrubber::replace(Room data, const std::string& kind, const std::string& secret, const std::string& ending) {
  if (secret.empty()) return;
  const auto instead = stand_ins_.text(kind, secret) + ending;
  const auto from = ptp::Value(secret + ending).bytes(), to = ptp::Value(instead).bytes();
  if (!StandIns::overwrite(data, from, to)) std::ranges::fill(data, u8{0});
}

// "Anne at the sea.jpg": what it ends in says what it is.
void Scrubber::object_name(Room data, const std::string& name) {
  if (name.empty() || named_by_camera(name)) return;
  const auto dot = std::min(name.rfind('.'), name.size());
  constexpr std::size_t longest_ending = 5;
  if (dot > 0 && name.size() - dot <= longest_ending)
    replace(data, "file name", name.substr(0, dot), name.substr(dot));
  else
    replace(data, "file name", name);
}

// false: what the data is, is not known, or it isn't that.
bool Scrubber::scrub(const Exchange& exchange, Room data) {
  const auto& request = exchange.transaction->request;
  const auto property = static_cast<u16>(request.params[0]);
  switch (static_cast<OperationCode>(request.code)) {
    case OperationCode::GetStorageIDs:
    case OperationCode::GetObjectHandles:
    case OperationCode::GetObjectReferences:
    case OperationCode::SetObjectReferences:
      return is_array(data, sizeof(u32));
    case OperationCode::GetDeviceInfo: {
      const auto info = decoded<ptp::DeviceInfo>(data);
      if (!info) return false;
      replace(data, "serial number", info->serial_number);
      for (const auto& known : {info->model, info->manufacturer, info->device_version}) stand_ins_.publish(known);
      return true;
    }
    case OperationCode::GetStorageInfo: {
      const auto info = decoded<ptp::StorageInfo>(data);
      if (info) replace(data, "volume label", info->volume_label);
      return info.has_value();
    }
    case OperationCode::GetObjectInfo:
    case OperationCode::SendObjectInfo: {
      const auto info = decoded<ptp::ObjectInfo>(data);
      if (!info) return false;
      object_name(data, info->filename);
      replace(data, "keywords", info->keywords);
      return true;
    }
    case OperationCode::GetDevicePropDesc: {
      const auto description = decoded<ptp::DevicePropDesc>(data);
      if (!description) return false;
      described_[{exchange.connection, description->code}] = *description;
      const auto* device = exchange.session->device ? &*exchange.session->device : nullptr;
      const bool twice = description->factory_default == description->current;
      for (const auto* value : {&description->factory_default, &description->current}) {
        if (twice && value == &description->current) continue;
        if (!may_be_private(*description, *value, exchange.session->dictionary.vendor, device)) continue;
        if (value->type() == ptp::DataType::string)
          replace(data, "text of a property", value->text());
        else
          return false;
      }
      return true;
    }
    case OperationCode::GetDevicePropValue:
    case OperationCode::SetDevicePropValue:
      if (scrub_value(*exchange.session, property, data)) return true;
      [[fallthrough]];
    default:
      if (is_array(data, sizeof(u16)) && holds_codes(data)) return true;
      if (keep_unknown_) scrub_unknown(data);
      return keep_unknown_;
  }
}

// A value of a property: of a type that is known, or as short as a number.
bool Scrubber::scrub_value(const Session& session, u16 code, Room data) {
  const auto& types = session.dictionary.property_types;
  const auto known = types.find(code);
  ptp::DevicePropDesc description{.code = code};
  for (const auto& [where, one] : described_)
    if (where.second == code) description = one;
  const bool looks_like_text = data.size() > 1 && data.size() == 1 + 2 * std::size_t{data[0]};
  if (known != types.end())
    description.type = known->second;
  else if (looks_like_text)
    description.type = ptp::DataType::string;
  else
    return data.size() == 1 || data.size() == 2 || data.size() == 4 || data.size() == 8;
  const auto value = ptp::decode_value(data, description.type);
  if (!value) return false;
  const auto* device = session.device ? &*session.device : nullptr;
  if (!may_be_private(description, *value, session.dictionary.vendor, device)) return true;
  if (description.type != ptp::DataType::string) return false;
  replace(data, "text of a property", value->text());
  return true;
}

void Scrubber::finish() {
  for (auto& [stream, pieces] : streams_)
    for (auto& [offset, bytes] : pieces) stand_ins_.sweep(bytes);
}

}  // namespace stuntcam::pcap
