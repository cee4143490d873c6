#include "emulator/canned.h"

#include <algorithm>

#include "emulator/camera.h"
#include "emulator/storage/names.h"

namespace stuntcam::emulator {
namespace {

using profiles::CannedAnswer;
using profiles::CannedCase;
using profiles::CannedOperation;
using profiles::Source;
using ptp::DataType;

// The settings of a camera are small; what is longer is none.
constexpr std::size_t max_data = 64u << 10;
// Names are tried until one is free; a card has not more of them.
constexpr u32 max_file_number = 9999;
constexpr i64 nanoseconds_per_millisecond = 1'000'000;

// What the placeholders of one answer stand for.
class Answering {
 public:
  Answering(Camera& camera, CameraSession& session, const ptp::Message& request, const CannedOperation& operation)
      : camera_(camera), session_(session), request_(request), operation_(operation) {}

  Reply answer(View data);

 private:
  const CannedAnswer& choose() const;
  bool holds(const CannedCase::Condition&) const;
  Value value(const Source&) const;
  u32 number(const Source& source) const { return static_cast<u32>(value(source).integer()); }
  std::expected<Value, ResponseCode> setting(u16 property, const Source&) const;
  ResponseCode release() const;
  ResponseCode make(const profiles::SyntheticObjects&);
  Bytes fill(const profiles::Template&) const;
  void announce(const CannedAnswer&) const;

