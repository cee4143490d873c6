// The subcommands, one file each.
#pragma once

#include "cli/command_line.h"

namespace stuntcam::cli {

Command serve_command();          // serve.cpp
Command run_command();            // run.cpp
Command bench_command();          // bench.cpp
Command fuzz_command();           // fuzz.cpp
Command decode_command();         // decode.cpp
Command conform_command();        // conform.cpp
Command replay_command();         // replay.cpp
Command redact_command();         // redact.cpp
Command cameras_command();        // cameras.cpp
Command faults_command();         // faults.cpp
Command control_command();        // control.cpp
Command profile_show_command();   // profile_show.cpp
Command profile_learn_command();  // profile_learn.cpp
Command profile_check_command();  // profile_check.cpp
Command info_command();           // info.cpp
Command ls_command();             // ls.cpp
Command get_command();            // get.cpp
Command get_all_command();        // get_all.cpp
Command op_command();             // op.cpp
Command prop_list_command();      // prop.cpp
Command prop_get_command();       // prop.cpp
Command prop_set_command();       // prop.cpp
Command prop_reset_command();     // prop.cpp
Command prop_watch_command();     // prop.cpp
Command state_command();          // state.cpp
Command preview_command();        // preview.cpp
Command liveview_command();       // preview.cpp
Command put_command();            // put.cpp
Command rm_command();             // put.cpp
Command mkdir_command();          // put.cpp
Command format_command();         // format.cpp
Command capture_command();        // capture.cpp
Command watch_command();          // capture.cpp

Command shell_command();  // shell.cpp
// Those that visit a camera, each with options of its own to take: visits.cpp
std::vector<Command> visits();

}  // namespace stuntcam::cli
