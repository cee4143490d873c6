#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/download.h"
#include "cli/failure.h"
#include "cli/hex.h"
#include "cli/units.h"
#include "cli/visit.h"
#include "pcap/data_set.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;

struct Op {
  std::string data, out;
};

transport::Body parse_data(const std::string& text) {
  if (text.empty()) return {};
  if (!text.starts_with("hex:")) {
    const auto file = transport::File::open(text);
    return transport::FileSlice{file, 0, file->size()};
  }
  Bytes bytes;
  int half = -1;
  for (const char c : text.substr(4)) {
    if (c == ' ' || c == ':') continue;
    const auto digit = std::isxdigit(static_cast<unsigned char>(c)) ? std::stoi(std::string(1, c), nullptr, 16) : -1;
    if (digit < 0) throw Failure(usage, fmt::format("--data: '{}' is no hexadecimal digit", c));
    if (half >= 0) bytes.push_back(static_cast<u8>(half << 4 | digit));
    half = half >= 0 ? -1 : digit;
  }
  if (half >= 0) throw Failure(usage, "--data: an odd number of hexadecimal digits");
  return bytes;
}

u32 parse_param(const std::string& text, ptp::Vendor vendor) {
  const auto number = parse_number(text);
  if (number && *number <= 0xFFFFFFFF) return static_cast<u32>(*number);
  const auto code = number ? std::nullopt : ptp::parse_code<ptp::PropertyCode>(text, vendor);
  if (!code) throw Failure(usage, fmt::format("'{}' is no parameter: write a number or the name of a property", text));
  return static_cast<u32>(*code);
}

initiator::Request parse_request(Visit& visit) {
  visit.at_most(6);
  const auto vendor = visit.session().vendor();
  const auto& name = visit.word(0, "CODE");
  const auto code = ptp::parse_code<ptp::OperationCode>(name, vendor);
  if (!code) {
    const auto near = ptp::nearest_name<ptp::OperationCode>(name, vendor);
    throw Failure(usage, near.empty() ? fmt::format("unknown operation '{}'", name)
                                      : fmt::format("unknown operation '{}'; did you mean '{}'?", name, near));
  }
  std::vector<u32> params;
  for (std::size_t i = 1; i < visit.words().size(); ++i) params.push_back(parse_param(visit.words()[i], vendor));
  return {static_cast<u16>(*code), params};
}

void print_hex(View bytes) {
  constexpr std::size_t shown = 4096;  // more is for --out
  fmt::print("{}", hex_dump(bytes, shown));
  if (bytes.size() > shown) fmt::print("… {} bytes in all; --out FILE keeps them\n", bytes.size());
}

Json code_json(u16 code, const std::string& name, u8 count, const std::array<u32, 5>& params) {
  return {{"code", code}, {"name", name}, {"params", std::vector<u32>(params.begin(), params.begin() + count)}};
}

// What the bytes mean, where that is known; null otherwise.
Json meaning(Visit& visit, const initiator::Request& request, View bytes) {
  ptp::Message message;
  message.code = request.code;
  message.count = request.count;
  message.params = request.params;
  const auto decoded = pcap::data_set({visit.session().vendor(), {}}, message, bytes);
  if (decoded) return *decoded;
  visit.console().warn("the data does not decode: " + decoded.error().to_string());
  return {};
}

void report(Visit& visit, const initiator::Request& request, const initiator::Response& response, View bytes,
            bool kept) {
  const auto vendor = visit.session().vendor();
  const auto name = ptp::to_string(static_cast<ptp::OperationCode>(request.code), vendor);
  const auto answer = ptp::to_string(static_cast<ptp::ResponseCode>(response.code), vendor);
  const Json decoded = response.data && !kept ? meaning(visit, request, bytes) : Json();
  if (visit.json()) {
    Json json = {{"type", "transaction"},
                 {"operation", code_json(request.code, name, request.count, request.params)},
                 {"data", nullptr},
                 {"response", code_json(response.code, answer, response.count, response.params)}};
    if (response.data) {
      json["data"] = {{"direction", "to_initiator"}, {"size", response.received}};
      if (!decoded.is_null()) json["data"]["data_set"] = decoded;
      std::string hex;
      for (const u8 byte : bytes) hex += fmt::format("{:02x}", byte);
      if (!kept) json["data"]["bytes"] = hex;
    } else if (const u64 sent = transport::size_of(request.data);
               !std::holds_alternative<std::monostate>(request.data)) {
      json["data"] = {{"direction", "to_responder"}, {"size", sent}};
    }
    print_line(json);
    return;
  }
  if (response.data && !kept) print_hex(bytes);
  if (!decoded.is_null()) fmt::print("{}\n", json_text(decoded, 2));
  std::string params;
  for (u8 i = 0; i < response.count; ++i) params += fmt::format(" 0x{:X}", response.params[i]);
  fmt::print("{}: 0x{:04X} {}{}{}\n", name, response.code, answer, params,
             response.data ? fmt::format(", {} bytes of data", response.received) : "");
}

int op(Visit& visit, const Op& options) {
  visit.device();  // names are its vendor's
  auto request = parse_request(visit);
  request.data = parse_data(options.data);
  initiator::BytesSink memory;
  std::unique_ptr<StreamSink> file;
  if (!options.out.empty()) file = std::make_unique<StreamSink>(options.out);
  request.sink = file ? static_cast<initiator::Sink*>(file.get()) : &memory;
  const auto response = visit.run(visit.session().call(request));
  const Bytes bytes = memory.take();
  report(visit, request, response, bytes, file != nullptr);
  return response.ok() ? success : failed;
}

}  // namespace

Command op_command() {
  auto options = std::make_shared<Op>();
  return visitor(
      {"op",
       "any operation, with its data and its response",
       "Examples:\n"
       "  stuntcam op ptpip:192.168.1.1 GetDeviceInfo\n"
       "  stuntcam op ptpip:192.168.1.1 GetDevicePropValue BatteryLevel\n"
       "  stuntcam op ptpip:192.168.1.1 0x1016 0x500F --data hex:9001\n"
       "  stuntcam op ptpip:192.168.1.1 GetThumb 0x00010003 --out thumb.jpg\n\n"
       "Exit status: 0 the response is OK, 1 it is another.\n",
       "CODE [PARAM...]",
       "CODE is a name or 0x…; PARAMs are numbers or names of properties, up to five",
       {"opreq"}},
      [options](Visit& visit) { return op(visit, *options); },
      [options](Options& declared) {
        declared.option("--data", "FILE|hex:…", text(options->data), "a data phase to the camera");
        declared.option("--out", "FILE", text(options->out), "the data from the camera goes here");
      });
}

}  // namespace stuntcam::cli
