#include "transport/fault/kinds.h"

#include <algorithm>

namespace stuntcam::transport {
namespace {

struct Maker {
  FaultKind kind;
  MadeStage (*make)(SharedFault, SharedPassage);
};
constexpr std::array makers = {Maker{FaultKind::code, make_code},
                               Maker{FaultKind::parameters, make_parameters},
                               Maker{FaultKind::transaction, make_transaction},
                               Maker{FaultKind::drop, make_drop},
                               Maker{FaultKind::late, make_late},
                               Maker{FaultKind::repeat, make_repeat},
                               Maker{FaultKind::pad, make_pad},
                               Maker{FaultKind::shorten, make_shorten},
                               Maker{FaultKind::refuse, make_refuse},
                               Maker{FaultKind::before_data, make_before_data},
                               Maker{FaultKind::early, make_early},
                               Maker{FaultKind::cut, make_cut},
                               Maker{FaultKind::truncate, make_truncate},
                               Maker{FaultKind::extend, make_extend},
                               Maker{FaultKind::total, make_total},
                               Maker{FaultKind::flip, make_flip},
                               Maker{FaultKind::replace, make_replace},
                               Maker{FaultKind::data, make_data},
                               Maker{FaultKind::empty, make_data},
                               Maker{FaultKind::split, make_split},
                               Maker{FaultKind::inject, make_inject},
                               Maker{FaultKind::reorder, make_reorder},
                               Maker{FaultKind::reset, make_ending},
                               Maker{FaultKind::close, make_ending},
                               Maker{FaultKind::half_close, make_ending},
                               Maker{FaultKind::stall, make_stall},
                               Maker{FaultKind::silence, make_silence},
                               Maker{FaultKind::throttle, make_throttle},
                               Maker{FaultKind::latency, make_latency},
                               Maker{FaultKind::slice, make_slice}};

}  // namespace

MadeStage make_stage(const SharedFault& fault, const SharedPassage& passage) {
  if (of_camera(fault->fault.kind)) return fault->fault.where.operation ? make_hand(fault, passage) : nullptr;
  const auto found = std::ranges::find(makers, fault->fault.kind, &Maker::kind);
  return found == makers.end() ? nullptr : found->make(fault, passage);
}

bool about_packet(const Fault& fault) {
  using ptp::PacketType;
  if (fault.where.event) return true;
  return fault.where.packet && *fault.where.packet != PacketType::start_data &&
         *fault.where.packet != PacketType::data && *fault.where.packet != PacketType::end_data;
}

}  // namespace stuntcam::transport
