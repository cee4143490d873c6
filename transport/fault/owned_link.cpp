// What the owner of a connection holds: a handle on the fault link.
#include "transport/fault/link.h"

namespace stuntcam::transport {
namespace {

class Owned final : public Link {
 public:
  explicit Owned(std::shared_ptr<FaultLink> link) : link_(std::move(link)) {}
  ~Owned() override { link_->abandon(); }
  const ptp::Framing& framing() const override { return link_->framing(); }
  Task<ptp::Expected<ptp::Message>> receive() override { return link_->receive(); }
  Task<std::size_t> read(Room room) override { return link_->read(room); }
  bool pending() override { return link_->pending(); }
  Task<bool> ready() override { return link_->ready(); }
  void put(const ptp::Message& message) override { link_->put(message); }
  Task<> write(Payload payload) override { return link_->write(payload); }
  Task<> flush() override { return link_->flush(); }
  void close(bool reset) override { link_->close(reset); }
  void close_sending() override { link_->close_sending(); }
  void mark(std::string_view what) override { link_->mark(what); }
  u64 moved() const override { return link_->moved(); }
  bool acknowledged() const override { return link_->acknowledged(); }
  View unread() const override { return link_->unread(); }
  Lane lane() const override { return link_->lane(); }
  std::string peer() const override { return link_->peer(); }
  std::string local() const override { return link_->local(); }

 private:
  std::shared_ptr<FaultLink> link_;
};

}  // namespace

std::unique_ptr<Link> make_fault_link(std::unique_ptr<Link> inner, std::shared_ptr<FaultEngine> engine,
                                      u64 connection) {
  const auto link = std::make_shared<FaultLink>(std::move(inner), std::move(engine), connection);
  link->start();
  return std::make_unique<Owned>(link);
}

}  // namespace stuntcam::transport
