#include "pcap/object_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace stuntcam::pcap {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name = 200;  // below what file systems take, with room for what is added

std::string harmless(const std::string& name) {
  std::string safe = name.substr(0, max_name);
  for (auto& character : safe)
    if (static_cast<unsigned char>(character) < ' ' || character == '/' || character == '\\') character = '_';
  if (safe.empty() || safe[0] == '.') safe.insert(0, "_");
  return safe;
}

[[noreturn]] void fail(const std::string& path) { throw std::system_error(errno, std::generic_category(), path); }

}  // namespace

ObjectFiles::ObjectFiles(std::string folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw std::system_error(error, folder_);
}

std::unique_ptr<ObjectFiles::File> ObjectFiles::begin(const std::string& name) const {
  return std::make_unique<File>(folder_, harmless(name));
}

ObjectFiles::File::File(std::string folder, const std::string& name)
    : folder_(std::move(folder)), name_(name), path_((fs::path(folder_) / ".part-XXXXXX").string()) {
  descriptor_ = ::mkostemp(path_.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail(path_);
  ::fchmod(descriptor_, 0644);
}

ObjectFiles::File::~File() {
  ::close(descriptor_);
  ::unlink(path_.c_str());  // a second name, or never finished
}

void ObjectFiles::File::write(View bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(position_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path_);
    position_ += static_cast<u64>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::string ObjectFiles::File::finish(bool complete) {
  const fs::path whole = complete ? name_ : name_ + ".incomplete";
  for (int number = 1;; ++number) {
    const auto name = number == 1 ? whole.string()
                                  : fmt::format("{}-{}{}", whole.stem().string(), number, whole.extension().string());
    if (::link(path_.c_str(), (fs::path(folder_) / name).c_str()) == 0) return name;
    if (errno != EEXIST) fail((fs::path(folder_) / name).string());
  }
}

}  // namespace stuntcam::pcap
