// What is learned of a camera, from a capture, a debug log or the text of a summary, is a profile that can be loaded.
#include "pcap/learn.h"

#include <stdexcept>

#include "fuzz/targets/input.h"
#include "fuzz/targets/memory_file.h"
#include "pcap/replay.h"
#include "profiles/load.h"

namespace stuntcam::fuzz {
namespace {

void check(const pcap::Findings& findings) {
  if (!findings.knows_device()) return;
  const auto toml = pcap::to_toml(findings.learned());
  const auto profile = profiles::parse(toml, "/nonexistent/learned.toml");
  if (!profile)
    for (const auto& problem : profile.error()) std::fprintf(stderr, "%s\n", problem.to_string().c_str());
  require(profile.has_value(), "a learned profile can be loaded");
}

void learn_summary(std::string_view text) {
  if (!pcap::is_summary(text)) return;
  pcap::SummaryCount count;
  const auto findings = pcap::learn_summary(text, count);
  require(count.properties <= count.property_lines, "no more is understood than there is");
  check(findings);
}

// As a camera, of which the sessions are described and chosen.
void load(const std::string& path) {
  const auto recording = pcap::load_recording(path);
  for (const auto& session : recording.sessions) {
    require(!pcap::describe(session).empty(), "a session has words");
    for (const auto& transaction : session.transactions)
      if (transaction.data) (void)pcap::bytes_of(recording, *transaction.data, 64 << 10);
  }
  const auto chosen = pcap::choose_sessions(recording, {});
  if (chosen) (void)pcap::unusable(recording, *chosen);
}

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  const View bytes(data, size);
  learn_summary(text(bytes));
  const MemoryFile file(bytes);
  try {
    check(pcap::learn_capture(file.path(), {}));
    load(file.path());
  } catch (const std::runtime_error&) {
    return 0;  // no capture: said so
  }
  return 0;
}
