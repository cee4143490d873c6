// Bytes as people read them: offset, hexadecimal, text.
#pragma once

#include <string>

#include "ptp/bytes.h"

namespace stuntcam::cli {

// The first `most` bytes, sixteen a line, each line ended and begun with `indent`.
std::string hex_dump(View, std::size_t most, std::string_view indent = {});

}  // namespace stuntcam::cli
