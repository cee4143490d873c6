#include "emulator/storage/disk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>

namespace stuntcam::emulator {

[[noreturn]] void fail(const std::string& path) { throw std::system_error(errno, std::generic_category(), path); }

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

ptp::DateTime date_of(i64 nanoseconds) {
  const std::time_t seconds = nanoseconds / 1'000'000'000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return {local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, {}, {}};
}

void set_date(const std::string& path, const ptp::DateTime& date) {
  std::tm local{};
  local.tm_year = date.year - 1900;
  local.tm_mon = date.month - 1;
  local.tm_mday = date.day;
  local.tm_hour = date.hour;
  local.tm_min = date.minute;
  local.tm_sec = date.second;
  local.tm_isdst = -1;
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, timespec{std::mktime(&local), 0}};
  static_cast<void>(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0));
}

void move_file(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) fail(to);
  // A file system without RENAME_NOREPLACE.
  struct stat status{};
  if (::lstat(to.c_str(), &status) == 0) errno = EEXIST;
  if (errno == EEXIST || ::rename(from.c_str(), to.c_str()) != 0) fail(to);
}

}  // namespace stuntcam::emulator
