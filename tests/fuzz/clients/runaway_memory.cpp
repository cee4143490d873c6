// Makes room for as many objects as it is told of, a thousand at a time, and each takes much.
#include "ptpip.h"

int main(int, char** argv) {
  using namespace ptpip;
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  const Buffer list = transact(camera, 0x1007, 0xFFFFFFFF).data;
  if (list.size < 4) give_up("a short list");
  const uint32_t count = word(list.bytes);
#ifdef CORRECTED
  if (count > (list.size - 4) / 4) give_up("a list without its end");
#endif
  constexpr size_t thousand_objects = 100 << 20;
  for (uint32_t steps = 1; steps <= count / 1000 && steps < 20; ++steps) {
    void* const room = malloc(thousand_objects);
    if (room == nullptr) give_up("no memory");
    memset(room, 1, thousand_objects);
    usleep(20000);
  }
  printf("%u objects\n", count);
  transact(camera, 0x1003);
}
