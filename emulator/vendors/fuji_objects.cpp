// Looking at pictures: they are numbered from 1 on, without folders, and ObjectInfo has fields of its own.
#include <algorithm>
#include <cstring>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"
#include "emulator/vendors/fuji.h"
#include "emulator/vendors/fuji_codes.h"

namespace stuntcam::emulator {
namespace {

// What a phone is offered unless it asks for the correct size: about 100 kB. Who controls the camera is told the
// correct one: assumed, because gphoto2 downloads what it took with no such request, and trusts the size.
constexpr u64 offered_size = 100'000;
constexpr u32 largest_part = 0x100000;

template <class T>
void put(Bytes& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

}  // namespace

// A number stays with its object. New objects get the numbers behind those given.
void FujiModule::number_objects(Camera& camera) {
  camera.look_at_disk();
  for (const Store* const store : camera.stores()) {
    if (!store->present()) continue;
    for (const u32 handle : store->list(0))
      if (!store->find(handle)->association() && numbered_.insert(handle).second) objects_.push_back(handle);
  }
}

std::vector<u32> FujiModule::numbers(Camera& camera) {
  number_objects(camera);
  std::vector<u32> numbers;
  for (std::size_t i = 0; i < objects_.size(); ++i)
    if (camera.find(objects_[i]) != nullptr) numbers.push_back(static_cast<u32>(i + 1));
  return numbers;
}

u32 FujiModule::handle_of(Camera& camera, u32 number) {
  if (number > objects_.size()) number_objects(camera);
  return number == 0 || number > objects_.size() ? 0 : objects_[number - 1];
}

// What the standard does with the object of that number.
Answer FujiModule::with_object(Context& context, std::span<const OperationRow> rows, OperationCode code) {
  ptp::Message request = context.request;
  request.params[0] = handle_of(context.camera, context.param(0));
  if (request.params[0] == 0) return Reply(ResponseCode::InvalidObjectHandle);
  Context translated{context.camera, context.session, request};
  return std::ranges::find(rows, code, &OperationRow::code)->run(translated);
}

Answer FujiModule::get_object_handles(Context& context) {
  const u32 storage = context.param(0), parent = context.param(2);
  if (storage != all_of_them && storage != 0)
    if (const auto store = context.store(storage); !store) return Reply(store.error());
  const FormatFilter filter(context.param(1));
  if (!filter.valid()) return Reply(ResponseCode::InvalidCodeFormat);
  if (parent != 0 && parent != all_of_them) return Reply(ResponseCode::InvalidParentObject);
  auto found = numbers(context.camera);
  std::erase_if(found, [&](u32 number) {
    const Object& object = *context.camera.find(objects_[number - 1]);
    const bool elsewhere = storage != all_of_them && storage != 0 && object.storage != storage;
    return elsewhere || !filter.matches(object.format);
  });
  return Reply(Body(ptp::encode_array(found)));
}

Answer FujiModule::get_num_objects(Context& context) {
  Reply reply;
  reply.count = 1;
  reply.params[0] = static_cast<u32>(numbers(context.camera).size());
  return reply;
}

// The standard's 52 bytes, with others where it has the thumbnail's: how much may be fetched at once, one byte, the
// size, five bytes that nobody knows.
Answer FujiModule::get_object_info(Context& context) {
  const auto* const object = context.camera.find(handle_of(context.camera, context.param(0)));
  if (object == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
  const bool correct =
      &context.session == remote_ || context.camera.properties().integer(fuji::property::EnableCorrectFileSize) == 1;
  ptp::ObjectInfo info = object_info(*object);
  info.parent_object = 0;
  Bytes bytes = ptp::encode(info);
  const auto size =
      static_cast<u32>(std::min<u64>(correct ? object->size : std::min(object->size, offered_size), 0xFFFFFFFF));
  constexpr std::size_t size_at = 8, largest_part_at = 12, second_size_at = 17, unknown_at = 21;
  put(bytes, size_at, size);
  put(bytes, largest_part_at, largest_part);
  put(bytes, largest_part_at + 4, u8{0});
  put(bytes, second_size_at, size);
  std::memset(bytes.data() + unknown_at, 0, 5);
  return Reply(Body(std::move(bytes)));
}

Answer FujiModule::get_object(Context& context) {
  return with_object(context, object_operations(), OperationCode::GetObject);
}
Answer FujiModule::get_thumb(Context& context) {
  return with_object(context, object_operations(), OperationCode::GetThumb);
}
Answer FujiModule::delete_object(Context& context) {
  return with_object(context, change_operations(), OperationCode::DeleteObject);
}
// Its response has no parameter: clients compare it with twelve bytes.
Answer FujiModule::get_partial_object(Context& context) {
  auto answer = with_object(context, partial_operations(), OperationCode::GetPartialObject);
  if (auto* const reply = std::get_if<Reply>(&answer)) reply->count = 0;
  return answer;
}

}  // namespace stuntcam::emulator
