// Saves an object: as many bytes as were announced, whether they came or not.
#include "ptpip.h"

int main(int, char** argv) {
  using namespace ptpip;
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  const Buffer list = transact(camera, 0x1007, 0xFFFFFFFF).data;
  uint32_t last = 0;
  if (list.size < 8) give_up("no objects");
  last = word(list.bytes + list.size - 4);
  const Answer object = transact(camera, 0x1009, last);
#ifdef CORRECTED
  if (!object.announced) give_up("no data");
  if (object.total != object.data.size) give_up("another size than announced");
  const size_t size = object.data.size;
#else
  const size_t size = object.total < (1u << 20) ? object.total : 1u << 20;
#endif
  FILE* const file = fopen(argv[2], "wb");
  if (file == nullptr) return 3;
  for (size_t i = 0; i < size; ++i) fputc(i < object.data.size ? object.data.bytes[i] : 0, file);
  fclose(file);
  transact(camera, 0x1003);
}
