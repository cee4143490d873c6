// Objects become files here: never half under their name, never outside the folder.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "cli/failure.h"
#include "cli/objects.h"
#include "profiles/units.h"
#include "ptp/datetime.h"
#include "transport/file.h"

namespace stuntcam::cli {
namespace {

// Gone unless it was kept.
class Temporary {
 public:
  explicit Temporary(const std::string& file) : final_(file), name_(file + ".part") {
    std::error_code ignored;
    std::filesystem::remove(name_, ignored);  // of a download that was killed
    file_ = transport::File::create(name_);
  }
  ~Temporary() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(name_, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  std::shared_ptr<transport::File> file() const { return file_; }
  void date(const std::string& camera_date) const {
    const auto date = ptp::parse_datetime(camera_date);
    if (!date) return;
    std::tm local{};
    local.tm_year = date->year - 1900;
    local.tm_mon = date->month - 1;
    local.tm_mday = date->day;
    local.tm_hour = date->hour;
    local.tm_min = date->minute;
    local.tm_sec = date->second;
    local.tm_isdst = -1;
    const std::time_t seconds = date->offset_minutes ? static_cast<std::time_t>(date->seconds()) : std::mktime(&local);
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ::futimens(file_->descriptor(), times);
  }
  void keep() {
    std::filesystem::rename(name_, final_);
    kept_ = true;
  }

 private:
  std::string final_, name_;
  std::shared_ptr<transport::File> file_;
  bool kept_ = false;
};

void write_to_stdout(View bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::system_error(errno, std::system_category(), "standard output");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

class StdoutSink final : public initiator::Sink {
 public:
  void write(View bytes) override { write_to_stdout(bytes); }
};

void fetch(Visit& visit, const Object& object, initiator::Sink& sink) {
  if (object.folder()) throw Failure(failed, fmt::format("'{}' is a folder", object.path));
  const auto progress = progress_line(visit, object.path);
  const auto response = visit.run(visit.session().object(object.handle, sink, progress));
  if (object.size && *object.size != response.received)
    throw Failure(failed, fmt::format("'{}' has {} bytes by its ObjectInfo, and GetObject gave {}", object.path,
                                      *object.size, response.received));
}

}  // namespace

void download(Visit& visit, const Object& object, const std::string& file, bool replace) {
  if (!replace && std::filesystem::exists(file))
    throw Failure(failed, fmt::format("{} exists", file), "--force replaces it");
  Temporary temporary(file);
  initiator::FileSink sink(temporary.file());
  fetch(visit, object, sink);
  temporary.date(object.info.modification_date.empty() ? object.info.capture_date : object.info.modification_date);
  temporary.keep();
}

void download_to_stdout(Visit& visit, const Object& object) {
  StdoutSink sink;
  fetch(visit, object, sink);
}

void save(View bytes, const std::string& file) {
  if (file == "-") return write_to_stdout(bytes);
  Temporary temporary(file);
  temporary.file()->write(0, bytes);
  temporary.keep();
}

initiator::Progress progress_line(Visit& visit, const std::string& what) {
  if (!::isatty(STDERR_FILENO) || visit.console().verbosity() == Verbosity::quiet) return {};
  using Clock = std::chrono::steady_clock;
  return [what, start = Clock::now(), shown = Clock::time_point()](u64 done, u64 total) mutable {
    const auto now = Clock::now();
    const bool last = done == total;
    if (!last && now - shown < std::chrono::milliseconds(100)) return true;
    shown = now;
    const double seconds = std::max(std::chrono::duration<double>(now - start).count(), 1e-3);
    const double rate = static_cast<double>(done) / seconds;
    std::string line =
        fmt::format("\r\x1b[K{}  {:.1f} MB  {:.1f} MB/s", what, static_cast<double>(done) / 1e6, rate / 1e6);
    if (total != unknown_size && total != 0 && !last)
      line += fmt::format("  {:.0f} %  {:.0f} s left", 100.0 * static_cast<double>(done) / static_cast<double>(total),
                          static_cast<double>(total - done) / rate);
    if (last) line = "\r\x1b[K";
    ::fwrite(line.data(), 1, line.size(), stderr);
    return true;
  };
}

}  // namespace stuntcam::cli
