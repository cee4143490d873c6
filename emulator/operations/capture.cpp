// Taking pictures the standard way. The response only says that the camera will; pictures come as events.
#include <algorithm>
#include <array>

#include "emulator/camera.h"
#include "emulator/operations/filter.h"

namespace stuntcam::emulator {
namespace {

Answer release(Context& context, bool open_ended) {
  const auto storage = context.param(0), format = context.param(1);
  if (storage != 0)
    if (const auto store = context.store(storage); !store) return Reply(store.error());
  if (!FormatFilter(format).valid() || format == all_of_them) return Reply(ResponseCode::InvalidCodeFormat);
  const auto& formats = context.camera.profile().device.capture_formats;
  if (format != 0 && std::ranges::find(formats, format) == formats.end())
    return Reply(ResponseCode::InvalidObjectFormatCode);
  constexpr i64 manual_focus = 1;
  Release release;
  release.autofocus = context.camera.properties().integer(ptp::PropertyCode::FocusMode, manual_focus) != manual_focus;
  release.storage = storage;
  release.format = static_cast<u16>(format);
  release.transaction_id = context.request.transaction_id;
  release.open_ended = open_ended;
  release.by = &context.session;
  return Reply(context.camera.shutter().release(release));
}

Answer initiate_capture(Context& context) { return release(context, false); }

Answer initiate_open_capture(Context& context) { return release(context, true); }

Answer terminate_open_capture(Context& context) {
  return Reply(context.camera.shutter().terminate(context.param(0), &context.session));
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::InitiateCapture, .run = initiate_capture, .while_busy = false, .parameters = 2},
    OperationRow{
        .code = OperationCode::InitiateOpenCapture, .run = initiate_open_capture, .while_busy = false, .parameters = 2},
    OperationRow{.code = OperationCode::TerminateOpenCapture, .run = terminate_open_capture, .parameters = 1},
};

}  // namespace

std::span<const OperationRow> capture_operations() { return rows; }

}  // namespace stuntcam::emulator
