#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "cli/download.h"
#include "cli/failure.h"
#include "ptp/datetime.h"

namespace stuntcam::cli {
namespace {

std::shared_ptr<transport::File> open_locked(const std::string& name) {
  for (;;) {
    // Never through a link that somebody laid there.
    const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor < 0) throw std::system_error(errno, std::system_category(), name);
    auto file = std::make_shared<transport::File>(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
      throw Failure(failed, fmt::format("{} is being written by another program", name));
    struct stat here{};
    // Between the two calls another program may have finished with it and given it its name.
    if (::fstat(descriptor, &here) == 0 && here.st_nlink > 0 && std::filesystem::exists(name)) return file;
  }
}

}  // namespace

PartFile::PartFile(std::string file, bool resume) : final_(std::move(file)), name_(final_ + ".part") {
  part_ = open_locked(name_);
  if (!resume) part_->resize(0);
}

PartFile::~PartFile() {
  std::error_code ignored;
  if (!stays_) std::filesystem::remove(name_, ignored);
}

void PartFile::date(const std::string& camera_date) const {
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
  ::futimens(part_->descriptor(), times);
}

void PartFile::keep() {
  std::filesystem::rename(name_, final_);
  stays_ = true;
}

}  // namespace stuntcam::cli
