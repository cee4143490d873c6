// Reads the fields of a DeviceInfo without looking whether they came.
#include "ptpip.h"

int main(int, char** argv) {
  using namespace ptpip;
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  const Buffer info = transact(camera, 0x1001).data;
#ifdef CORRECTED
  if (info.size < 8) give_up("a short DeviceInfo");
#endif
  printf("PTP %u, extension %u\n", half(info.bytes), word(info.bytes + 2));
  transact(camera, 0x1003);
}
