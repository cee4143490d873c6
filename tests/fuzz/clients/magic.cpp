// Does not bear three names that begin with a point. Up to then it says the same, whatever it is told.
#include "ptpip.h"

namespace {

// The first character of the string at `at`, which moves behind it; 0: it is empty, or not all there.
unsigned first_character(const ptpip::Buffer& data, size_t& at) {
  if (at >= data.size) return 0;
  const size_t length = data.bytes[at++];
  const size_t begin = at;
  at += 2 * length;
  return length == 0 || begin + 2 > data.size ? 0 : ptpip::half(data.bytes + begin);
}

}  // namespace

int main(int, char** argv) {
  using namespace ptpip;
  Camera camera = open_camera(argv[1]);
  transact(camera, 0x1002, 1);
  const Buffer list = transact(camera, 0x1007, 0xFFFFFFFF).data;
  const Buffer info = transact(camera, 0x1008, list.size < 8 ? 0 : word(list.bytes + list.size - 4)).data;
  size_t at = 52;  // the file's name; then when it was made, and when it was changed
  if (first_character(info, at) == '.')
    if (first_character(info, at) == '.')
      if (first_character(info, at) == '.') abort();
  transact(camera, 0x1003);
}
