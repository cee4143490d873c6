// A link around a link: forwards everything. It returns the inner link's Task, so a wrapper that does nothing costs a
// virtual call and no coroutine.
#pragma once

#include <utility>

#include "transport/link.h"

namespace stuntcam::transport {

class Wrapper : public Link {
 public:
  explicit Wrapper(std::unique_ptr<Link> inner) : inner_(std::move(inner)) {}
  const ptp::Framing& framing() const override { return inner_->framing(); }
  Task<ptp::Expected<ptp::Message>> receive() override { return inner_->receive(); }
  Task<std::size_t> read(Room room) override { return inner_->read(room); }
  bool pending() override { return inner_->pending(); }
  Task<bool> ready() override { return inner_->ready(); }
  void put(const ptp::Message& message) override { inner_->put(message); }
  Task<> write(Payload payload) override { return inner_->write(payload); }
  Task<> flush() override { return inner_->flush(); }
  void close(bool reset) override { inner_->close(reset); }
  void close_sending() override { inner_->close_sending(); }
  void mark(std::string_view what) override { inner_->mark(what); }
  u64 moved() const override { return inner_->moved(); }
  bool acknowledged() const override { return inner_->acknowledged(); }
  View unread() const override { return inner_->unread(); }
  Lane lane() const override { return inner_->lane(); }
  std::string peer() const override { return inner_->peer(); }
  std::string local() const override { return inner_->local(); }

 protected:
  Link& inner() { return *inner_; }

 private:
  std::unique_ptr<Link> inner_;
};

}  // namespace stuntcam::transport
