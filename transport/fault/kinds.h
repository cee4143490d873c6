// The kinds of faults, one file each. Each makes the stage of one connection. Private to transport/.
#pragma once

#include "transport/fault/stage.h"

namespace stuntcam::transport {

using MadeStage = std::unique_ptr<Stage>;
using SharedFault = std::shared_ptr<ActiveFault>;
using SharedPassage = std::shared_ptr<Passage>;

// By the kind's row in the table of kinds.cpp. Null: this kind is nothing that happens on a connection.
MadeStage make_stage(const SharedFault&, const SharedPassage&);

MadeStage make_code(SharedFault, SharedPassage);         // code.cpp
MadeStage make_parameters(SharedFault, SharedPassage);   // parameters.cpp
MadeStage make_transaction(SharedFault, SharedPassage);  // transaction.cpp
MadeStage make_drop(SharedFault, SharedPassage);         // drop.cpp
MadeStage make_late(SharedFault, SharedPassage);         // late.cpp
MadeStage make_repeat(SharedFault, SharedPassage);       // repeat.cpp
MadeStage make_pad(SharedFault, SharedPassage);          // pad.cpp
MadeStage make_shorten(SharedFault, SharedPassage);      // pad.cpp
MadeStage make_refuse(SharedFault, SharedPassage);       // refuse.cpp
MadeStage make_before_data(SharedFault, SharedPassage);  // before_data.cpp
MadeStage make_early(SharedFault, SharedPassage);        // early.cpp
MadeStage make_cut(SharedFault, SharedPassage);          // cut.cpp
MadeStage make_truncate(SharedFault, SharedPassage);     // truncate.cpp
MadeStage make_extend(SharedFault, SharedPassage);       // extend.cpp
MadeStage make_total(SharedFault, SharedPassage);        // total.cpp
MadeStage make_flip(SharedFault, SharedPassage);         // flip.cpp
MadeStage make_replace(SharedFault, SharedPassage);      // replace.cpp
MadeStage make_data(SharedFault, SharedPassage);         // data.cpp
MadeStage make_split(SharedFault, SharedPassage);        // split.cpp
MadeStage make_inject(SharedFault, SharedPassage);       // inject.cpp
MadeStage make_reorder(SharedFault, SharedPassage);      // reorder.cpp
MadeStage make_ending(SharedFault, SharedPassage);       // ending.cpp: reset, close, half_close
MadeStage make_stall(SharedFault, SharedPassage);        // stall.cpp
MadeStage make_silence(SharedFault, SharedPassage);      // silence.cpp
MadeStage make_throttle(SharedFault, SharedPassage);     // throttle.cpp
MadeStage make_latency(SharedFault, SharedPassage);      // latency.cpp
MadeStage make_slice(SharedFault, SharedPassage);        // slice.cpp
MadeStage make_hand(SharedFault, SharedPassage);         // hand.cpp: those of the camera

// Is the packet that it is about one without payload? Then offsets count within that packet.
bool about_packet(const Fault&);

}  // namespace stuntcam::transport
