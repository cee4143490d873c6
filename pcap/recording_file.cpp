#include "pcap/recording_file.h"

#include <algorithm>

#include "pcap/usb.h"

namespace stuntcam::pcap {

RecordingFile::RecordingFile(const std::string& path, std::optional<u64> cut) : cut_(cut), sink_(path) { begin(); }

RecordingFile::RecordingFile(int descriptor, std::optional<u64> cut) : cut_(cut), sink_(descriptor) { begin(); }

void RecordingFile::begin() {
  begin_section("stuntcam", block_);
  sink_.write(block_);
}

u64 RecordingFile::now() const {
  const auto passed = std::chrono::steady_clock::now() - start_;
  const auto time = opened_.time_since_epoch() + passed;
  return static_cast<u64>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

void RecordingFile::write(View frame, std::string_view comment, std::size_t original_size) {
  const std::lock_guard lock(mutex_);
  append(LinkType::ethernet, now(), frame, std::max(original_size, frame.size()), comment);
}

void RecordingFile::write(const UsbEvent& event, std::string_view comment) {
  const std::lock_guard lock(mutex_);
  const u64 time = now();
  usb_frame_.clear();
  encode(event, time, usb_frame_);
  const std::size_t cut = event.carries() ? event.length - event.data.size() : 0;
  append(LinkType::usb_linux_mmapped, time, usb_frame_, usb_frame_.size() + cut, comment);
}

// libpcap opens a file of one link type only: none is described that never comes.
void RecordingFile::append(LinkType type, u64 time, View frame, std::size_t original_size, std::string_view comment) {
  block_.clear();
  const auto found = std::ranges::find(interfaces_, type);
  const auto interface = static_cast<u32>(found - interfaces_.begin());
  if (found == interfaces_.end()) {
    interfaces_.push_back(type);
    describe_interface(type, type == LinkType::ethernet ? "stuntcam" : "stuntcam-usb", block_);
  }
  enhanced_packet(interface, time, frame, original_size, comment, block_);
  sink_.write(block_);
}

int RecordingFile::error() const {
  const std::lock_guard lock(mutex_);
  return sink_.error();
}

}  // namespace stuntcam::pcap
