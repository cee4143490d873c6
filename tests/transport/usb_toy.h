// A camera on USB that is made up: it answers at the seam of transport/usb/pipe.h, packet by packet, and has whatever
// bad manners a test wants.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include <asio/io_context.hpp>

#include "tests/transport/world.h"
#include "transport/usb/pipe.h"

namespace stuntcam::tests {

struct Manners {
  u16 packet = 512, interrupt_packet = 64;
  unsigned zero_packets = 1;                 // behind a data phase that fills its last packet
  bool split_header = false;                 // the twelve bytes of a data container on their own
  bool joined_response = false;              // in one transfer with the data
  bool unknown_length = false;               // 0xFFFFFFFF
  i64 surplus = 0;                           // bytes more (or fewer) than announced
  u32 wrong_id = 0;                          // added to the transaction id
  bool empty_id = false;                     // no code and no id in data and responses
  bool stall_in = false, stall_out = false;  // of the next data phase
  bool response_after_stall = false;
  bool silent = false;      // takes commands, answers nothing
  unsigned busy_polls = 0;  // after a cancel; so many DeviceBusy
  bool status_stalls = false, status_empty = false;
  bool refuses_class_reset = false, keeps_session = false;
  bool stale_tail = false;        // of an older data phase, before the next answer
  bool garbage = false;           // before each answer
  std::optional<u64> dies_after;  // bytes sent in a data phase
  unsigned dies_at_call = 0;      // of the pipe
  bool takes_nothing = false;     // bulk out times out
  bool stuck_out = false;         // bulk out ends when it is cancelled
  bool zlp_out_stall = false;     // the empty packet behind a full last one
  bool deaf = false;              // what is asked on the control endpoint, clearing halts and resets never end
  std::optional<transport::usb::Status> next_read;  // its end
  bool no_response = false;                         // behind data
  bool babbles = false;                             // 64 packets every 10 ms, until it is reset
  u16 status_code = 0x2001;                         // until the port is reset
  unsigned interrupt_stalls = 0;                    // halts of the interrupt endpoint, one after the other
};

class UsbToy final : public transport::usb::Pipe {
 public:
  using Done = transport::usb::Done;
  using Status = transport::usb::Status;
  using Endpoint = transport::usb::Endpoint;
  struct State;  // outlives the pipe

  UsbToy(asio::io_context& io, std::shared_ptr<State> state);
  ~UsbToy() override;
  const transport::usb::Interface& interface() const override;
  void bulk_in(Bytes buffer, Done done) override;
  void bulk_out(Bytes data, bool zero_packet, transport::Duration limit, Done done) override;
  void interrupt_in(Bytes buffer, Done done) override;
  void control(transport::usb::Control, Bytes data, transport::Duration limit, Done done) override;
  void cancel(Endpoint) override;
  void clear_halt(Endpoint, std::function<void(Status)> done) override;
  void reset(std::function<void(Status)> done) override;
  bool gone() const override;

 private:
  asio::io_context& io_;
  std::shared_ptr<State> state_;
};

struct UsbToy::State {
  explicit State(asio::io_context& loop) : io(loop) {
    about.vendor = 0x1234;
    about.product = 0x5678;
    about.bulk_in = 0x81;
    about.bulk_out = 0x02;
    about.interrupt_in = 0x83;
    about.name = "Toy";
    about.serial_number = "1";
  }
  struct Read {
    Bytes buffer;
    std::size_t size = 0;
    Done done;
  };
  asio::io_context& io;
  transport::Clock* clock = nullptr;  // for those that babble
  Manners manners;
  transport::usb::Interface about;
  std::deque<Read> reads, interrupts, writes;
  std::deque<Bytes> packets, events;  // to the host, each at most one packet
  bool gone = false, halted_in = false, halted_out = false, halted_interrupt = false;
  unsigned calls = 0;  // of the pipe
  bool session = false;
  bool dying = false;  // with the last packet
  bool babbling = false;
  Bytes command, taken;                // the last command; the payload of the last data phase to the camera
  std::vector<std::size_t> out_sizes;  // of transfers to the camera
  bool out_ended = false;              // the data phase ended with a short packet
  bool in_data = false;
  Bytes extended;                        // answer to 0x65
  unsigned reading = 0, most_reads = 0;  // in flight at once
  std::vector<u8> requests;              // on the control endpoint
  unsigned port_resets = 0, cleared = 0, pipes = 0;
  u32 cancelled_id = 0;
  std::vector<u16> operations;

  void plug_out();
  void plug_in();
  void event(u16 code, std::initializer_list<u32> params);
  void event_bytes(Bytes bytes);
  void pump();
  void end_all(std::deque<Read>&, Status);
  void called();
  void babble();

  void finish(Done done, Status status, Bytes buffer, std::size_t size);
  void push(View bytes, bool end, unsigned zero_packets);
  void container(u16 type, u16 code, u32 id, View payload, u32 length);
  void answer(View command);
  void respond(u16 code);
  void send_data(u64 size);
  void take(View bytes, bool end);
};

}  // namespace stuntcam::tests
