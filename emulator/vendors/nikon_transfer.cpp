// Transfers beyond the standard: larger thumbnails, and reads that go on where the last one ended.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/vendors/nikon.h"

namespace stuntcam::emulator {

Answer NikonModule::get_large_thumb(Context& context) {
  const Object* const object = context.camera.find(context.param(0));
  if (object == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
  if (!object->content) return Reply(ResponseCode::NoThumbnailPresent);
  auto thumbnail = object->content->large_thumbnail();
  if (!thumbnail) return Reply(ResponseCode::NoThumbnailPresent);
  return Reply(Body(std::move(thumbnail->bytes)));
}

// Each call goes on where this session's last call for the same object ended; the third parameter ends the run. The
// response says how many bytes came from where; that "where" is their beginning is assumed.
Answer NikonModule::get_partial_object_hi_speed(Context& context) {
  const u32 handle = context.param(0);
  const Object* const object = context.camera.find(handle);
  if (object == nullptr || !object->content) return Reply(ResponseCode::InvalidObjectHandle);
  Position& position = positions_[&context.session];
  if (position.handle != handle) position = {handle, 0};
  const u64 offset = std::min(position.offset, object->size);
  const u64 size = std::min<u64>(context.param(1), object->size - offset);
  Reply reply(object->content->slice(offset, size));
  reply.count = 3;
  reply.params = {static_cast<u32>(size), static_cast<u32>(offset), static_cast<u32>(offset >> 32)};
  position.offset = offset + size;
  if (context.param(2) != 0) positions_.erase(&context.session);
  return reply;
}

}  // namespace stuntcam::emulator
