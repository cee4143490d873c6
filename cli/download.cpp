#include "cli/download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "cli/failure.h"

namespace stuntcam::cli {

using initiator::Problem;
using initiator::Progress;
using initiator::Request;
using initiator::Response;
using initiator::Session;
using transport::Task;

namespace {

// So much of what is there already is compared with the camera's before it is taken for a part of this object.
constexpr u64 compared = 64 << 10;
// Asked for at once: between two requests nothing is lost when the connection is.
constexpr u64 piece = 16 << 20;
constexpr u64 beyond_32_bits = u64{1} << 32;

// Behind what a file holds.
class AppendSink final : public initiator::Sink {
 public:
  AppendSink(std::shared_ptr<transport::File> file, u64 offset) : file_(std::move(file)), begin_(offset) {}
  void begin(u64) override { written_ = 0; }
  void write(View bytes) override {
    file_->write(begin_ + written_, bytes);
    written_ += bytes.size();
  }

 private:
  std::shared_ptr<transport::File> file_;
  u64 begin_, written_ = 0;
};

void check_size(const Object& object, u64 received) {
  if (object.size && *object.size != received)
    throw Failure(failed, fmt::format("'{}' has {} bytes by its ObjectInfo, and GetObject gave {}", object.path,
                                      *object.size, received));
}

Task<> fetch(Session& session, const Object& object, initiator::Sink& sink, Progress progress) {
  if (object.folder()) throw Failure(failed, fmt::format("'{}' is a folder", object.path));
  const Response response = co_await session.object(object.handle, sink, std::move(progress));
  check_size(object, response.received);
}

struct Piece {
  u32 handle;
  u64 offset, size;
};

Task<u64> fetch_piece(Session& session, Piece asked, initiator::Sink& sink, Progress progress) {
  const auto low = static_cast<u32>(asked.offset), high = static_cast<u32>(asked.offset >> 32);
  const auto size = static_cast<u32>(asked.size);
  Request request(ptp::OperationCode::GetPartialObject, {asked.handle, low, size});
  if (asked.offset + asked.size > beyond_32_bits)
    request = Request(ptp::OperationCode::GetPartialObject64, {asked.handle, low, high, size});
  request.sink = &sink;
  request.progress = std::move(progress);
  const Response response = co_await session.demand(request);
  if (response.received > asked.size)
    initiator::violation(
        fmt::format("asked for {} bytes of an object, the camera sent {}", asked.size, response.received));
  co_return response.received;
}

// What an earlier download left, if it is of this object: the rest goes behind it. false: from the beginning.
Task<bool> continue_part(Session& session, Source source, const Object& object, std::shared_ptr<transport::File> file,
                         Meter meter) {
  u64 have = file->size();
  if (have == 0 || !object.size || have > *object.size) co_return false;
  const u64 size = *object.size;
  if (size > beyond_32_bits ? !source.partial_64 : !source.partial) co_return false;
  Piece asked{object.handle, have - std::min(have, compared), std::min(have, compared)};
  Bytes here(asked.size);
  if (file->read(asked.offset, here) != here.size()) co_return false;
  initiator::BytesSink camera_side;
  co_await fetch_piece(session, asked, camera_side, {});
  if (camera_side.take() != here) co_return false;

  const auto progress = meter.follow(object.path, have);
  const u64 begun = have;
  while (have < size) {
    AppendSink sink(file, have);
    asked = {object.handle, have, std::min(piece, size - have)};
    Progress step = [&](u64 done, u64) { return !progress || progress(have - begun + done, size - begun); };
    const u64 got = co_await fetch_piece(session, asked, sink, std::move(step));
    if (got == 0)
      initiator::violation(
          fmt::format("GetPartialObject gave nothing at byte {} of {} of '{}'", have, size, object.path));
    have += got;
  }
  co_return true;
}

Task<> fill(Session& session, Source source, const Object& object, PartFile& part, bool resume, Meter meter) {
  if (resume) {
    const bool done = co_await continue_part(session, source, object, part.file(), meter);
    if (done) co_return;
    part.file()->resize(0);
  }
  initiator::FileSink sink(part.file());
  Progress progress = meter.follow(object.path);
  co_await fetch(session, object, sink, std::move(progress));
}

}  // namespace

bool is_special(const std::string& file) {
  const auto status = std::filesystem::status(file);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

StreamSink::StreamSink(const std::string& file)
    : descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)), ours_(true) {
  if (descriptor_ < 0) throw std::system_error(errno, std::system_category(), file);
}

StreamSink::~StreamSink() {
  if (ours_) ::close(descriptor_);
}

void StreamSink::write(View bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::system_error(errno, std::system_category(), ours_ ? "output" : "standard output");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

Source make_source(Visit& visit) {
  return {visit.supports(ptp::OperationCode::GetPartialObject), visit.supports(ptp::OperationCode::GetPartialObject64)};
}

Task<> download(Session& session, Source source, Object object, std::string file, DownloadOptions options,
                Meter meter) {
  if (object.folder()) throw Failure(failed, fmt::format("'{}' is a folder", object.path));
  if (is_special(file)) {
    StreamSink sink(file);
    Progress progress = meter.follow(object.path);
    co_await fetch(session, object, sink, std::move(progress));
    co_return;
  }
  if (!options.replace && std::filesystem::exists(file))
    throw Failure(failed, fmt::format("{} exists", file), "--force replaces it");
  PartFile part(file, options.resume);
  std::exception_ptr failure;
  try {
    co_await fill(session, source, object, part, options.resume, std::move(meter));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure && options.resume) part.leave();
  if (failure) std::rethrow_exception(failure);
  part.date(object.info.modification_date.empty() ? object.info.capture_date : object.info.modification_date);
  part.keep();
}

void download(Visit& visit, const Object& object, const std::string& file, DownloadOptions options) {
  const Meter meter(visit.console(), object.size.value_or(unknown_size));
  visit.run(download(visit.session(), make_source(visit), object, file, options, meter));
}

void download_to_stdout(Visit& visit, const Object& object) {
  StreamSink sink(STDOUT_FILENO);
  const Meter meter(visit.console(), object.size.value_or(unknown_size));
  visit.run(fetch(visit.session(), object, sink, meter.follow(object.path)));
}

void save(View bytes, const std::string& file) {
  if (file == "-") return StreamSink(STDOUT_FILENO).write(bytes);
  if (is_special(file)) return StreamSink(file).write(bytes);
  PartFile part(file, false);
  part.file()->write(0, bytes);
  part.keep();
}

}  // namespace stuntcam::cli
