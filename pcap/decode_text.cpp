#include <fmt/format.h>

#include <utility>

#include "pcap/decode.h"
#include "ptp/text.h"

namespace stuntcam::pcap {
namespace {

using ptp::Json;

std::string call(const Json& coded) {
  std::string text = coded["name"].get<std::string>() + "(";
  bool first = true;
  for (const auto& parameter : coded["params"])
    text += fmt::format("{}0x{:x}", std::exchange(first, false) ? "" : ", ", parameter.get<u32>());
  return text + ")";
}

std::string frames(const Json& record) {
  const auto first = record["frames"][0].get<u64>(), last = record["frames"][1].get<u64>();
  return first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
}

std::string begin(const Json& record, const std::string& where) {
  const auto& session = record["session"];
  return fmt::format("{:>11} {:>11.6f}  {}  ", where, record["time"].get<double>(),
                     session.is_null() ? "-" : std::to_string(session.get<u64>()));
}

std::string transaction(const Json& record) {
  const auto& data = record["data"];
  const auto& response = record["response"];
  auto text = begin(record, frames(record));
  text += record["operation"].is_null() ? "(request not captured)" : call(record["operation"]);
  if (!data.is_null())
    text += fmt::format(" {} {} bytes", data["direction"] == "to_initiator" ? "<-" : "->", data["size"].get<u64>());
  text += response.is_null() ? ", no response" : ", " + call(response);
  if (record.contains("duration")) text += fmt::format(", {:.3f} ms", record["duration"].get<double>() * 1e3);
  return record["incomplete"].get<bool>() ? text + "  [incomplete]" : text;
}

std::string line(const Json& record) {
  const auto type = record["type"].get<std::string>();
  if (type == "transaction") return transaction(record);
  if (type == "event") return begin(record, frames(record)) + "event " + call(record);
  if (type == "packet") {
    auto text = begin(record, std::to_string(record["frame"].get<u64>())) + record["packet"].get<std::string>();
    if (record.contains("friendly_name"))
      text +=
          fmt::format(" {} \"{}\"", record["endpoint"].get<std::string>(), record["friendly_name"].get<std::string>());
    return text;
  }
  if (type == "gap")
    return fmt::format("{:>11}              gap: {} bytes {} were not captured (connection {})",
                       record.contains("last_frame")
                           ? fmt::format("{}-{}", record["frame"].get<u64>(), record["last_frame"].get<u64>())
                           : std::to_string(record["frame"].get<u64>()),
                       record["bytes"].get<u64>(),
                       record["direction"] == "to_initiator" ? "to the initiator" : "to the responder",
                       record["connection"].get<u64>());
  const auto& frame = record["frame"];
  return fmt::format("{:>11}              warning: {}", frame.is_null() ? "" : std::to_string(frame.get<u64>()),
                     record["text"].get<std::string>());
}

}  // namespace

// Names come from the wire.
std::string plain(const Json& record) { return ptp::printable(line(record)); }

}  // namespace stuntcam::pcap
