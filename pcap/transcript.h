// The transcript: one JSON line for every packet of a camera's connections, for people and for test programs.
// The lines are described in docs/transcript.md.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pcap/conversation.h"
#include "pcap/data_set.h"
#include "pcap/sink.h"
#include "transport/observer.h"

namespace stuntcam::pcap {

// Bytes shown of what does not parse.
inline constexpr std::size_t max_malformed = 256;

// Where the lines go. Shared by every connection of every camera; cameras live on several threads and write to one
// file, so this is the one place with a lock. Each line is one write(2): a process that is killed loses none.
class TranscriptFile {
 public:
  // "-" is stderr. Throws std::system_error naming the path.
  // `also` gets every line as well; with "" nobody else does.
  explicit TranscriptFile(const std::string& path, std::function<void(std::string_view line)> also = {});

  double elapsed() const;             // seconds since the file was opened
  void write(const ptp::Json& line);  // puts "v" and "seq" in front
  int error() const;                  // 0, or the errno of the first write that failed; nothing was written after it

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::optional<Sink> sink_;
  std::function<void(std::string_view)> also_;
  u64 lines_ = 0;
};

struct TranscriptCamera {
  std::string name;  // in every line
  Dictionary dictionary;
};

// Watches one connection.
std::shared_ptr<transport::Observer> make_transcript(std::shared_ptr<TranscriptFile>,
                                                     std::shared_ptr<const TranscriptCamera>, u64 connection,
                                                     std::string peer);

}  // namespace stuntcam::pcap
