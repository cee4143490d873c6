#include "fuzz/engine/runner.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <asio/io_context.hpp>

#include "fuzz/engine/random.h"
#include "pcap/recorder.h"
#include "transport/fault/faults.h"
#include "transport/real_clock.h"

namespace stuntcam::fuzz {
namespace {

std::string make_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "stuntcam-fuzz-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path);
  return path;
}

// The client's folder is so deep in one of ours that a name with two steps up still ends in it.
constexpr const char* depth = "up/up/dir";

void clear_folder(const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored))
    std::filesystem::remove_all(entry.path(), ignored);
}

// What is in `outside` and neither in `folder` nor on the way there.
std::string escaped_to(const std::string& outside, const std::string& folder) {
  std::error_code ignored;
  for (std::filesystem::path path = outside; path != folder;) {
    std::filesystem::path next;
    for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
      if (!folder.starts_with(entry.path().string())) return entry.path().lexically_relative(folder).string();
      next = entry.path();
    }
    if (next.empty()) return "its folder, which it removed";
    path = next;
  }
  return {};
}

std::optional<u64> hash_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  u64 hash = 0xCBF29CE484222325;  // FNV-1a
  char buffer[65536];
  while (file.read(buffer, sizeof buffer), file.gcount() > 0)
    for (std::streamsize i = 0; i < file.gcount(); ++i) hash = (hash ^ static_cast<u8>(buffer[i])) * 0x100000001B3;
  return hash;
}

std::string filled(std::string text, const std::string& folder) {
  constexpr std::string_view place = "{dir}";
  for (auto at = text.find(place); at != text.npos; at = text.find(place, at + folder.size()))
    text.replace(at, place.size(), folder);
  return text;
}

std::vector<std::string> environment(const std::string& target, const std::string& coverage) {
  std::vector<std::string> list;
  for (char** each = environ; *each != nullptr; ++each)
    if (!std::string_view(*each).starts_with("STUNTCAM_")) list.emplace_back(*each);
  list.push_back("STUNTCAM_TARGET=" + target);
  list.push_back(coverage);
  return list;
}

// A camera of one run, and all that it stands on. Destroyed from below.
struct Set {
  Set(const Subject& subject, const transport::FaultPlan& plan, std::shared_ptr<pcap::RecordingFile> recording)
      : camera(subject.make(clock)), faults(io, clock, plan, subject.vendor, *subject.server.dialect) {
    if (subject.hands) faults.on_camera(subject.hands(*camera));
    auto options = subject.server;
    auto watch = [this, recording, vendor = subject.vendor](std::unique_ptr<transport::Link> link, u64 connection) {
      if (recording) {
        auto recorder = pcap::make_recorder(
            recording, {.number = connection, .initiator = link->peer(), .responder = link->local(), .vendor = vendor});
        link = transport::make_tap(std::move(link), std::move(recorder));
      }
      return transport::make_tap(std::move(link), listener.observe(connection));
    };
    options.wrap = faults.around(watch);
    server = std::make_unique<transport::Server>(io, *camera, clock, std::move(options));
  }
  transport::Ports listen(u16& port) {
    transport::Ports ports;
    try {
      ports = server->listen("127.0.0.1", port);
    } catch (const std::system_error&) {
      if (port == 0) throw;
      ports = server->listen("127.0.0.1", 0);  // somebody took it meanwhile
    }
    port = ports.command;
    return ports;
  }
  void run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment, const Limits& limits,
           Ending& ending) {
    const Process process(io, arguments, environment, limits, [&](Ending how) {
      ending = std::move(how);
      io.stop();
    });
    io.run();
    io.restart();
    server->stop([this] { io.stop(); });
    io.run();
  }

  asio::io_context io{1};
  transport::RealClock clock{io};
  Listener listener;
  std::unique_ptr<transport::Responder> camera;
  transport::Faults faults;
  std::unique_ptr<transport::Server> server;
};

}  // namespace

Runner::Runner(const Subject& subject, const Command& command, std::string expected)
    : subject_(subject),
      command_(command),
      expected_(std::move(expected)),
      outside_(make_folder()),
      folder_(outside_ + '/' + depth) {
  std::filesystem::create_directories(folder_);
}

Runner::~Runner() {
  std::error_code ignored;
  std::filesystem::remove_all(outside_, ignored);
}

Run Runner::run(const transport::FaultPlan& plan, const Limits& limits, const std::string& recording) {
  clear_folder(folder_);
  coverage_.clear();
  Run result;
  result.plan = plan;
  Set set(subject_, plan, recording.empty() ? nullptr : std::make_shared<pcap::RecordingFile>(recording));
  const auto ports = set.listen(port_);
  set.run(command_.arguments(ports, folder_), environment(command_.target(ports), coverage_.variable()), limits,
          result.ending);
  result.heard = set.listener.heard();
  for (const auto& fault : set.faults.status()) result.applied += fault.applied > 0 ? 1 : 0;
  const u64 outcome = mixed(static_cast<u64>(result.ending.how) << 32 | static_cast<u32>(result.ending.number));
  result.features = coverage_.features();
  for (const u64 each : features(result.heard, outcome)) result.features.push_back(each);
  if (!expected_.empty()) result.file = hash_of(filled(expected_, folder_));
  result.escaped = escaped_to(outside_, folder_);
  if (!result.escaped.empty()) {
    clear_folder(outside_);
    std::filesystem::create_directories(folder_);
  }
  return result;
}

std::string text(const Ending& ending) {
  switch (ending.how) {
    case Ending::How::signalled:
      return fmt::format("was ended by signal {} ({})", ending.number, ::strsignal(ending.number));
    case Ending::How::timed_out:
      return fmt::format("did not end within {:.1f} s", std::chrono::duration<double>(ending.took).count());
    case Ending::How::too_large:
      return fmt::format("took {} MiB of memory", ending.memory >> 20);
    case Ending::How::stopped:
      return "was stopped";
    case Ending::How::exited:
      break;
  }
  return fmt::format("exited with {}", ending.number);
}

}  // namespace stuntcam::fuzz
