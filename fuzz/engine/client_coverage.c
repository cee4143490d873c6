/* Link this into a client that is built with -fsanitize-coverage=trace-pc-guard: then `stuntcam fuzz` sees which edges
   each run took (docs/fuzzing.md). Without STUNTCAM_COVERAGE in the environment it does nothing. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { map_size = 64 << 10 };
static uint8_t nowhere[map_size];
static uint8_t *map = nowhere;

static void attach(void) {
  const char *path = getenv("STUNTCAM_COVERAGE");
  const int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *shared = mmap(0, map_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) map = shared;
  close(file);
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop) {
  static uint32_t count;
  if (start == stop || *start) return;
  if (map == nowhere) attach();
  for (uint32_t *guard = start; guard < stop; ++guard) *guard = ++count;
}

void __sanitizer_cov_trace_pc_guard(uint32_t *guard) {
  uint8_t *const edge = &map[*guard % map_size];
  if (*edge != 0xFF) ++*edge;
}
