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

void RecordingFile::write(std::span<const EthernetFrame> frames) {
  const std::lock_guard lock(mutex_);
  block_.clear();
  ends_.clear();
  const u32 number = interface(LinkType::ethernet);
  for (const auto& frame : frames) {
    const std::size_t original = frame.head.size() + frame.payload.size(), size = original - frame.cut;
    begin_enhanced_packet(number, now(), size, original, frame.comment, block_);
    block_.insert(block_.end(), frame.head.begin(), frame.head.end());
    ends_.push_back(block_.size());
    end_enhanced_packet(size, frame.comment, block_);
  }
  parts_.clear();
  std::size_t at = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    parts_.push_back(View(block_).subspan(at, ends_[i] - at));
    parts_.push_back(frames[i].payload.first(frames[i].payload.size() - frames[i].cut));
    at = ends_[i];
  }
  parts_.push_back(View(block_).subspan(at));
  sink_.write(parts_);
}

void RecordingFile::write(const UsbEvent& event, std::string_view comment) {
  const std::lock_guard lock(mutex_);
  const u64 time = now();
  usb_frame_.clear();
  encode(event, time, usb_frame_);
  const std::size_t cut = event.carries() ? event.length - event.data.size() : 0;
  block_.clear();
  const u32 number = interface(LinkType::usb_linux_mmapped);
  enhanced_packet(number, time, usb_frame_, usb_frame_.size() + cut, comment, block_);
  sink_.write(block_);
}

// libpcap opens a file of one link type only: none is described that never comes.
u32 RecordingFile::interface(LinkType type) {
  const auto found = std::ranges::find(interfaces_, type);
  const auto number = static_cast<u32>(found - interfaces_.begin());
  if (found == interfaces_.end()) {
    interfaces_.push_back(type);
    describe_interface(type, type == LinkType::ethernet ? "stuntcam" : "stuntcam-usb", block_);
  }
  return number;
}

int RecordingFile::error() const {
  const std::lock_guard lock(mutex_);
  return sink_.error();
}

}  // namespace stuntcam::pcap
