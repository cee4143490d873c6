#include "fuzz/engine/coverage.h"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "fuzz/engine/random.h"

namespace stuntcam::fuzz {
namespace {

constexpr u64 coverage_feature = 5;  // beside the kinds of conversation.cpp

}  // namespace

Coverage::Coverage() : descriptor_(::memfd_create("stuntcam-coverage", MFD_CLOEXEC)) {
  if (descriptor_ < 0 || ::ftruncate(descriptor_, coverage_size) != 0)
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  void* const map = ::mmap(nullptr, coverage_size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (map == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  map_ = static_cast<u8*>(map);
}

Coverage::~Coverage() {
  ::munmap(map_, coverage_size);
  ::close(descriptor_);
}

std::string Coverage::variable() const {
  return "STUNTCAM_COVERAGE=/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor_);
}

void Coverage::clear() { std::memset(map_, 0, coverage_size); }

std::vector<u64> Coverage::features() const {
  std::vector<u64> found;
  for (std::size_t i = 0; i < coverage_size; ++i)
    if (map_[i] != 0) found.push_back(mixed(mixed(coverage_feature + i) + static_cast<u64>(std::bit_width(map_[i]))));
  return found;
}

}  // namespace stuntcam::fuzz
