// What is this camera, and what is on its cards?
#include <cstdio>
#include <cstdlib>

#include "initiator/blocking.h"

int main(int, char** argv) {
  using namespace stuntcam;
  try {
    initiator::Camera camera(argv[1], static_cast<u16>(std::atoi(argv[2])));
    auto& session = camera.session();
    const auto device = camera.run(session.device_info());
    std::printf("%s %s\n", device.manufacturer.c_str(), device.model.c_str());
    for (const u32 handle : camera.run(session.object_handles())) {
      const auto info = camera.run(session.object_info(handle));
      std::printf("0x%08X %10u %s\n", handle, info.object_compressed_size, info.filename.c_str());
    }
  } catch (const initiator::Problem& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
