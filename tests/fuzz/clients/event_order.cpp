// Takes for granted that a new object is announced before its capture is complete.
#include "ptpip.h"

int main(int, char** argv) {
  using namespace ptpip;
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  transact(camera, 0x100E);
  unsigned char* object = nullptr;
  for (;;) {
    const Packet event = next(camera.events);
    if (event.type != 8 || event.body.size < 6) give_up("no event");
    const uint16_t code = half(event.body.bytes);
    if (code == 0x4002 && event.body.size >= 10) object = event.body.bytes + 6;
    if (code == 0x400D) break;
  }
#ifdef CORRECTED
  if (object == nullptr) give_up("a capture without an object");
#endif
  printf("object %u\n", word(object));
  transact(camera, 0x1003);
}
