#include "emulator/vendors/leica.h"

#include <algorithm>
#include <array>

#include "emulator/camera.h"
#include "ptp/reader.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {

namespace operation {
constexpr OperationCode LEOpenSession{0x9005}, LECloseSession{0x9006}, LEKeepSessionActive{0x901D},
    LEGetLookPropList{0x9033}, LESetLookPropList{0x9035};
}  // namespace operation

namespace look {
constexpr u16 id = 0xD861, name = 0xDC44, type = 0xD864, base = 0xD866;
}  // namespace look

constexpr u32 every_look = 0xFFFF;
// A look is a table of colours as text, and no camera has more slots than this. The bytes are those of all of them:
// what clients leave here stays for as long as the camera lives.
constexpr std::size_t max_look_data = 1u << 20, max_looks = 64;

// The ones that a Q3 has from the factory. The types of the values are assumed: the source has the numbers only.
struct FactoryLook {
  u32 id;
  std::string_view name;
  u32 type, base;
};
constexpr std::array factory_looks{FactoryLook{15, "Standard", 1, 0}, FactoryLook{16, "Monochrome", 1, 1},
                                   FactoryLook{26, "Pure", 2, 0},     FactoryLook{7, "Brass", 2, 0},
                                   FactoryLook{2, "Classic", 2, 0},   FactoryLook{22, "Bleach", 2, 0}};

ptp::ObjectPropList describe(const FactoryLook& look) {
  const auto number = [](i64 value) { return Value(ptp::DataType::uint32, value); };
  return {{{look.id, look::id, number(look.id)},
           {look.id, look::name, Value(look.name)},
           {look.id, look::type, number(look.type)},
           {look.id, look::base, number(look.base)}}};
}

// Properties want an LE session (seen on Q3 and SL3; on the SL assumed), and so do the looks (assumed).
bool needs_le_session(OperationCode code) {
  constexpr std::array needy{OperationCode::GetDevicePropDesc,  OperationCode::GetDevicePropValue,
                             OperationCode::SetDevicePropValue, OperationCode::ResetDevicePropValue,
                             operation::LECloseSession,         operation::LEKeepSessionActive,
                             operation::LEGetLookPropList,      operation::LESetLookPropList};
  return std::ranges::find(needy, code) != needy.end();
}

template <Answer (LeicaModule::*operation)(Context&)>
Answer call(Context& context) {
  return (static_cast<LeicaModule&>(context.camera.vendor()).*operation)(context);
}

}  // namespace

LeicaModule::LeicaModule() {
  for (const auto& factory : factory_looks) looks_.emplace(factory.id, ptp::encode(describe(factory)));
}

std::span<const OperationRow> LeicaModule::operations() const {
  using L = LeicaModule;
  static constexpr std::array rows{
      OperationRow{.code = operation::LEOpenSession, .run = call<&L::open_le_session>, .parameters = 1},
      OperationRow{.code = operation::LECloseSession, .run = call<&L::close_le_session>},
      OperationRow{.code = operation::LEKeepSessionActive, .run = call<&L::keep_le_session_active>},
      OperationRow{.code = operation::LEGetLookPropList, .run = call<&L::get_look_prop_list>, .parameters = 1},
      OperationRow{.code = operation::LESetLookPropList, .run = call<&L::set_look_prop_list>, .parameters = 1},
  };
  return rows;
}

// assumed: every operation is a sign of life, not the heartbeat alone; and when they stay away, the LE session ends and
// the connection goes on.
ResponseCode LeicaModule::admits(Camera& camera, CameraSession& session, OperationCode code) {
  const auto silence = camera.profile().timing.vendor_session;
  const auto now = camera.clock().now();
  const auto known = le_sessions_.find(&session);
  bool open = known != le_sessions_.end();
  if (open && silence != transport::Duration::zero() && now - known->second > silence) {
    le_sessions_.erase(known);
    open = false;
  } else if (open) {
    known->second = now;
  }
  return open || !needs_le_session(code) ? ResponseCode::OK : ResponseCode::SessionNotOpen;
}

// Nobody can send a heartbeat while a long transfer runs.
void LeicaModule::answered(Camera& camera, CameraSession& session) {
  if (const auto known = le_sessions_.find(&session); known != le_sessions_.end()) known->second = camera.clock().now();
}

void LeicaModule::session_closed(Camera&, CameraSession& session) { le_sessions_.erase(&session); }

// Whatever the parameter: phone apps send 0xFF55, what it means is unknown. assumed: opening again is no mistake.
Answer LeicaModule::open_le_session(Context& context) {
  le_sessions_[&context.session] = context.camera.clock().now();
  return Reply();
}

Answer LeicaModule::close_le_session(Context& context) {
  le_sessions_.erase(&context.session);
  return Reply();
}

// The sign of life is noted by admits().
Answer LeicaModule::keep_le_session_active(Context&) { return Reply(); }

// 0xFFFF: all of them; assumed: a number is the id of one.
Answer LeicaModule::get_look_prop_list(Context& context) {
  const auto wanted = context.param(0);
  if (wanted != every_look) {
    const auto found = looks_.find(wanted);
    return found == looks_.end() ? Reply(ResponseCode::InvalidParameter) : Reply(Body(found->second));
  }
  // One list of them all: the sum of the counts, then the elements of each.
  u32 count = 0;
  for (const auto& [id, look] : looks_) count += ptp::Reader(look).integer<u32>("count");
  Bytes list;
  ptp::Writer writer(list);
  writer.integer(count);
  for (const auto& [id, look] : looks_) writer.bytes(View(look).subspan(sizeof(count)));
  return Reply(Body(std::move(list)));
}

Answer LeicaModule::set_look_prop_list(Context&) {
  return collect(max_look_data, [this](View data) { return store_looks(data); });
}

// assumed: elements with one handle are one look, which needs its id; one that is there is replaced.
Reply LeicaModule::store_looks(View data) {
  const auto list = ptp::decode<ptp::ObjectPropList>(data);
  if (!list) return Reply(ResponseCode::InvalidDataSet);
  std::map<u32, u32> ids;  // by handle
  for (const auto& element : list->elements)
    if (element.code == look::id) ids[element.handle] = static_cast<u32>(element.value.integer());
  std::map<u32, ptp::ObjectPropList> sent;
  for (const auto& element : list->elements) {
    const auto id = ids.find(element.handle);
    if (id == ids.end() || id->second >= every_look) return Reply(ResponseCode::InvalidDataSet);
    sent[id->second].elements.push_back(element);
  }
  auto looks = looks_;
  for (const auto& [id, look] : sent) looks[id] = ptp::encode(look);
  std::size_t size = 0;
  for (const auto& [id, look] : looks) size += look.size();
  if (looks.size() > max_looks || size > max_look_data) return Reply(ResponseCode::StoreFull);
  looks_ = std::move(looks);
  return Reply();
}

}  // namespace stuntcam::emulator
