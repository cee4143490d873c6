#include "cli/fuzz_camera.h"

#include <set>

#include "cli/meddling.h"
#include "cli/profile_source.h"
#include "emulator/camera.h"
#include "pcap/replay.h"
#include "transport/real_clock.h"

namespace stuntcam::cli {
namespace {

void add_words(const profiles::Profile& profile, fuzz::Dictionary& words) {
  words.operations = profile.device.operations;
  words.events = profile.device.events;
  words.formats = profile.device.image_formats;
  std::set<std::string> strings = {profile.device.manufacturer, profile.device.model, profile.device.version,
                                   profile.device.vendor_extension_desc};
  for (const auto& property : profile.properties) {
    words.properties.push_back(property.code);
    if (property.type == ptp::DataType::string) strings.insert(property.current.text());
  }
  for (const auto& storage : profile.storages)
    for (const auto& objects : storage.objects) strings.insert({objects.name, objects.folder, storage.label});
  words.strings.assign(strings.begin(), strings.end());
}

FuzzCamera emulated(const FuzzCameraOptions& options) {
  auto profile = load_under_preset(options.name, options.preset, profile_settings(options.set));
  FuzzCamera camera;
  camera.dialect = transport::dialect(profile.dialect);
  add_words(profile, camera.words);
  auto& server = camera.subject.server;
  server.max_initiators = profile.max_initiators;
  server.data_packet = profile.data_packet;
  server.five_response_parameters = profile.quirks.five_response_parameters;
  server.three_event_parameters = profile.quirks.three_event_parameters;
  server.one_packet_per_segment = profile.quirks.one_packet_per_segment;
  camera.subject.vendor = profile.device.vendor;
  camera.subject.hands = [](transport::Responder& made) {
    auto hands = std::make_shared<emulator::Hands>(static_cast<emulator::Camera&>(made));
    return [hands](const transport::Fault& fault) { hands->act(fault); };
  };
  emulator::CameraOptions how;
  how.media = options.media;
  how.preset = options.preset;
  for (const auto& text : options.set)
    if (!is_profile_setting(text)) how.set.push_back(parse_setting(profile, text));
  camera.subject.make = [profile, how](transport::Clock& clock) {
    return std::make_unique<emulator::Camera>(profile, how, clock);
  };
  return camera;
}

// A capture brings its own words: those that passed.
FuzzCamera played(const FuzzCameraOptions& options, const Console& console) {
  const auto recorded = load_recorded(options.name, options.recorded, console);
  const auto& session = recorded.first();
  FuzzCamera camera;
  if (const auto* const spoken = transport::dialect(session.dialect)) camera.dialect = spoken;
  std::set<u16> operations, events;
  for (const auto& transaction : session.transactions) {
    operations.insert(transaction.request.code);
    for (const auto& event : transaction.events) events.insert(event.message.code);
  }
  camera.words.operations.assign(operations.begin(), operations.end());
  camera.words.events.assign(events.begin(), events.end());
  camera.words.strings = {session.model};
  camera.subject.vendor = session.dictionary.vendor;
  camera.subject.make = [recorded](transport::Clock& clock) {
    return std::make_unique<pcap::Replay>(recorded.file, recorded.options, clock);
  };
  return camera;
}

}  // namespace

FuzzCamera make_camera(const FuzzCameraOptions& options, const Console& console) {
  auto camera = is_capture(options.name) ? played(options, console) : emulated(options);
  camera.subject.server.dialect = camera.dialect;
  camera.words.vendor = camera.subject.vendor;
  camera.words.lanes = camera.dialect->lanes;
  return camera;
}

void check(const FuzzCamera& camera, const transport::FaultPlan& plan) {
  asio::io_context io;
  transport::RealClock clock(io);
  const auto made = camera.subject.make(clock);
  const Meddling once(io, clock, plan, camera.subject.vendor, *camera.dialect,
                      dynamic_cast<emulator::Camera*>(made.get()));
}

}  // namespace stuntcam::cli
