// SendObjectInfo and SendObject: docs/protocol.md §4.1.
#include "emulator/operations/upload.h"

#include <algorithm>
#include <array>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"

namespace stuntcam::emulator {
namespace {

// An ObjectInfo has 52 bytes and four strings of at most 511.
constexpr std::size_t max_object_info = 4096;
constexpr u32 size_not_told = 0xFFFFFFFF;  // ObjectCompressedSize: 4 GiB or more

Object object_from(const ptp::ObjectInfo& info, const Camera& camera) {
  Object object;
  object.format = info.object_format;
  object.protection = info.protection_status;
  object.pixel_width = info.image_pix_width;
  object.pixel_height = info.image_pix_height;
  object.bit_depth = info.image_bit_depth;
  object.association_type = info.association_type;
  object.association_desc = info.association_desc;
  object.sequence_number = info.sequence_number;
  object.name = info.filename;
  object.keywords = info.keywords;
  object.modified = ptp::parse_datetime(info.modification_date).value_or(camera.now());
  object.captured = ptp::parse_datetime(info.capture_date).value_or(object.modified);
  return object;
}

// The camera's own choice: pictures go where it would put its own.
std::expected<u32, StoreError> parent_for(Camera& camera, CameraSession& session, const Destination& to, u16 format) {
  if (to.parent) return *to.parent;
  if (!FormatFilter::image(format)) return 0;
  const auto folder = capture_folder(*to.store);
  if (!folder) return std::unexpected(folder.error());
  for (const auto made : folder->made)
    camera.announce(ptp::EventCode::ObjectAdded, {made}, ptp::no_transaction, &session);
  return folder->handle;
}

Reply promise(u32 storage, u32 parent, u32 handle) {
  Reply reply;
  reply.count = 3;
  reply.params = {storage, parent == 0 ? all_of_them : parent, handle};
  return reply;
}

Reply add_folder(Camera& camera, CameraSession& session, Store& store, Object folder) {
  const auto parent = folder.parent;
  const auto handle = store.add(std::move(folder));
  if (!handle) return Reply(response_for(handle.error()));
  camera.announce(ptp::EventCode::ObjectAdded, {*handle}, ptp::no_transaction, &session);
  return promise(store.id(), parent, *handle);
}

Reply accept_object_info(Camera& camera, CameraSession& session, const Destination& to, View bytes) {
  const auto info = ptp::decode<ptp::ObjectInfo>(bytes);
  if (!info || !valid_object_name(info->filename)) return Reply(ResponseCode::InvalidDataSet);
  if (!accepts_format(camera.profile().device, info->object_format))
    return Reply(ResponseCode::InvalidObjectFormatCode);
  const u64 announced = info->object_compressed_size == size_not_told ? unknown_size : info->object_compressed_size;
  return accept_object(camera, session, to, object_from(*info, camera), announced);
}

// Straight to the store, whatever its size. What does not end well is dropped at once; the promise stays for another
// try.
class UploadIntake final : public transport::Intake {
 public:
  UploadIntake(Camera& camera, CameraSession& session) : camera_(camera), session_(session) {}
  ~UploadIntake() override {
    if (session_.pending_object) session_.pending_object->reserved.upload->rewind();
  }
  UploadIntake(const UploadIntake&) = delete;
  UploadIntake& operator=(const UploadIntake&) = delete;

  void write(View bytes) override {
    if (code_ != ResponseCode::OK) return;
    if (!session_.pending_object) {  // the session has ended
      code_ = ResponseCode::NoValidObjectInfo;
      return;
    }
    auto& pending = *session_.pending_object;
    if (pending.announced != unknown_size && bytes.size() > pending.announced - written_) {
      code_ = ResponseCode::IncompleteTransfer;
      return;
    }
    if (const auto done = pending.reserved.upload->write(bytes); !done) code_ = response_for(done.error());
    written_ += bytes.size();
  }

