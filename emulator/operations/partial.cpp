// Parts of objects, with 32-bit offsets and with 64-bit ones.
#include <algorithm>
#include <array>

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

// What is asked for beyond the end is left out; an offset at the end gives nothing, one beyond it is wrong
// (docs/protocol.md §7). A maximum of 0xFFFFFFFF means up to the end, or as much as the response can count.
Answer part(Context& context, u64 offset, u32 maximum) {
  const auto found = context.object(context.param(0));
  if (!found) return Reply(found.error());
  const auto& content = (*found)->content;
  if (content == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
  const auto end = content->size();
  if (offset > end) return Reply(ResponseCode::InvalidParameter);
  const auto size = std::min<u64>(end - offset, maximum);
  Reply reply(size == 0 ? Body(Bytes{}) : content->slice(offset, size));
  reply.count = 1;
  reply.params[0] = static_cast<u32>(size);
  return reply;
}

Answer get_partial_object(Context& context) { return part(context, context.param(1), context.param(2)); }

Answer get_partial_object_64(Context& context) {
  return part(context, u64{context.param(2)} << 32 | context.param(1), context.param(3));
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::GetPartialObject, .run = get_partial_object, .parameters = 3},
    OperationRow{.code = OperationCode::GetPartialObject64, .run = get_partial_object_64, .parameters = 4},
};

}  // namespace

std::span<const OperationRow> partial_operations() { return rows; }

}  // namespace stuntcam::emulator
