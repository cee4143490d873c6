// The program `stuntcam`: finds the subcommand and turns every failure into a message and an exit status.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/failure.h"

int main(int argc, char** argv) {
  using namespace stuntcam::cli;
  const Console console(Verbosity::normal, Color::automatic);
  return end_of(console, [&] {
    std::vector<Command> commands = {serve_command(), run_command(), cameras_command(), faults_command(),
                                     control_command()};
    for (auto& command : visits()) commands.push_back(std::move(command));
    for (auto& command :
         {shell_command(), conform_command(), bench_command(), decode_command(), redact_command(), replay_command(),
          fuzz_command(), profile_show_command(), profile_check_command(), profile_learn_command()})
      commands.push_back(command);
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() >= 2 && arguments[0] == "-t") {  // stuntcam -t TARGET COMMAND …
      ::setenv("STUNTCAM_TARGET", arguments[1].c_str(), 1);
      arguments.erase(arguments.begin(), arguments.begin() + 2);
    }
    const int status = dispatch(commands, arguments);
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw Failure(unavailable, "cannot write to standard output");
    return status;
  });
}