  Reply finish(bool complete) override {
    if (!session_.pending_object) return Reply(ResponseCode::NoValidObjectInfo);
    auto& pending = *session_.pending_object;
    const bool as_announced = pending.announced == unknown_size || pending.announced == written_;
    if (code_ == ResponseCode::OK && !(complete && as_announced)) code_ = ResponseCode::IncompleteTransfer;
    if (code_ != ResponseCode::OK) {
      tell_when_full(pending.storage);
      return Reply(code_);
    }
    if (const auto done = pending.reserved.upload->commit(); !done) return Reply(response_for(done.error()));
    const auto handle = pending.reserved.handle;
    session_.pending_object.reset();
    camera_.announce(ptp::EventCode::ObjectAdded, {handle}, ptp::no_transaction, &session_);
    return Reply();
  }

 private:
  void tell_when_full(u32 storage) {
    if (code_ == ResponseCode::StoreFull)
      camera_.announce(ptp::EventCode::StoreFull, {storage}, ptp::no_transaction, &session_);
  }
  Camera& camera_;
  CameraSession& session_;
  u64 written_ = 0;
  ResponseCode code_ = ResponseCode::OK;
};

Answer send_object_info(Context& context) {
  context.session.pending_object.reset();  // a new promise replaces the old one, also when it cannot be kept
  const auto to = upload_destination(context);
  if (!to) return Reply(to.error());
  return collect(max_object_info, [&camera = context.camera, &session = context.session, to = *to](View bytes) {
    return accept_object_info(camera, session, to, bytes);
  });
}

Answer send_object(Context& context) {
  const auto& pending = context.session.pending_object;
  if (!pending) return Reply(ResponseCode::NoValidObjectInfo);
  if (const auto store = context.store(pending->storage); !store) return Reply(store.error());
  return std::make_unique<UploadIntake>(context.camera, context.session);
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::SendObjectInfo, .run = send_object_info, .parameters = 2},
    OperationRow{OperationCode::SendObject, send_object},
};

}  // namespace

bool valid_object_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

bool accepts_format(const profiles::Device& device, u16 format) {
  if (format == association_format || device.image_formats.empty()) return true;
  return std::ranges::find(device.image_formats, format) != device.image_formats.end();
}

// Storage 0 and parent 0 leave the choice to the camera; parent 0xFFFFFFFF is the root. A parent without a storage is a
// destination nobody can make sense of.
std::expected<Destination, ResponseCode> upload_destination(const Context& context) {
  const auto storage = context.param(0), parent = context.param(1);
  if (storage == 0 && parent != 0) return std::unexpected(ResponseCode::SpecificationOfDestinationUnsupported);
  Destination to{context.camera.default_store(), std::nullopt};
  if (storage != 0) {
    const auto store = context.store(storage);
    if (!store) return std::unexpected(store.error());
    to.store = *store;
  }
  if (to.store == nullptr) return std::unexpected(ResponseCode::StoreNotAvailable);
  if (to.store->info().access_capability != 0 && !context.camera.profile().quirks.upload_to_read_only_store)
    return std::unexpected(ResponseCode::StoreReadOnly);
  if (parent == 0) return to;
  to.parent = parent == all_of_them ? 0 : parent;
  if (parent == all_of_them) return to;
  const auto folder = context.object(parent);
  if (!folder) return std::unexpected(folder.error());
  const bool here = context.camera.store_of(parent) == to.store;
  if (!here || !(*folder)->association()) return std::unexpected(ResponseCode::InvalidParentObject);
  return to;
}

Reply accept_object(Camera& camera, CameraSession& session, const Destination& to, Object object, u64 announced) {
  const auto parent = parent_for(camera, session, to, object.format);
  if (!parent) return Reply(response_for(parent.error()));
  object.parent = *parent;
  if (object.association()) return add_folder(camera, session, *to.store, std::move(object));
  auto reserved = to.store->begin_upload(object, announced);
  if (!reserved) return Reply(response_for(reserved.error()));
  const auto handle = reserved->handle;
  session.pending_object =
      CameraSession::PendingObject{std::move(object), announced, to.store->id(), std::move(*reserved)};
  return promise(to.store->id(), *parent, handle);
}

std::span<const OperationRow> upload_operations() { return rows; }

}  // namespace stuntcam::emulator
