// A copy of a capture that can be shared can be read, and nothing of who it was is left in it: what is replaced once
// stays the same when the copy is redacted again.
#include "pcap/redact.h"

#include <fcntl.h>

#include <stdexcept>

#include "fuzz/targets/input.h"
#include "fuzz/targets/memory_file.h"

namespace stuntcam::fuzz {
namespace {

// Counts what there is; reading must not throw.
struct Count final : pcap::TraceSink {
  void transaction(const pcap::Exchange&) override { ++transactions; }
  u64 transactions = 0;
};

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  Input input(data, size);
  pcap::RedactOptions options;
  options.keep_unknown = input.flag();
  const MemoryFile file(input.rest()), copy;
  pcap::Redaction done;
  try {
    done = pcap::redact(file.path(), copy.path(), options);
  } catch (const std::runtime_error&) {
    return 0;  // no capture: said so
  }
  require(done.blanked_frames <= done.frames, "no more frames are blanked than there are");
  for (const auto& [kind, count] : done.replaced)
    require(!kind.empty() && count.values > 0, "what was replaced is listed");
  if (done.frames == 0) return 0;
  Count count;
  (void)pcap::read_trace(copy.path(), {}, count);
  return 0;
}
