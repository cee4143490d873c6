// The commands that visit a camera: from the command line with a connection of their own, in a shell with the one kept.
#include "cli/commands.h"

namespace stuntcam::cli {

std::vector<Command> visits() {
  return {info_command(),     state_command(),      ls_command(),         get_command(),       get_all_command(),
          put_command(),      rm_command(),         mkdir_command(),      format_command(),    capture_command(),
          preview_command(),  liveview_command(),   watch_command(),      prop_list_command(), prop_get_command(),
          prop_set_command(), prop_reset_command(), prop_watch_command(), op_command()};
}

}  // namespace stuntcam::cli
