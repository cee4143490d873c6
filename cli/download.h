// Objects become files: never half under their name, never outside the folder.
#pragma once

#include <memory>
#include <string>

#include "cli/objects.h"
#include "cli/progress.h"
#include "transport/file.h"

namespace stuntcam::cli {

struct DownloadOptions {
  bool replace = false;  // a file that exists; else Failure
  bool resume = false;   // what an earlier download left is continued, and what this one leaves stays
};

// What a download needs of the camera; the same for all its connections.
struct Source {
  bool partial = false, partial_64 = false;  // GetPartialObject, GetPartialObject64
};
Source make_source(Visit&);

// To FILE.part, which takes the name in the end, with the camera's date. The size is checked. Throws Problem, Failure.
transport::Task<> download(initiator::Session& session, Source source, Object object, std::string file,
                           DownloadOptions options, Meter meter);
void download(Visit&, const Object&, const std::string& file, DownloadOptions);
void download_to_stdout(Visit&, const Object&);
// Bytes that are here already, in place of what the file held; "-" is stdout.
void save(View, const std::string& file);

// A file that is there and is no regular one, a pipe or a device: it is written to, and never replaced.
bool is_special(const std::string& file);

// In order, to a descriptor that need not be able to seek.
class StreamSink final : public initiator::Sink {
 public:
  explicit StreamSink(int descriptor) : descriptor_(descriptor) {}  // not closed
  explicit StreamSink(const std::string& file);                     // what it held is gone; throws std::system_error
  ~StreamSink() override;
  StreamSink(const StreamSink&) = delete;
  StreamSink& operator=(const StreamSink&) = delete;
  void write(View) override;

 private:
  int descriptor_;
  bool ours_ = false;
};

// FILE.part, locked as long as it lives: no second download writes to it. Gone unless it was kept or left.
class PartFile {
 public:
  PartFile(std::string file, bool resume);  // throws Failure, std::system_error
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  const std::shared_ptr<transport::File>& file() const { return part_; }
  void date(const std::string& camera_date) const;
  void keep();                     // it takes the name
  void leave() { stays_ = true; }  // for another time

 private:
  std::string final_, name_;
  std::shared_ptr<transport::File> part_;
  bool stays_ = false;
};

}  // namespace stuntcam::cli
