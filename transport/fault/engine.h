// What the fault links of one camera share. Private to transport/.
#pragma once

#include <list>

#include <asio/io_context.hpp>

#include "transport/fault/stage.h"

namespace stuntcam::transport {

class FaultEngine : public std::enable_shared_from_this<FaultEngine> {
 public:
  FaultEngine(asio::io_context& io, Clock& clock, u64 seed, ptp::Vendor vendor, const Dialect& dialect)
      : io_(io), clock_(clock), seed_(seed), vendor_(vendor), dialect_(dialect) {}

  u64 add(Fault);
  bool remove(u64 id);
  std::vector<FaultStatus> status() const;
  void on_camera(std::function<void(const Fault&)> act) { act_ = std::move(act); }

  asio::io_context& io() { return io_; }
  Clock& clock() { return clock_; }
  u64 seed() const { return seed_; }
  const Dialect& dialect() const { return dialect_; }

  // The faults that are at work; they change with the number.
  const std::list<std::shared_ptr<ActiveFault>>& faults() const { return faults_; }
  u64 version() const { return version_; }

  void enter(FaultLink& link) { links_.push_back(&link); }
  void leave(FaultLink& link);
  // Reason to end a connection that has just arrived; null: none.
  std::shared_ptr<ActiveFault> denies(u64 connection);
  void asked(const ptp::Message& request);  // on a command connection
  const ptp::Message* last_request() const { return any_request_ ? &last_request_ : nullptr; }
  // Where an event of this initiator goes out; null: it has no such connection.
  FaultLink* event_link(u32 association) const;
  void event_link_is_there();
  void event_sent();
  // Nothing happens when what it is about has gone before.
  void when_event_sent(std::weak_ptr<const void> about, std::function<void()> callback);
  void applied(const ActiveFault&);

 private:
  void arm(const std::shared_ptr<ActiveFault>&);
  asio::io_context& io_;
  Clock& clock_;
  u64 seed_;
  ptp::Vendor vendor_;
  const Dialect& dialect_;
  std::function<void(const Fault&)> act_;
  std::list<std::shared_ptr<ActiveFault>> faults_;
  u64 last_id_ = 0, version_ = 0;
  std::vector<FaultLink*> links_;
  struct Waiting {
    std::weak_ptr<const void> about;
    std::function<void()> callback;
  };
  std::vector<Waiting> waiting_;
  std::optional<Duration> ended_;  // when the last command connection did
  ptp::Message last_request_{};
  bool any_request_ = false;
};

}  // namespace stuntcam::transport
