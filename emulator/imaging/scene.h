// What is in front of the virtual lens: a landscape whose colours and shapes come from the shot's seed, with the shot
// written over it.
#pragma once

#include <optional>

#include "emulator/imaging/canvas.h"
#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {

// `frame`: a live-view frame, shown instead of the shot's number; the scene moves with it.
void paint(Canvas&, const Shot&, std::optional<u64> frame = {});

// "1/4000 s  f/3.5  ISO 6400  +0.3 EV"; what is unknown is left out.
std::string exposure_line(const Shot&);

}  // namespace stuntcam::emulator
