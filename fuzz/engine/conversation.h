// What a client and a camera said to each other in one run, as far as it guides what to try next.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "ptp/bytes.h"
#include "transport/observer.h"

namespace stuntcam::fuzz {

// What is kept of one run: enough for every client that comes to an end.
inline constexpr std::size_t most_steps = 1024;
// Of each data phase: data sets as a whole, of objects the beginning. And of all together.
inline constexpr std::size_t most_data = 4096, most_data_in_all = 256 << 10;

struct Step {
  u16 operation = 0;
  u8 count = 0;
  std::array<u32, 5> params{};
  bool has_data = false;  // to the initiator
  u64 size = 0;           // bytes of it
  Bytes data{};           // the first of them
  u16 response = 0;       // 0: none
};

struct Conversation {
  std::vector<Step> steps;
  std::size_t data = 0;         // bytes of it in them
  std::vector<u16> events;      // that the camera sent
  std::size_t connections = 0;  // that the client opened
  std::size_t handshakes = 0;   // InitCommandRequests that came
  std::size_t frames = 0;       // of live view, on a connection of their own
  bool bad_packets = false;     // the client sent what does not parse
};

std::size_t size_of(const Conversation&);  // in memory

// Gathers it from the connections of one run, all of them on one loop.
class Listener {
 public:
  Listener() : heard_(std::make_shared<Conversation>()) {}
  std::shared_ptr<transport::Observer> observe(u64 connection);
  const Conversation& heard() const { return *heard_; }

 private:
  std::shared_ptr<Conversation> heard_;
};

// What of it may be new: which operation follows which answer, how large data was, how often, and how it ended.
// `outcome`: a number for how the client ended.
std::vector<u64> features(const Conversation&, u64 outcome);

}  // namespace stuntcam::fuzz
