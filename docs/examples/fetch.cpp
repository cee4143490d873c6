// Downloads one object to a file, 1 MiB of it at most: then the transfer is cancelled and the session goes on.
#include <cstdio>
#include <cstdlib>

#include "initiator/blocking.h"

int main(int, char** argv) {
  using namespace stuntcam;
  try {
    initiator::Camera camera(argv[1], static_cast<u16>(std::atoi(argv[2])));
    auto& session = camera.session();
    const auto handle = static_cast<u32>(std::strtoul(argv[3], nullptr, 0));
    initiator::FileSink sink(transport::File::create(argv[4]));
    const auto progress = [](u64 done, u64) { return done < 1 << 20; };
    try {
      camera.run(session.object(handle, sink, progress));
      std::printf("all of it\n");
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::cancelled) throw;
      std::printf("the first %llu bytes\n", static_cast<unsigned long long>(sink.written()));
    }
    std::printf("%u objects\n", camera.run(session.num_objects()));
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
