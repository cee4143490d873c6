// A capture file of any kind, or a debug log: decoded to its last record, surveyed, and read as a camera to replay.
#include <stdexcept>

#include "fuzz/targets/input.h"
#include "fuzz/targets/memory_file.h"
#include "pcap/decode.h"
#include "pcap/replay_script.h"
#include "pcap/survey.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  const MemoryFile file(View(data, size));
  pcap::Survey survey;
  pcap::DecodeOptions options;
  options.also = &survey;
  const auto tell = [](const ptp::Json& record) {
    require(record.contains("type"), "every record has a type");
    require(!pcap::plain(record).empty(), "every record is a line");
    (void)record.dump(-1, ' ', false, ptp::Json::error_handler_t::replace);
  };
  try {
    (void)pcap::decode(file.path(), options, tell);
  } catch (const std::runtime_error&) {
    return 0;  // no capture: said so
  }
  for (const auto& records : {survey.sessions(), survey.operations(), survey.quirks()})
    for (const auto& record : records) require(!pcap::survey_line(record).empty(), "every record is a line");
  return 0;
}
