// How many files and sockets this process may have open at once.
#pragma once

#include "ptp/bytes.h"

namespace stuntcam::cli {

u64 open_files_limit();
// Throws std::system_error; no higher than the system allows.
void limit_open_files(u64);
// As many as the system allows: the usual 1024 are soon used up by clients and their files. Returns what it was.
u64 raise_open_files_limit();

}  // namespace stuntcam::cli
