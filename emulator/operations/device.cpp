// The device itself and its sessions: docs/protocol.md §3 and §4.
#include <array>

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

Answer get_device_info(Context& context) { return reply_with(context, context.camera.device_info()); }

Answer open_session(Context& context) {
  const auto id = context.param(0);
  if (id == 0) return Reply(ResponseCode::InvalidParameter);
  if (context.session.open()) {
    Reply reply(ResponseCode::SessionAlreadyOpened);
    reply.count = 1;
    reply.params[0] = context.session.id();
    return reply;
  }
  // The same id on another connection is another session: the connection implies it (docs/protocol.md §1.2).
  context.session.begin(id);
  return Reply();
}

Answer close_session(Context& context) {
  context.session.end();
  return Reply();
}

Answer reset_device(Context& context) {
  context.camera.reset(context.session);
  return Reply();
}

// Type 0 is the device's own default test; what a vendor's types (0x8000 and up) test, no source knows.
Answer self_test(Context& context) {
  return Reply(context.param(0) == 0 ? ResponseCode::OK : ResponseCode::ParameterNotSupported);
}

Answer power_down(Context& context) {
  context.camera.power_down();
  return Reply();
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::GetDeviceInfo, .run = get_device_info, .needs_session = false},
    OperationRow{.code = OperationCode::OpenSession, .run = open_session, .needs_session = false, .parameters = 1},
    OperationRow{OperationCode::CloseSession, close_session},
    OperationRow{.code = OperationCode::ResetDevice, .run = reset_device, .while_busy = false},
    OperationRow{.code = OperationCode::SelfTest, .run = self_test, .while_busy = false, .parameters = 1},
    OperationRow{.code = OperationCode::PowerDown, .run = power_down, .while_busy = false},
};

}  // namespace

std::span<const OperationRow> device_operations() { return rows; }

}  // namespace stuntcam::emulator
