#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include <asio/io_context.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/visit.h"
#include "emulator/camera.h"
#include "pcap/learn.h"
#include "ptp/dialect.h"
#include "transport/real_clock.h"

namespace stuntcam::cli {
namespace {

struct Learn {
  VisitOptions visit;
  std::optional<u64> session, port;
  std::string vendor;
  std::string out;
};

// The first word of a TARGET names a dialect or USB.
bool is_target(const std::string& word) {
  const auto scheme = word.substr(0, word.find(':'));
  if (scheme == word) return false;
  return scheme == "usb" || std::ranges::find(ptp::dialects(), scheme, &ptp::Dialect::name) != ptp::dialects().end();
}

// The text of a file that is a summary, if it is one.
std::optional<std::string> summary_text(const std::string& path) {
  constexpr std::size_t most = 16 << 20;  // far above any
  std::ifstream file(path, std::ios::binary);
  std::string text(most, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return pcap::is_summary(text) ? std::optional(std::move(text)) : std::nullopt;
}

void learn_object_properties(Visit& visit, u16 format, pcap::Findings& findings) {
  const initiator::Request request(ptp::OperationCode::GetObjectPropsSupported, {format});
  const auto bytes = visit.run(visit.session().fetch(request));
  if (const auto codes = ptp::decode_u16_array(bytes, "ObjectPropCodes"))
    findings.object_properties(*codes, "GetObjectPropsSupported");
}

// One question after the other; what the camera refuses is noted.
pcap::Findings ask(Visit& visit) {
  pcap::Findings findings;
  const auto refused = [&](const auto& question, const auto& otherwise) {
    try {
      question();
    } catch (const initiator::Problem& problem) {
      if (problem.kind != initiator::Trouble::refused) throw;
      otherwise(problem);
    }
  };
  const auto nothing = [](const initiator::Problem&) {};
  const auto& device = visit.device();
  findings.device(device, "GetDeviceInfo");
  auto codes = device.device_properties_supported;
  const auto vendor = ptp::vendor_of(device.vendor_extension_id, device.manufacturer);
  const auto more = ptp::parse_code<ptp::OperationCode>("GetVendorPropCodes", vendor);
  if (more && visit.supports(*more))
    refused(
        [&] {
          const auto bytes = visit.run(visit.session().fetch(initiator::Request(*more)));
          if (const auto list = ptp::decode_u16_array(bytes, "PropertyCodes"))
            codes.insert(codes.end(), list->begin(), list->end());
        },
        nothing);
  for (const u16 code : codes)
    refused([&] { findings.property(visit.run(visit.session().prop_desc(code)), "GetDevicePropDesc"); },
            [&](const auto& problem) {
              findings.refused(code, static_cast<u16>(problem.response), "GetDevicePropDesc was refused");
            });
  for (const u16 format : device.image_formats)
    if (visit.supports(ptp::OperationCode::GetObjectPropsSupported))
      refused([&] { learn_object_properties(visit, format, findings); }, nothing);
  for (const u32 id : visit.run(visit.session().storage_ids())) {
    refused([&] { findings.storage(id, visit.run(visit.session().storage_info(id)), "GetStorageInfo"); },
            [&](const auto&) { findings.empty_slot(id, "GetStorageInfo was refused"); });
  }
  refused(
      [&] {
        for (const u32 handle : visit.run(visit.session().object_handles()))
          refused([&] { findings.object(handle, visit.run(visit.session().object_info(handle)), "GetObjectInfo"); },
                  nothing);
      },
      nothing);
  findings.remark("the camera was asked, and not watched: timing and quirks are not known");
  return findings;
}

// What it answered takes the place of what cannot be answered here.
void adopt_answers(pcap::Learned& learned) {
  asio::io_context io{1};
  transport::RealClock clock(io);
  const auto missing = emulator::Camera(learned.profile, {}, clock).unimplemented();
  for (const auto& answer : learned.answers)
    if (std::ranges::find(missing, answer.code) != missing.end()) learned.profile.canned.push_back(answer);
}

void write(const Learn& options, const Console& console, const pcap::Findings& findings) {
  if (!findings.knows_device())
    throw Failure(failed, "no DeviceInfo in it: nothing to learn of a camera",
                  "capture from before the client connects; every client asks for it first");
  auto learned = findings.learned();
  adopt_answers(learned);
  const auto toml = pcap::to_toml(learned);
  const auto& profile = learned.profile;
  console.say(fmt::format("learned {} {}: {} operations, {} properties, {} storages", profile.device.manufacturer,
                          profile.device.model, profile.device.operations.size(), profile.properties.size(),
                          profile.storages.size()));
  if (options.out.empty() || options.out == "-") {
    fmt::print("{}", toml);
    return;
  }
  std::ofstream file(options.out);
  file << toml;
  file.close();
  if (!file) throw Failure(unavailable, fmt::format("cannot write {}", options.out));
}

// Of what passed: such a text is better read as a capture.
bool holds_dumps(const std::string& text) { return text.find("exdump of ") != text.npos; }

int learn_text(const Learn& options, const std::string& text) {
  const auto console = options.visit.console.console();
  pcap::SummaryCount count;
  const auto findings = pcap::learn_summary(text, count);
  console.say(fmt::format("{} of {} property lines understood", count.properties, count.property_lines));
  for (const auto& line : count.unread) console.warn(line);
  write(options, console, findings);
  return success;
}

pcap::TraceOptions trace_options(const Learn& options) {
  pcap::TraceOptions trace;
  if (options.port) trace.port = static_cast<u16>(*options.port);
  if (options.vendor.empty()) return trace;
  const auto vendor = ptp::vendor(options.vendor);
  if (!vendor) throw Failure(usage, fmt::format("unknown vendor '{}'", options.vendor));
  trace.vendor = *vendor;
  return trace;
}

int learn(const Learn& options) {
  const auto console = options.visit.console.console();
  const auto& words = options.visit.words;
  if (words.empty() || is_target(words[0]))
    return visit(options.visit, [&](Visit& visit) {
      visit.at_most(0);
      write(options, console, ask(visit));
      return static_cast<int>(success);
    });
  if (words.size() > 1) throw Failure(usage, "one FILE or TARGET");
  const auto text = summary_text(words[0]);
  if (text && !holds_dumps(*text)) return learn_text(options, *text);
  std::optional<pcap::Findings> findings;
  try {
    findings = pcap::learn_capture(words[0], trace_options(options), options.session);
  } catch (const std::exception& error) {
    if (!text) throw Failure(unavailable, error.what());
  }
  if (text && !(findings && findings->knows_device())) return learn_text(options, *text);
  write(options, console, *findings);
  return success;
}

}  // namespace

Command profile_learn_command() {
  auto options = std::make_shared<Learn>();
  return {"profile learn",
          "make a profile of a capture, of a summary, or of a camera",
          "Examples:\n"
          "  stuntcam profile learn trace.pcapng > my.toml         (PTP/IP or USB; docs/learn.md)\n"
          "  gphoto2 --summary > summary.txt; stuntcam profile learn summary.txt -o my.toml\n"
          "  stuntcam profile learn ptpip:192.168.1.1 -o my.toml\n"
          "  stuntcam serve my.toml\n\n"
          "Exit status: 0 success, 1 nothing to learn from, 2 wrong usage, 3 cannot open or connect.\n",
          "",
          [options](Options& declared) {
            declared.option("-o,--output", "FILE", text(options->out), "write the profile there, not to stdout");
            declared.option("--session", "N", number(options->session, 1), "of a capture: only this session");
            declared.option("--port", "PORT", number(options->port, 1, 65535), "of a capture: the cameras' port");
            declared.option("--vendor", "NAME", text(options->vendor),
                            "of a capture: whose codes they are, until a DeviceInfo says it");
            declare(declared, options->visit, "FILE|TARGET", "a capture, a summary, or a camera: ptpip:HOST[:PORT]");
          },
          [options](const std::vector<std::string>&) { return learn(*options); }};
}

}  // namespace stuntcam::cli