  Camera& camera_;
  CameraSession& session_;
  ptp::Message request_;
  const CannedOperation& operation_;
  View data_;
  u32 count_ = 0, handle_ = 0;
};

u32 parameter(const ptp::Message& request, u32 which) {
  return which <= request.count ? request.params.at(which - 1) : 0;
}

Value Answering::value(const Source& source) const {
  const auto integer = [](i64 number) { return Value(DataType::uint32, number); };
  switch (source.kind) {
    case Source::Kind::constant:
      return source.value;
    case Source::Kind::param:
      return integer(parameter(request_, source.number));
    case Source::Kind::property:
      return camera_.properties().get(static_cast<u16>(source.number)).value_or(Value{});
    case Source::Kind::count:
      return integer(count_);
    case Source::Kind::milliseconds:
      return integer(camera_.uptime().count() / nanoseconds_per_millisecond);
    case Source::Kind::time:
      return Value(camera_.now().to_string());
    case Source::Kind::handle:
      return integer(handle_);
    case Source::Kind::data:
    case Source::Kind::frame:
      break;
  }
  return {};  // bytes, no values
}

bool Answering::holds(const CannedCase::Condition& condition) const {
  return std::ranges::find(condition.values, value(condition.source)) != condition.values.end();
}

const CannedAnswer& Answering::choose() const {
  for (const auto& each : operation_.cases)
    if (std::ranges::all_of(each.when, [this](const auto& condition) { return holds(condition); })) return each.answer;
  return operation_;
}

// Neither an access right nor a form of the vendor's stands in the way of a number; only what the property can't be.
std::expected<Value, ResponseCode> Answering::setting(u16 property, const Source& source) const {
  const auto& definition = camera_.properties().definition(property);
  if (source.kind == Source::Kind::data) {
    auto sent = ptp::decode_value(data_, definition.type);
    if (!sent) return std::unexpected(ResponseCode::InvalidDevicePropFormat);
    if (!ptp::allows(definition.form, *sent)) return std::unexpected(ResponseCode::InvalidDevicePropValue);
    return std::move(*sent);
  }
  auto wanted = value(source);
  if (wanted.type() != definition.type) {
    if (definition.type == DataType::string || ptp::is_array(definition.type))
      return std::unexpected(ResponseCode::InvalidParameter);
    const auto cut = Value(definition.type, wanted.integer());
    if (cut.integer() != wanted.integer()) return std::unexpected(ResponseCode::InvalidParameter);
    wanted = cut;
  }
  if (!ptp::allows(definition.form, wanted)) return std::unexpected(ResponseCode::InvalidParameter);
  return wanted;
}

ResponseCode Answering::release() const {
  Release release;
  release.transaction_id = request_.transaction_id;
  release.by = &session_;
  return camera_.shutter().release(release);
}

// The folder of that path, made when needed; "": where pictures go.
std::expected<u32, StoreError> folder_for(Store& store, std::string_view path) {
  if (path.empty()) return store.capture_folder();
  u32 parent = 0;
  while (!path.empty()) {
    const auto name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    const auto inside = store.list(parent == 0 ? 0xFFFFFFFF : parent);
    const auto known = std::ranges::find_if(inside, [&](u32 handle) { return store.find(handle)->name == name; });
    if (known != inside.end()) {
      parent = *known;
      continue;
    }
    Object folder;
    folder.format = association_format;
    folder.association_type = 1;
    folder.parent = parent;
    folder.name = name;
    const auto made = store.add(std::move(folder));
    if (!made) return made;
    parent = *made;
  }
  return parent;
}

Object draw(Camera& camera, const profiles::SyntheticObjects& described) {
  auto shot = camera.vendor().plan(camera, Release{}).shot;
  shot.taken = camera.now();
  if (described.width != 0 && described.height != 0) {
    shot.width = described.width;
    shot.height = described.height;
  }
  Object object;
  object.format = described.format;
  object.captured = object.modified = shot.taken;
  if (described.format == static_cast<u16>(ptp::FormatCode::EXIF_JPEG)) {
    object.content = jpeg_content(shot, described.size);
    object.pixel_width = shot.width;
    object.pixel_height = shot.height;
    object.bit_depth = 24;
    object.thumb_format = Thumbnail{}.format;
    object.thumb_size = thumbnail_size;
    object.thumb_width = thumbnail_width;
    object.thumb_height = thumbnail_height;
  } else {
    object.content = noise_content(camera.seed(), described.size);
  }
  return object;
}

ResponseCode Answering::make(const profiles::SyntheticObjects& described) {
  auto* const store = camera_.default_store();
  if (store == nullptr) return ResponseCode::StoreNotAvailable;
  const auto parent = folder_for(*store, described.folder);
  if (!parent) return response_for(parent.error());
  Object object = draw(camera_, described);
  object.parent = *parent;
  for (u32 number = described.first; number <= max_file_number; ++number) {
    object.name = numbered_name(described.name, number);
    const auto made = store->add(object);
    if (made) {
      handle_ = *made;
      return ResponseCode::OK;
    }
    if (made.error() != StoreError::exists) return response_for(made.error());
  }
  return ResponseCode::StoreFull;
}

Bytes Answering::fill(const profiles::Template& pieces) const {
  Bytes out;
  const auto append = [&out](View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  for (const auto& piece : pieces) {
    const auto* const source = std::get_if<Source>(&piece);
    if (source == nullptr) {
      append(std::get<Bytes>(piece));
    } else if (source->kind == Source::Kind::frame) {
      append(*camera_.live_view().frame());
    } else if (source->type != DataType::undefined) {
      append(Value(source->type, value(*source).integer()).bytes());
    } else {
      append(value(*source).bytes());
    }
  }
  return out;
}

void Answering::announce(const CannedAnswer& answer) const {
  for (const auto& event : answer.events) {
    transport::EventOut out;
    out.code = event.code;
    for (const auto& param : event.params) out.params.at(out.count++) = number(param);
    camera_.announce_after(answer.delay + event.delay, out);
  }
}

Reply Answering::answer(View data) {
  data_ = data;
  count_ = camera_.count_request(operation_.code);
  const auto& chosen = choose();
  std::vector<std::pair<u16, Value>> settings;
  for (const auto& [property, source] : chosen.settings) {
    auto wanted = setting(property, source);
    if (!wanted) return Reply(wanted.error());
    settings.emplace_back(property, std::move(*wanted));
  }
  if (chosen.capture)
    if (const auto refused = release(); refused != ResponseCode::OK) return Reply(refused);
  if (chosen.object)
    if (const auto refused = make(*chosen.object); refused != ResponseCode::OK) return Reply(refused);
  for (auto& [property, wanted] : settings) camera_.properties().change(property, std::move(wanted), &session_);

  Reply reply(static_cast<ResponseCode>(chosen.response));
  if (chosen.data) reply.body = fill(*chosen.data);
  for (const auto& param : chosen.response_params) reply.params.at(reply.count++) = number(param);
  (chosen.data ? reply.before_data : reply.before_response) = chosen.delay;
  announce(chosen);
  return reply;
}

}  // namespace

Answer answer_canned(Context& context, const CannedOperation& operation) {
  auto answering = std::make_shared<Answering>(context.camera, context.session, context.request, operation);
  if (!operation.takes_data) return answering->answer({});
  return collect(max_data, [answering](View data) { return answering->answer(data); });
}

}  // namespace stuntcam::emulator
