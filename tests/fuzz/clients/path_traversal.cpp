// Saves an object under the name that the camera gives it, whatever is in it.
#include "ptpip.h"

int main(int, char** argv) {
  using namespace ptpip;
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  const Buffer list = transact(camera, 0x1007, 0xFFFFFFFF).data;
  if (list.size < 8) give_up("no objects");
  const uint32_t last = word(list.bytes + list.size - 4);
  const Buffer info = transact(camera, 0x1008, last).data;
  if (info.size < 53 || info.size < 53 + 2u * info.bytes[52]) give_up("a short ObjectInfo");
  char path[1024];
  int length = snprintf(path, sizeof path, "%s/", argv[2]);
  for (unsigned i = 0; i < info.bytes[52]; ++i) {
    path[length] = static_cast<char>(half(info.bytes + 53 + size_t{2} * i));
    if (path[length] == 0) break;
#ifdef CORRECTED
    if (path[length] == '/') give_up("a path instead of a name");
#endif
    ++length;
  }
  path[length] = 0;
  FILE* const file = fopen(path, "wb");
  if (file == nullptr) give_up("cannot open the file");
  fclose(file);
  transact(camera, 0x1003);
}
