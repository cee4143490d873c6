// A link that tells an observer everything that passes.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "transport/observer.h"
#include "transport/stream_link.h"
#include "transport/wrapper.h"

namespace stuntcam::transport {
namespace {

constexpr std::size_t piece_size = 256 << 10;
constexpr std::size_t drain_size = 16 << 10;

class Tap final : public Wrapper {
 public:
  Tap(std::unique_ptr<Link> inner, std::shared_ptr<Observer> observer)
      : Wrapper(std::move(inner)), observer_(std::move(observer)) {}
  ~Tap() override { tell_closed(true, false); }

  Task<ptp::Expected<ptp::Message>> receive() override {
    ptp::Expected<ptp::Message> message;
    try {
      co_await drain();
      message = co_await inner().receive();
    } catch (...) {
      tell_closed(false, false);
      throw;
    }
    if (message) {
      observer_->head(false, *message, message->wire);
    } else {
      observer_->malformed(inner().unread(), message.error());
    }
    co_return message;
  }
  Task<std::size_t> read(Room room) override {
    const std::size_t got = co_await inner().read(room);
    if (got != 0) observer_->payload(false, room.first(got));
    co_return got;
  }
  void put(const ptp::Message& message) override {
    inner().put(message);
    Queued& queued = queue_.emplace_back();
    queued.message = message;
    framing().encode(message, queued.bytes);
  }
  Task<> write(Payload payload) override {
    if (payload.descriptor < 0 && payload.size <= piece_size) {
      co_await inner().write(payload);
      Queued& queued = queue_.emplace_back();
      queued.is = Queued::What::payload;
      queued.bytes.assign(payload.bytes.begin(), payload.bytes.end());
      if (payload.size > piece_size / 2) tell_queued();
      co_return;
    }
    co_await inner().flush();
    tell_queued();
    if (payload.descriptor < 0) {
      co_await inner().write(payload);
      observer_->payload(true, payload.bytes);
    } else {
      co_await write_file(payload);
    }
  }
  Task<> flush() override {
    co_await inner().flush();
    tell_queued();
  }
  void mark(std::string_view what) override {
    inner().mark(what);  // another one may be watching there
    Queued& queued = queue_.emplace_back();
    queued.is = Queued::What::mark;
    queued.bytes.assign(what.begin(), what.end());
  }
  void close(bool reset) override {
    inner().close(reset);
    for (const Queued& queued : queue_)
      if (queued.is == Queued::What::mark) tell(queued);
    queue_.clear();
    tell_closed(true, reset);
  }

 private:
  // What of the last frame nobody wanted is part of the conversation all the same.
  Task<> drain() {
    if (drained_.empty()) drained_.resize(drain_size);
    for (;;) {
      const std::size_t got = co_await inner().read(drained_);
      if (got == 0) co_return;
      observer_->payload(false, View(drained_).first(got));
    }
  }
  // Read before it is sent, so that what is told is what was there. Sent from the file all the same: that saves a copy.
  Task<> write_file(Payload payload) {
    Bytes piece(static_cast<std::size_t>(std::min<u64>(payload.size, piece_size)));
    for (u64 done = 0; done < payload.size;) {
      const auto want = static_cast<std::size_t>(std::min<u64>(payload.size - done, piece.size()));
      const ssize_t got = ::pread(payload.descriptor, piece.data(), want, static_cast<off_t>(payload.offset + done));
      if (got <= 0) throw SourceFailed(done);
      const View bytes = View(piece).first(static_cast<std::size_t>(got));
      const Payload slice(payload.descriptor, payload.offset + done, bytes.size());
      try {
        co_await inner().write(slice);
      } catch (const SourceFailed& failed) {
        observer_->payload(true, bytes.first(static_cast<std::size_t>(failed.sent)));
        throw SourceFailed(done + failed.sent);
      }
      observer_->payload(true, bytes);
      done += static_cast<u64>(got);
    }
  }
  void tell_queued() {
    for (const Queued& queued : queue_) tell(queued);
    queue_.clear();
  }
  void tell_closed(bool by_us, bool reset) {
    if (!std::exchange(closed_, true)) observer_->closed(by_us, reset);
  }
  // Put or written, and not yet known to be with the kernel.
  struct Queued {
    enum class What : u8 { head, payload, mark } is = What::head;
    ptp::Message message;
    Bytes bytes;
  };
  void tell(const Queued& queued) {
    switch (queued.is) {
      case Queued::What::head:
        observer_->head(true, queued.message, queued.bytes);
        break;
      case Queued::What::payload:
        observer_->payload(true, queued.bytes);
        break;
      case Queued::What::mark:
        observer_->note({reinterpret_cast<const char*>(queued.bytes.data()), queued.bytes.size()});
        break;
    }
  }
  std::shared_ptr<Observer> observer_;
  std::vector<Queued> queue_;
  Bytes drained_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Link> make_tap(std::unique_ptr<Link> inner, std::shared_ptr<Observer> observer) {
  return std::make_unique<Tap>(std::move(inner), std::move(observer));
}

}  // namespace stuntcam::transport
