#include "cli/open_files.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace stuntcam::cli {
namespace {

rlimit limits() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::system_error(errno, std::generic_category(), "getrlimit");
  return limit;
}

}  // namespace

u64 open_files_limit() { return limits().rlim_cur; }

void limit_open_files(u64 count) {
  rlimit limit = limits();
  limit.rlim_cur = std::min<rlim_t>(count, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
}

u64 raise_open_files_limit() {
  const rlimit limit = limits();
  if (limit.rlim_cur != limit.rlim_max) limit_open_files(limit.rlim_max);
  return limit.rlim_cur;
}

}  // namespace stuntcam::cli
