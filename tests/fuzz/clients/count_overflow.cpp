// Takes memory for as many handles as it is told, in 32 bits, and believes the count.
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
  auto* const handles = static_cast<uint32_t*>(malloc(count * static_cast<uint32_t>(sizeof(uint32_t))));
  if (handles == nullptr) give_up("no memory");
  for (uint32_t i = 0; i < count; ++i) handles[i] = word(list.bytes + 4 + 4 * size_t{i});
  if (count > 0) printf("%u objects, the first is %u\n", count, handles[0]);
  free(handles);
  transact(camera, 0x1003);
}
