// The link that meddles: everything passes through the stages of the plan. With no fault for it, calls go straight to
// the inner link. Private to transport/.
#pragma once

#include <asio/steady_timer.hpp>

#include "transport/fault/stage.h"
#include "transport/wrapper.h"

namespace stuntcam::transport {

// Around a connection that has just arrived.
std::unique_ptr<Link> make_fault_link(std::unique_ptr<Link> inner, std::shared_ptr<FaultEngine>, u64 connection);

// Shared: what it sends by itself may still be under way when its owner has let go of it.
class FaultLink final : public Wrapper, public std::enable_shared_from_this<FaultLink> {
 public:
  FaultLink(std::unique_ptr<Link> inner, std::shared_ptr<FaultEngine>, u64 connection);
  void start();
  void abandon();  // its owner has let go

  Task<ptp::Expected<ptp::Message>> receive() override;
  Task<std::size_t> read(Room) override;
  bool pending() override;
  Task<bool> ready() override;
  void put(const ptp::Message&) override;
  Task<> write(Payload) override;
  Task<> flush() override;
  void close(bool reset) override;
  u64 moved() const override;

  // For the engine and the stages.
  const Passage& passage() const { return *passage_; }
  u32 association() const { return association_; }
  void follow_plan();           // it has changed
  void arm();                   // all stages
  void elapse(u64 fault);       // of those that happen by the clock
  void send_later(Pieces);      // without going through the stages, by a coroutine of its own
  void end_now(const Pieces&);  // likewise, but at once: marks and an end
  void wake(u64 sleep);

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                           asio::io_context::executor_type>;
  bool bare() const { return stages_.empty() && queue_.empty() && !executing_; }
  void pass(Piece);
  void enqueue(Pieces);
  Task<ptp::Expected<ptp::Message>> receive_through();
  Task<std::size_t> read_through(Room);
  Task<> write_through(Payload);
  Task<> write_file(Payload);
  Task<> execute(bool flush);
  Task<> carry_out(Piece& piece);
  Task<> sleep_until(Duration);
  Task<> until_woken(u64 sleep);
  Task<> until_acknowledged();
  Task<> deliver();
  Task<> until_idle();
  void count(const ptp::Message&);
  void learn_lane(const ptp::Message&, bool sent);
  void end(bool reset);

  std::shared_ptr<FaultEngine> engine_;
  std::shared_ptr<Passage> passage_;
  std::vector<std::unique_ptr<Stage>> stages_;
  u64 version_ = ~u64{0};
  u32 association_ = 0;
  Pieces queue_;  // gone through the stages, not yet out
  Bytes held_wire_, scratch_;
  Timer timer_, idle_;
  u64 sleeps_ = 0, woken_ = 0;
  bool executing_ = false, closed_ = false, sleeping_ = false;
  bool delivering_ = false;  // what is under way is not its owner's: somebody else may be reading
  mutable u64 pretended_ = 0;
};

}  // namespace stuntcam::transport
