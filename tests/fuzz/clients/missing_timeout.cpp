// Waits for an answer for ever.
#include "ptpip.h"

int main(int, char** argv) {
  using namespace ptpip;
#ifndef CORRECTED
  milliseconds_of_patience = 0;
#endif
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  transact(camera, 0x1004);
  transact(camera, 0x1003);
}
